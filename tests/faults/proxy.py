"""An HTTP proxy in front of a server that does to requests and answers whatever it is told: the faults compose.

    proxy = Proxy(forward(port, context))
    async with proxy.serving():
        proxy.inject(status(503), where=watches)      # this answer instead of the server's
        proxy.inject(drip(10, 0.1))                   # and all of them slowly
        proxy.stall(); proxy.flow(); await proxy.cut(); await proxy.open()

Each request has a connection of its own. What the server answers is unpacked and packed again, so that an answer
that is cut looks cut, and one that is closed in order looks whole.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeAlias
from urllib.parse import parse_qsl, urlsplit

Bytes: TypeAlias = AsyncIterator[bytes]


@dataclass(frozen=True)
class Asked:
    """A request. `headers` are by lower-case name, `at` is the monotonic clock."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> Mapping[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))


@dataclass(frozen=True)
class Answer:
    """An answer whose body is still to come. A body that raises `Cut` ends before its end."""

    status: int
    headers: Mapping[str, str]
    body: Bytes


class Cut(Exception):
    """The connection ends here, in the middle of an answer."""


Ask: TypeAlias = Callable[[Asked], Awaitable[Answer]]
Fault: TypeAlias = Callable[[Asked, Ask], Awaitable[Answer]]
Where: TypeAlias = Callable[[Asked], bool]


def everything(_: Asked) -> bool:
    return True


def watches(asked: Asked) -> bool:
    return "watch" in asked.query


def lists(asked: Asked) -> bool:
    return not watches(asked) and asked.path.startswith("/api/v1/")


class Proxy:
    """Answers by `server`, changed by the faults that are injected. `asked` is every request that came in."""

    def __init__(self, server: Ask, tls: ssl.SSLContext | None = None) -> None:
        self.port = 0
        self.asked: list[Asked] = []
        self.heard = asyncio.Event()
        """Set once anything was asked."""
        self._ask = server
        self._tls = tls
        self._faults: list[tuple[Fault, Where]] = []
        self._listening: asyncio.Server | None = None
        self._cuts = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._sockets: set[socket.socket] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Proxy]:
        await self.open()
        try:
            yield self
        finally:
            self.flow()
            await self.cut()

    # -- what goes wrong

    def inject(self, fault: Fault, where: Where = everything) -> None:
        """From now on; the one that was injected last is nearest to the client."""
        self._faults.append((fault, where))

    def heal(self) -> None:
        """No faults any more. Answers that are under way keep theirs."""
        self._faults.clear()

    async def open(self, tls: ssl.SSLContext | None = None) -> None:
        """Takes connections, at the same port as before; with another certificate if one is given."""
        self._tls = tls or self._tls
        serve = partial(self._serve, self._cuts)
        self._listening = await asyncio.start_server(serve, "127.0.0.1", self.port, ssl=self._tls)
        self.port = self._listening.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Resets all connections and refuses new ones until `open`."""
        self._cuts += 1
        if self._listening is not None:
            self._listening.close()
        await self.reset()

    async def reset(self) -> None:
        """Resets all connections; new ones are welcome."""
        for each in self._sockets:
            _reset_on_close(each)
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def stall(self) -> None:
        """Swallows everything while the connections stay open: a dead peer behind something that acknowledges."""
        self._flowing.clear()

    def flow(self) -> None:
        self._flowing.set()

    # -- what goes through

    async def _serve(self, cuts: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if cuts != self._cuts:  # it shook hands when all others were cut
            writer.transport.abort()
            return
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        ours = writer.get_extra_info("socket")
        self._sockets.add(ours)
        try:
            asked = await _request(reader)
            self.asked.append(asked)
            self.heard.set()
            answering = asyncio.ensure_future(self._answer(asked, writer))
            gone = asyncio.ensure_future(reader.read(1))
            try:
                await asyncio.wait((answering, gone), return_when=asyncio.FIRST_COMPLETED)
            finally:
                answering.cancel()
                gone.cancel()
                results = await asyncio.gather(answering, gone, return_exceptions=True)
            if isinstance(results[0], Cut):
                _reset_on_close(ours)
            elif results[0] is None:
                writer.close()
                return
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the end of a connection, however it came, is this proxy's business as usual
        finally:
            self._tasks.discard(task)
            self._sockets.discard(ours)
            if not writer.is_closing():
                writer.transport.abort()

    async def _answer(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        await self._flowing.wait()
        ask = self._ask
        for fault, where in self._faults:
            if where(asked):
                ask = _through(fault, ask)
        answer = await ask(asked)
        head = [f"HTTP/1.1 {answer.status} Whatever", "Connection: close", "Transfer-Encoding: chunked"]
        head += [f"{name}: {value}" for name, value in answer.headers.items()]
        await self._flowing.wait()
        writer.write("\r\n".join([*head, "", ""]).encode())
        await writer.drain()
        async for block in answer.body:
            if not block:
                continue  # it would be the end
            await self._flowing.wait()
            writer.write(b"%x\r\n%b\r\n" % (len(block), block))
            await writer.drain()
        await self._flowing.wait()
        writer.write(b"0\r\n\r\n")
        await writer.drain()


def _through(fault: Fault, ask: Ask) -> Ask:
    return lambda asked: fault(asked, ask)


def _reset_on_close(ours: socket.socket) -> None:
    with contextlib.suppress(OSError):
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def _request(reader: asyncio.StreamReader) -> Asked:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, target, _ = lines[0].split(" ")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method, target, headers, body)


def forward(port: int, context: ssl.SSLContext | None = None) -> Ask:
    """Asks the server at this port of loopback. In HTTP/1.0, so that its answer comes unpacked."""

    async def ask(asked: Asked) -> Answer:
        name = "localhost" if context else None
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=name)
        try:
            kept = {name: value for name, value in asked.headers.items() if name not in ("connection", "host")}
            head = [f"{asked.method} {asked.target} HTTP/1.0", f"Host: 127.0.0.1:{port}"]
            head += [f"{name}: {value}" for name, value in kept.items()]
            writer.write("\r\n".join([*head, "", ""]).encode() + asked.body)
            lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        except BaseException:
            writer.transport.abort()
            raise
        headers = {name: value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)}
        packing = ("connection", "content-length", "transfer-encoding")
        headers = {name: value for name, value in headers.items() if name.lower() not in packing}

        async def body() -> Bytes:
            try:
                while block := await reader.read(65536):
                    yield block
            except ssl.SSLError:
                raise Cut from None
            finally:
                writer.transport.abort()

        return Answer(int(lines[0].split(" ")[1]), headers, body())

    return ask


def changed(change: Callable[[Bytes], Bytes]) -> Fault:
    """The server's answer with another body."""

    async def fault(asked: Asked, ask: Ask) -> Answer:
        answer = await ask(asked)
        return replace(answer, body=change(answer.body))

    return fault
