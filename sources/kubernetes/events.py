"""The event stream: follow first, then fill in the past, Warnings before Normals, within a budget.

Events are many (a big cluster holds a million), expire after an hour, and are not in the API server's watch cache:
each list goes to etcd, there are no bookmarks, and items come in the order of their keys, not of time. So nothing
waits for a list: the newest version is learnt from a page of one, the watch starts from there, and the past comes
in pages beside it.

An event's expiry arrives as DELETED. It is handed on as `Delete` only so that memory stays bounded; it is no news.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import NoReturn

from sources.contract import Change, Delete, Denied, Snapshot, SourceError, Unauthorized, Upsert
from sources.kubernetes.api import EVENTS, retry_after
from sources.kubernetes.backoff import Backoff
from sources.kubernetes.cluster import SLOW_RETRY, Cluster
from sources.kubernetes.errors import ApiStatusError
from sources.kubernetes.outbox import Sink, pass_on_failure
from sources.kubernetes.pages import PAGE, get_page
from sources.kubernetes.reflector import Reflector
from sources.kubernetes.store import Store
from sources.kubernetes.watchstream import EventMeta
from sources.model import Thing

MOST_PAST = 20_000
"""Events of the past that are fetched..."""
MOST_SECONDS = 5.0
"""...for how long at a time..."""
REST = 10.0
"""...and how long the link is left to others before it goes on."""
PASSES = (("type!=Normal", "Warning"), ("type=Normal", "Normal"))


class EventStore(Store):
    """Knows which events the watch brought while the past is still being filled in: those are the newer ones."""

    def __init__(self, namespace: str) -> None:
        super().__init__(EVENTS, namespace)
        self._filled: dict[str, Thing] | None = None
        self._gone: set[str] = set()

    @property
    def filling(self) -> bool:
        return self._filled is not None

    @property
    def filled(self) -> int:
        return len(self._filled or ())

    def begin(self) -> None:
        self._filled, self._gone = {}, set()

    def add(self, things: Iterable[Thing]) -> Sequence[Change]:
        found = list(things)
        if self._filled is not None:
            self._filled.update((thing.key, thing) for thing in found)
        return [Upsert(thing) for thing in found]

    def fill(self, things: Iterable[Thing]) -> Sequence[Change]:
        """Events of the past, except those that the watch has changed or removed meanwhile."""
        assert self._filled is not None
        new = [thing for thing in things if thing.key not in self._filled and thing.key not in self._gone]
        self._filled.update((thing.key, thing) for thing in new)
        return [Upsert(thing) for thing in new]

    def remove(self, meta: EventMeta) -> Sequence[Change]:
        delete = Delete("event", EVENTS.key(meta))
        if self._filled is not None:
            self._filled.pop(delete.key, None)
            self._gone.add(delete.key)
        return (delete,)

    def finish(self) -> Snapshot:
        filled, self._filled, self._gone = self._filled or {}, None, set()
        self.synced = True
        return Snapshot("event", self._namespace, tuple(filled.values()))


class EventReflector(Reflector):
    """A reflector whose `list` only finds the place to watch from, and fills in the past in the background."""

    store: EventStore

    def __init__(self, cluster: Cluster, namespace: str, outbox: Sink, watches: bool = True) -> None:
        super().__init__(cluster, EVENTS, namespace, outbox, watches, EventStore(namespace))
        self._past: asyncio.Task[None] | None = None
        self._missing: tuple[str, ...] = ()

    @property
    def offers_watch_list(self) -> bool:
        return False  # it would bring all of them

    @property
    def offers_page(self) -> bool:
        return False  # `list` is as cheap

    async def run(self) -> NoReturn:
        try:
            await super().run()
        finally:
            if self._past is not None:
                self._past.cancel()

    async def list(self) -> None:
        _, meta, _ = await get_page(self.cluster.api, self.path, {"limit": "1"}, self.resource.decode)
        self._stand_at(meta.resource_version)
        if self._past is not None:
            self._past.cancel()
        self.store.begin()
        self._missing = ()
        self._say_current()
        self._past = asyncio.create_task(self._fill())
        self._past.add_done_callback(lambda done: pass_on_failure(done, self.outbox))

    async def _fill(self) -> None:
        """The past, tried until it could be had: nobody else brings what happened while the watch was away."""
        backoff = Backoff(self.cluster.clock.monotonic, self.cluster.rng)
        while (error := await self._fill_once()) is not None:
            least = SLOW_RETRY if isinstance(error, Denied | Unauthorized) else retry_after(error)
            await self.cluster.pause(backoff.next(least))
            self.store.begin()

    async def _fill_once(self) -> SourceError | None:
        """The past within the budget. What is then known replaces what was, if it is everything."""
        failed: SourceError | None = None
        missing: tuple[str, ...] = ()
        for selector, word in PASSES:
            older = f"older {word} events"
            try:
                complete = await self._fill_pass(selector, older)
            except SourceError as error:
                failed, missing = error, (f"older events ({error})",)
                break
            if not complete:
                missing = (older,)
                break
        self._missing, everything = missing, not missing
        first = not self.store.synced
        snapshot = self.store.finish()
        if everything or first:
            self.outbox.put((snapshot,))
        self._say_filled()
        return failed

    async def _fill_pass(self, selector: str, older: str) -> bool:
        """False when the budget ended before the events did. On a slow link it goes on after a rest, during which
        what is `older` is missing."""
        clock, token, restarted = self.cluster.clock, "", False
        while True:
            until = clock.monotonic() + MOST_SECONDS
            async with self.cluster.gate.slot(self.resource.priority):
                while clock.monotonic() < until:
                    params = {"limit": str(PAGE), "fieldSelector": selector}
                    if token:
                        params["continue"] = token
                    try:
                        things, meta, bad = await get_page(
                            self.cluster.api, self.path, params, self.resource.decode
                        )
                    except ApiStatusError as error:
                        if error.status != 410 or not token or restarted:
                            raise
                        token, restarted = "", True  # the token expired: from the start, once
                        continue
                    self.malformed += bad
                    self.standing.heard()
                    self.outbox.put(self.store.fill(things))
                    self._say_filled()
                    await self.outbox.room()
                    token = meta.continue_ or ""
                    if not token:
                        return True
                    if self.store.filled >= MOST_PAST:
                        return False
            self._missing = (older,)
            self._say_filled()
            await self.cluster.pause(REST)

    def _say_filled(self) -> None:
        """How far the past is, which does not make current what the watch has lost."""
        if self.standing.status.state not in ("stale", "failed"):
            self._say_current()

    def _say_current(self, *missing: str) -> None:
        if self.store.filling and not self._missing:
            self.standing.loading(self.store.filled, None)
        else:
            super()._say_current(*missing, *self._missing)
