"""A TCP relay in front of a real server that can cut, refuse and swallow."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import yaml


class Relay:
    """Forwards to `port` on loopback. `stall` makes it swallow everything while the connections stay open."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._sockets: set[socket.socket] = set()
        self._open = asyncio.Event()
        self._open.set()
        self.port = 0

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Resets all connections and refuses new ones until `open`."""
        if self._server is not None:
            self._server.close()
        for each in self._sockets:
            with contextlib.suppress(OSError):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def stall(self) -> None:
        self._open.clear()

    def flow(self) -> None:
        self._open.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        ours = writer.get_extra_info("socket")
        self._sockets.add(ours)
        there = None
        try:
            back, there = await asyncio.open_connection("127.0.0.1", self._target)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, there))
                group.create_task(self._pump(back, writer))
        except (OSError, ExceptionGroup, asyncio.CancelledError):
            pass  # the end of a connection, however it came, is this relay's business as usual
        finally:
            self._tasks.discard(task)
            self._sockets.discard(ours)
            for each in (writer, there):
                if each is not None:
                    each.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self._open.wait()
            writer.write(data)
            await writer.drain()
        raise ConnectionResetError


def _server(kubeconfig: Path) -> str:
    found: str = yaml.safe_load(kubeconfig.read_text())["clusters"][0]["cluster"]["server"]
    return found


def _with_server(kubeconfig: Path, server: str, folder: Path) -> Path:
    config = yaml.safe_load(kubeconfig.read_text())
    config["clusters"][0]["cluster"]["server"] = server
    changed = folder / "relayed.yaml"
    changed.write_text(yaml.safe_dump(config))
    return changed


@asynccontextmanager
async def relayed(kubeconfig: Path, folder: Path):
    """The relay, and a kubeconfig that goes through it."""
    address = urlsplit(_server(kubeconfig))
    relay = Relay(address.port or 443)
    await relay.open()
    changed = _with_server(kubeconfig, f"https://{address.hostname}:{relay.port}", folder)
    try:
        yield relay, changed
    finally:
        relay.flow()
        await relay.cut()
