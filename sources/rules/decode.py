"""Kubernetes JSON to the types of `sources.model`, through the rules of this room.

Each function takes the bytes of one object (also a msgspec.Raw of a watch event) and raises `wire.WireError`
when that is no such object: not JSON, without a name, or (metrics) with a usage that is not a quantity. A field
of the wrong type is read as absent.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from msgspec import Raw

from sources import model
from sources.rules import events, nodes, pods, quantity, resources, top, wire
from sources.rules.duration import parse_time
from sources.rules.interning import Interner
from sources.rules.owners import owner_of

Bytes: TypeAlias = bytes | bytearray | memoryview | Raw | str

_shared = Interner()
_events = Interner(8_192)
"""What events say, and of whom: repeated for a while, mostly never again. Among the others it would drive out what
lasts, and lie there in its place."""


def decode_pod(raw: Bytes) -> model.Pod:
    """A core/v1 Pod. Raises wire.WireError."""
    return pod_from(wire.decode(wire.Pod, raw))


def decode_node(raw: Bytes) -> model.Node:
    """A core/v1 Node. Raises wire.WireError."""
    return node_from(wire.decode(wire.Node, raw))


def decode_event(raw: Bytes) -> model.Event:
    """A core/v1 Event (not events.k8s.io, which names the fields otherwise). Raises wire.WireError."""
    return event_from(wire.decode(wire.Event, raw))


def decode_node_usage(raw: Bytes) -> model.NodeUsage:
    """A metrics.k8s.io NodeMetrics, v1 or v1beta1. Raises wire.WireError."""
    return node_usage_from(wire.decode(wire.NodeMetrics, raw))


def decode_pod_usage(raw: Bytes) -> model.PodUsage:
    """A metrics.k8s.io PodMetrics, v1 or v1beta1. Raises wire.WireError."""
    return pod_usage_from(wire.decode(wire.PodMetrics, raw))


def decode_namespace(raw: Bytes) -> str:
    """The name of a core/v1 Namespace. Raises wire.WireError."""
    return _name(wire.decode(wire.Namespace, raw).metadata, "Namespace")[1]


def decode_service(raw: Bytes) -> model.Service:
    """A core/v1 Service as far as discovery needs it, without ports that have no number. Raises wire.WireError."""
    service = wire.decode(wire.Service, raw)
    meta, name = _name(service.metadata, "Service")
    ports = wire.present(service.spec.ports if service.spec else None)
    return model.Service(
        namespace=_shared.text(meta.namespace),
        name=name,
        labels=_shared.labels(meta.labels),
        ports=tuple(model.ServicePort(port.name or "", port.port) for port in ports if port.port is not None),
    )


def pod_from(pod: wire.Pod) -> model.Pod:
    """A pod of the model. Raises wire.WireError if it has no name."""
    meta, name = _name(pod.metadata, "Pod")
    spec = pod.spec or wire.PodSpec()
    status = pod.status or wire.PodStatus()
    row, amounts = pods.pod_row(pod), resources.pod_quartet(pod)
    return model.Pod(
        namespace=_shared.text(meta.namespace),
        name=name,
        uid=meta.uid or "",
        phase=_shared.text(status.phase),
        status=_shared.text(row.status),
        message=_shared.text(pods.message(pod, row)),
        ready=row.ready,
        total=row.total,
        restarts=row.restarts,
        last_restart=row.last_restart,
        created=parse_time(meta.creation_timestamp),
        deleted=pods.deletion_asked(meta),
        node=_shared.text(spec.node_name),
        ip=pods.pod_ip(pod),
        nominated_node=_shared.text(status.nominated_node_name),
        readiness_gates=_shared.text(pods.readiness_gates(pod)),
        qos=_shared.text(status.qos_class),
        owner=owner_of(meta),
        labels=_shared.labels(meta.labels),
        cpu_request=amounts.cpu_request,
        cpu_limit=amounts.cpu_limit,
        memory_request=amounts.memory_request,
        memory_limit=amounts.memory_limit,
    )


def node_from(node: wire.Node) -> model.Node:
    """A node of the model. Raises wire.WireError if it has no name."""
    meta, name = _name(node.metadata, "Node")
    status = node.status or wire.NodeStatus()
    info = status.node_info or wire.NodeInfo()
    return model.Node(
        name=_shared.text(name),
        uid=meta.uid or "",
        status=_shared.text(nodes.node_status(node)),
        roles=_shared.text(nodes.node_roles(meta.labels)),
        version=_shared.text(nodes.node_version(node)),
        created=parse_time(meta.creation_timestamp),
        internal_ip=nodes.node_address(node, "InternalIP"),
        external_ip=nodes.node_address(node, "ExternalIP"),
        os_image=_shared.text(info.os_image),
        kernel=_shared.text(nodes.node_kernel(node)),
        runtime=_shared.text(info.container_runtime_version),
        cpu_allocatable=nodes.cpu_of(status.allocatable),
        memory_allocatable=nodes.whole_of(status.allocatable, "memory"),
        pods_allocatable=nodes.whole_of(status.allocatable, "pods"),
        cpu_capacity=nodes.cpu_of(status.capacity),
        memory_capacity=nodes.whole_of(status.capacity, "memory"),
        pressures=nodes.node_pressures(node),
        conditions=tuple(_condition(condition) for condition in wire.present(status.conditions)),
        taints=nodes.node_taints(node),
        labels=_shared.labels(meta.labels),
    )


def event_from(event: wire.Event) -> model.Event:
    """An event of the model. Raises wire.WireError if it has no name."""
    meta, name = _name(event.metadata, "Event")
    about = event.involved_object or wire.ObjectReference()
    namespace = _shared.text(meta.namespace)
    return model.Event(
        # A uid is always there on a real server; a proxy that strips it must not fold all events into one.
        uid=meta.uid or f"{namespace}/{name}",
        namespace=namespace,
        name=name,
        type=_shared.text(event.type),
        reason=_shared.text(event.reason),
        message=_events.text((event.message or "").strip()),
        about=_events.one(
            model.ObjectRef(
                kind=_shared.text(about.kind),
                name=about.name or "",
                namespace=_shared.text(about.namespace),
                uid=about.uid or "",
            )
        ),
        source=_shared.text(events.source(event)),
        count=events.count(event),
        first=events.first_seen(event),
        last=events.last_seen(event),
    )


def node_usage_from(metrics: wire.NodeMetrics) -> model.NodeUsage:
    """A node's usage. Raises wire.WireError if it has no name or a usage that is not a quantity."""
    _, name = _name(metrics.metadata, "NodeMetrics")
    cpu, memory = _usage((metrics.usage,), "NodeMetrics", name)
    at, window = top.window_of(metrics.timestamp, metrics.window)
    return model.NodeUsage(name=_shared.text(name), cpu=cpu, memory=memory, at=at, window=window)


def pod_usage_from(metrics: wire.PodMetrics) -> model.PodUsage:
    """A pod's usage over all its containers. Raises wire.WireError as `node_usage_from` does."""
    meta, name = _name(metrics.metadata, "PodMetrics")
    namespace = _shared.text(meta.namespace)
    used = [container.usage for container in metrics.containers or () if container is not None]
    cpu, memory = _usage(used, "PodMetrics", namespace, name)
    return model.PodUsage(namespace, name, cpu, memory, *top.window_of(metrics.timestamp, metrics.window))


def _name(meta: wire.ObjectMeta | None, kind: str) -> tuple[wire.ObjectMeta, str]:
    if meta is None or not meta.name:
        raise wire.WireError(f"a {kind} without metadata.name")
    return meta, meta.name


def _condition(condition: wire.Condition) -> model.Condition:
    return model.Condition(
        type=_shared.text(condition.type),
        status=_shared.text(condition.status),
        reason=_shared.text(condition.reason),
        message=_shared.text(condition.message),
        since=parse_time(condition.last_transition_time),
    )


def _usage(usages: Iterable[wire.Used | None], kind: str, *names: str) -> tuple[int, int]:
    try:
        return top.usage_of(usages)
    except quantity.QuantityError as error:
        raise wire.WireError(f"{kind} {'/'.join(names)}: {error}") from None
