"""What is remembered of a row's usage, asked for only where it is drawn or ordered by."""

from __future__ import annotations

from typing import NamedTuple

from sources.model import NodeUsage, PodUsage
from sources.world import World
from sources.world.world import Used


class Past(NamedTuple):
    """The past of one node or pod at `now` (epoch seconds, the cluster's clock)."""

    world: World
    kind: Used
    key: str
    now: float

    def cpu_trend(self) -> tuple[float, ...]:
        """The last samples in nanocores, oldest first."""
        return self.world.cpu_trend(self.kind, self.key)

    def memory_trend(self) -> tuple[float, ...]:
        """The last samples in bytes, oldest first."""
        return self.world.memory_trend(self.kind, self.key)

    def restarts(self) -> int:
        """Restarts of a pod in the last ten minutes."""
        return self.world.restarts_lately(self.key, self.now)

    def change(self, usage: NodeUsage | PodUsage) -> Change | None:
        """What has been added since an hour ago, or since the oldest sample; None without an older one."""
        then = self.world.usage_then(self.kind, self.key, self.now)
        if then is None:
            return None
        return Change(usage.cpu - then.cpu, usage.memory - then.memory, then.minutes)


class Change(NamedTuple):
    """Nanocores and bytes more (or less) than `minutes` ago."""

    cpu: float
    memory: float
    minutes: int
