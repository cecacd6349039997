"""The fields of Kubernetes' JSON that topmast reads, and a decoder that no odd field can stop.

Names and meanings are those of the Kubernetes API reference (core/v1, meta/v1, metrics.k8s.io). Every field may
be absent or null, list entries and map values included: servers, proxies and old controllers send such objects.
Structs are not tracked by the cyclic collector; they are made, read once and dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, TypeAlias, TypeVar

import msgspec
from msgspec import Raw, Struct, field

T = TypeVar("T")
S = TypeVar("S", bound=Struct)

Quantity: TypeAlias = str | int | float
ResourceList: TypeAlias = dict[str, Quantity | None]
StringMap: TypeAlias = dict[str, str | None]


class WireError(ValueError):
    """The bytes are no such object: not JSON, not an object at all, or without a name."""


class NotJsonError(WireError):
    """The bytes are no JSON at all, or not the whole of it."""


class OwnerReference(Struct, gc=False, rename="camel"):
    kind: str | None = None
    name: str | None = None
    controller: bool | None = None


class ObjectMeta(Struct, gc=False, rename="camel"):
    name: str | None = None
    namespace: str | None = None
    uid: str | None = None
    resource_version: str | None = None
    labels: StringMap | None = None
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
    deletion_grace_period_seconds: int | None = None
    owner_references: list[OwnerReference | None] | None = None


class Condition(Struct, gc=False, rename="camel"):
    type: str | None = None
    status: str | None = None
    reason: str | None = None
    message: str | None = None
    last_transition_time: str | None = None


# -- pods --------------------------------------------------------------------------------------------------


class Resources(Struct, gc=False):
    requests: ResourceList | None = None
    limits: ResourceList | None = None


class Container(Struct, gc=False, rename="camel"):
    name: str | None = None
    restart_policy: str | None = None
    resources: Resources | None = None


class ReadinessGate(Struct, gc=False, rename="camel"):
    condition_type: str | None = None


class PodSpec(Struct, gc=False, rename="camel"):
    node_name: str | None = None
    containers: list[Container | None] | None = None
    init_containers: list[Container | None] | None = None
    readiness_gates: list[ReadinessGate | None] | None = None
    resources: Resources | None = None
    overhead: ResourceList | None = None


class Waiting(Struct, gc=False):
    reason: str | None = None
    message: str | None = None


class Running(Struct, gc=False, rename="camel"):
    started_at: str | None = None


class Terminated(Struct, gc=False, rename="camel"):
    exit_code: int | None = None
    signal: int | None = None
    reason: str | None = None
    message: str | None = None
    started_at: str | None = None
    finished_at: str | None = None


class ContainerState(Struct, gc=False):
    waiting: Waiting | None = None
    running: Running | None = None
    terminated: Terminated | None = None


class ContainerStatus(Struct, gc=False, rename="camel"):
    name: str | None = None
    ready: bool | None = None
    started: bool | None = None
    restart_count: int | None = None
    state: ContainerState | None = None
    last_state: ContainerState | None = None
    resources: Resources | None = None
    allocated_resources: ResourceList | None = None


class PodIP(Struct, gc=False):
    ip: str | None = None


class PodStatus(Struct, gc=False, rename="camel"):
    phase: str | None = None
    reason: str | None = None
    message: str | None = None
    conditions: list[Condition | None] | None = None
    pod_ip: str | None = field(default=None, name="podIP")
    pod_ips: list[PodIP | None] | None = field(default=None, name="podIPs")
    nominated_node_name: str | None = None
    qos_class: str | None = None
    init_container_statuses: list[ContainerStatus | None] | None = None
    container_statuses: list[ContainerStatus | None] | None = None


class Pod(Struct, gc=False):
    metadata: ObjectMeta | None = None
    spec: PodSpec | None = None
    status: PodStatus | None = None


# -- nodes -------------------------------------------------------------------------------------------------


class Taint(Struct, gc=False):
    key: str | None = None
    value: str | None = None
    effect: str | None = None


class NodeSpec(Struct, gc=False):
    unschedulable: bool | None = None
    taints: list[Taint | None] | None = None


class NodeAddress(Struct, gc=False):
    type: str | None = None
    address: str | None = None


class NodeInfo(Struct, gc=False, rename="camel"):
    kubelet_version: str | None = None
    os_image: str | None = None
    kernel_version: str | None = None
    architecture: str | None = None
    container_runtime_version: str | None = None


class NodeStatus(Struct, gc=False, rename="camel"):
    capacity: ResourceList | None = None
    allocatable: ResourceList | None = None
    conditions: list[Condition | None] | None = None
    addresses: list[NodeAddress | None] | None = None
    node_info: NodeInfo | None = None


class Node(Struct, gc=False):
    metadata: ObjectMeta | None = None
    spec: NodeSpec | None = None
    status: NodeStatus | None = None


# -- events ------------------------------------------------------------------------------------------------


class ObjectReference(Struct, gc=False, rename="camel"):
    kind: str | None = None
    namespace: str | None = None
    name: str | None = None
    uid: str | None = None
    field_path: str | None = None


class EventSource(Struct, gc=False):
    component: str | None = None
    host: str | None = None


class EventSeries(Struct, gc=False, rename="camel"):
    count: int | None = None
    last_observed_time: str | None = None


class Event(Struct, gc=False, rename="camel"):
    """core/v1 Event; `reporting_component` is what events.k8s.io calls reportingController."""

    metadata: ObjectMeta | None = None
    involved_object: ObjectReference | None = None
    type: str | None = None
    reason: str | None = None
    message: str | None = None
    count: int | None = None
    first_timestamp: str | None = None
    last_timestamp: str | None = None
    event_time: str | None = None
    series: EventSeries | None = None
    source: EventSource | None = None
    reporting_component: str | None = None
    reporting_instance: str | None = None


# -- metrics.k8s.io ----------------------------------------------------------------------------------------


class Used(Struct, gc=False):
    """What is measured of the resources in a ResourceList: to read these two by name takes half the time."""

    cpu: Quantity | None = None
    memory: Quantity | None = None


class NodeMetrics(Struct, gc=False):
    metadata: ObjectMeta | None = None
    timestamp: str | None = None
    window: str | None = None
    usage: Used | None = None


class ContainerMetrics(Struct, gc=False):
    usage: Used | None = None


class PodMetrics(Struct, gc=False):
    metadata: ObjectMeta | None = None
    timestamp: str | None = None
    window: str | None = None
    containers: list[ContainerMetrics | None] | None = None


# -- discovery ---------------------------------------------------------------------------------------------


class Namespace(Struct, gc=False):
    metadata: ObjectMeta | None = None


class ServicePort(Struct, gc=False):
    name: str | None = None
    port: int | None = None


class ServiceSpec(Struct, gc=False):
    ports: list[ServicePort | None] | None = None


class Service(Struct, gc=False):
    metadata: ObjectMeta | None = None
    spec: ServiceSpec | None = None


# -- decoding ----------------------------------------------------------------------------------------------

_KINDS: tuple[type[Struct], ...] = (Pod, Node, Event, NodeMetrics, PodMetrics, Namespace, Service)
_DECODERS: dict[type[Struct], msgspec.json.Decoder[Any]] = {kind: msgspec.json.Decoder(kind) for kind in _KINDS}
_MOST_REPAIRS = 64
_PATH = re.compile(r"`\$(?P<path>[^`]*)`$")
_STEP = re.compile(r"\.(?P<name>[^.\[\]]+)|\[(?P<index>[0-9]+)\]|\[\.\.\.\]")


def decode(kind: type[S], raw: bytes | bytearray | memoryview | Raw | str) -> S:
    """One object of JSON as `kind`, any of the objects of this module.

    A field of the wrong type is read as null, and the rest of the object is kept: one odd field must not cost
    the row, let alone the stream. Raises WireError when the bytes are not a JSON object.
    """
    try:
        found: S = _DECODERS[kind].decode(raw)
    except msgspec.ValidationError as error:
        return _repaired(kind, raw, error)
    except UnicodeDecodeError as error:
        if isinstance(raw, str):
            raise WireError(f"not a JSON {kind.__name__}: {error}") from None
        return decode(kind, bytes(raw).decode("utf-8", "replace"))
    except msgspec.DecodeError as error:
        raise NotJsonError(f"not a JSON {kind.__name__}: {error}") from None
    except RecursionError as error:
        raise WireError(f"not a JSON {kind.__name__}: {error}") from None
    return found


def present(entries: Iterable[T | None] | None) -> list[T]:
    """The entries of a list that may be null and may hold nulls."""
    if not entries:
        return []
    if isinstance(entries, list) and None not in entries:
        return entries
    return [entry for entry in entries if entry is not None]


def _repaired(kind: type[S], raw: bytes | bytearray | memoryview | Raw | str, first: Exception) -> S:
    try:
        tree = msgspec.json.decode(raw)
    except msgspec.DecodeError as error:
        raise NotJsonError(f"not a JSON {kind.__name__}: {error}") from None
    except (UnicodeDecodeError, RecursionError) as error:
        raise WireError(f"not a JSON {kind.__name__}: {error}") from None
    problem = first
    for _ in range(_MOST_REPAIRS):
        if not _null_at(tree, str(problem)):
            break
        try:
            return msgspec.convert(tree, kind)
        except msgspec.ValidationError as error:
            problem = error
    raise WireError(f"not a {kind.__name__}: {problem}")


def _null_at(tree: Any, problem: str) -> bool:
    """Sets to null what a validation message points at; False if it points at nothing that can be null."""
    found = _PATH.search(problem)
    spot, parent, key = tree, None, None
    for step in _STEP.finditer(found["path"] if found else ""):
        name = step["name"] if step["index"] is None else int(step["index"])
        if name is None:  # "[...]": some value of a map, which is not named; the whole map goes
            break
        parent, key = spot, name
        try:
            spot = spot[name]
        except (KeyError, IndexError, TypeError):
            return False
    if parent is None or spot is None:
        return False
    parent[key] = None
    return True
