"""What goes to the terminal of a frame, and when: first what answers a key; the rest as a narrow link takes it.

What has to wait is remembered as regions, not as bytes: when its turn comes it is drawn as it is then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from rich.console import Console
from textual._compositor import LayoutUpdate
from textual.geometry import Region

from tui.terminal.flow import AHEAD_FIRST
from tui.terminal.frames import Frame, Shown
from tui.terminal.pace import Pace

REST = 0.25
"""Seconds without a key until what else a key changed follows what was typed..."""
LONGEST = 1.0
"""...unless it has waited so long."""


@runtime_checkable
class GoesFirst(Protocol):
    """A widget that has lines which answer keys."""

    def take_first(self) -> Sequence[Region]:
        """Those parts of its content that keys have changed since it was asked."""
        ...

    @property
    def content_region(self) -> Region:
        """The cells of its content on the screen."""
        ...


class Outlet:
    """Only for the event loop's thread."""

    def __init__(self, pace: Pace, clock: Callable[[], float] = time.monotonic) -> None:
        self._pace, self._clock = pace, clock
        self._left: dict[Region, None] = {}
        self._left_first: list[Region] = []
        self._since = self._keyed = self._holds = float("-inf")
        self.shown = Shown()

    @property
    def waits(self) -> bool:
        """Whether something of the last frames has still to be drawn."""
        return bool(self._left)

    def keyed(self) -> None:
        """A key was pressed."""
        self._keyed = self._clock()

    def text(self, frame: Frame, console: Console, first: Sequence[Region]) -> str:
        """What to write now of a frame; `first` is what answers a key, in cells of the terminal."""
        now, flow = self._clock(), self._pace.flow
        if flow.pace is None:
            return self.shown.changes(frame, console, first)[0]
        if not self._left:
            self._since = now
        self._holds = self._keyed + REST if first else float("-inf")
        holds = now < min(self._holds, self._since + LONGEST)
        first = [*first, *self._left_first]
        room = flow.room(AHEAD_FIRST), 0 if holds else flow.room()
        text, left = self.shown.changes(frame, console, first, room)
        if isinstance(frame, LayoutUpdate):
            self._left.clear()
        self._left.update(dict.fromkeys(left))
        self._left_first = [region for region in left if any(each.overlaps(region) for each in first)]
        return text

    @property
    def pause(self) -> float:
        """Seconds until what waits may go on."""
        held = min(self._holds, self._since + LONGEST) - self._clock()
        return max(self._pace.flow.wait, held, 0.0)

    def take(self, screen: Region) -> list[Region]:
        """What is to be drawn now of a screen that may have another size by now."""
        left, self._left = self._left, {}
        return [region for each in left if (region := each.intersection(screen))]
