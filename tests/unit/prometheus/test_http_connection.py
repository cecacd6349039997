"""Behaviour on a real connection: cancelling, overlong and endless answers, TLS, servers that are not there."""

from __future__ import annotations

import asyncio
import ssl
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import trustme

from sources.contract import Context, NotSupported, ReadOnlyError, Unavailable
from sources.http import HttpConfig, endpoint
from sources.http.settings import parse_url
from sources.prometheus import PrometheusConfig, PrometheusSource
from sources.testing import ManualClock

GOOD = b'{"status":"success","data":{"resultType":"vector","result":[]}}'
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Loopback:
    """A TCP server that hands each request to `talk`, and counts connections."""

    def __init__(self, talk: Talk | bytes, context: ssl.SSLContext | None = None) -> None:
        """`talk` answers a request; bytes are said once, to whatever comes in, before hanging up."""
        self._talk = talk
        self._context = context
        self.connections = 0
        self.port = 0

    async def __aenter__(self) -> Loopback:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._context)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            if isinstance(self._talk, bytes):
                await reader.read(1)
                writer.write(self._talk)
                await writer.drain()
                return
            while await reader.readline():
                length = 0
                while (line := await reader.readline()) not in (b"\r\n", b""):
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                await reader.readexactly(length)
                await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client went away, which some tests are about
        finally:
            writer.close()


async def good(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(GOOD)}\r\n\r\n"
    writer.write(head.encode() + GOOD)
    await writer.drain()


def source(port: int, scheme: str = "http", host: str = "127.0.0.1", **config: Any) -> PrometheusSource:
    return PrometheusSource(PrometheusConfig(url=f"{scheme}://{host}:{port}", **config), Context("prom"))


async def test_a_cancelled_query_closes_its_connection() -> None:
    asked, closed = asyncio.Event(), asyncio.Event()

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        assert await reader.read(1) == b""  # end of file is how a server learns that nobody waits
        closed.set()

    async with Loopback(slow) as server:
        prometheus = source(server.port)
        task = asyncio.create_task(prometheus.query("heavy"))
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(closed.wait(), 10)
        await prometheus.close()


async def test_a_query_cancelled_while_its_answer_arrives_closes_its_connection_too() -> None:
    asked, closed = asyncio.Event(), asyncio.Event()

    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{")
        await writer.drain()
        asked.set()
        assert await reader.read(1) == b""
        closed.set()

    async with Loopback(half) as server:
        prometheus = source(server.port)
        task = asyncio.create_task(prometheus.query("heavy"))
        await asked.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.wait_for(closed.wait(), 10)
        await prometheus.close()


async def test_good_answers_share_one_connection() -> None:
    async with Loopback(good) as server:
        prometheus = source(server.port)
        for _ in range(3):
            await prometheus.query("up")
        assert server.connections == 1
        await prometheus.close()


@pytest.mark.fault("no HTTP")
async def test_an_overlong_answer_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "MAX_BODY", 1024 * 1024)

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        while True:
            writer.write(b" " * 65536)
            await writer.drain()

    async with Loopback(endless) as server:
        prometheus = source(server.port)
        with pytest.raises(NotSupported, match="more than 1 MB: ask for less"):
            await prometheus.query("up")
        await prometheus.close()


@pytest.mark.fault("no HTTP")
async def test_an_answer_that_drips_does_not_outlive_the_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sources.prometheus.source.GRACE", 0.0)

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.01)

    async with Loopback(drip) as server:
        prometheus = source(server.port, timeout=0.2)
        with pytest.raises(Unavailable, match=r"did not answer within 0\.2 s"):
            await prometheus.query("up")
        await prometheus.close()


@pytest.mark.fault("no HTTP")
async def test_a_server_that_is_not_there() -> None:
    async with Loopback(good) as server:
        port = server.port
    prometheus = source(port)
    with pytest.raises(Unavailable, match=rf"cannot reach http://127\.0\.0\.1:{port}: connection refused"):
        await prometheus.query("up")
    await prometheus.close()


@pytest.mark.fault("no HTTP")
async def test_a_server_that_speaks_something_else() -> None:
    async with Loopback(b"SSH-2.0-OpenSSH_9.2\r\n") as server:
        prometheus = source(server.port)
        with pytest.raises(Unavailable, match="does not speak HTTP"):
            await prometheus.query("up")
        await prometheus.close()


async def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    async with Loopback(good) as server:
        prometheus = source(server.port)
        await prometheus.query("up")
        await prometheus.close()


# -- TLS ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[trustme.CA, Path]:
    ca = trustme.CA()
    folder = tmp_path_factory.mktemp("tls")
    ca.cert_pem.write_to_path(str(folder / "ca.pem"))
    ca.issue_cert("topmast@example.org").private_key_and_cert_chain_pem.write_to_path(str(folder / "client.pem"))
    return ca, folder


def server_context(ca: trustme.CA, *names: str, client: bool = False) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(*names).configure_cert(context)
    if client:
        ca.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


async def test_tls_is_verified_against_the_given_bundle(authority: tuple[trustme.CA, Path]) -> None:
    ca, folder = authority
    async with Loopback(good, server_context(ca, "127.0.0.1")) as server:
        trusting = source(server.port, "https", ca_file=str(folder / "ca.pem"))
        await trusting.query("up")
        await trusting.close()
        doubting = source(server.port, "https")
        with pytest.raises(Unavailable, match=r"certificate is not trusted .*; set ca_file or server_name"):
            await doubting.query("up")
        await doubting.close()


async def test_a_server_name_other_than_the_host(authority: tuple[trustme.CA, Path]) -> None:
    ca, folder = authority
    async with Loopback(good, server_context(ca, "prometheus.internal")) as server:
        named = source(server.port, "https", ca_file=str(folder / "ca.pem"), server_name="prometheus.internal")
        await named.query("up")
        await named.close()
        unnamed = source(server.port, "https", ca_file=str(folder / "ca.pem"))
        with pytest.raises(Unavailable, match="not trusted"):
            await unnamed.query("up")
        await unnamed.close()


async def test_skipping_verification_is_said_wherever_the_server_is_named(
    authority: tuple[trustme.CA, Path],
) -> None:
    async with Loopback(good, server_context(authority[0], "elsewhere")) as server:
        careless = source(server.port, "https", insecure_skip_verify=True)
        await careless.query("up")
        assert "TLS not verified" in (await careless.check())[0].detail
        await careless.close()


async def test_a_client_certificate(authority: tuple[trustme.CA, Path]) -> None:
    ca, folder = authority
    async with Loopback(good, server_context(ca, "127.0.0.1", client=True)) as server:
        pem = str(folder / "client.pem")
        known = source(server.port, "https", ca_file=str(folder / "ca.pem"), cert_file=pem)
        await known.query("up")
        await known.close()
        unknown = source(server.port, "https", ca_file=str(folder / "ca.pem"))
        with pytest.raises(Unavailable):
            await unknown.query("up")
        await unknown.close()


async def test_plain_http_on_a_tls_address() -> None:
    async with Loopback(b"HTTP/1.0 400 Bad Request\r\n\r\n") as server:
        prometheus = source(server.port, "https")
        with pytest.raises(Unavailable, match="is it https on that port"):
            await prometheus.query("up")
        await prometheus.close()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/api/v2/silence/x"),
        ("POST", "/api/v2/silences"),
        ("POST", "/-/reload"),
        ("POST", "/api/v1/admin/tsdb/delete_series"),
        ("POST", "/x/../api/v1/query"),
    ],
)
async def test_what_might_change_something_is_not_sent(method: str, path: str) -> None:
    async with Loopback(b"HTTP/1.1 200 OK\r\n\r\n") as server:
        link = await endpoint.direct(HttpConfig(), parse_url(f"127.0.0.1:{server.port}"))
        with pytest.raises(ReadOnlyError, match=f"{method} .* was refused"):
            await endpoint.send(link, method, path, form=())
        await link.client.aclose()
        assert server.connections == 0


async def test_an_error_that_is_remembered_does_not_grow_with_every_asking() -> None:
    async def nothing_found() -> endpoint.Link:
        raise NotSupported("no Prometheus found")

    server = endpoint.Endpoint(nothing_found, ManualClock(), 1.0)
    sizes = []
    for _ in range(3):
        with pytest.raises(NotSupported) as caught:
            await server.request("GET", "/x")
        sizes.append(len(traceback.extract_tb(caught.value.__traceback__)))
    assert sizes[1] == sizes[2]
