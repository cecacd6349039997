"""What a pod asks for and may use, and a node's sum of that, as `kubectl describe node` counts them.

The rules are `PodRequests` and `PodLimits` of k8s.io/component-helpers/resource and `describeNodeResource` of
kubectl's describe.go. All amounts here are nano-units (see `quantity`), until the model is filled.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from msgspec import Struct

from sources import model
from sources.rules import quantity, wire
from sources.rules.pods import TERMINAL_PHASES

Amounts = dict[str, int]
Part = Literal["requests", "limits"]
PARTS: tuple[Part, Part] = ("requests", "limits")
Statuses = dict[str | None, wire.ContainerStatus]


def pod_requests(pod: wire.Pod, *, use_status: bool = False) -> Amounts:
    """What the scheduler reserves for a pod, per resource, in nano-units; a resource nobody names is absent.

    `use_status` counts a pod that is being resized in place at the larger of what it asks and what it has.
    """
    return _pod_amounts(pod, "requests", use_status)


def pod_limits(pod: wire.Pod, *, use_status: bool = False) -> Amounts:
    """The sum of a pod's limits, per resource, in nano-units; containers without a limit add nothing."""
    return _pod_amounts(pod, "limits", use_status)


class Quartet(NamedTuple):
    """What the tables show of a pod: CPU in nanocores, memory in bytes; None where nobody names it."""

    cpu_request: int | None = None
    cpu_limit: int | None = None
    memory_request: int | None = None
    memory_limit: int | None = None


_NOTHING: wire.ResourceList = {}
_INIT = object()
_MOST = 8192
_quartets: dict[tuple[object, ...], Quartet] = {}


def pod_quartet(pod: wire.Pod) -> Quartet:
    """`pod_requests` and `pod_limits` of CPU and memory. Replicas ask for the same: it is summed up once, and the
    sums are shared."""
    spec = pod.spec
    if spec is None:
        return Quartet()
    if spec.overhead or spec.resources is not None:
        return _quartet(spec)
    asked: list[object] = []
    for container in spec.containers or ():
        if container is not None:
            asked += _asked(container)
    for container in spec.init_containers or ():
        if container is not None:
            asked += (_INIT, container.restart_policy, *_asked(container))
    key = tuple(asked)
    found = _quartets.get(key)
    if found is None:
        if len(_quartets) >= _MOST:
            _quartets.clear()
        found = _quartets[key] = _quartet(spec)
    return found


def _asked(container: wire.Container) -> tuple[object, ...]:
    resources = container.resources
    if resources is None:
        return (None, None, None, None)
    requests, limits = resources.requests or _NOTHING, resources.limits or _NOTHING
    return requests.get("cpu"), requests.get("memory"), limits.get("cpu"), limits.get("memory")


def _quartet(spec: wire.PodSpec) -> Quartet:
    def bytes_of(part: Part) -> int | None:
        nano = _amount(spec, part, "memory", {}, False)
        return None if nano is None else quantity.value(nano)

    cpu_request, cpu_limit = (_amount(spec, part, "cpu", {}, False) for part in PARTS)
    return Quartet(cpu_request, cpu_limit, bytes_of("requests"), bytes_of("limits"))


def _pod_amounts(pod: wire.Pod, part: Part, use_status: bool) -> Amounts:
    spec = pod.spec
    if spec is None:
        return {}
    statuses = _statuses(pod) if use_status else {}
    infeasible = bool(statuses) and _resize_infeasible(pod)
    named: dict[str, None] = dict.fromkeys(spec.overhead or ())
    for container in (*wire.present(spec.containers), *wire.present(spec.init_containers)):
        named.update(dict.fromkeys(_part(container.resources, part)))
    for status in statuses.values():
        named.update(dict.fromkeys((*_part(status.resources, part), *(status.allocated_resources or ()))))
    named.update(dict.fromkeys(_part(spec.resources, part)))
    amounts = {name: _amount(spec, part, name, statuses, infeasible) for name in named}
    return {name: nano for name, nano in amounts.items() if nano is not None}


def _amount(spec: wire.PodSpec, part: Part, name: str, statuses: Statuses, infeasible: bool) -> int | None:
    """The rule for one resource: containers side by side, init containers in turn, sidecars throughout."""
    total: int | None = None
    for container in spec.containers or ():
        if container is not None:
            total = _plus(total, _container_amount(container, part, name, statuses, infeasible))
    if spec.init_containers:
        peak = sidecars = None
        for container in spec.init_containers:
            if container is not None:
                nano = _container_amount(container, part, name, statuses, infeasible)
                step = _plus(nano, sidecars)
                if container.restart_policy == "Always":
                    sidecars, total = step, _plus(total, nano)
                peak = _larger(peak, step)
        total = _larger(total, peak)
    if spec.resources is not None and _pod_level(name):
        own = quantity.parse_or_none(_part(spec.resources, part).get(name))
        total = total if own is None else own
    # Overhead without a limit to add it to would make an unlimited pod look limited.
    if spec.overhead and (part == "requests" or total):
        total = _plus(total, quantity.parse_or_none(spec.overhead.get(name)))
    return total


def _container_amount(
    container: wire.Container, part: Part, name: str, statuses: Statuses, infeasible: bool
) -> int | None:
    asked = quantity.parse_or_none(_part(container.resources, part).get(name))
    status = statuses.get(container.name) if statuses else None
    if status is None or status.resources is None:
        return asked
    actual = quantity.parse_or_none(_part(status.resources, part).get(name))
    if part == "requests":
        actual = _larger(actual, quantity.parse_or_none((status.allocated_resources or {}).get(name)))
    return actual if infeasible else _larger(actual, asked)


def _statuses(pod: wire.Pod) -> Statuses:
    if pod.status is None:
        return {}
    both = (*wire.present(pod.status.container_statuses), *wire.present(pod.status.init_container_statuses))
    return {status.name: status for status in both}


def _resize_infeasible(pod: wire.Pod) -> bool:
    conditions = wire.present(pod.status.conditions if pod.status else None)
    return any(c.type == "PodResizePending" and c.reason == "Infeasible" for c in conditions)


def _pod_level(name: str) -> bool:
    """Resources that may be set for a whole pod (component-helpers: SupportedPodLevelResources)."""
    return name in ("cpu", "memory") or name.startswith("hugepages-")


def _part(resources: wire.Resources | None, part: Part) -> wire.ResourceList:
    if resources is None:
        return {}
    return (resources.requests if part == "requests" else resources.limits) or {}


def _plus(left: int | None, right: int | None) -> int | None:
    return right if left is None else left if right is None else left + right


def _larger(left: int | None, right: int | None) -> int | None:
    return right if left is None else left if right is None or right < left else right


class Allocated(Struct, frozen=True, gc=False):
    """ "Allocated resources" of a node: CPU in nanocores, memory in bytes, over the pods that still count."""

    pods: int = 0
    cpu_request: int = 0
    cpu_limit: int = 0
    memory_request: int = 0
    memory_limit: int = 0


def allocated(pods: Iterable[model.Pod]) -> Allocated:
    """The sum over the pods of one node; pods in phase Succeeded or Failed no longer count."""
    counted = [pod for pod in pods if pod.phase not in TERMINAL_PHASES]
    return Allocated(
        pods=len(counted),
        cpu_request=sum(pod.cpu_request or 0 for pod in counted),
        cpu_limit=sum(pod.cpu_limit or 0 for pod in counted),
        memory_request=sum(pod.memory_request or 0 for pod in counted),
        memory_limit=sum(pod.memory_limit or 0 for pod in counted),
    )


def cpu_percent(nanocores: int, allocatable: int | None, capacity: int | None = None) -> int:
    """CPU as a percentage of allocatable (else capacity), cut to a whole number as kubectl does; of 0: 0."""
    whole = capacity if allocatable is None else allocatable
    return percent(quantity.milli_value(nanocores), quantity.milli_value(whole or 0))


def memory_percent(size: int, allocatable: int | None, capacity: int | None = None) -> int:
    """Bytes as a percentage of allocatable (else capacity), cut to a whole number; of 0: 0."""
    return percent(size, (capacity if allocatable is None else allocatable) or 0)


def percent(part: int, whole: int) -> int:
    """`part / whole * 100` in double precision, cut towards zero, as kubectl computes it; 0 if `whole` is 0."""
    return int(float(part) / float(whole) * 100) if whole else 0
