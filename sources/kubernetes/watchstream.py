"""From the bytes of a watch to its events: cuts lines, bounds them, and guards against silence."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Literal

import msgspec
from msgspec import Raw, Struct

from sources.contract import Clock
from sources.kubernetes.errors import ApiStatusError, status_error

MOST_LINE = 16 * 1024 * 1024
"""Bytes of one event. The API server's own limit of an object is some 1.5 MB (3 MB as JSON)."""


class WatchEvent(Struct, gc=False):
    """One line of a watch (meta/v1 WatchEvent): ADDED, MODIFIED, DELETED, BOOKMARK or ERROR."""

    type: str
    object: Raw = Raw()


class EventMeta(Struct, gc=False, rename="camel"):
    """`metadata` of an event's object, as far as following the stream needs it."""

    name: str | None = None
    namespace: str | None = None
    uid: str | None = None
    resource_version: str | None = None
    annotations: Mapping[str, str | None] | None = None


class _Object(Struct, gc=False):
    metadata: EventMeta | None = None


class _StatusCause(Struct):
    reason: str | None = None


class _StatusDetails(Struct, rename="camel"):
    causes: Sequence[_StatusCause] | None = None
    retry_after_seconds: float | None = None


class _Status(Struct):
    code: int | None = None
    reason: str | None = None
    message: str | None = None
    details: _StatusDetails | None = None


class DamagedError(ValueError):
    """An event that does not end within the limit: no use to read on."""


_event = msgspec.json.Decoder(WatchEvent)
_object = msgspec.json.Decoder(_Object)
_status = msgspec.json.Decoder(_Status)


_CHANGE = re.compile(rb'\{"type":"(ADDED|MODIFIED)","object":(?=\{)')
"""How a server writes a change. Its object is decoded anyway: it need not be parsed only to find its end."""


def parse_line(line: bytes) -> WatchEvent | None:
    """None for a line that is no watch event."""
    change = _CHANGE.match(line)
    if change is not None and line.endswith(b"}}"):
        return WatchEvent(change[1].decode(), Raw(memoryview(line)[change.end() : -1]))
    try:
        return _event.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def metadata_of(raw: Raw) -> EventMeta:
    """The object's metadata; empty when it has none or an odd one."""
    try:
        return _object.decode(raw).metadata or EventMeta()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return EventMeta()


def ends_initial_events(raw: Raw) -> bool:
    """Whether a BOOKMARK marks the end of the initial events (WatchList)."""
    return (metadata_of(raw).annotations or {}).get("k8s.io/initial-events-end") == "true"


def stream_error(raw: Raw, what: str) -> ApiStatusError:
    """The `Status` of an ERROR event, as the error it would be had it come as an answer."""
    try:
        status = _status.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        status = _Status()
    details = status.details or _StatusDetails()
    return status_error(
        f"{what}: {status.message or status.reason or 'an error without a message'}",
        status=status.code or 500,
        reason=status.reason or "",
        retry_after=details.retry_after_seconds,
        causes=tuple(cause.reason or "" for cause in details.causes or ()),
    )


class LineReader:
    """Blocks of bytes in, whole lines out; an unfinished last line is never handed out.

    Compression is undone by the transport, block by block.
    """

    def __init__(self, limit: int = MOST_LINE) -> None:
        self._limit = limit
        self._rest = bytearray()

    def feed(self, block: bytes) -> Sequence[bytes]:
        """Raises DamagedError."""
        first, *lines = block.split(b"\n")
        self._rest += first
        if not lines:
            if len(self._rest) > self._limit:
                raise DamagedError(f"an event of more than {self._limit} bytes")
            return ()
        whole, self._rest = bytes(self._rest), bytearray(lines.pop())
        return [line for line in (whole, *lines) if line and not line.isspace()]


Interruption = Literal["idle", "deadline", "reopen"]


class Watchdog:
    """Ends the reading of a stream that has been silent for `idle` seconds, lasts longer than `deadline`
    seconds, or is to be opened anew (`interrupt`).

    An async context manager around the reading; it swallows only the cancellation that it caused itself, and
    `barked` then says why. Time is the injected clock's, so that tests need not wait.
    """

    def __init__(self, clock: Clock, idle: float, deadline: float) -> None:
        self.barked: Interruption | None = None
        self.idle = idle
        self._clock = clock
        self._started = self._heard = clock.monotonic()
        self._deadline = self._started + deadline
        self._reader: asyncio.Task[object] | None = None
        self._guard: asyncio.Task[None] | None = None

    def heard(self) -> None:
        """Something arrived."""
        self._heard = self._clock.monotonic()

    def interrupt(self, why: Interruption = "reopen") -> None:
        """Ends the reading now."""
        if self._reader is not None and self.barked is None:
            self.barked = why
            self._reader.cancel()

    @contextmanager
    def after(self, seconds: float, call: Callable[[], None]) -> Iterator[None]:
        """Calls once, if the block lasts that long."""

        async def wait() -> None:
            await self._clock.sleep(seconds)
            call()

        task = asyncio.create_task(wait())
        try:
            yield
        finally:
            task.cancel()

    async def __aenter__(self) -> Watchdog:
        self._reader = asyncio.current_task()
        self._guard = asyncio.create_task(self._watch())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        reader, self._reader = self._reader, None
        assert self._guard is not None
        assert reader is not None
        self._guard.cancel()
        if self.barked is None:
            return False
        others = reader.uncancel()
        return kind is not None and issubclass(kind, asyncio.CancelledError) and others == 0

    async def _watch(self) -> None:
        while True:
            now = self._clock.monotonic()
            idle_at = self._heard + self.idle
            if now >= self._deadline:
                return self.interrupt("deadline")
            if now >= idle_at:
                return self.interrupt("idle")
            await self._clock.sleep(min(idle_at, self._deadline) - now)
