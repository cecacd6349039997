"""One HTTP client for one cluster: sends requests with the credentials, refuses writes, keeps the audit list.

The token is put on and renewed in `ApiClient._answer`. Lists and watches read bytes as they arrive (`stream`);
what they mean is decided elsewhere.
"""

from __future__ import annotations

import asyncio
import platform
import re
import socket
import statistics
import sys
from collections import deque
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import metadata
from typing import Any, TypeAlias
from urllib.parse import quote, unquote, urlencode, urlsplit

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from sources.contract import Clock, ReadOnlyError, SourceError, SystemClock
from sources.headers import http_date
from sources.kubernetes import failures, proxy, tls
from sources.kubernetes.audit import Audit, Request
from sources.kubernetes.clusterconfig import ClusterConfig
from sources.kubernetes.credentials import Access, CredentialSource, impersonation_headers
from sources.kubernetes.errors import TlsFailure, Unreachable
from sources.kubernetes.response import MAX_ERROR_BODY, NETWORK_ERRORS, READ_AHEAD, ApiResponse
from sources.readonly import only_reads

Params: TypeAlias = Mapping[str, str | int] | Iterable[tuple[str, str | int]]

_OFFSETS = 15
_OF_A_SERVICE = re.compile(r"/api/v1/namespaces/[^/]+/services/[^/]+/proxy(?:/[^/]+)*?(/api/v1/[^/]+)")
_ACTS = re.compile(
    r"/pods/[^/]+/(?:exec|attach|portforward)$|/nodes/[^/]+/proxy/(?:run|exec|attach|portforward|cri)(?:/|$)",
    re.IGNORECASE,
)
"""What runs something in a pod although it may begin with a GET (a stream that is upgraded)."""
_PROXIED = re.compile(r"/(?:services|pods|nodes)/[^/]+/proxy(?:/|$)")


@dataclass(slots=True)
class _Pool:
    """Connections made with one set of certificates; a retired one is closed when its last answer ends."""

    session: aiohttp.ClientSession
    tls: tls.TlsMaterial
    active: int = 0
    retired: bool = False


@dataclass(frozen=True, slots=True)
class _Message:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    decompress: bool
    first_byte_timeout: float | None


class ApiClient:
    """Requests to one API server, on the event loop it is used on. `async with`, or call `close`.

    Raises `ApiStatusError` (and its subclasses), `Unreachable`, `TlsFailure`, `CredentialFailure`, `ConfigError`,
    `ReadOnlyError`: all of them `SourceError`.
    """

    def __init__(
        self,
        config: ClusterConfig,
        *,
        credentials: CredentialSource | None = None,
        write: bool = False,
        clock: Clock | None = None,
        connect_timeout: float = 10.0,
        connections: int = 64,
    ) -> None:
        self.config = config
        self.host = urlsplit(config.server).netloc
        self.write = write
        self.audit = Audit()
        self.credentials = credentials or CredentialSource(config, clock)
        self._clock: Clock = clock or SystemClock()
        self._connect_timeout = connect_timeout
        self._connections = connections
        self._proxy = proxy.choose(config.server, config.proxy_url)
        self._pools: list[_Pool] = []
        self._offsets: deque[float] = deque(maxlen=_OFFSETS)
        self._fixed_headers = [("User-Agent", user_agent()), *impersonation_headers(config.impersonate)]

    async def __aenter__(self) -> ApiClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self.credentials.close()
        for pool in self._pools:
            await pool.session.close()
        self._pools.clear()

    @property
    def clock_offset(self) -> float | None:
        """Server clock minus ours in seconds, the median of several answers; None before the first one."""
        return statistics.median(self._offsets) if self._offsets else None

    @asynccontextmanager
    async def stream(
        self,
        path: str,
        params: Params = (),
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        accept_encoding: str = "identity",
        first_byte_timeout: float | None = 60.0,
        read_idle_timeout: float | None = 30.0,
    ) -> AsyncIterator[ApiResponse]:
        """Sends a request and gives its 2xx answer; every other answer is raised as `ApiStatusError`.

        There is no total limit: `first_byte_timeout` covers everything until the headers are there,
        `read_idle_timeout` each pause of the body after them (seconds, None for no limit).
        """
        sent = {"Accept": "application/json", "Accept-Encoding": accept_encoding, **(headers or {})}
        target = self.url(path, params)
        async with self.exchange(method, target, sent, body, first_byte_timeout, read_idle_timeout) as response:
            web_page = "html" in response.headers.get("Content-Type", "") and not _PROXIED.search(path)
            if not 200 <= response.status < 300 or web_page:
                said = await response.start()
                raise failures.from_answer(response.status, response.headers, said, self.host)
            yield response

    async def get_bytes(
        self,
        path: str,
        params: Params = (),
        *,
        headers: Mapping[str, str] | None = None,
        limit: int = 64 << 20,
        within: float | None = None,
    ) -> bytes:
        """The whole body of a GET, at most `limit` bytes, within `within` seconds (else --request-timeout)."""
        compress = "identity" if self.config.disable_compression else "gzip"
        seconds = within if within is not None else self.config.request_timeout
        try:
            async with (
                asyncio.timeout(seconds),
                self.stream(path, params, headers=headers, accept_encoding=compress) as response,
            ):
                return await response.read(limit)
        except TimeoutError:
            raise Unreachable(f"{self.host} gave no complete answer within {seconds:g} s") from None

    def url(self, path: str, params: Params = ()) -> str:
        """Absolute URL of an API path (as in "/api/v1/pods"), below the server's base path."""
        if not path.startswith("/") or "/../" in f"{path}/":
            raise ValueError(f"not an API path: {path!r}")
        pairs = list(params.items() if isinstance(params, Mapping) else params)
        query = "?" + urlencode(pairs, quote_via=quote) if pairs else ""
        return self.config.server + quote(path, safe="/:@!$&'()*+,;=~%-._") + query

    @asynccontextmanager
    async def exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        first_byte_timeout: float | None = 60.0,
        read_idle_timeout: float | None = 30.0,
        decompress: bool = True,
    ) -> AsyncIterator[ApiResponse]:
        """Sends a request and gives its answer whatever its status. `url` has to be one of this server."""
        self._refuse_foreign(url)
        self._refuse_write(method, url)
        record = self.audit.sent(self._clock.now(), method, _path(url))
        started = self._clock.monotonic()
        pool: _Pool | None = None
        raw: aiohttp.ClientResponse | None = None
        try:
            message = _Message(method, url, headers, body, decompress, first_byte_timeout)
            pool, raw, first = await self._answer(message, record)
            yield ApiResponse(raw, record, self.host, read_idle_timeout, first)
        except SourceError as error:
            record.error = str(error)
            raise
        finally:
            record.seconds = self._clock.monotonic() - started
            if raw is not None and pool is not None:
                raw.close()  # keeps the connection if the body was read to its end
                await self._leave(pool)

    # -- one request

    async def _answer(
        self, message: _Message, record: Request
    ) -> tuple[_Pool, aiohttp.ClientResponse, bytes | None]:
        """Sends with the current credential; after a 401 once more with a renewed one, after a TLS failure once
        more if the certificate files have changed. Of a 401 the body is read already."""
        access = await self.credentials.get()
        for last in (False, True):
            pool = await self._pool(access)
            try:
                raw = await self._send(pool, access, message)
            except BaseException as error:
                await self._leave(pool)
                if isinstance(error, TlsFailure) and not last:
                    reread = await self.credentials.reload_files()
                    if reread.tls != access.tls:
                        access = reread
                        continue
                raise
            record.status = raw.status
            record.flow_schema = raw.headers.get("X-Kubernetes-Pf-Flowschema-Uid", "")
            self._note_date(raw.headers.get("Date"))
            if raw.status != 401:
                return pool, raw, None
            try:
                said = await self._start_of_raw(raw)
                # A service behind the API server's proxy may want credentials of its own: not our business.
                ours = not _PROXIED.search(message.url) or failures.is_kubernetes_status(said)
                renewed = access if last or not ours else await self.credentials.renew(access)
            except BaseException:
                raw.close()
                await self._leave(pool)
                raise
            if renewed.generation == access.generation:
                return pool, raw, said
            raw.close()
            await self._leave(pool)
            access = renewed
        raise AssertionError("unreachable")

    async def _send(self, pool: _Pool, access: Access, message: _Message) -> aiohttp.ClientResponse:
        headers: CIMultiDict[str] = CIMultiDict(message.headers)
        for name, _ in self._fixed_headers:
            headers.popall(name, None)
        headers.popall("Authorization", None)
        headers.extend(self._fixed_headers)
        if access.authorization is not None:
            headers["Authorization"] = access.authorization
        try:
            async with asyncio.timeout(message.first_byte_timeout) as limit:
                return await pool.session.request(
                    message.method,
                    URL(message.url, encoded=True),
                    headers=headers,
                    data=message.body,
                    proxy=self._proxy,
                    allow_redirects=False,
                    server_hostname=self.config.tls.server_name,
                    auto_decompress=message.decompress,
                )
        except NETWORK_ERRORS as error:
            if isinstance(error, TimeoutError) and limit.expired():
                seconds = message.first_byte_timeout
                raise Unreachable(f"{self.host} gave no answer within {seconds:g} s") from None
            raise failures.from_exception(error, self.host, self._proxy) from None

    async def _start_of_raw(self, raw: aiohttp.ClientResponse) -> bytes:
        body = bytearray()
        try:
            async with asyncio.timeout(self._connect_timeout):
                while len(body) < MAX_ERROR_BODY and (chunk := await raw.content.readany()):
                    body += chunk
        except NETWORK_ERRORS:
            pass  # the status says enough
        return bytes(body)

    def _refuse_foreign(self, url: str) -> None:
        if _origin(url) != _origin(self.config.server):
            raise ReadOnlyError("refused to send the cluster's credentials to another server")

    def _refuse_write(self, method: str, url: str) -> None:
        if not (self.write or self._reads(method, url)):
            raise ReadOnlyError(f"{method} was refused: started read-only (--write allows changes)")

    def _reads(self, method: str, url: str) -> bool:
        path = unquote(urlsplit(url).path)
        if ".." in path.split("/") or _ACTS.search(path):
            return False
        service = _OF_A_SERVICE.fullmatch(path.removeprefix(urlsplit(self.config.server).path))
        return only_reads(method, service[1] if service is not None else "")

    def _note_date(self, said: str | None) -> None:
        moment = http_date(said or "")
        if moment is not None:
            # The header is cut to the second, so on average the server is half a second further.
            self._offsets.append(moment + 0.5 - self._clock.now())

    # -- connections

    async def _pool(self, access: Access) -> _Pool:
        """The pool for these certificates; when they have changed, a new one, and the old one drains."""
        pool = self._pools[-1] if self._pools else None
        if pool is None or pool.tls != access.tls:
            context = tls.context(access.tls) if self.config.server.startswith("https://") else True
            before, pool = pool, _Pool(self._session(context), access.tls)
            self._pools.append(pool)
            pool.active += 1
            if before is not None:
                before.retired = True
                before.active += 1
                await self._leave(before)
            return pool
        pool.active += 1
        return pool

    async def _leave(self, pool: _Pool) -> None:
        pool.active -= 1
        if pool.retired and pool.active == 0 and pool in self._pools:
            self._pools.remove(pool)
            await pool.session.close()

    def _session(self, context: Any) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            ssl=context,
            limit=0,
            limit_per_host=self._connections,
            keepalive_timeout=30,
            resolver=aiohttp.ThreadedResolver(),  # the system's, so that /etc/hosts and search domains count
            use_dns_cache=False,  # a load balancer that was replaced is found at the next try
            socket_factory=_socket,
        )
        return aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._connect_timeout),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            read_bufsize=READ_AHEAD,
        )


def user_agent() -> str:
    """Our own name: what looks like curl, wget or a browser is sent indented JSON, 1.6 times the bytes."""
    try:
        version = metadata.version("topmast")
    except metadata.PackageNotFoundError:
        version = "0"
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine().lower())
    return f"topmast/{version} ({sys.platform}/{machine or 'unknown'})"


def _origin(url: str) -> tuple[str, str, int | None]:
    """What tells servers apart: httpx drops a port that goes without saying, and writes hosts in small letters."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _socket(info: tuple[Any, ...]) -> socket.socket:
    """A socket that notices within 30 s that the other side is gone (Linux; elsewhere what the system offers)."""
    family, kind, protocol = info[:3]
    made = socket.socket(family, kind, protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    idle = "TCP_KEEPIDLE" if hasattr(socket, "TCP_KEEPIDLE") else "TCP_KEEPALIVE"  # macOS
    for name, value in ((idle, 15), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3), ("TCP_USER_TIMEOUT", 30_000)):
        option = getattr(socket, name, None)
        if option is not None:
            made.setsockopt(socket.IPPROTO_TCP, option, value)
    return made
