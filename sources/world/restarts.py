"""When pods restarted lately, as far as it can be known: the API says only how often in all, and when last."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from sources.model import Pod
from sources.rules.pods import RESTART_WINDOW

MOST = 99
"""More restarts of a pod are not told apart."""


class Restarts:
    """Moments of restarts by pod, from the changes of its count. Before a pod was seen first only its last restart
    is known, so a count may be too small in the first minutes, never too large."""

    def __init__(self) -> None:
        self._stamps: dict[str, tuple[float, ...]] = {}
        """By pod: when, how often, when, how often..."""
        self._round: Iterator[str] = iter(())
        """Pods that are still to be looked at."""

    def note(self, key: str, before: Pod | None, after: Pod | None, moment: float) -> None:
        """A pod changed at `moment` (epoch seconds by the cluster's clock)."""
        if after is None:
            self._stamps.pop(key, None)
            return
        if before is not None and before.uid == after.uid:
            more = after.restarts - before.restarts
        else:
            self._stamps.pop(key, None)
            more = 1 if after.restarts and after.last_restart is not None else 0
        if more <= 0:
            return
        known = before is not None and after.last_restart == before.last_restart
        at = moment if known or after.last_restart is None else after.last_restart
        if moment - at <= RESTART_WINDOW:
            recent = _since(self._stamps.get(key, ()), moment)[2 - 2 * MOST :]
            self._stamps[key] = (*recent, at, min(more, MOST))
            self._tidy(moment)

    def within(self, key: str, now: float) -> int:
        """How often a pod restarted in the last `RESTART_WINDOW` seconds, `MOST` at most."""
        return min(int(sum(_since(self._stamps.get(key, ()), now)[1::2])), MOST)

    def _tidy(self, now: float) -> None:
        """Looks at two of the pods, all in turns, and forgets those that have been quiet."""
        keys = tuple(islice(self._round, 2))
        if not keys:
            self._round = iter(tuple(self._stamps))
        for key in keys:
            if not _since(self._stamps.get(key, ()), now):
                self._stamps.pop(key, None)


def _since(stamps: tuple[float, ...], now: float) -> tuple[float, ...]:
    """Those of the last `RESTART_WINDOW` seconds. The moments come from two clocks: in no order."""
    if all(now - at <= RESTART_WINDOW for at in stamps[::2]):
        return stamps
    pairs = zip(stamps[::2], stamps[1::2], strict=True)
    return tuple(part for at, times in pairs if now - at <= RESTART_WINDOW for part in (at, times))
