"""Python's garbage collector without its long pauses.

A full collection goes through every object there is: 0.1 to 0.3 s on a large cluster, during which nothing else
runs, several times a minute while one loads. Here what survived a full collection is set aside (`gc.freeze`), so
that the next one has only newer objects to go through. Objects that become unreachable in cycles later wait for a
`sweep` of everything, which comes when nobody has pressed a key for a while. It also gives back to the system what
lies free between what is used: of buffers and arrays that came and went, tens of megabytes in some hours.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

EVERY = 1800.0
"""Seconds between two sweeps."""
STILL = 60.0
"""Seconds without a key before one."""
OFTEN = (2_000, 5, 3)
"""How many new objects make a collection, how many of those a larger one, and of those a full one: its 30,000 new
objects are gone through in some 10 ms."""


class Collector:
    """Arranges collections from `start` to `stop`; one in a process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._used = self._swept = clock()
        self._timer: asyncio.TimerHandle | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        gc.callbacks.append(_set_aside)
        gc.freeze()
        gc.set_threshold(*OFTEN)
        self._look(loop)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            gc.callbacks.remove(_set_aside)
            gc.unfreeze()

    def used(self) -> None:
        """A key was pressed."""
        self._used = self._clock()

    def left(self) -> None:
        """Something large was left behind, a cluster say: the next quiet minute is a time for a sweep."""
        self._swept = self._clock() - EVERY

    def sweep(self) -> bool:
        """Collects everything if it is time for it; True then."""
        now = self._clock()
        if now - self._swept < EVERY or now - self._used < STILL:
            return False
        self._swept = now
        gc.unfreeze()
        gc.collect()
        give_back()
        return True

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self.sweep()
        self._timer = loop.call_later(STILL / 2, self._look, loop)


def give_back() -> None:
    """Whole pages of the C library's heap that lie free between used ones go back to the system: malloc_trim(3) of
    glibc, some milliseconds; another C library has none, and keeps them."""
    import ctypes  # here, as no start needs it

    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def _set_aside(phase: str, info: Mapping[str, Any]) -> None:
    if phase == "stop" and info["generation"] == 2:
        gc.freeze()
