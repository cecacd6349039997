"""At most two big lists at a time: they cost the API server more seats than any other request of ours."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

SLOTS = 2


class ListGate:
    """A semaphore that lets the most urgent waiter in first (nodes, then pods, then events)."""

    def __init__(self, slots: int = SLOTS) -> None:
        self._free = self._slots = slots
        self._idle = asyncio.Event()
        self._order = count()
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []

    @asynccontextmanager
    async def slot(self, priority: int = 0, patient: bool = False) -> AsyncIterator[None]:
        """Holds one slot; the lowest number goes first. Who is `patient` waits until nobody else holds any."""
        while patient and self._free < self._slots:
            self._idle.clear()
            await self._idle.wait()
        await self._acquire(priority)
        try:
            yield
        finally:
            self._release()

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
