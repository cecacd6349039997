"""Where reflectors put changes and a feed takes them out: coalesced, in order, and bounded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from typing import Any, Protocol

from sources.contract import Change, Clock, weight

COALESCE = 0.05
"""Seconds that a feed collects before it hands on: one batch, however many events arrive meanwhile."""
MOST_WAITING = 20_000
"""Objects that wait at most."""


class Sink(Protocol):
    """Where a reflector puts its changes."""

    def put(self, changes: Iterable[Change]) -> None:
        """Never waits."""

    async def room(self) -> None:
        """Returns once the reader has caught up."""

    def fail(self, error: BaseException) -> None:
        """Something is broken beyond repair; whoever reads gets this error."""


class Outbox:
    """`put` never waits; `room` makes a writer wait while the reader is behind, so that memory stays bounded."""

    def __init__(self, clock: Clock, most: int = MOST_WAITING) -> None:
        self._clock = clock
        self._most = most
        self._changes: list[Change] = []
        self._weight = 0
        self._filled = asyncio.Event()
        self._roomy = asyncio.Event()
        self._roomy.set()
        self._failure: BaseException | None = None

    def put(self, changes: Iterable[Change]) -> None:
        for change in changes:
            self._changes.append(change)
            self._weight += weight(change)
        if self._changes:
            self._filled.set()
        if self._weight > self._most:
            self._roomy.clear()

    async def room(self) -> None:
        """Returns once the reader has caught up."""
        await self._roomy.wait()

    def fail(self, error: BaseException) -> None:
        """The next `take` raises this, after what was put before."""
        self._failure = self._failure or error
        self._filled.set()

    async def take(self) -> list[Change]:
        """Everything put since the last time; waits until there is something."""
        await self._filled.wait()
        if self._failure is None:
            await self._clock.sleep(COALESCE)
        changes, self._changes, self._weight = self._changes, [], 0
        self._roomy.set()
        if self._failure is None:
            self._filled.clear()
        elif not changes:
            raise self._failure
        return changes


async def feed(clock: Clock, run: Callable[[Outbox], Awaitable[Any]]) -> AsyncGenerator[Sequence[Change]]:
    """What `run(outbox)` puts, coalesced. `run` is ended with the feed, and its failure is the feed's."""
    outbox = Outbox(clock)
    task = asyncio.ensure_future(run(outbox))
    task.add_done_callback(lambda done: pass_on_failure(done, outbox))
    try:
        while True:
            yield await outbox.take()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def pass_on_failure(task: asyncio.Future[Any], sink: Sink) -> None:
    """A done callback: the failure of a background task must not vanish."""
    if not task.cancelled() and (error := task.exception()) is not None:
        sink.fail(error)
