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
IN_TROUBLE = 3.0
"""Seconds between two looks while the server does not answer: one small request instead of a try by everybody."""
TIMEOUT = 5.0
STARTING = 20.0
"""An API server that has just started refuses everybody until it knows the roles: after a failure, 401 and 403 are
no answer for so long."""
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
    minutes), so silence proves nothing. Where it is the server that was away, its return ends everybody's pauses.
    The task runs only while somebody follows or waits.
    """

    def __init__(self, api: Api, clock: Clock, nudge: Nudge | None = None) -> None:
        self.trouble = ""
        """Why the server does not answer; "" while it does."""
        self._api = api
        self._clock = clock
        self._nudge = nudge or Nudge()
        self._followers: list[Follower] = []
        self._waiting = 0
        self._trouble_since = 0.0
        self._refused_since: float | None = None
        self._task: asyncio.Task[None] | None = None

    @contextmanager
    def follow(self, follower: Follower) -> Iterator[None]:
        """Tells `follower` while the block lasts."""
        self._followers.append(follower)
        self._start()
        try:
            yield
        finally:
            self._followers.remove(follower)

    @contextmanager
    def awaited(self) -> Iterator[None]:
        """Looks for the return of the server while the block lasts; then the nudge goes to all who wait."""
        self._waiting += 1
        if self._waiting == 1 and not self.trouble and self._task is not None:
            self._task.cancel()  # it sleeps, and somebody wants to know now
            self._task = asyncio.create_task(self._run(at_once=True))
        self._start()
        try:
            yield
        finally:
            self._waiting -= 1

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _start(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def _run(self, at_once: bool = False) -> None:
        if at_once:
            await self._probe([])
        while self._followers or self._waiting:
            pace = IN_TROUBLE if self.trouble or not self._followers else EVERY
            wall, mono = self._clock.now(), self._clock.monotonic()
            await self._nudge.pause(self._clock, pace)
            passed = self._clock.monotonic() - mono
            late = max(self._clock.now() - wall, passed) - pace
            if late > GAP:
                self._tell_all(f"this program was stopped for {late:.0f} s")
                continue
            asked = passed < pace - 1  # by a person, who wants to know now
            quiet = [f for f in self._followers if asked or self._clock.monotonic() - f.last_heard >= EVERY - 1]
            if quiet or self.trouble or self._waiting:
                await self._probe(quiet)
            if not self.trouble:
                for follower in list(self._followers):
                    follower.answered()

    async def _probe(self, quiet: list[Follower]) -> None:
        before, self.trouble = self.trouble, await self._trouble()
        if self.trouble:
            self._trouble_since = self._trouble_since if before else self._clock.monotonic()
            for follower in quiet:
                follower.unreachable(self.trouble, self._clock.now() + IN_TROUBLE)
        elif before:
            for follower in list(self._followers):
                if follower.last_heard < self._trouble_since:  # the others were opened since
                    follower.reopen("the API server answers again")
            self._nudge.now()

    async def _trouble(self) -> str:
        try:
            try:
                await self._api.get("/readyz", within=TIMEOUT)
            except ApiStatusError as error:
                if error.status >= 400:
                    raise
                # a page or a redirect: a gateway that lets the API alone through, or a sign-in before all of it
                await self._api.get("/version", within=TIMEOUT)
        except ApiStatusError as error:
            if error.status < 400:
                return f"something else answers for the API server: {error}"
            # 401, 403, 404: somebody answers, and that is what we asked
            return f"the API server is not ready: {error}" if error.status >= 500 or self._starting(error) else ""
        except SourceError as error:
            self._refused_since = None
            return str(error)
        return ""

    def _starting(self, error: ApiStatusError) -> bool:
        if not self.trouble or error.status not in (401, 403):
            return False
        now = self._clock.monotonic()
        self._refused_since = now if self._refused_since is None else self._refused_since
        return now - self._refused_since < STARTING

    def _tell_all(self, detail: str) -> None:
        for follower in list(self._followers):
            follower.reopen(detail)
