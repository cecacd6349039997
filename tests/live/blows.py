"""What falls on the way to a real API server in a storm, on the server itself, and on our clock."""

from __future__ import annotations

import asyncio
import os
import signal
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence

from sources.contract import SystemClock
from tests.faults.faults import among, answer, cut, drip, drop, hold, page, refused, throttle, truncate
from tests.faults.proxy import Fault, Proxy, Where, everything, watches
from tests.testbed import Bed


class Wandering(SystemClock):
    """A clock that somebody sets now and then: the time of day jumps, what is measured does not."""

    def __init__(self) -> None:
        self.wrong = 0.0
        """Seconds that it is ahead."""

    def now(self) -> float:
        return super().now() + self.wrong


Blow = Callable[["Target"], Awaitable[None]]


class Target:
    """What blows fall on: all proxies at once, the server behind them, our clock; `lasts` is how long one does."""

    def __init__(
        self,
        plane: Bed,
        proxies: Sequence[Proxy],
        expired: ssl.SSLContext,
        good: ssl.SSLContext,
        clock: Wandering,
        lasts: float,
    ) -> None:
        self.plane, self.proxies, self.expired, self.good = plane, proxies, expired, good
        self.clock, self.lasts = clock, lasts

    def inject(self, fault: Fault, where: Where) -> None:
        for proxy in self.proxies:
            proxy.inject(fault, where)

    def heal(self) -> None:
        for proxy in self.proxies:
            proxy.heal()

    async def reset(self) -> None:
        await asyncio.gather(*(proxy.reset() for proxy in self.proxies))

    async def cut(self) -> None:
        await asyncio.gather(*(proxy.cut() for proxy in self.proxies))

    async def open(self, tls: ssl.SSLContext | None = None) -> None:
        await asyncio.gather(*(proxy.open(tls) for proxy in self.proxies))


def _injected(fault: Fault, only_watches: bool = False) -> Blow:
    async def blow(target: Target) -> None:
        target.inject(fault, watches if only_watches else everything)
        await target.reset()
        await asyncio.sleep(target.lasts)
        target.heal()

    return blow


async def _reset(target: Target) -> None:
    for _ in range(3):
        await target.reset()
        await asyncio.sleep(target.lasts / 3)


async def _away(target: Target) -> None:
    await target.cut()
    await asyncio.sleep(target.lasts)
    await target.open()


async def _dead(target: Target) -> None:
    for proxy in target.proxies:
        proxy.stall()
    await asyncio.sleep(target.lasts)
    await target.reset()
    for proxy in target.proxies:
        proxy.flow()


async def _expired(target: Target) -> None:
    await target.cut()
    await target.open(target.expired)
    await asyncio.sleep(target.lasts)
    await target.cut()
    await target.open(target.good)


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
    await target.cut()
    await asyncio.sleep(target.lasts)
    await asyncio.to_thread(target.plane.compact_etcd)
    await _restart(target)
    await target.open()


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

SEEN_WITHIN: Mapping[str, float] = {
    "away": 10.0,
    "dead peer": 30.0,
    "expired certificate": 10.0,
    "stunned server": 30.0,
    **dict.fromkeys(("401", "403", "410", "429", "502 page", "200 page", "503", "dropped requests"), 10.0),
}
"""Seconds after which nothing may be called live any more under a blow that lets nothing through."""
