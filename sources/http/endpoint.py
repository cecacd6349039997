"""Sends one request to one server, however it is reached, and turns every failure into a plain sentence."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from sources.contract import Clock, NotSupported, ReadOnlyError, SourceError, Unavailable
from sources.http.reply import Reply, kubernetes_error
from sources.http.settings import CONNECT_TIMEOUT, Address, HttpConfig
from sources.readonly import only_reads

if TYPE_CHECKING:
    import httpx

MAX_BODY = 64 * 1024 * 1024
"""Bytes of one answer, unpacked. More is a mistake in the question, and would stop the screen."""
LOST_AFTER = 3
"""Failures in a row after which a discovered service is looked for again."""
FIRST_RETRY = 5.0
LAST_RETRY = 120.0

Params = Sequence[tuple[str, str]]


class TooLarge(NotSupported):
    """The answer is longer than we read."""


class Link(NamedTuple):
    """An open way to a server. `proxied` goes through the Kubernetes API server, where GET is the usual right."""

    client: httpx.AsyncClient
    via: str
    proxied: bool = False
    server_name: str = ""


async def direct(config: HttpConfig, address: Address, transport: httpx.AsyncBaseTransport | None = None) -> Link:
    """The way to a configured URL. Raises `Misconfigured` for certificates and proxies that cannot be used."""

    def built() -> httpx.AsyncClient:
        from sources.http.client import build_client

        return build_client(config, address, transport)

    # Certificates are files, and reading a system's bundle takes a while.
    client = await asyncio.to_thread(built)
    unsafe = config.insecure_skip_verify and address.url.startswith("https:")
    return Link(client, address.shown + (" (TLS not verified)" if unsafe else ""), False, config.server_name)


class Endpoint:
    """A server that is connected to, or looked for, at the first request.

    A failed search is remembered for a while, so that an impatient caller gets the same clear error at once
    instead of another search; a found service that stops answering is looked for again.
    """

    def __init__(self, connect: Callable[[], Awaitable[Link]], clock: Clock, timeout: float) -> None:
        self._connect = connect
        self._clock = clock
        self._timeout = timeout
        self._link: Link | None = None
        self._lock = asyncio.Lock()
        self._error: SourceError | None = None
        self._retry_at = 0.0
        self._delay = FIRST_RETRY
        self._failures = 0

    @property
    def via(self) -> str:
        """How the server is reached; "" before it was."""
        return self._link.via if self._link else ""

    async def link(self) -> Link:
        """The way to the server. Raises the `SourceError` of the search."""
        async with self._lock:
            if self._link is not None:
                return self._link
            if self._error is not None and self._clock.monotonic() < self._retry_at:
                raise self._error.with_traceback(None)  # it would grow with every raise
            try:
                self._link = await self._connect()
            except SourceError as error:
                self._error = error
                self._retry_at = self._clock.monotonic() + self._delay
                self._delay = min(self._delay * 2, LAST_RETRY)
                raise
            self._error, self._delay, self._failures = None, FIRST_RETRY, 0
            return self._link

    async def request(
        self, method: str, path: str, params: Params = (), form: Params | None = None, within: float = 0
    ) -> Reply:
        """One request, answered with whatever status the server chose.

        Cancelling closes the connection, which is how the server learns that nobody waits. Raises
        `Unavailable` for everything between us and an answer, `NotSupported` for one that is too large.
        """
        link = await self.link()
        try:
            reply = await send(link, method, path, params, form, within or self._timeout)
        except Unavailable:
            await self._failed(link)
            raise
        if link.proxied and kubernetes_error(reply) is not None:
            await self._failed(link)
        else:
            self._failures = 0
        return reply

    async def _failed(self, link: Link) -> None:
        self._failures += 1
        if link.proxied and self._failures >= LOST_AFTER and self._link is link:
            self._link = None
            await link.client.aclose()

    async def close(self) -> None:
        """Gives the connections back."""
        link, self._link = self._link, None
        if link is not None:
            await link.client.aclose()


async def send(
    link: Link,
    method: str,
    path: str,
    params: Params = (),
    form: Params | None = None,
    within: float = 30.0,
    headers: Mapping[str, str] | None = None,
    most: int = 0,
    each: Callable[[bytes], None] | None = None,
) -> Reply:
    """Sends and reads to the end, in `within` seconds at most and `most` bytes, else `MAX_BODY`. `each` sees the
    parts of the body as they arrive; what it raises ends the reading.

    Raises `Unavailable` for everything between us and an answer, `TooLarge` for one of more bytes, `ReadOnlyError`
    for a request that might change something.
    """
    import httpx  # only now: it takes 20 ms, and a screen opens without it

    if not only_reads(method, path):
        raise ReadOnlyError(f"{method} {path} to {link.via} was refused: topmast only reads")
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
    request = link.client.build_request(
        method,
        path,
        params=tuple(params) or None,
        content=urlencode(form).encode() if form is not None else None,
        headers={**kind, **(headers or {})},
        extensions={"sni_hostname": link.server_name} if link.server_name else None,
        timeout=httpx.Timeout(within, connect=min(CONNECT_TIMEOUT, within)),
    )
    started = time.perf_counter()
    try:
        async with asyncio.timeout(within):
            response = await link.client.send(request, stream=True)
            try:
                body = await _read(response, link.via, most, each)
            finally:
                # After a cancel or an overlong body this closes the connection: it cannot be used again.
                await response.aclose()
    except httpx.ConnectTimeout:
        limit = min(CONNECT_TIMEOUT, within)
        raise Unavailable(f"cannot connect to {link.via} within {limit:g} s") from None
    except (TimeoutError, httpx.TimeoutException):
        raise Unavailable(f"{link.via} did not answer within {within:g} s") from None
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
        raise Unavailable(f"cannot reach {link.via}: {why(error)}") from None
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status_code, headers, body, time.perf_counter() - started, link.via, path)


async def _read(response: httpx.Response, where: str, most: int, each: Callable[[bytes], None] | None) -> bytes:
    parts: list[bytes] = []
    size, limit = 0, most or MAX_BODY
    async for part in response.aiter_bytes():
        size += len(part)
        if size > limit:
            hint = "" if most else ": ask for less (a larger step, a narrower selector, an aggregation)"
            raise TooLarge(f"{where} answers with more than {limit / 1024 / 1024:g} MB{hint}")
        if each is not None:
            each(part)
        parts.append(part)
    return b"".join(parts)


def why(error: BaseException) -> str:
    """The innermost reason of a connection error, without addresses of ours or anything that was sent."""
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in chain:
        chain.append(current)
        current = current.__cause__ or current.__context__
    for each in chain:
        if isinstance(each, SourceError):
            return str(each)  # the way there is another source's, which has found the words already
    for each in chain:
        if isinstance(each, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted ({each.verify_message}); set ca_file or server_name"
    for each in chain:
        if isinstance(each, ssl.SSLError):
            return f"TLS failed ({each.reason or 'no reason given'}); is it https on that port?"
    for each in reversed(chain):
        if isinstance(each, socket.gaierror):
            return f"the name does not resolve ({(each.strerror or 'no reason given').lower()})"
        if isinstance(each, OSError) and each.errno:
            return os.strerror(each.errno).lower()
    import httpx

    if isinstance(error, httpx.ProxyError):
        return f"the proxy said {error}"
    if isinstance(error, httpx.RemoteProtocolError):
        return "it closed the connection or does not speak HTTP"
    return type(error).__name__
