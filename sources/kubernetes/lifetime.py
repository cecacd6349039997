"""How long a watch is asked to last, learnt from how those before it ended."""

from __future__ import annotations

from sources.kubernetes.watchstream import Interruption

QUIET = 60
"""Seconds that a watch is asked to last after a silent one: a proxy that holds an answer back gives it out when it
ends, which has to be before we lose patience with the silence."""
HELD = 15
"""The same where a proxy was found to do so: changes are then at most so late."""
LATE = 10.0
"""A first change that comes later than this, and then the end, looks like one that was held back."""
_END = 1.0


class WatchLifetime:
    """5 to 10 min as client-go's, shorter where something on the way cuts watches sooner or holds them back,
    because a watch that the server ends itself ends cleanly and whole. Times are the monotonic clock's seconds."""

    def __init__(self) -> None:
        self.timeout = 0
        """`timeoutSeconds` of the watch that is open."""
        self.started = 0.0
        self._first_change: float | None = None
        self._early_ends = 0
        self._shorter: float | None = None
        self._quiet = False
        self._held = 0

    @property
    def held(self) -> bool:
        """Whether changes arrive only when a watch ends."""
        return self._held >= 2

    def begin(self, now: float, dice: float) -> int:
        """A watch is opened: its `timeoutSeconds`; `dice` in [0, 1)."""
        self.started, self._first_change = now, None
        wanted = self._shorter or 300 + 300 * dice
        if self._held or self._quiet:
            wanted = min(wanted, HELD if self._held else QUIET)
        self.timeout = int(wanted)
        return self.timeout

    def changed(self, now: float) -> None:
        """It brought a change."""
        if self._first_change is None:
            self._first_change = now

    def ended(self, now: float, why: Interruption | None, was_fine: bool) -> float:
        """It ended, by itself where `why` is None; gives its seconds. `was_fine`: it had worked for a while."""
        lasted = now - self.started
        if why is None:
            early = was_fine and lasted < self.timeout - 5
            self._early_ends = self._early_ends + 1 if early else 0
            if self._early_ends >= 2:
                self._shorter = max(20.0, 0.8 * lasted)
        if why == "idle":
            self._quiet = True
        if self._first_change is not None:
            late = why is None and self._first_change - self.started >= LATE and now - self._first_change < _END
            self._held = self._held + 1 if late else 0
            self._quiet = self._quiet and late
        return lasted
