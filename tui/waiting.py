"""What arrived and is still to be folded: a queue of batches that knows how much it holds."""

from __future__ import annotations

from collections import deque

import msgspec

from sources.contract import Batch, Snapshot, weight


class Waiting:
    """Batches, oldest first. `changes` are how many changes they bring, `weight` how many objects."""

    def __init__(self) -> None:
        self._batches: deque[Batch] = deque()
        self.changes = 0
        self.weight = 0

    def __bool__(self) -> bool:
        return bool(self._batches)

    def add(self, batch: Batch) -> None:
        self._batches.append(batch)
        self._count(batch, 1)

    def take(self) -> Batch:
        """The oldest one."""
        batch = self._batches.popleft()
        self._count(batch, -1)
        return batch

    def supersede(self, batch: Batch) -> None:
        """Forgets the lists that wait where this batch begins the same list anew: every half minute a cluster's
        whole usage comes, and while time is held nobody takes it."""
        begun = {(each.kind, each.scope) for each in batch.changes if isinstance(each, Snapshot) and each.first}
        if not begun:
            return
        for place, old in enumerate(self._batches):
            if (old.source, old.feed) == (batch.source, batch.feed):
                kept = tuple(
                    each
                    for each in old.changes
                    if not (isinstance(each, Snapshot) and (each.kind, each.scope) in begun)
                )
                self._count(old, -1)
                self._batches[place] = lighter = msgspec.structs.replace(old, changes=kept)
                self._count(lighter, 1)

    def _count(self, batch: Batch, sign: int) -> None:
        self.changes += sign * len(batch.changes)
        self.weight += sign * sum(map(weight, batch.changes))
