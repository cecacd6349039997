"""Lists of the cluster's objects, through whichever source has an API server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import msgspec

from sources.contract import ApiServer, Denied, NotFound, NotSupported, ServiceProxy, SourceError, Unavailable
from sources.http.endpoint import Link, Params, send
from sources.http.reply import Reply, kubernetes_error
from sources.scrape.objects import Listing

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

    async def get(self, path: str, params: Params = (), headers: Mapping[str, str] | None = None) -> bytes:
        """The body of a small answer."""
        reply = await send(await self.link(), "GET", path, params, within=WITHIN, headers=headers)
        if reply.status == 200:
            return reply.body
        raise problem(reply, path)

    async def page(
        self, path: str, shape: type[T], params: Params = (), accept: str = "application/json"
    ) -> tuple[list[T], str]:
        """A page of a list, and the token of the next one."""
        body = await self.get(path, (*params, ("limit", str(PAGE))), {"Accept": accept})
        try:
            found = msgspec.json.decode(body, type=Listing[shape])  # type: ignore[valid-type]  # a type made of one
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Unavailable(f"GET {path}: not a list: {error}") from None
        return found.items or [], found.metadata.continue_

    async def one(self, path: str, shape: type[T]) -> T:
        """An object."""
        body = await self.get(path)
        try:
            return msgspec.json.decode(body, type=shape)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Unavailable(f"GET {path}: not such an object: {error}") from None

    async def all(
        self,
        path: str,
        shape: type[T],
        params: Params = (),
        accept: str = "application/json",
        most: int = 20_000,
    ) -> list[T]:
        """A list, page by page, and no further once there are `most` items."""
        found: list[T] = []
        token = ""
        while True:
            more = (*params, ("continue", token)) if token else params
            items, token = await self.page(path, shape, more, accept)
            found += items
            if not token or len(found) >= most:
                return found

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
