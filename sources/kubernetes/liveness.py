"""Notices within seconds that the API server is gone, or that we slept, while the watches still look open."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from sources.contract import Clock, Nudge, SourceError
from sources.kubernetes.api import Api
from sources.kubernetes.errors import ApiStatusError

EVERY = 10.0
"""Seconds between two looks; a stream that was heard of since needs no probe."""
TIMEOUT = 5.0
GAP = 60.0
"""A look that comes so much later than planned means that we were stopped: Ctrl-Z, a sleeping laptop."""


class Follower(Protocol):
    """Something that reads a stream and wants to know."""

    @property
    def last_heard(self) -> float:
        """When something arrived last, on the monotonic clock."""

    def unreachable(self, detail: str, retry_at: float) -> None:
        """The server does not answer; the stream may be dead although nothing says so. Looked again `retry_at`."""

    def answered(self) -> None:
        """The server is there: what was silent was silent because nothing happened."""

    def reopen(self, detail: str) -> None:
        """The stream may have died unnoticed: open it again."""


class Liveness:
    """Probes `/readyz` on a connection of its own while some watch is silent.

    A watch sends nothing when nothing happens, and bookmarks are no heartbeat (a quiet server sends none for
    minutes), so silence proves nothing. The task runs only while somebody follows.
    """

    def __init__(self, api: Api, clock: Clock, nudge: Nudge | None = None) -> None:
        self.trouble = ""
        """Why the server does not answer; "" while it does."""
        self._api = api
        self._clock = clock
        self._nudge = nudge or Nudge()
        self._followers: list[Follower] = []
        self._task: asyncio.Task[None] | None = None

    @contextmanager
    def follow(self, follower: Follower) -> Iterator[None]:
        """Tells `follower` while the block lasts."""
        self._followers.append(follower)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            self._followers.remove(follower)

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while self._followers:
            wall, mono = self._clock.now(), self._clock.monotonic()
            await self._nudge.pause(self._clock, EVERY)
            passed = self._clock.monotonic() - mono
            late = max(self._clock.now() - wall, passed) - EVERY
            if late > GAP:
                self._tell_all(f"this program was stopped for {late:.0f} s")
                continue
            asked = passed < EVERY - 1  # by a person, who wants to know now
            quiet = [f for f in self._followers if asked or self._clock.monotonic() - f.last_heard >= EVERY - 1]
            if quiet or self.trouble:
                await self._probe(quiet)
            if not self.trouble:
                for follower in list(self._followers):
                    follower.answered()

    async def _probe(self, quiet: list[Follower]) -> None:
        before, self.trouble = self.trouble, await self._trouble()
        if self.trouble:
            for follower in quiet:
                follower.unreachable(self.trouble, self._clock.now() + EVERY)
        elif before:
            self._tell_all("the API server answers again")

    async def _trouble(self) -> str:
        try:
            await self._api.get("/readyz", within=TIMEOUT)
        except ApiStatusError as error:
            # 401, 403, 404: somebody answers, and that is what we asked
            return f"the API server is not ready: {error}" if error.status >= 500 else ""
        except SourceError as error:
            return str(error)
        return ""

    def _tell_all(self, detail: str) -> None:
        for follower in list(self._followers):
            follower.reopen(detail)
