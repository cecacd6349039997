"""Keeps one kind in one scope current: list, watch, and what to do when the watch ends.

    run ── list_and_watch ──┬─ page     the first rows and how many there are; of a small cluster that is the list
     ▲                      ├─ list     everything, split while it downloads
     │                      ├─ watch    one request; the first one brings the list with it (WatchList) if offered
     │                      │           and IT IS REOPENED by the loop in `list_and_watch`
     │                      └─ poll     lists now and then, where watching is forbidden
     └── relist: the version we stand at is gone (410, "too large resource version"), or a list failed

The rules and names are those of client-go (`tools/cache/reflector.go`), with four differences. A watch that
breaks is reopened from where it was and never costs a list, unless the server says that this point is gone.
The first load hands rows out as they are decoded; a later list shows as one `Snapshot`. It begins with a page of
whole objects, because many servers send the first byte of a long list only when they have put all of it together.
A status is said as soon as the data stops being current.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, nullcontext
from typing import NoReturn

from msgspec import Raw

from sources.contract import Change, Denied, Misconfigured, NotFound, SourceError, Unauthorized, Unavailable
from sources.kubernetes.api import Expired, Resource, is_expired, retry_after
from sources.kubernetes.backoff import Backoff
from sources.kubernetes.cluster import SLOW_RETRY, Cluster
from sources.kubernetes.errors import ApiStatusError
from sources.kubernetes.lifetime import HELD, WatchLifetime
from sources.kubernetes.listing import REFUSALS, Listing
from sources.kubernetes.outbox import Sink
from sources.kubernetes.standing import Standing
from sources.kubernetes.store import Store
from sources.kubernetes.watchstream import (
    DamagedError,
    LineReader,
    Watchdog,
    WatchEvent,
    ends_initial_events,
    metadata_of,
    parse_line,
    stream_error,
)
from sources.model import Thing
from sources.rules.wire import WireError

VERY_SHORT = 1.0
"""A watch open for less counts as failed (client-go's VeryShortWatchError, here even if it brought events)."""
FINE = 10.0
"""A watch that worked so long is reopened at once when it breaks."""
READ_IDLE = 75.0
"""A watch silent for so long, and up to 15 s more, is reopened: a load balancer may hold it for a dead server."""
NO_BOOKMARK = 30.0
"""A WatchList that is silent so long is none: the server knows no initial events and will send no end mark."""
MOST_MALFORMED = 20
MOST_WATCH_LISTS = 2
"""WatchLists that fail in a row before a list is tried: something on the way may let only lists through."""
UNANSWERED = 15.0
"""Seconds without even the headers of a watch, while the server answers others, after which nothing is current."""
MOST_STREAM_ERRORS = 5
"""ERROR events in a row before a new list is to help (client-go: one minute of InternalError)."""
POLLS, MOST_POLLS = 2, 20
"""Lists in poll mode before the watch is tried again, the first time and later."""


class NoWatchListError(SourceError):
    """The server does not do WatchList."""


class Reflector:
    """Feeds `outbox` with the changes of one `resource` in one `namespace` ("" is all of them)."""

    def __init__(
        self,
        cluster: Cluster,
        resource: Resource,
        namespace: str,
        outbox: Sink,
        watches: bool = True,
        store: Store | None = None,
    ) -> None:
        self.cluster, self.resource, self.namespace, self.outbox = cluster, resource, namespace, outbox
        self.watches = watches
        self.path = resource.path(namespace)
        self.last_rv = ""
        """Where we stand: opaque, compared only for equality."""
        self.rv_unavailable = False
        """The server cannot list at `last_rv`: ask for the newest state."""
        self.store = store or Store(resource, namespace)
        self.standing = Standing(cluster.api, cluster.clock, outbox.put)
        self.listing = Listing(cluster, self.path, resource, self.store, outbox, self.standing)
        self.malformed = self.unknown = 0
        """Lines and objects that could not be read, and events of an unknown type."""
        self._listed = False
        """Whether `last_rv` is a point to watch from..."""
        self._listed_at = float("-inf")
        """...and since when, on the monotonic clock."""
        self._opened_at: float | None = None
        self._asked_at = float("-inf")
        self._polling, self._polls = False, POLLS
        self._watch_lists = self._stream_errors = 0
        self._lifetime = WatchLifetime()
        self._dog: Watchdog | None = None
        self._backoff = Backoff(cluster.clock.monotonic, cluster.rng)
        self._slow = Backoff(cluster.clock.monotonic, cluster.rng, initial=SLOW_RETRY, cap=300.0)

    # -- the state machine ---------------------------------------------------------------------------------

    async def run(self) -> NoReturn:
        """Never ends. Raises Denied if already the first list is forbidden, Misconfigured if nothing can help."""
        clock = self.cluster.clock
        self.standing.connecting()
        while True:
            try:
                await self.list_and_watch()
            except Misconfigured:
                raise
            except SourceError as error:
                if isinstance(error, Denied) and not self.store.synced:
                    raise
                if is_expired(error) and not self._listed and not self.rv_unavailable:
                    self.rv_unavailable = True  # once more at once, for the newest state
                elif is_expired(error) and self._listed and clock.monotonic() - self._listed_at >= FINE:
                    # waiting would help nothing: a list is what the server asks for
                    self.standing.lost(f"{error}; listing anew", synced=self.store.synced)
                else:
                    await self.pause(error)

    @property
    def offers_watch_list(self) -> bool:
        tried = self._watch_lists < MOST_WATCH_LISTS
        return self.watches and self.cluster.watch_list is not False and tried

    @property
    def offers_page(self) -> bool:
        return not self.listing.paged and not self.store.synced and self.cluster.first_page

    async def list_and_watch(self) -> NoReturn:
        """Everything once, then every change. Raises what only another list can mend."""
        self._listed = False
        if self.offers_page:
            await self.page()
        if not self._listed and (not self.offers_watch_list or await self.listing.goes_first()):
            await self.list()
        while True:
            try:
                if self.watches:
                    await self.watch()
                else:
                    await self.poll()
            except NoWatchListError:
                self.cluster.watch_list = False
                await self.list()
            except (Denied, NotFound) as error:
                if self.cluster.liveness.trouble:
                    await self.pause(error)  # a server that starts refuses everybody
                elif self._listed:
                    await self.poll()
                else:
                    await self.list()
            except SourceError as error:
                self._watch_lists += not self._listed
                if is_expired(error) or not self._listed:
                    raise
                if self._open_for() < FINE:
                    await self.pause(error)

    async def poll(self) -> None:
        """Lists every 15 to 30 s, where there is no watch; returns now and then, and when somebody asks, so that
        it is tried again.

        Soon at first: an API server that has just started refuses everybody until it knows the roles.
        """
        self._polling = True
        self._say_current()
        for _ in range(self._polls):
            asked = await self.cluster.pause(15 + 15 * self.cluster.rng())
            await self.list()
            if asked:
                return  # whoever asks wants more than a list, and the server may be another by now
        self._polls = min(2 * self._polls, MOST_POLLS)

    async def pause(self, error: SourceError) -> None:
        """Says what is wrong and when it is tried again, and waits until then."""
        refused = isinstance(error, Denied | Unauthorized) and not self.cluster.liveness.trouble
        wait = self._slow.next() if refused else self._backoff.next(retry_after(error))
        self.standing.lost(
            str(error),
            synced=self.store.synced,
            retry_at=self.cluster.clock.now() + wait,
            missing=(error.missing,) if isinstance(error, Denied) and error.missing else (),
        )
        away = not refused and retry_after(error) is None
        with self.cluster.liveness.awaited() if away else nullcontext():
            if await self.cluster.pause(wait):
                self._backoff.reset()

    # -- list ----------------------------------------------------------------------------------------------

    async def page(self) -> None:
        """The first rows, and how many there are. Where these are all, the list is complete."""
        meta = await self.listing.page()
        if meta is None:
            return
        if meta.continue_:
            self.last_rv = meta.resource_version or ""  # the list may not be older
        else:
            self._replace(meta.resource_version)

    async def list(self) -> None:
        """Everything, from the server's watch cache where it has one, decoded while it downloads."""
        version = "" if self.rv_unavailable else self.last_rv or "0"
        async with self.cluster.gate.slot(self.resource.priority):
            version_now = await self.listing.everything(version)
        self._replace(version_now)

    def _replace(self, version: str | None) -> None:
        """The list is complete."""
        self.outbox.put((self.store.finish(),))
        self._stand_at(version)
        self._say_current()

    def _stand_at(self, version: str | None) -> None:
        """Everything up to `version` is known, or is being filled in."""
        self.last_rv, self.rv_unavailable, self._listed, self._watch_lists = version or "", False, True, 0
        self._listed_at = self.cluster.clock.monotonic()

    # -- watch ---------------------------------------------------------------------------------------------

    async def watch(self) -> None:
        """One watch to its end, from `last_rv` on; before anything was listed it brings the list with it.

        Returns when it may be reopened at once. Raises NoWatchListError, an error for which `is_expired`
        holds (list anew), or what `pause` is for.
        """
        clock, what = self.cluster.clock, f"the watch of {self.resource.name}"
        timeout = self._lifetime.begin(clock.monotonic(), self.cluster.rng())
        params = {"watch": "1", "allowWatchBookmarks": "true", "timeoutSeconds": str(timeout)}
        params["resourceVersion"] = "" if self.rv_unavailable else self.last_rv
        listing, dog = AsyncExitStack(), Watchdog(clock, READ_IDLE if self._listed else NO_BOOKMARK, timeout + 30)
        self._opened_at, self._asked_at, held = None, clock.monotonic(), self._lifetime.held
        try:
            async with listing:
                if not self._listed:
                    params |= {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan"}
                    await listing.enter_async_context(self.cluster.gate.slot(self.resource.priority))
                    self.store.begin()
                await self._read(dog, params, listing)
        except ApiStatusError as error:
            if not self._listed and error.status in REFUSALS:
                raise NoWatchListError(str(error)) from None
            raise
        except DamagedError as error:
            raise Unavailable(f"{what} sent damaged data: {error}") from None
        finally:
            lasted = self._lifetime.ended(clock.monotonic(), dog.barked, self._open_for() >= FINE)
        if not self._listed:
            if dog.barked == "idle" and self.cluster.watch_list is None:
                raise NoWatchListError("no initial events")
            raise Unavailable(f"{what} ended before it had sent everything")
        if dog.barked is None and lasted < FINE and self._open_for() < VERY_SHORT:
            raise Unavailable(f"{what} ended at once")
        if held != self._lifetime.held:
            self._say_current()

    async def _read(self, dog: Watchdog, params: Mapping[str, str], listing: AsyncExitStack) -> None:
        quiet, malformed, initial = READ_IDLE + 15 * self.cluster.rng(), self.malformed, not self._listed
        dog.idle = NO_BOOKMARK if initial else quiet
        self._dog, reader = dog, LineReader()
        # followed before it is open: the server may also die before it sends the headers
        with self.cluster.liveness.follow(self):
            async with dog, self.cluster.api.stream(self.path, params, watch=True) as answer:
                self._opened_at = self.standing.heard()
                if initial:
                    await self.listing.turn()
                with dog.after(VERY_SHORT, self._settled):
                    async for block in answer.blocks():
                        dog.heard()
                        self.standing.heard()
                        await self._apply([parse_line(line) for line in reader.feed(block)])
                        if initial and self._listed:
                            initial, dog.idle = False, quiet
                            await listing.aclose()
                        if self.malformed - malformed > MOST_MALFORMED:
                            raise Unavailable(f"the watch of {self.resource.name} sends what is no event")

    async def _apply(self, events: Sequence[WatchEvent | None]) -> None:
        changes: list[Change] = []
        last: WatchEvent | None = None
        error: SourceError | None = None
        for event in events:
            if event is None:
                self.malformed += 1
                continue
            if event.type in ("ADDED", "MODIFIED"):
                thing = self._decoded(event.object)
                if thing is not None:
                    changes += self.store.add((thing,))
            elif event.type == "DELETED":
                changes += self.store.remove(metadata_of(event.object))
            elif event.type == "BOOKMARK":
                if self.store.gathering and ends_initial_events(event.object):
                    self.outbox.put(changes)
                    changes = []
                    self.cluster.watch_list = True
                    self._replace(metadata_of(event.object).resource_version)
            elif event.type == "ERROR":
                error = self._stream_error(event)
                break
            else:
                self.unknown += 1
                continue
            last = event
        self.outbox.put(changes)
        if changes:
            self._lifetime.changed(self.cluster.clock.monotonic())
        if last is not None:
            self._advance(last)
        if error is not None:
            raise error
        await self.outbox.room()
        await asyncio.sleep(0)

    def _advance(self, last: WatchEvent) -> None:
        """Moves on to a version only when everything before it is applied, so that nothing is lost by a cut."""
        if not self._listed:
            self.listing.count()
            return
        # what a watch without a version starts with comes in no particular order
        if self.last_rv not in ("", "0") or last.type != "ADDED":
            self.last_rv = metadata_of(last.object).resource_version or self.last_rv
        self._stream_errors = 0
        self._settled()

    def _stream_error(self, event: WatchEvent) -> SourceError:
        error = stream_error(event.object, f"the watch of {self.resource.name}")
        if not is_expired(error) and error.status != 429:
            self._stream_errors += 1
            if self._stream_errors >= MOST_STREAM_ERRORS:
                self._stream_errors = 0
                return Expired(str(error))
        return error

    # -- how we are doing ----------------------------------------------------------------------------------

    @property
    def last_heard(self) -> float:
        return self.standing.last_heard

    def unreachable(self, detail: str, retry_at: float) -> None:
        """The liveness probe failed while our stream was silent."""
        self.standing.lost(detail, synced=self.store.synced, retry_at=retry_at)

    def answered(self) -> None:
        """A sign of life from the liveness probe: the picture is as old as that, if our stream is open."""
        if self._opened_at is not None:
            self.standing.still()
        elif self._listed and not self._lifetime.held and self._waited() >= UNANSWERED:
            self.standing.lost(f"nobody answers the watch of {self.resource.name}", synced=self.store.synced)

    def reopen(self, detail: str) -> None:
        """Our stream may be dead without knowing it."""
        self.standing.lost(detail, synced=self.store.synced)
        if self._dog is not None:
            self._dog.interrupt("reopen")

    def _settled(self) -> None:
        """The stream delivers, or has stayed open for a while."""
        if self._listed and (self._polling or self.standing.status.state not in ("live", "partial")):
            self._polling, self._polls = False, POLLS
            self._say_current()

    def _say_current(self, *missing: str) -> None:
        if self._polling and self.watches:
            missing = (self.resource.right("watch", self.namespace), *missing)
        elif self._lifetime.held:
            missing = (f"changes as they happen (a proxy holds them back up to {HELD} s)", *missing)
        self.standing.live(missing, "listed every 15 to 30 s" if self._polling else "")

    def _waited(self) -> float:
        return self.cluster.clock.monotonic() - self._asked_at

    def _open_for(self) -> float:  # since its headers: over a slow link the way there alone takes long
        return self.cluster.clock.monotonic() - self._opened_at if self._opened_at is not None else 0.0

    def _decoded(self, raw: Raw) -> Thing | None:
        try:
            return self.resource.decode(raw)
        except WireError:
            self.malformed += 1
            return None
