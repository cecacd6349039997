"""The Kubernetes source on real connections, through a proxy that does what networks and gateways do.

Each fault lasts for a minute of a clock that moves when told. Meanwhile the rows have to stay, called stale, and
few requests to be sent; afterwards the rows are the cluster's again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from sources.contract import Context
from tests.faults.cluster import LittleCluster
from tests.faults.faults import (
    among,
    answer,
    cut,
    drip,
    drop,
    endless,
    hold,
    lines,
    page,
    refused,
    silence,
    truncate,
)
from tests.faults.proxy import Fault, Proxy, Where, everything, lists, watches
from tests.live.following import Following, following
from tests.unit.kubernetes.fakes import FakeClock, error_line, line, settle

MOST = 60
"""Requests of one feed in a minute of trouble. Twenty are looks at /readyz, for all feeds together, and the HTTP
client asks twice where it is reset."""


async def loopback() -> None:
    """Lets everything run that needs nothing but this process and its own connections."""
    for _ in range(3):
        await settle(40)
        await asyncio.sleep(0.0005)


class Stage:
    """A cluster of two pods, the proxy before it, and a feed of the pods that has settled."""

    def __init__(
        self, cluster: LittleCluster, proxy: Proxy, clock: FakeClock, pods: Following, source: Any
    ) -> None:
        self.cluster, self.proxy, self.clock, self.pods, self.source = cluster, proxy, clock, pods, source
        self.refresh: Callable[[], None] = lambda: None

    async def until(self, wanted: Callable[[], bool], seconds: int = 120) -> None:
        for _ in range(seconds):
            if wanted():
                return
            await self.clock.advance(1)
        raise AssertionError(f"not seen in {seconds} s; the last: {self.pods.statuses[-3:]}")

    def current(self) -> bool:
        return self.pods.status.state == "live" and set(self.pods.rows("pod")) == self.cluster.keys


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    monkeypatch.setattr("sources.kubernetes.response.GATHER", 0)  # that pause is none of this clock's
    clock = FakeClock()
    clock.settle = loopback
    cluster, context = LittleCluster("a", "b", clock=clock), Context("kubernetes", clock)
    async with (
        Proxy(cluster.ask).serving() as proxy,
        following(at(proxy.url, tmp_path), "pods", context=context) as (source, pods),
    ):
        stage = Stage(cluster, proxy, clock, pods, source)
        stage.refresh = context.nudge.now
        await proxy.heard.wait()
        await stage.until(lambda: bool(pods.statuses) and pods.status.state == "live")
        await clock.advance(12)
        yield stage


class Trouble(NamedTuple):
    fault: Fault
    where: Where = everything
    says: str = ""
    """Is in the status that the pane shows."""
    lists: bool = False
    """Whether lists still work, so that the rows are current every now and then."""


TROUBLES: Mapping[str, Trouble] = {
    "unauthorized": Trouble(refused(401, "Unauthorized"), says="401"),
    "forbidden": Trouble(refused(403, "Forbidden", 'cannot list resource "pods"'), says="cannot list"),
    "gone in the stream": Trouble(lines(error_line(410, "Expired")), watches, "watch of pods", lists=True),
    "gone": Trouble(refused(410, "Expired", "too old"), says="too old"),
    "too large version": Trouble(
        refused(504, "Timeout", "too large", causes=[{"reason": "ResourceVersionTooLarge"}]), says="too large"
    ),
    "too many requests": Trouble(refused(429, "TooManyRequests", "slow down"), says="slow down"),
    "too many requests, with a pause": Trouble(
        answer(429, b"slow down", **{"Retry-After": "1"}), says="slow down"
    ),
    "500 text": Trouble(answer(500, b"etcd is away"), says="etcd is away"),
    "502 page": Trouble(page(502), says="HTML 'Sign in'"),
    "503 empty": Trouble(answer(503), says="503"),
    "200 page": Trouble(page(), says="HTML 'Sign in'"),
    "302 to a login": Trouble(page(302, Location="https://sso.example/"), says="redirected to sso.example"),
    "200 text": Trouble(answer(200, b"maintenance"), watches, "maintenance"),
    "an end at once": Trouble(lines(), watches, "ended at once"),
    "cut in the middle": Trouble(cut(20), says="broke in the middle"),
    "half a line and an end": Trouble(truncate(20), watches, "ended at once"),
    "reset": Trouble(drop),
    "garbage without an end": Trouble(lines(b"garbage\n" * 30, forever=True), watches, "no event"),
    "garbage and an end": Trouble(lines(b"garbage\n", b"{}\n"), watches, "ended at once"),
    "an endless line": Trouble(endless(), watches, "damaged"),
    "unknown types": Trouble(lines(line("SURPRISE", {})), watches, "ended at once"),
    "unprocessable": Trouble(refused(422, "Invalid", "no such parameter"), watches, "no such parameter"),
}


def at(url: str, folder: Path) -> Path:
    """A kubeconfig for a server without TLS."""
    document = {
        "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
        "clusters": [{"name": "k", "cluster": {"server": url}}],
        "users": [{"name": "u", "user": {}}],
    }
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(document))
    return path


@pytest.mark.fault(5, 6, 12, 15, 16, 18, 20, 21, 22, 23, 24, 30, 32, 33, 35)
@pytest.mark.parametrize("name", TROUBLES)
async def test_a_minute_of_trouble_keeps_the_rows_says_so_and_is_no_storm(stage: Stage, name: str) -> None:
    trouble = TROUBLES[name]
    said = len(stage.pods.statuses)
    stage.proxy.inject(trouble.fault, trouble.where)
    await stage.proxy.reset()
    stage.cluster.remove("b")
    before = len(stage.proxy.asked)
    await stage.clock.advance(60)
    assert 0 < len(stage.proxy.asked) - before <= MOST
    news = stage.pods.statuses[said:]
    stale = [status for status in news if status.state == "stale"]
    assert any(trouble.says in status.detail for status in stale), news
    assert not any("hunter2" in status.detail for status in news)
    if trouble.lists:
        assert set(stage.pods.rows("pod")) == {"shop/a"}
    else:
        assert set(stage.pods.rows("pod")) == {"shop/a", "shop/b"}
        assert stage.pods.status.state == "stale"
    stage.proxy.heal()
    await stage.proxy.reset()
    stage.cluster.put("c")
    stage.refresh()
    await stage.until(stage.current)


@pytest.mark.fault(1, 24)
async def test_all_feeds_together_ask_little_of_a_server_that_is_away(tmp_path: Path) -> None:
    clock = FakeClock()
    clock.settle = loopback
    cluster, context = LittleCluster("a", clock=clock), Context("kubernetes", clock)
    names = ("nodes", "pods", "events", "usage")
    async with (
        Proxy(cluster.ask).serving() as proxy,
        following(at(proxy.url, tmp_path), *names, context=context) as (_, *feeds),
    ):
        proxy.inject(drop)
        await proxy.heard.wait()
        await clock.advance(60)
        # Eight tries of each feed, twice where they are reset, and as often the count of what is to be loaded.
        assert 0 < len(proxy.asked) <= 2 * (20 + 4 * 8 * 2)
        assert {feed.status.state for feed in feeds} == {"failed"}
        before = len(proxy.asked)
        await clock.advance(240)
        assert (len(proxy.asked) - before) / 4 <= 2 * (20 + 4 * 3 * 2)
        proxy.heal()
        for _ in range(60):
            await clock.advance(1)
        assert [feed.status.state for feed in feeds] == ["live", "live", "live", "absent"]


@pytest.mark.fault(23)
async def test_a_list_that_drips_in_is_shown_as_it_comes_and_is_whole_in_the_end(tmp_path: Path) -> None:
    clock = FakeClock()
    clock.settle = loopback
    cluster, context = LittleCluster(*(f"p{n}" for n in range(40)), clock=clock), Context("kubernetes", clock)
    async with Proxy(cluster.ask).serving() as proxy:
        proxy.inject(drip(400, 0.1, clock.sleep), lists)
        async with following(at(proxy.url, tmp_path), "pods", context=context) as (_, pods):
            await proxy.heard.wait()
            seen = set()
            for _ in range(60):
                await clock.advance(0.1)
                seen.add(len(pods.rows("pod")))
            assert len(seen) > 3
            assert set(pods.rows("pod")) == cluster.keys
            assert pods.status.state == "live"


@pytest.mark.fault(30)
async def test_garbage_between_the_events_costs_no_event(stage: Stage) -> None:
    stage.proxy.inject(among(b"not json\n" + b'{"type": 7}\n', every=1), watches)
    await stage.proxy.reset()
    for number in range(9):
        stage.cluster.put(f"new-{number}")
        await stage.clock.advance(1)
    await stage.until(stage.current, 5)


@pytest.mark.fault(15, 19)
async def test_missed_changes_that_were_compacted_come_as_one_list_and_the_rows_never_vanish(stage: Stage) -> None:
    await stage.proxy.cut()
    stage.cluster.remove("a")
    stage.cluster.put("c")
    stage.cluster.compact()
    await stage.proxy.open()
    snapshots = len(stage.pods.snapshots)
    await stage.until(stage.current)
    assert [count for _, _, count in stage.pods.snapshots[snapshots:]] == [2]


@pytest.mark.fault(28)
async def test_a_buffering_proxy_before_a_real_connection_delays_and_loses_nothing(stage: Stage) -> None:
    """The server ends a watch when its time is over; that is when such a proxy lets go of it."""
    stage.proxy.inject(hold(), watches)
    await stage.proxy.reset()
    for number in range(30):
        stage.cluster.put(f"held-{number}")
        await stage.clock.advance(10)
    assert stage.pods.status.state == "partial"
    assert "a proxy holds them back" in stage.pods.status.missing[0]
    stage.proxy.heal()
    await stage.proxy.reset()
    await stage.until(lambda: set(stage.pods.rows("pod")) == stage.cluster.keys)


@pytest.mark.fault(26, 28)
async def test_a_watch_that_nobody_answers_is_called_stale_while_the_server_answers_others(stage: Stage) -> None:
    stage.proxy.inject(silence, watches)
    await stage.proxy.reset()
    stage.cluster.put("c")
    await stage.clock.advance(30)
    assert (stage.pods.status.state, stage.pods.status.detail) == ("stale", "nobody answers the watch of pods")
    stage.proxy.heal()
    await stage.proxy.reset()
    await stage.until(stage.current)
