"""The fault proxy itself: what it cuts is cut."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress

import trustme

from tests.faults.between import certificate
from tests.faults.proxy import Answer, Asked, Proxy


async def _nothing() -> AsyncIterator[bytes]:
    for each in ():
        yield each


async def _server(_: Asked) -> Answer:
    return Answer(200, {}, _nothing())


async def test_who_shakes_hands_while_all_are_cut_is_cut_too() -> None:
    """On a busy machine that takes a while: such a connection lived on under blows that let nothing through."""
    authority = trustme.CA()
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    received, sent = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = trusting.wrap_bio(received, sent, server_hostname="127.0.0.1")
    async with Proxy(_server, certificate(authority)).serving() as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        with suppress(ssl.SSLWantReadError):
            tls.do_handshake()
        writer.write(sent.read())
        received.write(await reader.read(65536))  # so the other side has begun
        await proxy.cut()
        tls.do_handshake()
        tls.write(b"GET /api HTTP/1.1\r\n\r\n")
        writer.write(sent.read())
        with suppress(ConnectionError):
            await reader.read()
        assert proxy.asked == []
        writer.transport.abort()
