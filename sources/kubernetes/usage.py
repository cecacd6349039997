"""CPU and memory use from the metrics API (metrics.k8s.io), which can only be polled.

As `kubectl top` does, the group is looked up first and the first of v1 and v1beta1 that the server lists is used.
A sample carries its own moment and window; a pod without one is left out by the server and shown as unknown.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import NoReturn

import msgspec
from msgspec import Struct

from sources import courtesy
from sources.contract import (
    Denied,
    Misconfigured,
    NotFound,
    NotSupported,
    Snapshot,
    SourceError,
    Unauthorized,
    Unavailable,
)
from sources.kubernetes.access import ROUND, Access
from sources.kubernetes.api import Api, retry_after
from sources.kubernetes.backoff import Backoff
from sources.kubernetes.cluster import SLOW_RETRY, Cluster
from sources.kubernetes.errors import ApiStatusError
from sources.kubernetes.outbox import Sink
from sources.kubernetes.pages import Part, in_parts
from sources.kubernetes.splitter import Decode
from sources.kubernetes.standing import Standing
from sources.model import Kind, Thing
from sources.rules.decode import decode_node_usage, decode_pod_usage

GROUP = "/apis/metrics.k8s.io"
VERSIONS = ("v1", "v1beta1")
SOON = 30.0
"""Seconds between two looks for a metrics API that is registered but does not answer yet..."""
LATER = 300.0
"""...and for one that is not there."""
SOON_TRIES = 10
WOKEN = 0.01
"""Seconds by which a wait has to be shorter than planned for somebody to have ended it: clocks round."""
PRIORITY = 3
SHARE = 4
"""A poll is followed by a rest of at least so many times its length: it must not take a large cluster's time from
everything else."""
ROWS = 2_500
"""Rows that are read in a second, on average: each costs fifteen microseconds here, and as much on the server."""
FLOW = 26_000
"""Rows that are handed on in a second of a poll: nobody waits for it, the screen has other things to do, and what
it has not taken yet weighs 200 bytes a row."""
MOST_NAMESPACES = 50


class _GroupVersion(Struct):
    version: str | None = None


class _Group(Struct):
    versions: Sequence[_GroupVersion | None] | None = None


_group = msgspec.json.Decoder(_Group)


async def find_metrics_api(api: Api) -> str:
    """The path of the version to use. Raises NotSupported where there is none, Unavailable while it is down."""
    try:
        body = await api.get(GROUP)
    except NotFound:
        raise NotSupported("metrics API not available (metrics.k8s.io): is metrics-server installed?") from None
    try:
        listed = [entry.version for entry in _group.decode(body).versions or () if entry is not None]
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Unavailable(f"GET {GROUP}: not an API group") from None
    for version in listed:
        if version in VERSIONS:
            return f"{GROUP}/{version}"
    raise NotSupported("metrics API not available (metrics.k8s.io has neither v1 nor v1beta1)")


class UsagePoller:
    """Puts a Snapshot of `node_usage` and of `pod_usage` into `outbox` every `interval` seconds. The samples of
    pods, the largest list of all, wait until their `pods` are there."""

    def __init__(
        self, cluster: Cluster, access: Access, outbox: Sink, interval: float, pods: Callable[[], Awaitable[None]]
    ) -> None:
        self.cluster = cluster
        self.access = access
        self.outbox = outbox
        self.interval = interval
        self.pods = pods
        self.standing = Standing(cluster.api, cluster.clock, outbox.put)
        self._root = ""
        self._synced = False
        self._rows = 0
        """Rows of the last poll..."""
        self._began = 0.0
        """...and when it began; that it waited for the pods is none of its length."""
        self._soon = 0
        self._scopes: tuple[str, ...] = ()
        self._scopes_until = 0.0
        self._wanted: tuple[str, ...] = ()
        """The namespaces that were named when the scopes were chosen."""
        self._refused: dict[str, tuple[float, Denied]] = {}
        self._missing: list[str] = []
        self._shown: set[tuple[Kind, str]] = set()
        self._backoff = Backoff(cluster.clock.monotonic, cluster.rng)
        self._slow = Backoff(cluster.clock.monotonic, cluster.rng, initial=SLOW_RETRY, cap=LATER)

    async def run(self) -> NoReturn:
        self.standing.connecting()
        while True:
            wait = await self._turn()
            started = self.cluster.clock.monotonic()
            await self.access.changed(self.cluster.clock, self.cluster.nudge, wait)
            if self.cluster.clock.monotonic() - started < wait - WOKEN:
                self._backoff.reset()
                self._refused.clear()  # somebody asked, or the server is back: rights may be others

    async def _turn(self) -> float:
        """One poll and what follows from it; the seconds until the next."""
        self._began = self.cluster.clock.monotonic()
        try:
            if not self._root:
                self._root = await find_metrics_api(self.cluster.api)
            missing = await self._poll()
        except Misconfigured:
            raise
        except (NotSupported, NotFound) as error:
            return self._absent(error)
        except Denied as error:
            wait = self._slow.next()
            self.standing.denied(str(error), self._missing or (error.missing,), self._now() + wait)
            return wait
        except SourceError as error:
            return self._unavailable(error)
        self._synced, self._soon = True, 0
        self.standing.live(missing)
        took = self.cluster.clock.monotonic() - self._began
        return max(1.0, self.interval - took, SHARE * took, self._rows / ROWS - took)

    def _absent(self, error: SourceError) -> float:
        """Not registered, or gone: what was shown is taken back, and it is looked for again now and then."""
        self._root = ""
        if isinstance(error, ApiStatusError):  # listed as a group, but the lists are not there
            error = NotSupported(f"metrics API not available (metrics.k8s.io): {error}")
        self.outbox.put(Snapshot(kind, scope, ()) for kind, scope in self._shown)
        self._shown.clear()
        self._synced = False
        self.standing.absent(str(error), self._now() + LATER)
        return LATER

    def _unavailable(self, error: SourceError) -> float:
        """The API service is registered but its server does not answer (503), or nothing does."""
        self._soon += 1
        if isinstance(error, Unauthorized):
            wait = self._slow.next()
        elif isinstance(error, ApiStatusError) and error.status == 503 and not self._synced:
            wait = SOON if self._soon <= SOON_TRIES else LATER
            detail = f"metrics API not available (metrics.k8s.io): {error}"
            self.standing.absent(detail, self._now() + wait)
            return wait
        else:
            wait = self._backoff.next(retry_after(error))
        self.standing.lost(str(error), synced=self._synced, retry_at=self._now() + wait)
        return wait

    async def _poll(self) -> Sequence[str]:
        """Both lists; gives what is missing. Raises Denied only when nothing at all may be seen."""
        missing = self._missing = list[str]()
        self._rows = 0
        refused: Denied | None = None
        try:
            await self._list("node_usage", "", "nodes", decode_node_usage)
        except Denied as error:
            refused = error
            missing.append(error.missing or "list nodes.metrics.k8s.io")
        shown = await self._poll_pods(missing)
        if refused is not None and not shown:
            raise refused
        return missing

    async def _poll_pods(self, missing: list[str]) -> bool:
        """All at once, else namespace by namespace. Whether anything could be seen."""
        asked = self.cluster.clock.monotonic()
        await self.pods()
        self._began += self.cluster.clock.monotonic() - asked
        if not self.access.explicit:
            try:
                await self._list("pod_usage", "", "pods", decode_pod_usage)
                return True
            except Denied:
                missing.append("list pods.metrics.k8s.io cluster-wide")
        elif ("pod_usage", "") in self._shown:
            self._take_back([""])
        now, wanted = self.cluster.clock.monotonic(), (*self.access.explicit, *self.access.asked)
        if now >= self._scopes_until or wanted != self._wanted:
            self._wanted = wanted
            self._scopes = (await self.access.candidates())[:MOST_NAMESPACES]
            self._scopes_until = now + ROUND
            self._take_back([scope for kind, scope in self._shown if scope and scope not in self._scopes])
        shown = False
        for namespace in self._scopes:
            try:
                await self._list("pod_usage", namespace, f"namespaces/{namespace}/pods", decode_pod_usage)
                shown = True
            except Denied as error:
                if namespace in self.access.named:
                    missing.append(error.missing or f"list pods.metrics.k8s.io in {namespace}")
        return shown

    def _take_back(self, namespaces: Sequence[str]) -> None:
        """What was shown of namespaces that are no more, or of the whole cluster ("")."""
        self.outbox.put(Snapshot("pod_usage", namespace, ()) for namespace in namespaces)
        self._shown.difference_update(("pod_usage", namespace) for namespace in namespaces)

    async def _list(self, kind: Kind, scope: str, path: str, decode: Decode[Thing]) -> None:
        """What was refused is not asked again for a while."""
        until, before = self._refused.get(path, (0.0, None))
        if before is not None and self.cluster.clock.monotonic() < until:
            raise before.with_traceback(None)  # it would grow with every raise
        try:
            async with (
                self.cluster.gate.slot(PRIORITY, patient=kind == "pod_usage"),
                aclosing(in_parts(self.cluster.api, f"{self._root}/{path}", {}, decode)) as parts,
            ):
                await self._take(kind, scope, parts)
        except Denied as error:
            self._refused[path] = (self.cluster.clock.monotonic() + ROUND, error)
            raise
        self._refused.pop(path, None)

    async def _take(self, kind: Kind, scope: str, parts: AsyncIterator[Part[Thing]]) -> None:
        """As they come: all samples of a large cluster at once weigh as much as a fifth of its pods."""
        first = True
        async for things, meta, _ in parts:
            self._rows += len(things)
            self.standing.heard()
            self._shown.add((kind, scope))
            self.outbox.put((Snapshot(kind, scope, tuple(things), first, last=meta is not None),))
            await self.outbox.room()
            if meta is None:
                await courtesy.gap(len(things) / FLOW)
            first = False

    def _now(self) -> float:
        return self.cluster.clock.now()
