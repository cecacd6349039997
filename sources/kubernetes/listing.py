"""Lists of one kind in one scope, into the store while they download: a first page, or everything."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from sources import courtesy
from sources.contract import SourceError, Unavailable
from sources.kubernetes.api import Resource
from sources.kubernetes.cluster import Cluster
from sources.kubernetes.errors import ApiStatusError
from sources.kubernetes.outbox import Sink
from sources.kubernetes.pages import PAGE
from sources.kubernetes.splitter import ListMeta, ListSplitter, NotAListError
from sources.kubernetes.standing import Standing
from sources.kubernetes.store import Store
from sources.model import Thing

LONG = 20.0
"""Seconds after which a list that breaks was ended by somebody's limit, and would be again."""
MANY = 10_000
"""Objects of a long list."""
REFUSALS = (400, 404, 405, 406, 415, 422)
"""What a server answers to a parameter that it does not take."""


class Listing:
    """Hands on what the store makes of it as long as rows are news, and says how far it is."""

    def __init__(
        self,
        cluster: Cluster,
        path: str,
        resource: Resource,
        store: Store,
        outbox: Sink,
        standing: Standing,
    ) -> None:
        self.total: int | None = None
        """How many objects there were in all when the first page came; None where that is not known."""
        self.malformed = 0
        """Objects that could not be read."""
        self.paged = False
        """Whether there was a first page: its rows stay until a list is complete."""
        self._in_pages = False
        self._cluster, self._path, self._resource = cluster, path, resource
        self._store, self._outbox, self._standing = store, outbox, standing

    async def page(self) -> ListMeta | None:
        """The first rows, whole ones, and how many there are. Without `continue_` these are all.

        Without a version, as `kubectl get` asks: with "0" many servers ignore the limit. None from a server that
        refuses; it is not asked again.
        """
        async with self._cluster.pages.slot():
            self._store.begin()
            try:
                meta = await self._download({"limit": str(PAGE)})
            except ApiStatusError as error:
                if error.status not in REFUSALS:
                    raise
                self._cluster.first_page = False
                return None
        self.paged = True
        if meta.continue_ and meta.remaining_item_count is not None:
            self.total = self._store.gathered + meta.remaining_item_count
            self.count()
        return meta

    async def everything(self, version: str) -> str | None:
        """All there is, at least as new as `version`; gives the version it has.

        In one piece, which servers have in memory, unless that was ended on its way after `LONG`: API servers end
        every list after a minute, so over a slow link it would never arrive. Then in pages, each a short request.
        """
        self._store.begin()
        started = self._cluster.clock.monotonic()
        try:
            meta = await self._download({"limit": str(PAGE)} if self._in_pages else {"resourceVersion": version})
        except SourceError:
            self._in_pages = self._in_pages or self._cluster.clock.monotonic() - started >= LONG
            raise
        while meta.continue_:
            try:
                meta = await self._download({"limit": str(PAGE), "continue": meta.continue_})
            except ApiStatusError as error:
                if error.status != 410 or self._in_pages:
                    raise
                self._store.begin()  # the token expired: once more, in one piece
                meta = await self._download({"resourceVersion": ""})
        return meta.resource_version

    async def goes_first(self) -> bool:
        """Whether everything had better come as a list than as a watch, which takes twice the time: nobody has cut
        one short, and it is short, or the server is one that writes long lists well."""
        if self.total is None or self._in_pages:
            return False
        return self.total < MANY or await self._cluster.prefers_list()

    async def turn(self) -> None:
        """What is behind the first rows waits until an opening screen shows them; the server begins meanwhile."""
        if self.paged:
            await courtesy.first_picture()

    def count(self) -> None:
        """Says how many rows there are so far."""
        self._standing.loading(self._store.gathered, self.total)

    async def _download(self, params: Mapping[str, str]) -> ListMeta:
        splitter = ListSplitter(self._resource.decode)
        try:
            async with self._cluster.api.stream(self._path, params) as answer:
                await self.turn()
                async for block in answer.blocks():
                    self._standing.heard()
                    await self._take(splitter.feed(block))
            items, meta = splitter.finish()
        except NotAListError as error:
            raise Unavailable(f"listing {self._path}: {error}") from None
        await self._take(items)
        self.malformed += splitter.bad
        return meta

    async def _take(self, things: Sequence[Thing]) -> None:
        if things:
            self._outbox.put(self._store.add(things))
            if not self._store.synced:
                self.count()
        await self._outbox.room()
        await asyncio.sleep(0)
