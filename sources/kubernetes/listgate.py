"""At most two big lists at a time: they cost the API server more seats than any other request of ours."""

from __future__ import annotations

import asyncio
import heapq
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

from sources import courtesy

SLOTS = 2
GRACE = 0.3
"""For each second of a list the seconds that it takes at most to be shown once it is there."""
LOOK = 0.2
"""Seconds between two looks whether it is."""


class ListGate:
    """A semaphore that lets the most urgent waiter in first (nodes, then pods, then events)."""

    def __init__(self, slots: int = SLOTS) -> None:
        self._free = self._slots = slots
        self._idle = asyncio.Event()
        self._order = count()
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []

    @asynccontextmanager
    async def slot(self, priority: int = 0, patient: bool = False) -> AsyncIterator[None]:
        """Holds one slot; the lowest number goes first. Who is `patient` waits until nobody else holds any, and
        then until what came meanwhile is on the screen."""
        began = time.monotonic()
        while patient and self._free < self._slots:
            self._idle.clear()
            await self._idle.wait()
            await self._shown(GRACE * (time.monotonic() - began))
        await self._acquire(priority)
        try:
            yield
        finally:
            self._release()

    @staticmethod
    async def _shown(most: float) -> None:
        """Returns once no screen has more to show, or after `most` seconds."""
        until = time.monotonic() + most
        await asyncio.sleep(min(LOOK, most))  # what came last is still on its way to it
        while courtesy.catching_up() and time.monotonic() < until:  # noqa: ASYNC110  # said by another thread
            await asyncio.sleep(LOOK)

    async def _acquire(self, priority: int) -> None:
        if self._free and not self._waiting:
            self._free -= 1
            return
        ticket = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (priority, next(self._order), ticket))
        try:
            await ticket
        except asyncio.CancelledError:
            if ticket.done() and not ticket.cancelled():
                self._release()  # the slot was ours already
            raise

    def _release(self) -> None:
        while self._waiting:
            *_, ticket = heapq.heappop(self._waiting)
            if not ticket.done():
                ticket.set_result(None)
                return
        self._free += 1
        if self._free == self._slots:
            self._idle.set()
