"""Frames one after the other while there is more to do than one of them has time for."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from sources import courtesy
from tui.panes.pane import Pane

SLICE, CALM_SLICE = 0.003, 0.007
"""Seconds of CPU that one frame may spend on what arrived, and again on what panes have still to look at: on a
busy machine as many rows as on a calm one, or all the time would go to drawing. More of it while nobody presses
keys."""
CALM = 2.0
"""Seconds without a key after which nobody is pressing any."""
PAUSE = 0.001
"""Seconds between two frames, in which keys that were pressed meanwhile are obeyed."""
LATEST = 0.25
"""Seconds for which a frame makes room for keys at most: one that is held down repeats for ever."""


class Chain:
    """One chain only: whoever asks for another frame while one is due gets that one."""

    def __init__(self, later: Callable[[float, Callable[[], None]], object], frame: Callable[[], None]) -> None:
        """`later` has something done after so many seconds."""
        self._later = later
        self._frame = frame
        self._due: float | None = None
        """Since when a frame is due."""
        self.busy = False
        """Whether a frame left something to do."""

    @property
    def slice(self) -> float:
        """Seconds of CPU that may be spent in one go."""
        return SLICE if courtesy.calm() < CALM else CALM_SLICE

    def advance(self, panes: Sequence[Pane], more: bool, draws: bool = True, spent: bool = False) -> None:
        """Goes on with what panes have still to do; with `more` there is something to do besides. What was not
        drawn is left to a later frame, and nearly all where this one's time is `spent`."""
        deadline = time.thread_time() + (0.0 if spent else self.slice)
        lagging = [pane.advance(deadline, draws) for pane in panes]
        goes_on = more or any(lagging)
        if goes_on:
            self.go_on()
        self.busy = goes_on or any(pane.undrawn for pane in panes)

    def go_on(self) -> None:
        """Another frame soon."""
        self.busy = True
        if self._due is None:
            self._due = time.monotonic()
            self._later(PAUSE, self.next)

    def next(self) -> None:
        """The frame that was due, after the answer to a key that was pressed meanwhile."""
        rest = courtesy.rest()
        if rest and self._due is not None and time.monotonic() - self._due < LATEST:
            self._later(rest, self.next)
            return
        self._due = None
        self._frame()
