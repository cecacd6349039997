"""Lists of the cluster's objects, through whichever source has an API server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import TypeVar

import msgspec

from sources.contract import ApiServer, Denied, NotFound, NotSupported, ServiceProxy, SourceError, Unavailable
from sources.http.endpoint import Link, Params, send
from sources.http.reply import Reply, kubernetes_error
from sources.scrape.objects import Listing, ListMeta, Object

T = TypeVar("T")

PAGE = 500
WITHIN = 30.0
METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
"""Asks for lists without specs and statuses: a third of the bytes."""
VIA = "the API server"


class Cluster:
    """GET requests to one API server. Anything but 200 is a `SourceError`, 403 a `Denied` that names the right."""

    def __init__(self, server: ApiServer) -> None:
        self._server = server
        self._link: Link | None = None

    async def link(self) -> Link:
        """The way to the API server, for requests of any path."""
        if self._link is None:
            self._link = Link(await self._server.api_client(), VIA, proxied=True)
        return self._link

    async def close(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            await link.client.aclose()

    async def get(
        self,
        path: str,
        params: Params = (),
        headers: Mapping[str, str] | None = None,
        each: Callable[[bytes], None] | None = None,
    ) -> bytes:
        """The body of an answer; `each` sees its parts as they arrive and may raise."""
        reply = await send(await self.link(), "GET", path, params, within=WITHIN, headers=headers, each=each)
        if reply.status == 200:
            return reply.body
        raise problem(reply, path)

    async def _page(
        self, path: str, shape: type[T], params: Params, accept: str, limit: int = PAGE
    ) -> tuple[list[T], ListMeta]:
        body = await self.get(path, (*params, ("limit", str(limit))), {"Accept": accept})
        try:
            found = msgspec.json.decode(body, type=Listing[shape])  # type: ignore[valid-type]  # a type made of one
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Unavailable(f"GET {path}: not a list: {error}") from None
        return found.items or [], found.metadata

    async def count(self, path: str) -> int | None:
        """How many objects a list has, for the price of one; None where the server does not say."""
        items, meta = await self._page(path, Object, (), METADATA_ONLY, limit=1)
        if not meta.continue_:
            return len(items)
        return None if meta.remaining is None else len(items) + meta.remaining

    async def one(self, path: str, shape: type[T]) -> T:
        """An object."""
        body = await self.get(path)
        try:
            return msgspec.json.decode(body, type=shape)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Unavailable(f"GET {path}: not such an object: {error}") from None

    async def pages(
        self,
        path: str,
        shape: type[T],
        params: Params = (),
        accept: str = "application/json",
        most: int = 20_000,
    ) -> AsyncGenerator[list[T]]:
        """A list, page by page, and no further once there were `most` items. Others get their turn in between."""
        token, seen = "", 0
        while True:
            more = (*params, ("continue", token)) if token else params
            items, meta = await self._page(path, shape, more, accept)
            await asyncio.sleep(0)
            yield items
            token, seen = meta.continue_, seen + len(items)
            if not token or seen >= most:
                return

    async def all(self, path: str, shape: type[T]) -> list[T]:
        """A list that is not long."""
        return [item async for page in self.pages(path, shape) for item in page]

    async def namespaces(self) -> Sequence[str]:
        """The namespaces to look in where the whole cluster may not be seen."""
        if not isinstance(self._server, ServiceProxy):
            return ()
        try:
            await self._server.services()
        except SourceError:
            return ()
        return self._server.searched()


def problem(reply: Reply, what: str) -> SourceError:
    """The error for an answer of the API server that is not the one asked for."""
    found = kubernetes_error(reply)
    if isinstance(found, Denied):
        return Denied(f"no right to {found.missing or what}", found.missing)
    if reply.status == 404:
        return NotFound(f"GET {what}: not found")
    if found is not None:
        return found
    kind = Unavailable if reply.status >= 500 or reply.status == 429 else NotSupported
    said = reply.snippet(80)
    return kind(f"GET {what} answered {reply.status}" + (f": {said}" if said else ""))
