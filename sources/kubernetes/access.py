"""Which namespaces this user may see, and a feed over them: everything at once, or namespace by namespace.

After a 403 on the whole cluster: the namespaces that the configuration names; else those the server lists; else
the kubeconfig context's own, and the ones that somebody asks for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

from sources.contract import Change, Clock, Denied, Nudge, Snapshot, SourceError, Status
from sources.kubernetes.api import Api, Resource
from sources.kubernetes.backoff import Backoff
from sources.kubernetes.cluster import Cluster
from sources.kubernetes.outbox import Sink, pass_on_failure
from sources.kubernetes.pages import get_all, get_page
from sources.kubernetes.reflector import Reflector
from sources.kubernetes.standing import merged
from sources.rules.decode import decode_namespace

ROUND = 300.0
"""Seconds until rights are looked at anew."""
DENIED_RETRY = 30.0
PROOF = 5.0
"""Seconds after which an unchanged good status is said again when a scope proves to be current."""
MOST_PROBED = 200
"""Namespaces of a listing that are tried; beyond that somebody has to name the wanted ones."""
MOST_WATCHES = 50
"""Namespaces that are watched at a time; further ones are listed every now and then."""


class Access:
    """The namespaces to look at, shared by all feeds of one source."""

    def __init__(self, explicit: Sequence[str] = (), api: Api | None = None, own: str = "default") -> None:
        self.configured = tuple(dict.fromkeys(explicit))
        """The only namespaces wanted; empty means all that can be seen."""
        self.limit: tuple[str, ...] = ()
        """The only ones for now, where not all are wanted that could be had."""
        self.asked: list[str] = []
        self.own = own
        """The kubeconfig context's namespace."""
        self._api = api
        self._changed = asyncio.Event()

    def use(self, api: Api) -> None:
        """The connection to list namespaces on."""
        self._api = api

    @property
    def explicit(self) -> tuple[str, ...]:
        return self.limit or self.configured

    def include(self, namespace: str) -> None:
        """Somebody wants to see this one too."""
        if namespace and namespace not in self.asked and namespace not in self.explicit:
            self.asked.append(namespace)
            self._tell()

    def narrow(self, namespaces: Sequence[str]) -> None:
        """Somebody wants nothing but these; () is all again. What was asked for besides is forgotten."""
        self.limit = tuple(dict.fromkeys(namespaces))
        self.asked.clear()
        self._tell()

    async def limited(self) -> None:
        """Returns once there is a limit."""
        while not self.limit:
            await self._changed.wait()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    @property
    def named(self) -> tuple[str, ...]:
        """The namespaces that somebody named: they are shown even if they turn out to be forbidden."""
        return tuple(dict.fromkeys((*self.explicit, *self.asked) if self.explicit else (self.own, *self.asked)))

    async def candidates(self) -> tuple[str, ...]:
        """The namespaces worth trying when the whole cluster is forbidden, the likely ones first."""
        if self.explicit:
            return self.named
        if self._api is None:
            return self.named
        try:
            listed = await get_all(self._api, "/api/v1/namespaces", decode_namespace)
        except Denied:
            return self.named
        return tuple(dict.fromkeys((*self.named, *listed)))

    async def changed(self, clock: Clock, nudge: Nudge, seconds: float) -> bool:
        """Waits until somebody asks for another namespace (True), or wants a refresh, or for so many seconds."""
        asked = asyncio.create_task(self._changed.wait())
        timer = asyncio.create_task(nudge.pause(clock, seconds))
        try:
            await asyncio.wait((asked, timer), return_when=asyncio.FIRST_COMPLETED)
            return asked.done()
        finally:
            asked.cancel()
            timer.cancel()


class ScopedFeed:
    """One kind over the scopes that may be seen. `make(namespace, outbox, watches)` gives a reflector."""

    def __init__(
        self,
        cluster: Cluster,
        access: Access,
        resource: Resource,
        make: Callable[[str, Sink, bool], Reflector],
    ) -> None:
        self.cluster = cluster
        self.access = access
        self.resource = resource
        self._make = make
        self._children: dict[str, asyncio.Task[None]] = {}
        self._statuses: dict[str, Status] = {}
        self._missing: tuple[str, ...] = ()
        self._said: Status | None = None
        self._said_at = float("-inf")

    async def run(self, outbox: Sink) -> NoReturn:
        """Never ends."""
        try:
            while True:
                if self.resource.namespaced and self.access.explicit:
                    await self._by_namespace(outbox)
                try:
                    await self._whole(outbox)
                except Denied as error:
                    if self.resource.namespaced:
                        await self._by_namespace(outbox)
                    else:
                        await self._denied(outbox, error)
        finally:
            await self._stop(list(self._children))

    async def _whole(self, outbox: Sink) -> None:
        """The whole cluster, until somebody wants less of it: all of that goes first, to make room."""
        running = asyncio.create_task(self._make("", outbox, True).run())
        awaited: list[asyncio.Task[Any]] = [running]
        if self.resource.namespaced:
            awaited.append(asyncio.create_task(self.access.limited()))
        try:
            await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
        finally:
            for task in awaited:
                task.cancel()
            await asyncio.gather(*awaited, return_exceptions=True)
        outbox.put((Snapshot(self.resource.kind, "", ()),))

    async def _denied(self, outbox: Sink, error: Denied) -> None:
        wait = DENIED_RETRY * (1 + self.cluster.rng())
        missing = (error.missing or self.resource.right("list"),)
        outbox.put((self._status(Status("denied", str(error), missing=missing), self._now() + wait),))
        await self.cluster.pause(wait)

    async def _by_namespace(self, outbox: Sink) -> None:
        """A reflector for each namespace; returns when the whole cluster may be listed after all."""
        clock = self.cluster.clock
        backoff = Backoff(clock.monotonic, self.cluster.rng, initial=DENIED_RETRY, cap=ROUND)
        while True:
            chosen, wait = clock.monotonic(), backoff.next()
            try:
                await self._choose(outbox)
                if not self._children:
                    right = self.resource.right
                    missing = (right("list"), *(right("list", name) for name in self.access.named))
                    denied = Status("denied", f"no right to {missing[0]}", missing=missing)
                    outbox.put((self._status(denied, self._now() + wait),))
            except SourceError as error:
                if not self._children:
                    outbox.put((self._status(Status("failed", str(error)), self._now() + wait),))
            while True:
                asked = await self.access.changed(clock, self.cluster.nudge, wait)
                if not self.access.explicit and await self._may_list_all():
                    await self._stop(list(self._children))
                    return
                refused = not self._children or any(task.done() for task in self._children.values())
                if asked or refused or clock.monotonic() - chosen >= ROUND:
                    break
                wait = max(DENIED_RETRY, min(backoff.next(), chosen + ROUND - clock.monotonic()))

    async def _may_list_all(self) -> bool:
        try:
            return await self._may_list("")
        except SourceError:
            return False  # no news: asked again later

    async def _choose(self, outbox: Sink) -> None:
        candidates = await self.access.candidates()
        named = self.access.named
        wanted: list[str] = []
        for name in candidates[:MOST_PROBED]:
            known = name in self._children and not self._children[name].done()
            if known or self.access.explicit or await self._may_list(name):
                wanted.append(name)
        gone = [name for name in self._children if name not in wanted]
        await self._stop(gone)
        outbox.put(Snapshot(self.resource.kind, name, ()) for name in gone)
        if self.access.explicit:
            self._missing = (f"only {', '.join(wanted)} looked at",) if self.access.limit else ()
        else:
            shown = ", ".join(wanted[:5]) + (f" and {len(wanted) - 5} more" if len(wanted) > 5 else "")
            self._missing = (f"{self.resource.right('list')}; showing namespaces {shown}",)
            self._missing += tuple(self.resource.right("list", name) for name in named if name not in wanted)
            if len(candidates) > MOST_PROBED:
                self._missing += (f"{len(candidates) - MOST_PROBED} namespaces were not tried",)
        for name in wanted:
            if name not in self._children or self._children[name].done():
                running = sum(not task.done() for task in self._children.values())
                self._start(name, outbox, running < MOST_WATCHES)
        if self._statuses:
            self._publish(outbox)

    async def _may_list(self, namespace: str) -> bool:
        try:
            await get_page(self.cluster.api, self.resource.path(namespace), {"limit": "1"}, self.resource.decode)
        except Denied:
            return False
        return True

    def _start(self, namespace: str, outbox: Sink, watches: bool) -> None:
        box = _StatusAside(outbox, lambda status: self._hear(namespace, status, outbox))
        reflector = self._make(namespace, box, watches)

        async def run() -> None:
            try:
                await reflector.run()
            except Denied as error:
                missing = error.missing or self.resource.right("list", namespace)
                self._hear(namespace, Status("denied", str(error), missing=(missing,)), outbox)

        task = asyncio.create_task(run())
        task.add_done_callback(lambda done: pass_on_failure(done, outbox))
        self._children[namespace] = task

    async def _stop(self, namespaces: Sequence[str]) -> None:
        self._said = None
        tasks = [self._children.pop(name) for name in namespaces]
        for name in namespaces:
            self._statuses.pop(name, None)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _hear(self, namespace: str, status: Status, outbox: Sink) -> None:
        self._statuses[namespace] = status
        self._publish(outbox)

    def _publish(self, outbox: Sink) -> None:
        status = merged(self._statuses, self._missing)
        proved = status.state in ("live", "partial") and self.cluster.clock.monotonic() - self._said_at >= PROOF
        if status != self._said or proved:
            self._said, self._said_at = status, self.cluster.clock.monotonic()
            outbox.put((status,))

    def _status(self, status: Status, retry_at: float) -> Status:
        api = self.cluster.api
        return Status(
            status.state,
            status.detail,
            missing=status.missing,
            retry_at=retry_at,
            via=api.server,
            clock_offset=api.clock_offset,
        )

    def _now(self) -> float:
        return self.cluster.clock.now()


class _StatusAside:
    """Passes changes on to the feed's outbox and takes the statuses out of them."""

    def __init__(self, outbox: Sink, hear: Callable[[Status], None]) -> None:
        self._outbox = outbox
        self._hear = hear

    def put(self, changes: Iterable[Change]) -> None:
        for change in changes:
            if isinstance(change, Status):
                self._hear(change)
            else:
                self._outbox.put((change,))

    async def room(self) -> None:
        await self._outbox.room()

    def fail(self, error: BaseException) -> None:
        self._outbox.fail(error)
