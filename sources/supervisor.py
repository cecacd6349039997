"""Runs the feeds of the sources: starts them, restarts them with backoff, and says how each is doing."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from sources.contract import (
    MOST_ASKED,
    STREAMS,
    Batch,
    Clock,
    Denied,
    Emit,
    Feed,
    Misconfigured,
    NotSupported,
    Nudge,
    Source,
    SourceError,
    State,
    Status,
    SystemClock,
    Unavailable,
)
from sources.redact import redact

FIRST_DELAY = 0.8
LAST_DELAY = 30.0
SETTLED = 120.0
"""A feed that ran this long before it failed starts again with the first delay, as client-go's reflector does."""


class Supervisor:
    """Keeps every feed of every source running; a feed that fails takes no other with it.

    Feeds handle what they understand themselves (a lost watch, an expired list). What reaches this place is
    what they could not: it becomes a `Status`, and the feed is opened again after a while.
    """

    def __init__(
        self,
        sources: Mapping[str, Source],
        emit: Emit,
        clock: Clock | None = None,
        rng: random.Random | None = None,
        nudge: Nudge | None = None,
    ) -> None:
        self._nudge = nudge or Nudge()
        self._sources = sources
        self._emit = emit
        self._clock: Clock = clock or SystemClock()
        self._rng = rng or random.Random()
        self._tasks: dict[tuple[str, str], asyncio.Task[None]] = {}

    def start(self, feeds: frozenset[str] | None = None) -> None:
        """Starts each feed (of those named, or all) of each source. Needs a running loop."""
        for name, source in self._sources.items():
            for feed, capability in STREAMS.items():
                if isinstance(source, capability) and (feeds is None or feed in feeds):
                    opened: Callable[[], Feed] = getattr(source, feed)
                    self._tasks[name, feed] = asyncio.create_task(
                        self._run(name, feed, opened), name=f"{name}.{feed}"
                    )

    async def stop(self) -> None:
        """Cancels all feeds and waits until they have let go."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._tasks.clear()

    async def _run(self, source: str, feed: str, opened: Callable[[], Feed]) -> None:
        delay = FIRST_DELAY
        had_data = False
        while True:
            started = self._clock.monotonic()
            try:
                async with _closing(opened()) as stream:
                    async for changes in stream:
                        if changes:
                            had_data = had_data or not all(isinstance(change, Status) for change in changes)
                            self._emit(Batch(source, feed, self._clock.now(), tuple(changes)))
                        del changes  # until the next come they would be kept: 30 MB of a large cluster's usage
                error: Exception = Unavailable("the feed ended by itself")
            except (Exception, asyncio.CancelledError) as raised:
                # Whatever a third party's feed raises must not end the others, nor this one for good.
                if _being_cancelled():
                    raise
                error = raised if isinstance(raised, Exception) else Unavailable("the feed gave itself up")
            if self._clock.monotonic() - started > SETTLED:
                delay = FIRST_DELAY
            pause = delay * (1 + self._rng.random())
            if isinstance(error, Unavailable) and error.retry_after:
                pause = max(pause, min(error.retry_after, MOST_ASKED))
            if isinstance(error, (Denied, Misconfigured, NotSupported)):
                pause = max(pause, LAST_DELAY)
            delay = min(delay * 2, LAST_DELAY)
            now = self._clock.now()
            self._emit(Batch(source, feed, now, (failure_status(error, had_data, now, now + pause),)))
            if await self._nudge.pause(self._clock, pause):
                delay = FIRST_DELAY


def failure_status(error: Exception, had_data: bool, now: float, retry_at: float) -> Status:
    """What a feed's failure means to the person who watches: the last picture stays, with its reason."""
    if isinstance(error, Denied):
        missing = (error.missing,) if error.missing else ()
        return Status("denied", detail=str(error), missing=missing, retry_at=retry_at, since=now)
    if isinstance(error, NotSupported):
        return Status("absent", detail=str(error), retry_at=retry_at, since=now)
    state: State = "stale" if had_data else "failed"
    # Our own errors carry no secrets; what else a source raises may quote a header or a URL.
    detail = str(error) if isinstance(error, SourceError) else redact(f"{type(error).__name__}: {error}")
    return Status(state, detail=detail, retry_at=retry_at, since=now)


@asynccontextmanager
async def _closing(stream: Feed) -> AsyncIterator[Feed]:
    """Closes a feed at the end, where it can be closed: any async iterator is one."""
    try:
        yield stream
    finally:
        close = getattr(stream, "aclose", None)
        if close is not None:
            await close()


def _being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
