"""Whether the first lists of a source are there, for work that has to wait for what is on the screen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from sources import courtesy
from sources.contract import Change, State, Status

GRACE = 0.3
"""For each second of a list the seconds that it takes at most to be shown once it is there."""
LOOK = 0.2
"""Seconds between two looks whether it is."""

_UNDER_WAY: frozenset[State] = frozenset({"connecting", "loading"})


class FirstLists:
    """Listens to feeds: each is awaited from its first turn until it says anything but that it is under way, or
    ends. A list that is made anew later is awaited by nobody."""

    def __init__(self) -> None:
        self._awaited: set[str] = set()
        self._settled: set[str] = set()
        self._complete = asyncio.Event()
        self._complete.set()
        self._began = 0.0

    async def complete(self) -> None:
        """Returns once none of the feeds that run is awaited."""
        await self._complete.wait()

    async def shown(self) -> None:
        """The same, and what they brought is on the screen, if there is one, or that takes too long."""
        if self._complete.is_set():
            return
        await self.complete()
        now = time.monotonic()
        until = now + GRACE * (now - self._began)
        while courtesy.catching_up() and time.monotonic() < until:  # noqa: ASYNC110  # said by another thread
            await asyncio.sleep(LOOK)

    async def follow(self, name: str, feed: AsyncGenerator[Sequence[Change]]) -> AsyncGenerator[Sequence[Change]]:
        """What the feed says."""
        if name not in self._settled:
            self._awaited.add(name)
            self._complete.clear()
            self._began = self._began or time.monotonic()
        try:
            async with aclosing(feed) as batches:
                async for changes in batches:
                    if name in self._awaited and any(_settles(change) for change in changes):
                        self._settle(name)
                    yield changes
                    del changes  # not to keep them until the next come
        finally:
            self._settle(name)

    def _settle(self, name: str) -> None:
        self._settled.add(name)
        self._awaited.discard(name)
        if not self._awaited:
            self._complete.set()


def _settles(change: Change) -> bool:
    return isinstance(change, Status) and change.state not in _UNDER_WAY
