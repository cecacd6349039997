"""Answers of the API server while they arrive: chunk by chunk, with limits on silence and size, or not at all."""

from __future__ import annotations

import asyncio
import gzip

import pytest
from aiohttp import web

from sources import courtesy
from sources.kubernetes.audit import Request
from sources.kubernetes.errors import (
    ReadIdle,
    Unreachable,
)
from sources.kubernetes.response import GATHER, HEAVY, READ_AHEAD, ApiResponse
from sources.kubernetes.transport import ApiClient


@pytest.mark.fault(34)
async def test_a_stream_gives_bytes_as_they_come_also_gzipped(kubeconfig, server):
    more = asyncio.Event()

    async def handler(request):
        response = web.StreamResponse(headers={"Content-Encoding": "gzip"})
        await response.prepare(request)
        await response.write(gzip.compress(b"first\n"))
        await more.wait()
        await response.write(gzip.compress(b"second\n"))
        return response

    server.handler = handler
    async with ApiClient(kubeconfig(server)) as client, client.stream("/api/v1/pods", {"watch": 1}) as response:
        chunks = response.chunks()
        assert await anext(chunks) == b"first\n"
        assert client.audit.requests()[0].seconds is None
        more.set()
        assert await anext(chunks) == b"second\n"
        assert [chunk async for chunk in chunks] == []
    assert server.requests[0].headers["Accept-Encoding"] == "identity"


async def test_silence_is_read_idle_but_a_slow_reader_is_not(kubeconfig, server):
    more = asyncio.Event()

    async def handler(request):
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"x")
        await more.wait()
        await response.write(b"y")
        await asyncio.Event().wait()
        return response

    server.handler = handler
    async with (
        ApiClient(kubeconfig(server)) as client,
        client.stream("/w", read_idle_timeout=0.2) as response,
    ):
        chunks = response.chunks()
        assert await anext(chunks) == b"x"
        await asyncio.sleep(0.5)  # the reader's own time
        more.set()
        assert await anext(chunks) == b"y"
        with pytest.raises(ReadIdle, match=r"for 0\.2 s"):
            await anext(chunks)


async def test_more_is_gathered_only_while_there_is_room_for_it(monkeypatch):
    pieces = [b"x" * size for size in (HEAVY - 1, HEAVY, 2 * READ_AHEAD, HEAVY, 0)]
    pauses = []

    class Raw:
        status, headers = 200, {}

        @property
        def content(self):
            return self

        async def readany(self):
            return pieces.pop(0)

    async def gap(least):
        pauses.append(least)

    monkeypatch.setattr(courtesy, "gap", gap)
    answer = ApiResponse(Raw(), Request(0.0, "GET", "/"), "host", None)
    assert [len(chunk) async for chunk in answer.chunks()] == [HEAVY - 1, HEAVY, 2 * READ_AHEAD, HEAVY]
    assert pauses == [GATHER, 0.0, GATHER]


@pytest.mark.fault(28)
async def test_no_first_byte_is_unreachable(kubeconfig, server):
    async def handler(_):
        await asyncio.Event().wait()

    server.handler = handler
    async with ApiClient(kubeconfig(server, request_timeout="50ms")) as client:
        with pytest.raises(Unreachable, match=r"no answer within 0\.05 s"):
            async with client.stream("/w", first_byte_timeout=0.05):
                pass
        with pytest.raises(Unreachable, match=r"no complete answer within 0\.05 s"):
            await client.get_bytes("/w")


@pytest.mark.fault(23)
async def test_a_body_that_breaks_off_and_one_that_is_too_long(kubeconfig, server):
    async def handler(request):
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b"x" * 50)
        request.transport.close()
        return response

    server.handler = handler
    async with ApiClient(kubeconfig(server)) as client:
        with pytest.raises(Unreachable, match="broke in the middle"):
            await client.get_bytes("/x")
        server.handler = None
        with pytest.raises(Unreachable, match="more than 3 bytes"):
            await client.get_bytes("/x", limit=3)


@pytest.mark.fault(1)
async def test_no_server_says_host_and_reason(kubeconfig, server):
    config = kubeconfig(server)
    await server.stop()
    async with ApiClient(config) as client:
        with pytest.raises(Unreachable, match=rf"127\.0\.0\.1:{server.port}: Connection refused"):
            await client.get_bytes("/version")
    async with ApiClient(kubeconfig("https://no-such-host.invalid")) as client:
        with pytest.raises(Unreachable, match=r"no-such-host\.invalid: no such host"):
            await client.get_bytes("/version")


@pytest.mark.fault(40)
async def test_the_servers_clock(kubeconfig, server, clock):
    async def handler(_):
        return web.Response(headers={"Date": "Tue, 14 Nov 2023 23:13:20 GMT"})  # an hour after the fake clock

    server.handler = handler
    async with ApiClient(kubeconfig(server), clock=clock) as client:
        assert client.clock_offset is None
        await client.get_bytes("/version")
        assert client.clock_offset == 3600.5
