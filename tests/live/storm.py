"""Churn on a real control plane, blows against the way to it, and whether the tables still are the server's."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import random
import signal
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from sources.contract import SystemClock
from sources.kubernetes.api import Resource
from tests.faults.faults import among, answer, cut, drip, drop, hold, page, refused, throttle, truncate
from tests.faults.proxy import Fault, Proxy, everything, watches
from tests.live.following import Following
from tests.testbed import Bed
from tests.testbed.kubeapi import Api, ApiError

POD = {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "c", "image": "none.test/x"}]}}
_PODS = "/api/v1/namespaces/default/pods"
_EVENTS = "/api/v1/namespaces/default/events"


class Wandering(SystemClock):
    """A clock that somebody sets now and then: the time of day jumps, what is measured does not."""

    def __init__(self) -> None:
        self.wrong = 0.0
        """Seconds that it is ahead."""

    def now(self) -> float:
        return super().now() + self.wrong


class Churn:
    """Makes and removes pods, most under names that were used before, and events, of which many are told again and
    some are taken back. It keeps a ledger of what the server took."""

    def __init__(self, plane: Bed, seed: int, lanes: int = 3) -> None:
        self.made: dict[str, int] = {}
        """How often each event happened that the server keeps, by name. One that may have gone is not there."""
        self.taken_back = 0
        """Events that the server has removed."""
        self._plane = plane
        self._goes_on, self._ends = threading.Event(), threading.Event()
        self._busy = threading.Semaphore(lanes)
        self._lanes = lanes
        self._threads = [
            threading.Thread(target=self._lane, args=(n, random.Random(seed + n)), daemon=True)
            for n in range(lanes)
        ]
        self._goes_on.set()
        for thread in self._threads:
            thread.start()

    def rest(self) -> None:
        """Returns once nothing is changed any more, until `go`."""
        self._goes_on.clear()
        for _ in range(self._lanes):
            self._busy.acquire()

    def go(self) -> None:
        self._busy.release(self._lanes)
        self._goes_on.set()

    def end(self) -> None:
        self._ends.set()
        self._goes_on.set()
        for thread in self._threads:
            thread.join()

    def _lane(self, lane: int, rng: random.Random) -> None:
        api, count = self._plane.api(), 0
        mine: list[str] = []
        while not self._ends.is_set():
            self._goes_on.wait()
            with self._busy:
                count += 1
                try:
                    self._turn(api, f"{lane}-{rng.randrange(20)}", f"storm-{lane}-{count}", mine, rng)
                except ApiError:
                    pass  # there already, or there no more
                except (OSError, http.client.HTTPException):
                    api.close()  # the server is away
            self._ends.wait(0.02)
        api.close()

    def _turn(self, api: Api, pod: str, event: str, mine: list[str], rng: random.Random) -> None:
        spec = POD["spec"] | {"terminationGracePeriodSeconds": 0, "nodeSelector": {"none": "such"}}  # type: ignore[operator]
        about = {"kind": "Pod", "namespace": "default", "name": f"storm-{pod}"}
        meta = {"name": event, "namespace": "default"}
        api.request("POST", _EVENTS, {
            "apiVersion": "v1", "kind": "Event", "metadata": meta, "involvedObject": about, "reason": "Storm",
            "message": event, "type": rng.choice(("Normal", "Warning")), "count": 1,
        })  # fmt: skip
        self.made[event] = 1
        mine.append(event)
        self._repeat(api, mine[-1 - rng.randrange(min(len(mine), 10))])
        if rng.random() < 0.3:
            self._take_back(api, mine.pop(rng.randrange(len(mine))))
        if rng.random() < 0.5:
            api.request("DELETE", f"{_PODS}/storm-{pod}")
        else:
            api.request(
                "POST", _PODS, POD | {"metadata": {"name": f"storm-{pod}", "namespace": "default"}, "spec": spec}
            )

    def _repeat(self, api: Api, event: str) -> None:
        times = self.made.pop(event, 1) + 1  # unknown until the server has answered
        patch = {"count": times, "lastTimestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
        api.request("PATCH", f"{_EVENTS}/{event}", patch, "application/merge-patch+json")
        self.made[event] = times

    def _take_back(self, api: Api, event: str) -> None:
        self.made.pop(event, None)
        api.request("DELETE", f"{_EVENTS}/{event}")
        self.taken_back += 1


def mark(plane: Bed, name: str, seconds: float = 60.0) -> None:
    """A pod and an event of this name, as soon as the server takes them: who shows them has come so far."""
    until = time.monotonic() + seconds
    about = {"kind": "Pod", "namespace": "default", "name": name}
    meta = {"metadata": {"name": name, "namespace": "default"}}
    spec = POD["spec"] | {"nodeSelector": {"none": "such"}}  # type: ignore[operator]
    event = {"apiVersion": "v1", "kind": "Event", "involvedObject": about, "reason": "Mark", "type": "Normal"}
    for path, body in ((_PODS, {**POD, **meta, "spec": spec}), (_EVENTS, {**event, **meta, "message": name})):
        while True:
            api = plane.api()
            try:
                api.request("POST", path, body)
                break
            except ApiError as error:
                if error.code == 409:
                    break  # it had been taken before the connection broke
                if time.monotonic() > until:
                    raise
            except (OSError, http.client.HTTPException):
                if time.monotonic() > until:
                    raise
            finally:
                api.close()
            time.sleep(0.1)


def differences(plane: Bed, resource: Resource, rows: Mapping[str, Any]) -> list[str]:
    """What a fresh list says that the rows do not, and the other way round; whole rows are compared."""
    api = plane.api()
    listed = api.request("GET", resource.path())["items"]
    api.close()
    fresh = [resource.decode(msgspec.Raw(json.dumps(item).encode())) for item in listed]
    there = {row.key: row for row in fresh}
    found = [f"{key} is missing" for key in there.keys() - rows.keys()]
    found += [f"{key} is no more" for key in rows.keys() - there.keys()]
    return found + [f"{key} is another" for key in there.keys() & rows.keys() if there[key] != rows[key]]


Shown = tuple[Resource, Callable[[], Mapping[str, Any]]]
"""Rows by key, and what they are."""


async def compared(plane: Bed, *shown: Shown, seconds: float = 60.0) -> list[str]:
    """The differences that remain when the feeds had time; changes of the controllers come meanwhile."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while True:
        found = list[str]()
        for resource, rows in shown:
            found += await asyncio.to_thread(differences, plane, resource, rows())
        if not found or loop.time() > until:
            return found
        await asyncio.sleep(0.2)


def told_twice(events: Following) -> list[str]:
    """Events that came to be there more than once: one that is gone never comes back."""
    return [key for key, times in events.appeared.items() if times > 1]


def told_wrongly(rows: Mapping[str, Any], churn: Churn) -> list[str]:
    """Events of the ledger that are not among the rows, or not as often as they happened."""
    shown = {row.name: row.count for row in rows.values()}
    return [
        f"{name}: happened {times} times, shown {shown.get(name, 0)}"
        for name, times in churn.made.items()
        if shown.get(name) != times
    ]


# -- blows -----------------------------------------------------------------------------------------------------

Blow = Callable[["Target"], Awaitable[None]]


class Target:
    """What blows fall on: the proxy, the server behind it, our clock, and how long a blow lasts."""

    def __init__(
        self,
        plane: Bed,
        proxy: Proxy,
        expired: ssl.SSLContext,
        good: ssl.SSLContext,
        clock: Wandering,
        lasts: float,
    ) -> None:
        self.plane, self.proxy, self.expired, self.good, self.lasts = plane, proxy, expired, good, lasts
        self.clock = clock


def _injected(fault: Fault, only_watches: bool = False) -> Blow:
    async def blow(target: Target) -> None:
        target.proxy.inject(fault, watches if only_watches else everything)
        await target.proxy.reset()
        await asyncio.sleep(target.lasts)
        target.proxy.heal()

    return blow


async def _reset(target: Target) -> None:
    for _ in range(3):
        await target.proxy.reset()
        await asyncio.sleep(target.lasts / 3)


async def _away(target: Target) -> None:
    await target.proxy.cut()
    await asyncio.sleep(target.lasts)
    await target.proxy.open()


async def _dead(target: Target) -> None:
    target.proxy.stall()
    await asyncio.sleep(target.lasts)
    await target.proxy.reset()
    target.proxy.flow()


async def _expired(target: Target) -> None:
    await target.proxy.cut()
    await target.proxy.open(target.expired)
    await asyncio.sleep(target.lasts)
    await target.proxy.cut()
    await target.proxy.open(target.good)


async def _stunned(target: Target) -> None:
    pid = target.plane.pid("kube-apiserver")
    os.kill(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(target.lasts)
    finally:
        os.kill(pid, signal.SIGCONT)


async def _restart(target: Target) -> None:
    await asyncio.to_thread(target.plane.restart, "kube-apiserver")


async def _compacted(target: Target) -> None:
    """What is changed meanwhile is missed, and its history is gone."""
    await target.proxy.cut()
    await asyncio.sleep(target.lasts)
    await asyncio.to_thread(target.plane.compact_etcd)
    await _restart(target)
    await target.proxy.open()


def _set_clock(ahead: float) -> Blow:
    async def blow(target: Target) -> None:
        target.clock.wrong = ahead
        await _reset(target)

    return blow


BLOWS: Mapping[str, Blow] = {
    "reset": _reset,
    "away": _away,
    "dead peer": _dead,
    "expired certificate": _expired,
    "stunned server": _stunned,
    "restart": _restart,
    "compaction and restart": _compacted,
    "401": _injected(refused(401, "Unauthorized")),
    "403": _injected(refused(403, "Forbidden", 'cannot list resource "pods"')),
    "410": _injected(refused(410, "Expired")),
    "429": _injected(answer(429, b"slow down", **{"Retry-After": "1"})),
    "502 page": _injected(page(502)),
    "200 page": _injected(page()),
    "503": _injected(answer(503, b"no endpoints")),
    "dropped requests": _injected(drop),
    "cut answers": _injected(cut(3000)),
    "truncated watches": _injected(truncate(5000), only_watches=True),
    "garbage in watches": _injected(among(b"not json\n", every=3), only_watches=True),
    "dripping": _injected(drip(700, 0.005)),
    "throttled": _injected(throttle(20_000)),
    "buffered watches": _injected(hold(), only_watches=True),
    "clock two hours ahead": _set_clock(7200.0),
    "clock an hour behind": _set_clock(-3600.0),
    "clock right again": _set_clock(0.0),
}
