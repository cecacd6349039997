"""When pods restarted lately, as far as it can be known: the API says only how often in all, and when last."""

from __future__ import annotations

from sources.model import Pod
from sources.rules.pods import RESTART_WINDOW

MOST = 99
"""Stamps kept of one pod."""


class Restarts:
    """Moments of restarts by pod, from the changes of its count. Before a pod was seen first only its last restart
    is known, so a count may be too small in the first minutes, never too large."""

    def __init__(self) -> None:
        self._stamps: dict[str, tuple[float, ...]] = {}

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
            recent = [stamp for stamp in self._stamps.get(key, ()) if moment - stamp <= RESTART_WINDOW]
            self._stamps[key] = (*recent, *(at for _ in range(min(more, MOST))))[-MOST:]

    def within(self, key: str, now: float) -> int:
        """How often a pod restarted in the last `RESTART_WINDOW` seconds."""
        return sum(now - stamp <= RESTART_WINDOW for stamp in self._stamps.get(key, ()))
