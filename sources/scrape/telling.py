"""A feed whose first answer is long in coming: what goes before it is said meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

from sources.contract import Change, Clock, Status

LOOK = 0.5
"""Seconds between two looks at what is waited for."""


async def telling(
    feed: AsyncGenerator[Sequence[Change]], stage: Callable[[], str], clock: Clock, via: str
) -> AsyncGenerator[Sequence[Change]]:
    """What `feed` says; between its opening and its first answer also what `stage` says that is waited for ("":
    nothing to tell)."""
    async with aclosing(feed):
        yield await anext(feed)
        first, told = asyncio.ensure_future(anext(feed)), ""
        try:
            while not first.done():
                if (now := stage()) and now != told:
                    told = now
                    yield [Status("connecting", told, via=via)]
                timer = asyncio.ensure_future(clock.sleep(LOOK))
                await asyncio.wait((first, timer), return_when=asyncio.FIRST_COMPLETED)
                timer.cancel()
            yield await first
        finally:
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
        async for changes in feed:
            yield changes
