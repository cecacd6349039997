"""Which events are noise, and how many of each sort there are.

Noise is what is said whenever a healthy cluster does its work: a pod is placed, its image pulled, its container
started. A Normal event that tells of a change somebody may look for (Killing, NodeNotReady, ScalingReplicaSet,
SuccessfulRescale, Preempted, a node's pressure that is over...) is none.
"""

from __future__ import annotations

from collections import Counter
from typing import Literal

from sources.model import Event

Sort = Literal["warning", "news", "noise"]

NOISE = frozenset(
    {
        # the scheduler and the kubelet, as a pod comes up
        "Scheduled", "Pulling", "Pulled", "Created", "Started", "AddedInterface",
        "SuccessfulMountVolume", "SuccessfulAttachVolume", "ResizeStarted", "ResizeCompleted",
        # controllers that make and remove what a workload asks for
        "SuccessfulCreate", "SuccessfulDelete", "Completed", "SawCompletedJob", "JobCompleted", "NoPods",
        "WaitForFirstConsumer", "ExternalProvisioning", "Provisioning", "ProvisioningSucceeded",
        "EnsuringLoadBalancer", "EnsuredLoadBalancer", "UpdatedLoadBalancer", "Sync", "Synced",
        "LeaderElection", "Issuing", "Generated", "Requested", "Reused", "OrderCreated",
        # a node that joins
        "NodeAllocatableEnforced", "RegisteredNode",
    }
)  # fmt: skip
RECENT = 600.0
"""Seconds: a Warning observed in them is a recent one."""
_GRAIN = 10.0


def sort_of(event: Event) -> Sort:
    """Anything that is not Normal counts as a Warning: types that nobody knows are no noise."""
    if event.type != "Normal":
        return "warning"
    return "noise" if event.reason in NOISE else "news"


class Tally:
    """How many events of each sort there are, and how many Warnings were last observed a short while ago; kept
    by the events that changed."""

    def __init__(self) -> None:
        self._sorts: dict[str, tuple[Sort, int]] = {}
        self._counts: Counter[Sort] = Counter()
        self._warned: Counter[int] = Counter()

    def put(self, key: str, event: Event | None) -> None:
        """An event as it is now; None when it is gone or not among those that are counted."""
        before = self._sorts.pop(key, None)
        if before is not None:
            self._count(before, -1)
        if event is not None:
            self._sorts[key] = now = (sort_of(event), int((event.last or 0.0) // _GRAIN))
            self._count(now, 1)

    def _count(self, entry: tuple[Sort, int], by: int) -> None:
        sort, at = entry
        self._counts[sort] += by
        if sort == "warning":
            self._warned[at] += by
            if not self._warned[at]:
                del self._warned[at]

    def __getitem__(self, sort: Sort) -> int:
        return self._counts[sort]

    @property
    def total(self) -> int:
        return len(self._sorts)

    def recent(self, now: float) -> int:
        """Warnings observed in the last `RECENT` seconds, to ten of them exactly."""
        horizon = int((now - RECENT) // _GRAIN)
        if len(self._warned) <= RECENT / _GRAIN:
            return sum(count for at, count in self._warned.items() if at > horizon)
        ahead = int(now // _GRAIN) + 6
        return sum(self._warned.get(at, 0) for at in range(horizon + 1, ahead + 1))
