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
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from sources.kubernetes.api import EVENTS, PODS, Resource
from tests.faults.faults import among, answer, cut, drip, drop, hold, page, refused, throttle, truncate
from tests.faults.proxy import Fault, Proxy, everything, watches
from tests.live.following import Following
from tests.testbed import Bed
from tests.testbed.kubeapi import Api, ApiError

POD = {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "c", "image": "none.test/x"}]}}
_PODS = "/api/v1/namespaces/default/pods"
_EVENTS = "/api/v1/namespaces/default/events"


class Churn:
    """Makes and removes pods, most under names that were used before, and events that it keeps a ledger of."""

    def __init__(self, plane: Bed, seed: int, lanes: int = 3) -> None:
        self.made: set[str] = set()
        """Names of the events that the server took."""
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
        while not self._ends.is_set():
            self._goes_on.wait()
            with self._busy:
                count += 1
                try:
                    self._turn(api, f"{lane}-{rng.randrange(20)}", f"storm-{lane}-{count}", rng)
                except ApiError:
                    pass  # there already, or there no more
                except (OSError, http.client.HTTPException):
                    api.close()  # the server is away
            self._ends.wait(0.02)
        api.close()

    def _turn(self, api: Api, pod: str, event: str, rng: random.Random) -> None:
        spec = POD["spec"] | {"terminationGracePeriodSeconds": 0, "nodeSelector": {"none": "such"}}  # type: ignore[operator]
        about = {"kind": "Pod", "namespace": "default", "name": f"storm-{pod}"}
        meta = {"name": event, "namespace": "default"}
        api.request("POST", _EVENTS, {
            "apiVersion": "v1", "kind": "Event", "metadata": meta, "involvedObject": about, "reason": "Storm",
            "message": event, "type": rng.choice(("Normal", "Warning")), "count": 1,
        })  # fmt: skip
        self.made.add(event)
        if rng.random() < 0.5:
            api.request("DELETE", f"{_PODS}/storm-{pod}")
        else:
            api.request(
                "POST", _PODS, POD | {"metadata": {"name": f"storm-{pod}", "namespace": "default"}, "spec": spec}
            )


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


async def compared(plane: Bed, pods: Following, events: Following, seconds: float = 60.0) -> list[str]:
    """The differences that remain when the feeds had time; changes of the controllers come meanwhile."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while True:
        found = await asyncio.to_thread(differences, plane, PODS, pods.rows("pod"))
        found += await asyncio.to_thread(differences, plane, EVENTS, events.rows("event"))
        if not found or loop.time() > until:
            return found
        await asyncio.sleep(0.2)


def told_twice(events: Following, churn: Churn) -> list[str]:
    """Events of the ledger that the table holds more than once, under whatever key."""
    names = Counter(row.name for row in events.rows("event").values() if row.name in churn.made)
    return [name for name, count in names.items() if count > 1]


# -- blows -----------------------------------------------------------------------------------------------------

Blow = Callable[["Target"], Awaitable[None]]


class Target:
    """What blows fall on: the proxy, the server behind it, and how long a blow lasts."""

    def __init__(
        self, plane: Bed, proxy: Proxy, expired: ssl.SSLContext, good: ssl.SSLContext, lasts: float
    ) -> None:
        self.plane, self.proxy, self.expired, self.good, self.lasts = plane, proxy, expired, good, lasts


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
}
