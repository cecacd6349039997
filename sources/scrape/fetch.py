"""Gets what one target says, whichever way it is reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import httpx

from sources.contract import Denied, NotSupported, Unavailable
from sources.http.endpoint import Link, direct, send
from sources.http.reply import Reply, kubernetes_error
from sources.http.settings import HttpConfig, parse_url
from sources.scrape import summary
from sources.scrape.cluster import Cluster, problem
from sources.scrape.targets import Target
from sources.scrape.usage import USAGE, exposition

ACCEPT: Mapping[str, str] = {
    # The plain format first: OpenMetrics says the same with exemplars and moments of creation on top.
    "Accept": "text/plain;version=0.0.4,application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1"
}


class Body(NamedTuple):
    """An exposition and its format."""

    content: bytes
    openmetrics: bool = False


class Fetcher:
    """Reads targets directly or through the API server; keeps the connections."""

    def __init__(
        self, cluster: Cluster | None, within: float, most: int, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._cluster, self._within, self._most, self._transport = cluster, within, most, transport
        self._links: dict[str, Link] = {}

    async def close(self) -> None:
        links, self._links = self._links, {}
        for link in links.values():
            await link.client.aclose()

    async def get(self, target: Target) -> Body:
        """What the target says now. Raises SourceError: Denied where a right is missing, Unavailable, TooLarge."""
        if target is USAGE:
            assert self._cluster is not None  # it is only found in a cluster
            return Body(await exposition(self._cluster))
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
        return opened(reply, target)

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
    if target.summary:
        return Body(summary.exposition(reply.body))
    kind = reply.content_type
    if "protobuf" in kind or "json" in kind:
        raise NotSupported(f"answered with {kind}, not with metrics in a text format")
    return Body(reply.body, "openmetrics" in kind)
