"""The API client through a CONNECT proxy that wants a password."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from sources.kubernetes.errors import (
    Unreachable,
)
from sources.kubernetes.transport import ApiClient


@pytest.fixture
async def connect_proxy():
    """A CONNECT proxy that asks for a password and notes what it was asked for."""
    asked = []

    async def pump(reader, writer):
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def handle(reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        asked.append(head)
        if "Basic bWU6aHVudGVyMg==" not in head:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            writer.close()
            return
        host, port = head.split()[1].rsplit(":", 1)
        to_reader, to_writer = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(pump(reader, to_writer), pump(to_reader, writer))

    listening = await asyncio.start_server(handle, "127.0.0.1", 0)
    listening.asked = asked
    listening.port = listening.sockets[0].getsockname()[1]
    yield listening
    listening.close()


async def test_requests_go_through_proxy_url_with_the_tls_name(kubeconfig, serve, connect_proxy):
    named = await serve(hostnames=("api.example",))
    url = f"http://me:hunter2@127.0.0.1:{connect_proxy.port}"
    config = kubeconfig(named, {"token": "t"}, cluster={"proxy-url": url, "tls-server-name": "api.example"})
    async with ApiClient(config) as client:
        assert await client.get_bytes("/version")
    assert connect_proxy.asked[0].startswith(f"CONNECT 127.0.0.1:{named.port}")
    assert "Bearer" not in connect_proxy.asked[0]


async def test_a_proxy_that_refuses_is_named(kubeconfig, server, connect_proxy):
    config = kubeconfig(server, cluster={"proxy-url": f"http://me:wrongpass@127.0.0.1:{connect_proxy.port}"})
    async with ApiClient(config) as client:
        with pytest.raises(Unreachable, match="the proxy answered 407") as caught:
            await client.get_bytes("/version")
    assert "wrongpass" not in str(caught.value)
