"""A clock that moves when told, and an API server that answers by script: no network and no waiting."""

from __future__ import annotations

import asyncio
import heapq
import json
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sources.contract import Batch, Nudge, Snapshot, Status
from sources.kubernetes.access import Access, ScopedFeed
from sources.kubernetes.api import EVENTS, NODES, PODS
from sources.kubernetes.cluster import Cluster
from sources.kubernetes.errors import Unreachable, status_error
from sources.kubernetes.events import EventReflector
from sources.kubernetes.firstlists import FirstLists
from sources.kubernetes.liveness import Liveness
from sources.kubernetes.reflector import Reflector
from sources.kubernetes.usage import UsagePoller
from sources.world import Fold

START = 1_700_000_000.0


async def settle(turns: int = 60) -> None:
    """Lets everything that can run, run."""
    for _ in range(turns):
        await asyncio.sleep(0)


class FakeClock:
    """Sleepers wake in order as `advance` moves the time."""

    def __init__(self) -> None:
        self.settle = settle
        """What lets everything run before the time moves on."""
        self.mono = 1000.0
        self.skew = 0.0
        """Added to the wall clock: a laptop that slept."""
        self._order = count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> float:
        return START + self.mono - 1000.0 + self.skew

    def monotonic(self) -> float:
        return self.mono

    async def sleep(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.mono + seconds, next(self._order), future))
        await future

    async def advance(self, seconds: float) -> None:
        await self.settle()
        until = self.mono + seconds
        while self._sleepers and self._sleepers[0][0] <= until:
            at, _, future = heapq.heappop(self._sleepers)
            if future.done():
                continue
            self.mono = max(self.mono, at)
            future.set_result(None)
            await self.settle()
        self.mono = until
        await self.settle()

    async def jump(self, seconds: float) -> None:
        """Time passes while the program stands still (Ctrl-Z)."""
        await settle()
        self.mono += seconds


class Live:
    """An answer that the test writes to while it is being read."""

    def __init__(self, *blocks: bytes) -> None:
        self._queue: asyncio.Queue[bytes | Exception | None] = asyncio.Queue()
        for block in blocks:
            self._queue.put_nowait(block)

    def send(self, *blocks: bytes) -> None:
        for block in blocks:
            self._queue.put_nowait(block)

    def end(self) -> None:
        self._queue.put_nowait(None)

    def fail(self, error: Exception) -> None:
        self._queue.put_nowait(error)

    async def blocks(self):
        while (block := await self._queue.get()) is not None:
            if isinstance(block, Exception):
                raise block
            yield block


class Body:
    """An answer with these blocks and then its end; an exception among them breaks it."""

    def __init__(self, *blocks: bytes | Exception) -> None:
        self._blocks = blocks

    async def blocks(self):
        for block in self._blocks:
            if isinstance(block, Exception):
                raise block
            await asyncio.sleep(0)
            yield block


class HeldHeaders:
    """A proxy that keeps the answer's headers to itself."""


@dataclass
class Request:
    what: str
    path: str
    params: dict[str, str]
    at: float


class FakeApi:
    """Answers `list`, `page` (its first one), `watch`, `count` (limit=1) and other paths from scripts; the last
    entry of one repeats."""

    server = "https://api.test:6443"
    clock_offset: float | None = None

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.requests: list[Request] = []
        self.open = 0
        self.way = 0.0
        """Seconds that a watch needs until its headers are there."""
        self._scripts: dict[str, deque[Any]] = {}
        self.script("/readyz", b"ok")
        self.script("count", Unreachable("not scripted"))

    def script(self, what: str, *answers: Any) -> None:
        self._scripts[what] = deque(answers)

    def asked(self, what: str) -> list[Request]:
        return [request for request in self.requests if request.what == what]

    def _answer(self, path: str, params: dict[str, str], watch: bool) -> Any:
        small = {"1": "count", "500": "page"} if set(params) == {"limit"} else {}
        what = "watch" if watch else small.get(params.get("limit", ""), "list")
        for name in (f"{what} {path}", path, what):
            if name in self._scripts:
                break
        else:
            raise AssertionError(f"no script for {what} {path} {params}")
        self.requests.append(Request(what if name != path else path, path, dict(params), self.clock.mono))
        script = self._scripts[name]
        answer = script.popleft() if len(script) > 1 else script[0]
        answer = answer(params) if callable(answer) else answer
        if isinstance(answer, Exception):
            raise answer
        return Body(answer) if isinstance(answer, bytes) else answer

    @asynccontextmanager
    async def stream(self, path, params, *, watch=False):
        await asyncio.sleep(0)
        answer = self._answer(path, params, watch)
        if watch and self.way:
            await self.clock.sleep(self.way)
        self.open += 1
        try:
            if isinstance(answer, HeldHeaders):
                await asyncio.get_running_loop().create_future()
            yield answer
        finally:
            self.open -= 1

    async def get(self, path, params=None, within=30.0):
        await asyncio.sleep(0)
        return b"".join([block async for block in self._answer(path, dict(params or {}), False).blocks()])


class Sink:
    """Collects changes and folds them as the World does."""

    def __init__(self) -> None:
        self.changes: list[Any] = []
        self._fold = Fold()
        self.failure: BaseException | None = None

    def put(self, changes) -> None:
        changes = tuple(changes)
        self.changes += changes
        self._fold.apply(Batch("kubernetes", "feed", 0.0, changes))

    @property
    def table(self) -> dict[str, Any]:
        """All rows by key, of whatever kind."""
        return {row.key: row for rows in self._fold.tables.values() for row in rows}

    async def room(self) -> None:
        return

    def fail(self, error: BaseException) -> None:
        self.failure = error

    @property
    def statuses(self) -> list[Status]:
        return [change for change in self.changes if isinstance(change, Status)]

    @property
    def status(self) -> Status:
        return self.statuses[-1]

    @property
    def snapshots(self) -> list[Snapshot]:
        return [change for change in self.changes if isinstance(change, Snapshot)]

    @property
    def names(self) -> list[str]:
        return sorted(self.table)


@dataclass
class Rig:
    """Everything a test needs; `dice` is the jitter, 0 unless the test says otherwise."""

    clock: FakeClock = field(default_factory=FakeClock)
    dice: float = 0.0

    def __post_init__(self) -> None:
        self.api = FakeApi(self.clock)
        self.sink = Sink()
        nudge = Nudge()
        self.liveness = Liveness(self.api, self.clock, nudge)
        self.cluster = Cluster(self.api, self.clock, self.liveness, nudge, rng=lambda: self.dice, watch_list=False)
        self.cluster.first_page = False
        self.tasks: list[asyncio.Task[Any]] = []

    def start(self, reflector: Reflector | None = None, **options: Any) -> Reflector:
        reflector = reflector or Reflector(self.cluster, PODS, options.pop("namespace", ""), self.sink, **options)
        self.tasks.append(asyncio.create_task(reflector.run()))
        return reflector

    def start_events(self) -> EventReflector:
        reflector = EventReflector(self.cluster, "", self.sink)
        self.start(reflector)
        return reflector

    def start_scoped(self, access: Access, resource=PODS) -> ScopedFeed:
        access.use(self.api)

        def make(namespace, sink, watches):
            return Reflector(self.cluster, resource, namespace, sink, watches)

        feed = ScopedFeed(self.cluster, access, resource, make)
        self.tasks.append(asyncio.create_task(feed.run(self.sink)))
        return feed

    def start_usage(
        self, access: Access | None = None, pods: Callable[[], Awaitable[None]] | None = None
    ) -> UsagePoller:
        access = access or Access()
        access.use(self.api)
        poller = UsagePoller(self.cluster, access, self.sink, 15.0, pods or FirstLists().shown)
        self.tasks.append(asyncio.create_task(poller.run()))
        return poller

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        self.liveness.close()
        results = await asyncio.gather(*self.tasks, return_exceptions=True)
        crashed = [r for r in results if isinstance(r, Exception)]
        assert not crashed, crashed


# -- what servers send -------------------------------------------------------------------------------------


def pod(
    name: str, rv: str = "1", uid: str = "", namespace: str = "shop", phase: str = "Running"
) -> dict[str, Any]:
    return {
        "metadata": {
            "name": name,
            "namespace": namespace,
            "uid": uid or f"uid-{name}",
            "resourceVersion": rv,
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "x", "controller": True}],
        },
        "spec": {"nodeName": "n1", "containers": [{"name": "c"}, {"name": "d"}]},
        "status": {"phase": phase},
    }


def node(name: str, rv: str = "1") -> dict[str, Any]:
    return {"metadata": {"name": name, "uid": f"uid-{name}", "resourceVersion": rv}, "status": {}}


def event_object(name: str, rv: str = "1", kind: str = "Normal", namespace: str = "shop") -> dict[str, Any]:
    return {
        "metadata": {"name": name, "namespace": namespace, "uid": f"uid-{name}", "resourceVersion": rv},
        "involvedObject": {"kind": "Pod", "name": "a", "namespace": namespace, "resourceVersion": "77"},
        "type": kind,
        "reason": "Started",
        "message": "m",
    }


def dump(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def listing(
    *items: Any, rv: str = "100", token: str = "", remaining: int | None = None, kind: str = "PodList"
) -> bytes:
    meta: dict[str, Any] = {"resourceVersion": rv}
    if token:
        meta["continue"] = token
    if remaining is not None:
        meta["remainingItemCount"] = remaining
    return dump({"kind": kind, "apiVersion": "v1", "metadata": meta, "items": list(items)}) + b"\n"


def line(what: str, thing: Any) -> bytes:
    return dump({"type": what, "object": thing}) + b"\n"


def bookmark(rv: str, end: bool = False) -> bytes:
    meta: dict[str, Any] = {"resourceVersion": rv, "creationTimestamp": None}
    if end:
        meta["annotations"] = {"k8s.io/initial-events-end": "true"}
    return line("BOOKMARK", {"kind": "Pod", "apiVersion": "v1", "metadata": meta})


def error_line(code: int, reason: str, message: str = "no", **details: Any) -> bytes:
    status = {"kind": "Status", "code": code, "reason": reason, "message": message, "details": details}
    return line("ERROR", status)


def refusal(code: int, reason: str = "", **more: Any) -> Exception:
    return status_error(f"the server answered {code} {reason}", status=code, reason=reason, **more)


GONE = refusal(410, "Expired")
TOO_LARGE = refusal(504, "Timeout", causes=("ResourceVersionTooLarge",), retry_after=1.0)
RESET = Unreachable("the connection to api.test broke: Connection reset by peer")
REFUSED = Unreachable("cannot reach api.test: Connection refused")

__all__ = [
    "EVENTS", "GONE", "NODES", "PODS", "REFUSED", "RESET", "START", "TOO_LARGE", "Access", "Body", "FakeApi",
    "FakeClock", "HeldHeaders", "Live", "Rig", "Sink", "bookmark", "dump", "error_line", "event_object", "line",
    "listing", "node", "pod", "refusal", "settle",
]  # fmt: skip
