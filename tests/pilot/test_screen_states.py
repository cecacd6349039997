"""Every pane says where it stands: connecting, loading, empty, partial, forbidden, stale, failed, absent."""

from __future__ import annotations

import pytest

from sources.contract import Snapshot, State, Status, Upsert
from sources.model import Alert
from sources.testing import ManualClock
from sources.world.bounds import Bounds
from tests.pilot.staged import NOW, Stage, event, node, pod, stage
from tests.pilot.staged_sources import FakeCluster
from tui import session
from tui.panes.pane import Pane
from tui.terminal.pace import FINE

FEEDS = {"nodes": node("n1"), "pods": pod("shop/web-1"), "events": event("e1")}
FEEDS["alerts"] = Alert("prometheus", "f1", (("alertname", "Down"),), "firing", since=NOW - 60)  # type: ignore[assignment]  # any thing

SAID: dict[State, tuple[Status, str, str]] = {
    "connecting": (Status("connecting", detail="asking the server"), "connecting", "connecting for {}"),
    "loading": (Status("loading", done=12, total=300), "loading 12 of about 300", "loading {}"),
    "live": (Status("live"), "0s ago", "no {}"),
    "partial": (Status("partial", missing=("list in ns a",)), "partial: list in ns a", "not seen: list in ns a"),
    "denied": (Status("denied", missing=("list things",)), "forbidden: list things", "missing right: list things"),
    "stale": (Status("stale", detail="reset", since=NOW - 90), "stale 90s: reset", "{}: stale"),
    "failed": (
        Status("failed", detail="no route", since=NOW, retry_at=NOW + 8),
        "no route; retry in 8s",
        "{}: failed",
    ),
    "absent": (Status("absent", detail="not served here"), "not served here", "{} unknown"),
}


def pane_of(on: Stage, feed: str) -> Pane:
    return on.screen.pane(feed)


@pytest.mark.parametrize("feed", FEEDS)
async def test_an_empty_pane_says_why_and_its_title_too(feed: str) -> None:
    async with stage(size=(80, 24)) as on:
        pane = pane_of(on, feed)
        await on.focus(pane)
        assert f"no source offers {feed}" in on.text
        for state, (status, title, body) in SAID.items():
            await on.put(feed, status)
            assert title in on.title(pane), state
            assert body.format(feed) in on.text, state
        on.screen.toggle_zoom()


@pytest.mark.parametrize("feed", FEEDS)
@pytest.mark.fault(27)
async def test_rows_stay_whatever_becomes_of_their_source(feed: str) -> None:
    async with stage(size=(80, 24)) as on:
        pane = pane_of(on, feed)
        await on.focus(pane)
        await on.put(feed, Upsert(FEEDS[feed]), Status("live"))
        for state, (status, title, _) in SAID.items():
            await on.put(feed, status)
            assert title in on.title(pane), state
            assert len(on.keys(pane)) == 1, state  # type: ignore[arg-type]  # all of these are tables


async def test_the_age_of_what_is_stale_grows() -> None:
    async with stage() as on:
        pane = on.screen.pods_pane
        await on.put("pods", Snapshot("pod", "", (pod("shop/a"),)), Status("live"))
        await on.pass_seconds(4)
        assert "4s ago" in on.title(pane)
        await on.put("pods", Status("live"))
        on.screen.second()
        assert "0s ago" in on.title(pane)
        await on.put("pods", Status("stale", detail="lost", since=on.clock.now(), retry_at=on.clock.now() + 10))
        await on.pass_seconds(7)
        assert "stale 7s: lost; retry in 3s" in on.title(pane)
        assert "shop/a" in on.keys(pane)
        assert "kubernetes stale 7s" in on.text


@pytest.mark.fault(40)
async def test_data_is_as_old_as_it_is_when_the_clocks_differ() -> None:
    """The cluster's clock is two minutes behind ours: what came ten seconds ago still came ten seconds ago."""
    async with stage(size=(200, 50)) as on:
        await on.put("pods", Upsert(pod("shop/a", created=NOW - 125)), Status("live", clock_offset=-120.0))
        await on.pass_seconds(10)
        assert "10s ago" in on.title(on.screen.pods_pane)
        assert "kubernetes 10s" in on.text
        assert "clock -120s" in on.text
        assert " 15s " in on.screen.pods_pane.table.plain[1] + " ", "ages are counted by the cluster's clock"


async def test_of_two_sources_of_alerts_one_may_be_missing() -> None:
    async with stage(size=(80, 24)) as on:
        pane = on.screen.alerts_pane
        await on.focus(pane)
        alert = FEEDS["alerts"]
        await on.put("alerts", Upsert(alert), Status("live"), source="prometheus")
        assert "0s ago" in on.title(pane)
        await on.put("alerts", Status("denied", missing=("get services/proxy",)), source="alertmanager")
        assert "partial: alertmanager forbidden: get services/proxy" in on.title(pane)
        assert len(on.keys(pane)) == 1
        await on.put("alerts", Status("stale", since=NOW - 30), source="prometheus")
        assert "prometheus stale 30s" in on.title(pane)
        await on.put("alerts", Status("live"), source="prometheus")
        await on.put("alerts", Snapshot("alert", "", ()), Status("live"), source="alertmanager")
        assert "0s ago" in on.title(pane)
        assert len(on.keys(pane)) == 1, "an empty Alertmanager takes no alert of Prometheus away"


@pytest.mark.fault(41)
async def test_usage_that_is_missing_is_said_where_it_would_stand() -> None:
    async with stage(size=(200, 50)) as on:
        await on.fill("pods", "pod", pod("shop/a"))
        await on.put("usage", Status("absent", detail="no metrics API (metrics.k8s.io)"))
        assert "no metrics API" in on.title(on.screen.pods_pane)
        assert "kubernetes usage absent" in on.text


async def test_a_source_that_is_misconfigured_is_told_and_takes_nothing_with_it() -> None:
    async with stage(size=(200, 50)) as on:
        on.runtime.problems["alertmanager"] = "alertmanager: url is not a URL"
        await on.fill("pods", "pod", pod("shop/a"))
        on.screen.second()
        await on.pilot.pause(0)
        assert "url is not a URL" in on.text
        assert "alertmanager misconfigured" in on.text
        assert "shop/a" in on.keys(on.screen.pods_pane)


async def test_what_is_hidden_by_choice_is_told_apart_from_what_is_not_there() -> None:
    async with stage(FakeCluster(), size=(80, 24)) as on:
        await on.fill("pods", "pod", pod("shop/a"), pod("shop/b"))
        await on.press("exclamation_mark")
        assert "none of 2 pods shown" in on.text
        assert "faults only (! shows all)" in on.text
        await on.filter("xyz")
        assert "filter /xyz (Esc clears it)" in on.text
        on.screen.show_tabs()
        assert "Pods 0/2" in on.text, "the tab counts; the title below it says why"


async def test_namespaces_asked_for_at_the_start_reach_the_sources_and_the_screen() -> None:
    cluster = FakeCluster()
    async with stage(cluster, namespaces=["shop"]) as on:
        await on.fill("pods", "pod", pod("shop/a"), pod("pay/b"))
        assert on.keys(on.screen.pods_pane) == ["shop/a"]
        assert "ns:shop" in on.text
        await on.command("ns pay,ops")
        assert cluster.included == ["pay", "ops"]
        assert on.keys(on.screen.pods_pane) == ["pay/b"]


async def test_faults_that_come_with_time_alone_are_counted() -> None:
    """A pod that stays on its way up becomes a fault although nothing about it changes."""
    async with stage(clock=ManualClock(NOW)) as on:
        await on.fill(
            "pods", "pod", pod("shop/slow", "ContainerCreating", created=NOW - 50, ready=0), pod("shop/ok")
        )
        await on.press("exclamation_mark")
        assert on.keys(on.screen.pods_pane) == []
        await on.pass_seconds(15)
        assert on.keys(on.screen.pods_pane) == ["shop/slow"]
        assert "1 faulty" in on.title(on.screen.pods_pane)


async def test_what_was_judged_by_a_wrong_clock_is_judged_again() -> None:
    """A clock that is two hours ahead until the cluster's is known makes a fault of every pod on its way up."""
    young = pod("shop/young", "ContainerCreating", created=NOW - 10, ready=0)
    async with stage(clock=ManualClock(NOW + 7200)) as on:
        pane = on.screen.pods_pane
        await on.fill("pods", "pod", young, pod("shop/ok"))
        await on.pass_seconds(1)
        assert pane.faulty == {"shop/young"}
        await on.put("pods", Status("live", clock_offset=-7200.0))
        await on.pass_seconds(1)
        await on.tick()
        assert pane.faulty == set()
        assert "faulty" not in on.title(pane)


async def test_a_lost_watchdog_is_an_alarm() -> None:
    async with stage(size=(80, 24)) as on:
        pane = on.screen.alerts_pane
        await on.focus(pane)
        watchdog = Alert("prometheus", "w", (("alertname", "Watchdog"),), "firing", since=NOW - 60)
        await on.put("alerts", Snapshot("alert", "", (watchdog,)), Status("live"), source="prometheus")
        assert "watchdog 0s" in on.text
        assert on.keys(pane) == [], "a heartbeat is no alert"
        await on.put("alerts", Snapshot("alert", "", ()), source="prometheus")
        assert "! watchdog lost" in on.text


async def test_a_chosen_namespace_that_may_not_be_seen_is_not_merely_empty() -> None:
    async with stage(FakeCluster()) as on:
        await on.fill("pods", "pod", pod("team-a/a"))
        await on.put("pods", Status("partial", missing=("list pods in shop",)))
        on.screen.set_namespaces(["shop"])
        await on.settle()
        assert "none of 1 pods shown" in on.text
        assert "not seen: list pods in shop" in on.text


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (120, "kubernetes 0s ● prometheus 0s read-only"),
        (60, "●kube ●prom read-only"),
        (46, "●kube ●prom"),
        (36, "●●"),
    ],
)
async def test_the_header_gives_up_ages_before_it_leaves_out_that_it_only_reads(columns: int, said: str) -> None:
    async with stage(FakeCluster(title="a cluster"), size=(columns, 24)) as on:
        await on.put("pods", Status("live"))
        await on.put("alerts", Status("live"), source="prometheus")
        assert on.text.splitlines()[0].endswith(said)


async def test_a_young_row_tells_its_age_each_second_and_an_old_one_is_not_left_behind() -> None:
    rows = (pod("shop/old", created=NOW - 659), pod("shop/young", created=NOW - 30))
    async with stage(size=(200, 50)) as on:
        await on.fill("pods", "pod", *rows)
        pane = on.screen.pods_pane
        assert [age in "\n".join(pane.table.plain) for age in ("10m", "30s")] == [True, True]
        await on.pass_seconds(1)
        assert "31s" in "\n".join(pane.table.plain)
        await on.pass_seconds(4)
        assert [age in "\n".join(pane.table.plain) for age in ("11m", "35s")] == [True, True]


@pytest.mark.fault(38, 44)
async def test_what_had_to_go_for_want_of_room_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage(size=(200, 50)) as on:
        on.screen.session.bounds = Bounds(most_events=4)
        await on.fill("events", "event", *(event(f"e{n}", last=NOW - n) for n in range(6)))
        assert "sampled: 3 events let go" in on.title(on.screen.events_pane)
        monkeypatch.setattr(session, "left", lambda: 0)
        await on.press("space")
        on.screen.second()
        await on.pilot.pause(0)
        assert "memory short: the past dropped" in on.text.splitlines()[0]
        assert on.screen.session.held_since is None, "news that wait take memory"


@pytest.mark.fault(44)
async def test_where_that_does_not_help_only_what_is_in_trouble_is_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source, left = FakeCluster(), [0]
    monkeypatch.setattr(session, "left", lambda: left[0])
    async with stage(source, size=(200, 50)) as on:
        sound = [pod(f"bulk/p{n}") for n in range(9)]
        await on.fill("pods", "pod", *sound, pod("shop/a", status="CrashLoopBackOff"), pod("shop/b"))
        on.screen.second()
        assert source.narrowed == [], "the past may be enough"
        on.screen.second()
        on.screen.second()
        assert source.narrowed == [("shop",)]
        await on.pilot.pause(0)
        assert "memory short: only shop, :unscope" in on.text.splitlines()[0]
        left[0] = 1 << 30
        await on.command("unscope")
        assert source.narrowed[1:] == [()]
        on.screen.second()
        await on.pilot.pause(0)
        assert ":unscope" not in on.text.splitlines()[0]
        await on.command("scope bulk")
        assert source.narrowed[2:] == [("bulk",)]
        assert "only bulk looked at" in on.bottom


async def test_what_cannot_look_at_less_says_so() -> None:
    async with stage() as on:
        await on.command("scope shop")
        assert on.bottom == "no source here can look at less than it does"


async def test_little_bandwidth_is_proposed_on_a_slow_link_and_taken_by_a_command() -> None:
    async with stage(size=(200, 50)) as on:
        await on.fill("pods", "pod", pod("shop/a", created=NOW - 30))
        for _ in range(3):
            assert on.app.pace.ask()
            question = on.app.pace._asked.pop()
            on.app.pace._asked.append(question._replace(at=question.at - 0.9))
            assert on.app.pace.without(FINE) == ""
        on.app.link_clear()
        on.screen.second()
        assert "slow link 0.9s, :low-bandwidth" in on.screen.header.plain[0]
        await on.command("low-bandwidth")
        assert " low bandwidth " in on.screen.header.plain[0]
        assert "slow link" not in on.screen.header.plain[0]
        table = on.screen.pods_pane.table
        before = table.plain
        await on.pass_seconds(5)
        assert table.plain == before, "ages stand still"
        await on.pass_seconds(5)
        assert table.plain != before
        await on.put("pods", Upsert(pod("shop/b")))
        await on.put("pods", Upsert(pod("shop/c")))
        assert "shop/c" not in on.keys(on.screen.pods_pane), "it comes with the next frame"
        await on.press("j")
        await on.command("low-bandwidth off")
        await on.tick()
        assert "shop/c" in on.keys(on.screen.pods_pane)
