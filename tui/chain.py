"""Frames one after the other while there is more to do than one of them has time for."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from textual.message_pump import MessagePump

from tui.panes.pane import Pane

SLICE, CALM_SLICE = 0.005, 0.012
"""Seconds of CPU that one frame may spend on what panes have still to look at: on a busy machine as many rows as
on a calm one, or all the time would go to drawing. More of it while nobody presses keys."""
CALM = 2.0
"""Seconds without a key after which nobody is pressing any."""
PAUSE = 0.001
"""Seconds between two frames, in which keys that were pressed meanwhile are obeyed."""
KEY = 0.025
"""Seconds that the next frame waits for after a key: what a key does takes several turns of the event loop, and a
frame before each of them would be felt."""


class Chain:
    """One chain only: whoever asks for another frame while one is due gets that one."""

    def __init__(self, pump: MessagePump, frame: Callable[[], None]) -> None:
        self._pump = pump
        self._frame = frame
        self._due = False
        self._keyed = float("-inf")
        self.busy = False
        """Whether a frame left something to do."""

    @property
    def slice(self) -> float:
        """Seconds of CPU that may be spent in one go."""
        return SLICE if time.monotonic() - self._keyed < CALM else CALM_SLICE

    def advance(self, panes: Sequence[Pane], more: bool) -> None:
        """Goes on with what panes have still to do; with `more` there is something to do besides."""
        deadline = time.thread_time() + self.slice
        lagging = [pane.advance(deadline) for pane in panes]
        self.busy = more or any(lagging)
        if self.busy:
            self.go_on()

    def go_on(self) -> None:
        """Another frame soon."""
        self.busy = True
        if not self._due:
            self._due = True
            self._pump.set_timer(PAUSE, self.next)

    def let_pass(self) -> None:
        """A key was pressed: it goes first."""
        self._keyed = time.monotonic()

    def next(self) -> None:
        """The frame that was due."""
        if (left := self._keyed + KEY - time.monotonic()) > 0:
            self._pump.set_timer(left, self.next)
            return
        self._due = False
        self._frame()
