"""Whether a screen says the truth about its data while blows fall: "live" only where it is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.live.blows import SEEN_WITHIN
from tests.live.watched import Watched, names
from tests.live.witness import Witness

LATE = 60.0
"""Seconds after which a change has to be in rows that are called live: the longest way to find out that a
connection is dead, and to list anew."""
CURRENT = ("live", "loading", "connecting")
PANES = ("nodes", "pods", "events")


class Truth:
    """Looks once a second and keeps in `lies` what was not so."""

    def __init__(self, watched: Watched, witness: Witness) -> None:
        self.lies: list[str] = []
        self._watched, self._witness = watched, witness
        self._blow, self._since = "", 0.0

    @contextmanager
    def under(self, blow: str, lasts: float) -> Iterator[None]:
        """The blow falls while the block lasts; what it does ends `lasts` seconds after its begin."""
        self._blow, self._since, self._lasts = blow, time.monotonic(), lasts
        try:
            yield
        finally:
            self._blow = ""

    async def look(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(1.0)
            with self._watched.ours():
                self.lies += self._lies()

    def take(self) -> list[str]:
        """The lies since the last call."""
        taken, self.lies = self.lies, []
        return taken

    def _lies(self) -> Iterator[str]:
        states = self._watched.states()
        within, passed = SEEN_WITHIN.get(self._blow), time.monotonic() - self._since
        if within is not None and within < passed < self._lasts - 1:
            for pane in PANES:
                if states[pane] in CURRENT:
                    yield f"{pane} are {states[pane]} {passed:.0f} s into {self._blow!r}"
        if states["events"] == "live" and not self._watched.busy:
            shown = names(self._watched.events)
            for name in self._witness.there_for(LATE) - shown:
                yield f"event {name} is not there, the events are live"
            for name in self._witness.gone_for(LATE) & shown:
                yield f"event {name} is no more, the events are live"
