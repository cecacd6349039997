"""When the clock may draw: not while the terminal is behind, and seldom where little is to be sent."""

from __future__ import annotations

import time
from collections.abc import Callable

FRAME = 3.0
"""Seconds between two frames in low-bandwidth mode; what keys do is drawn at once."""
SECOND = 10
"""Seconds after which ages and clocks move on there."""


class Rhythm:
    """`behind` tells whether the terminal has still to draw what it was sent: frames are dropped, not delayed."""

    def __init__(self, behind: Callable[[], bool], low: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._behind, self._clock = behind, clock
        self._framed = float("-inf")
        self._seconds = 0
        self._late = False
        self.low = low
        """Whether little is to be sent."""
        self.waits = False
        """Whether a frame was dropped since the last one."""

    def behind(self) -> bool:
        """Whether this frame is dropped."""
        self.waits = self._behind()
        return self.waits

    def frame_due(self) -> bool:
        """Whether news may be drawn now."""
        now = self._clock()
        if self.low and now - self._framed < FRAME:
            return False
        self._framed = now
        return True

    def second_due(self) -> bool:
        """Whether ages and clocks move on with this second; those of a dropped one do with the next."""
        self._seconds += 1
        due = self._late or not self.low or self._seconds % SECOND == 0
        self._late = due and self.behind()
        return due and not self._late
