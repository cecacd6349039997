"""Gets what one target says, whichever way it is reached."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple, Protocol

from sources.contract import Denied, NotSupported, Unavailable
from sources.http.endpoint import Link, direct, send
from sources.http.reply import Reply, kubernetes_error
from sources.http.settings import HttpConfig, parse_url
from sources.scrape import summary
from sources.scrape.cluster import Cluster, problem
from sources.scrape.settings import ScrapeConfig
from sources.scrape.targets import Target
from sources.scrape.usage import USAGE, UsageReader

if TYPE_CHECKING:
    import httpx

    from sources.scrape.memory import Memory, Written

ACCEPT: Mapping[str, str] = {
    # The plain format first: OpenMetrics says the same with exemplars and moments of creation on top.
    "Accept": "text/plain;version=0.0.4,application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1"
}


class Answer(Protocol):
    """What a target said."""

    @property
    def size(self) -> int:
        """Bytes that were read for it."""

    def write(self, memory: Memory, target: Target, at: int, seconds: float) -> Written:
        """Puts it into the memory, in the memory's own thread."""


class Body(NamedTuple):
    """An exposition and its format."""

    content: bytes
    openmetrics: bool = False

    @property
    def size(self) -> int:
        return len(self.content)

    def write(self, memory: Memory, target: Target, at: int, seconds: float) -> Written:
        return memory.write(target, at, seconds, self.content, self.openmetrics)


class Fetcher:
    """Reads targets directly or through the API server; keeps the connections. What takes a while happens in
    `worker`."""

    def __init__(
        self,
        cluster: Cluster | None,
        config: ScrapeConfig,
        worker: ThreadPoolExecutor,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._cluster, self._within, self._worker, self._transport = cluster, config.timeout, worker, transport
        self._most = round(config.max_body_megabytes * 1024 * 1024)
        self._links: dict[str, Link] = {}
        self._usage = UsageReader(cluster, worker, config.max_series) if cluster is not None else None

    async def close(self) -> None:
        links, self._links = self._links, {}
        for link in links.values():
            await link.client.aclose()

    def look_again(self) -> None:
        """Targets are looked for anew; what was left out for want of room may have room now."""
        if self._usage is not None:
            self._usage.look_again()

    @property
    def note(self) -> str:
        """What is left out of the answers, and why; "" if nothing is."""
        return self._usage.note if self._usage is not None else ""

    async def get(self, target: Target) -> Answer:
        """What the target says now. Raises SourceError: Denied where a right is missing, Unavailable, TooLarge."""
        if target is USAGE:
            assert self._usage is not None  # it is only found in a cluster
            return await self._usage.read()
        link = await self._link(target)
        reply = await send(
            link,
            "GET",
            target.path,
            target.params,
            within=self._within,
            headers=ACCEPT,
            most=self._most,
        )
        body = opened(reply, target)
        if target.summary:
            loop = asyncio.get_running_loop()
            return Body(await loop.run_in_executor(self._worker, summary.exposition, body.content))
        return body

    async def _link(self, target: Target) -> Link:
        if not target.url:
            assert self._cluster is not None
            return (await self._cluster.link())._replace(via=target.key)
        link = self._links.get(target.key)
        if link is None:
            address = parse_url(target.url, "urls")
            base = address.url.removesuffix(target.path)
            config = HttpConfig(url=base, timeout=self._within)
            link = await direct(config, address._replace(url=base), self._transport)
            self._links[target.key] = link
        return link._replace(via=target.key)


def opened(reply: Reply, target: Target) -> Body:
    """The body of a good answer. Raises SourceError for any other."""
    if reply.status != 200:
        said_by_api = kubernetes_error(reply) if not target.url else None
        if isinstance(said_by_api, Denied):
            raise problem(reply, target.path)
        if said_by_api is not None:
            raise Unavailable(str(said_by_api).removeprefix(f"{target.key}: "))
        said = reply.snippet(80)
        raise NotSupported(f"answered {reply.status}" + (f": {said}" if said else ""))
    if reply.is_html:
        raise NotSupported("answered with an HTML page, not with metrics")
    kind = reply.content_type
    if not target.summary and ("protobuf" in kind or "json" in kind):
        raise NotSupported(f"answered with {kind}, not with metrics in a text format")
    return Body(reply.body, "openmetrics" in kind)
