"""An answer of the API server while its body arrives, with a limit on silence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

import aiohttp

from sources import courtesy
from sources.kubernetes import failures
from sources.kubernetes.audit import Request
from sources.kubernetes.errors import Unreachable

MAX_ERROR_BODY = 64 * 1024
ERROR_TIME = 10.0
"""Seconds in which an error is read: one that drips must not hold up what it is about."""
HEAVY = 8 * 1024
GATHER = 0.004
"""Seconds before the next look after a piece of so many bytes: a long answer comes in records of 16 KB (TLS), and
each piece costs as much as what is in it. Not where the server waits for us."""
READ_AHEAD = 256 * 1024
"""Bytes of an answer that may wait to be looked at; at twice as many the server has to wait."""
NETWORK_ERRORS = (aiohttp.ClientError, TimeoutError, OSError)


class ApiResponse:
    """An answer whose body is still on its way. `headers` ignore case."""

    def __init__(
        self,
        raw: aiohttp.ClientResponse,
        record: Request,
        host: str,
        read_idle_timeout: float | None,
        first: bytes | None = None,
    ) -> None:
        self.status = raw.status
        self.headers: Mapping[str, str] = raw.headers
        self._raw = raw
        self._record = record
        self._host = host
        self._idle = read_idle_timeout
        self._first = first

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """The body as it arrives, decompressed, cut anywhere.

        Raises `ReadIdle` after `read_idle_timeout` seconds without a byte (time spent by the reader does not
        count), `Unreachable` when the connection breaks.
        """
        if self._first is not None:
            yield self._first
            return
        watchdog = _Watchdog(self._raw, self._idle)
        try:
            while True:
                watchdog.waiting()
                chunk = await self._raw.content.readany()
                watchdog.busy()
                if not chunk:
                    return
                self._record.bytes += len(chunk)
                yield chunk
                if len(chunk) >= HEAVY:
                    await courtesy.gap(GATHER if len(chunk) < 2 * READ_AHEAD else 0.0)
        except NETWORK_ERRORS as error:
            if watchdog.barked and self._idle is not None:
                raise failures.read_idle(self._host, self._idle) from None
            raise failures.from_exception(error, self._host, None) from None
        finally:
            watchdog.stop()

    async def read(self, limit: int) -> bytes:
        """The whole body; `Unreachable` if it is longer than `limit` bytes."""
        body = bytearray()
        async for chunk in self.chunks():
            body += chunk
            if len(body) > limit:
                raise Unreachable(f"{self._host} answered with more than {limit} bytes")
        return bytes(body)

    async def start(self) -> bytes:
        """As much of the body as an error message can be in, and as comes in time: the status says enough."""
        body = bytearray()
        try:
            async with asyncio.timeout(ERROR_TIME), aclosing(self.chunks()) as chunks:
                async for chunk in chunks:
                    body += chunk
                    if len(body) >= MAX_ERROR_BODY:
                        break
        except (TimeoutError, Unreachable):
            pass
        return bytes(body[:MAX_ERROR_BODY])


class _Watchdog:
    """Closes a response that has been waited on for too long; one timer per stream, not one per chunk."""

    def __init__(self, raw: aiohttp.ClientResponse, limit: float | None) -> None:
        self.barked = False
        self._raw = raw
        self._limit = limit
        self._loop = asyncio.get_running_loop()
        self._since: float | None = None
        self._timer = self._loop.call_later(limit, self._look) if limit is not None else None

    def waiting(self) -> None:
        self._since = self._loop.time()

    def busy(self) -> None:
        self._since = None

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        assert self._limit is not None
        now = self._loop.time()
        left = self._limit - (now - self._since if self._since is not None else 0.0)
        if left <= 0:
            self.barked = True
            self._raw.close()
        else:
            self._timer = self._loop.call_later(left, self._look)
