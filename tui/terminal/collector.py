"""Python's garbage collector without its long pauses.

A full collection goes through every object there is: 0.1 to 0.3 s on a large cluster, during which nothing else
runs, several times a minute while one loads. Here what survived a full collection is set aside (`gc.freeze`), so
that the next one has only newer objects to go through. Objects that become unreachable in cycles later wait for a
`sweep` of everything, which comes when nobody has pressed a key for a while. Memory that lies free between what is
used goes back to the system every few seconds: of buffers and arrays that came and went, many megabytes in hours.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable, Mapping
from typing import Any

from tui.terminal.heap import give_back, keep_large_apart

EVERY, SELDOM = 300.0, 1800.0
"""Seconds between two sweeps, at least and at most."""
EACH = 1e-3
"""Seconds between two sweeps for each object that is gone through: of ten million in a second, so that they take a
ten-thousandth of the time."""
STILL = 60.0
"""Seconds without a key before one."""
PAINTED = 2.0
"""Seconds after the start at which the heap is set up: the first picture goes before, large lists come after."""
TRIM = 10.0
"""Seconds between two times at which free memory is given back, also while somebody types: of 250 MB it takes a
millisecond."""
OFTEN = (2_000, 5, 3)
"""How many new objects make a collection, how many of those a larger one, and of those a full one: its 30,000 new
objects are gone through in some 10 ms."""


class Collector:
    """Arranges collections from `start` to `stop`; one in a process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._used = self._swept = self._trimmed = clock()
        self._timer: asyncio.TimerHandle | None = None
        self._apart: asyncio.TimerHandle | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        gc.callbacks.append(_set_aside)
        gc.freeze()
        gc.set_threshold(*OFTEN)
        self._apart = loop.call_later(PAINTED, keep_large_apart)
        self._look(loop)

    def stop(self) -> None:
        if self._timer is not None and self._apart is not None:
            self._timer.cancel()
            self._apart.cancel()
            self._timer = self._apart = None
            gc.callbacks.remove(_set_aside)
            gc.unfreeze()

    def used(self) -> None:
        """A key was pressed."""
        self._used = self._clock()

    def left(self) -> None:
        """Something large was left behind, a cluster say: the next quiet minute is a time for a sweep."""
        self._swept = float("-inf")

    def sweep(self) -> bool:
        """Collects everything if it is time for it; True then."""
        now = self._clock()
        every = min(max(EVERY, EACH * gc.get_freeze_count()), SELDOM)
        due = now - self._used >= STILL and now - self._swept >= every
        if due:
            gc.unfreeze()
            gc.collect()
            self._swept = now
        if due or now - self._trimmed >= TRIM:
            give_back()
            self._trimmed = now
        return due

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self.sweep()
        self._timer = loop.call_later(TRIM, self._look, loop)


def _set_aside(phase: str, info: Mapping[str, Any]) -> None:
    if phase == "stop" and info["generation"] == 2:
        gc.freeze()
