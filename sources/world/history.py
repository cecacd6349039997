"""The bounded past: the batches of the last while, and the state just before the oldest of them."""

from __future__ import annotations

from collections import deque

from sources.contract import Batch, Snapshot
from sources.world.tables import Fold


class History:
    """Keeps batches up to a number of changes and an age; what falls out is folded into `base`.

    So any moment still covered can be rebuilt from changes alone (`at`), which is all that rewind needs, and a
    recording is `base` and the batches written down.
    """

    def __init__(self, max_changes: int = 50_000, max_age: float = 1800.0) -> None:
        self.base = Fold()
        self.batches: deque[Batch] = deque()
        self.max_changes = max_changes
        self.max_age = max_age
        self._changes = 0

    def append(self, batch: Batch) -> None:
        self.batches.append(batch)
        self._changes += _weight(batch)
        horizon = batch.at - self.max_age
        while self.batches and (self._changes > self.max_changes or self.batches[0].at < horizon):
            oldest = self.batches.popleft()
            self._changes -= _weight(oldest)
            self.base.apply(oldest)

    @property
    def since(self) -> float | None:
        """The earliest moment that `at` can show; None while nothing was recorded."""
        return self.batches[0].at if self.batches else None

    def at(self, moment: float) -> Fold:
        """The state as it was at `moment` (epoch seconds): the fold over everything up to then."""
        fold = self.base.copy()
        for batch in self.batches:
            if batch.at > moment:
                break
            fold.apply(batch)
        return fold


def _weight(batch: Batch) -> int:
    return sum(len(change.objects) if isinstance(change, Snapshot) else 1 for change in batch.changes)
