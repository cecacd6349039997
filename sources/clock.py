"""Where time comes from, and what wakes those who wait for it. Part of the contract, which hands it on."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Where time comes from, so that tests and the demo can own it."""

    def now(self) -> float:
        """UTC epoch seconds."""

    def monotonic(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Nudge:
    """Wakes everybody who waits for the next try: somebody asked for a refresh. One for all sources."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()

    def now(self) -> None:
        """To be called on the sources' loop."""
        self._asked.set()
        self._asked = asyncio.Event()

    async def pause(self, clock: Clock, seconds: float) -> bool:
        """Waits until somebody asks (True), or for so many seconds."""
        asked = asyncio.ensure_future(self._asked.wait())
        timer = asyncio.ensure_future(clock.sleep(seconds))
        try:
            await asyncio.wait((asked, timer), return_when=asyncio.FIRST_COMPLETED)
            return asked.done()
        finally:
            asked.cancel()
            timer.cancel()
