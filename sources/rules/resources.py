"""What a pod asks for and may use, and a node's sum of that, as `kubectl describe node` counts them.

The rules are `PodRequests` and `PodLimits` of k8s.io/component-helpers/resource and `describeNodeResource` of
kubectl's describe.go. All amounts here are nano-units (see `quantity`), until the model is filled.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from sources import model
from sources.rules import quantity, wire
from sources.rules.pods import TERMINAL_PHASES

Amounts = dict[str, int]
Part = Literal["requests", "limits"]


def pod_requests(pod: wire.Pod, *, use_status: bool = False) -> Amounts:
    """What the scheduler reserves for a pod, per resource, in nano-units; a resource nobody names is absent.

    `use_status` counts a pod that is being resized in place at the larger of what it asks and what it has.
    """
    return _pod_amounts(pod, "requests", use_status)


def pod_limits(pod: wire.Pod, *, use_status: bool = False) -> Amounts:
    """The sum of a pod's limits, per resource, in nano-units; containers without a limit add nothing."""
    return _pod_amounts(pod, "limits", use_status)


def _pod_amounts(pod: wire.Pod, part: Part, use_status: bool) -> Amounts:
    spec = pod.spec
    if spec is None:
        return {}
    statuses = _statuses(pod) if use_status else {}
    infeasible = bool(statuses) and _resize_infeasible(pod)
    total: Amounts = {}
    for container in wire.present(spec.containers):
        _add(total, _container_amounts(container, part, statuses.get(container.name), infeasible))
    if spec.init_containers:
        peak: Amounts = {}
        sidecars: Amounts = {}
        for container in wire.present(spec.init_containers):
            amounts = _container_amounts(container, part, statuses.get(container.name), infeasible)
            if container.restart_policy == "Always":
                _add(total, amounts)
                _add(sidecars, amounts)
                amounts = dict(sidecars)
            else:
                _add(amounts, sidecars)
            _raise_to(peak, amounts)
        _raise_to(total, peak)
    if spec.resources is not None:
        own = _part(spec.resources, part)
        total.update({name: nano for name, nano in own.items() if _pod_level(name)})
    for name, nano in _amounts(spec.overhead).items():
        if part == "requests" or total.get(name):
            total[name] = total.get(name, 0) + nano
    return total


def _container_amounts(
    container: wire.Container, part: Part, status: wire.ContainerStatus | None, infeasible: bool
) -> Amounts:
    amounts = _part(container.resources, part)
    if status is None or status.resources is None:
        return amounts
    actual = _part(status.resources, part)
    if part == "requests":
        _raise_to(actual, _amounts(status.allocated_resources))
    if not infeasible:
        _raise_to(actual, amounts)
    return actual


def _statuses(pod: wire.Pod) -> dict[str | None, wire.ContainerStatus]:
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


def _part(resources: wire.Resources | None, part: Part) -> Amounts:
    if resources is None:
        return {}
    return _amounts(resources.requests if part == "requests" else resources.limits)


def _amounts(resources: wire.ResourceList | None) -> Amounts:
    if not resources:
        return {}
    parsed = ((name, quantity.parse_or_none(text)) for name, text in resources.items())
    return {name: nano for name, nano in parsed if nano is not None}


def _add(total: Amounts, amounts: Amounts) -> None:
    for name, nano in amounts.items():
        total[name] = total.get(name, 0) + nano


def _raise_to(total: Amounts, amounts: Amounts) -> None:
    for name, nano in amounts.items():
        if name not in total or total[name] < nano:
            total[name] = nano


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
