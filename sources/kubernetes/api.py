"""What the lists and watches need of a connection to an API server, so that a script can stand in for one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from sources.contract import Unavailable
from sources.kubernetes import failures
from sources.kubernetes.errors import ApiStatusError
from sources.kubernetes.response import ApiResponse
from sources.kubernetes.transport import ApiClient
from sources.kubernetes.watchstream import EventMeta
from sources.model import Kind, Thing
from sources.rules import decode
from sources.rules.decode import Bytes


class Answer(Protocol):
    """A 2xx answer whose body is still arriving."""

    def blocks(self) -> AsyncIterator[bytes]:
        """The body as it comes, decompressed. Raises `Unreachable` when the connection breaks before its end."""


class Api(Protocol):
    """GET requests to one API server, with our credentials. Anything but 2xx is an `ApiStatusError`."""

    @property
    def server(self) -> str:
        """The URL, without credentials."""

    @property
    def clock_offset(self) -> float | None:
        """Server clock minus ours, seconds, from Date headers."""

    def stream(
        self, path: str, params: Mapping[str, str], *, watch: bool = False
    ) -> AbstractAsyncContextManager[Answer]:
        """An answer to read block by block. Lists have to begin and to move on in time; watches may be silent."""

    async def get(self, path: str, params: Mapping[str, str] | None = None, within: float = 30.0) -> bytes:
        """A small answer as a whole, within so many seconds."""


class HttpApi:
    """`Api` over the real transport. `gzip` asks for compressed lists: less to send, more to compute."""

    def __init__(self, client: ApiClient, gzip: bool = False) -> None:
        self.client = client
        self._encoding = "gzip" if gzip and not client.config.disable_compression else "identity"

    @property
    def server(self) -> str:
        return self.client.config.server

    @property
    def clock_offset(self) -> float | None:
        return self.client.clock_offset

    @asynccontextmanager
    async def stream(self, path: str, params: Mapping[str, str], *, watch: bool = False) -> AsyncIterator[Answer]:
        # proxies may hold back the headers of a watch until its first event: only its own watchdog ends it
        async with self.client.stream(
            path,
            params,
            accept_encoding=self._encoding,
            first_byte_timeout=None if watch else 60.0,
            read_idle_timeout=None if watch else 30.0,
        ) as response:
            await _refuse_text(response, self.client.host)
            yield _Blocks(response)

    async def get(self, path: str, params: Mapping[str, str] | None = None, within: float = 30.0) -> bytes:
        return await self.client.get_bytes(path, params or {}, within=within)


async def _refuse_text(response: ApiResponse, host: str) -> None:
    """An API server sends objects as JSON; text with a good status is a gateway's ("maintenance")."""
    if response.headers.get("Content-Type", "").startswith("text/"):
        raise failures.from_answer(response.status, response.headers, await response.start(), host)


class _Blocks:
    def __init__(self, response: ApiResponse) -> None:
        self.blocks = response.chunks


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of object that is listed and watched. `name` is the plural in paths and rights, "pods"."""

    kind: Kind
    name: str
    root: str
    namespaced: bool
    decode: Callable[[Bytes], Thing]
    priority: int = 0
    """Which initial list goes first; 0 is the first."""
    by_uid: bool = False
    """Whether the model keys these objects by uid (events) and not by name."""

    def key(self, meta: EventMeta) -> str:
        """The key that the model gives to this object."""
        if self.by_uid:
            return meta.uid or f"{meta.namespace or ''}/{meta.name or ''}"
        return f"{meta.namespace or ''}/{meta.name or ''}" if self.namespaced else meta.name or ""

    def path(self, namespace: str = "") -> str:
        return f"{self.root}/namespaces/{namespace}/{self.name}" if namespace else f"{self.root}/{self.name}"

    def right(self, verb: str, namespace: str = "") -> str:
        """The right as a person says it: "list pods in shop"."""
        where = f" in {namespace}" if namespace else (" cluster-wide" if self.namespaced else "")
        return f"{verb} {self.name}{where}"


NODES = Resource("node", "nodes", "/api/v1", False, decode.decode_node, 0)
PODS = Resource("pod", "pods", "/api/v1", True, decode.decode_pod, 1)
EVENTS = Resource("event", "events", "/api/v1", True, decode.decode_event, 2, by_uid=True)

TOO_LARGE = "ResourceVersionTooLarge"


class Expired(Unavailable):
    """The resource version we stand at cannot be served: too old (410) or from the future (504)."""


def is_expired(error: Exception) -> bool:
    """410 Gone, or 504 with the cause ResourceVersionTooLarge (a restored etcd, a replica that lags behind)."""
    if isinstance(error, Expired):
        return True
    return isinstance(error, ApiStatusError) and (
        error.status == 410 or error.reason in ("Expired", "Gone") or TOO_LARGE in error.causes
    )


def retry_after(error: Exception) -> float | None:
    """Seconds the server asked us to wait, if it did."""
    wait = getattr(error, "retry_after", None)
    return float(wait) if isinstance(wait, int | float) else None
