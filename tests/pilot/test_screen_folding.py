"""Folded rows on the screen: the cursor, the filter, the pause, and what an alert's row says of who muted it."""

from __future__ import annotations

from typing import Any

from sources.contract import Delete, Snapshot, Status, Upsert
from sources.model import Alert, Owner, Silence
from sources.rules.alerttrust import GRACE
from tests.pilot.staged import NOW, event, pod, stage
from tests.pilot.staged_sources import FakeNotifier


def storm(pods: int, workload: str = "web", **more: Any) -> list[Upsert]:
    """Back-off of so many pods of one workload, the last one the newest."""
    letters = "bcdfghjklm"
    return [
        Upsert(
            event(
                f"{workload}{index}",
                f"shop/{workload}-7d9c5bdf4-xxx{letters[index // 10]}{letters[index % 10]}",
                **{"type": "Warning", "reason": "BackOff", "last": NOW - 100 + index, **more},
            )
        )
        for index in range(pods)
    ]


async def test_the_cursor_stays_on_its_fold_and_on_its_event() -> None:
    async with stage(size=(160, 40)) as on:
        pane = on.screen.events_pane
        await on.focus(pane)
        await on.put("events", *storm(3), *storm(3, "api", last=NOW - 200), Status("live"))
        await on.press("down")
        assert "3 pods of api" in on.text
        key = pane.table.cursor_key
        await on.put(
            "events",
            Upsert(event("api0", "shop/api-7d9c5bdf4-xxxbb", type="Warning", reason="BackOff", last=NOW, count=9)),
        )
        assert pane.table.cursor_key == key, "it moved up, and the cursor with it"
        assert pane.table.cursor_index == 0
        await on.press("u", "down")
        inside = pane.table.cursor_key
        await on.put("events", *storm(3, count=50, last=NOW + 1))
        assert pane.table.cursor_key == inside
        await on.put("events", Delete("event", str(inside)))
        assert pane.table.cursor_key != inside
        await on.press("u")
        assert len(on.keys(pane)) == 2


async def test_a_filter_finds_the_single_events_and_folds_what_it_finds() -> None:
    async with stage(size=(160, 40)) as on:
        pane = on.screen.events_pane
        await on.focus(pane)
        await on.put("events", *storm(12), Status("live"))
        assert "12 in 1 row" in on.title(pane)
        await on.filter("xxxcb")
        assert on.things(pane) == ["web10"]
        assert pane.folds.folds[on.keys(pane)[0]].count == 1
        await on.filter("xxx")
        (fold,) = pane.folds.folds.values()
        assert fold.count == 12


async def test_a_pod_that_is_known_late_takes_its_events_to_its_workload() -> None:
    async with stage(size=(200, 50)) as on:
        await on.put("events", *storm(2), Status("live"))
        await on.fill("pods", "pod", pod("shop/web-7d9c5bdf4-xxxbb", owner=Owner("Rollout", "front")))
        owners = {fold.owner for fold in on.screen.events_pane.folds.folds.values()}
        assert owners == {Owner("Rollout", "front"), Owner("Deployment", "web")}


async def test_a_pause_loses_nothing_and_says_how_many_wait() -> None:
    async with stage(size=(160, 40)) as on:
        pane = on.screen.events_pane
        await on.put("events", *storm(2), Status("live"))
        await on.press("space")
        before = on.text
        await on.put("events", *storm(40))
        await on.put("events", *storm(40, count=2), Upsert(event("new", "shop/other")))
        await on.put("pods", Upsert(pod("shop/a")))
        assert len(pane.view) == 1
        on.screen.second()
        assert "41 new wait" in on.title(pane), "each of them once"
        assert before.count("BackOff") == on.text.count("BackOff")
        await on.put("events", Snapshot("event", "", tuple(each.object for each in storm(41))))
        on.screen.second()
        assert "42 new wait" in on.title(pane)
        await on.press("space")
        assert "wait" not in on.title(pane)
        (fold,) = pane.folds.folds.values()
        assert set(fold.events) == {f"web{index}" for index in range(41)}, "the last list is what there is"
        assert fold.count == 41


async def test_a_pause_ends_by_itself_before_memory_does_and_loses_nothing(monkeypatch: Any) -> None:
    monkeypatch.setattr("tui.session.MOST_HELD", 30)
    async with stage(size=(160, 40)) as on:
        await on.press("space")
        await on.put("events", *storm(20), Status("live"))
        assert on.screen.session.waiting_in("events") == 20
        await on.put("events", *storm(20, "api"))
        assert on.screen.session.held_since is None
        assert "time goes on again" in on.bottom
        assert "time goes on again" in on.bottom
        assert on.screen.session.waiting_in("events") == 0
        assert sum(fold.count for fold in on.screen.events_pane.folds.folds.values()) == 40


async def test_warnings_of_the_last_minutes_stand_before_those_of_all_time() -> None:
    async with stage(size=(120, 36)) as on:
        pane = on.screen.events_pane
        await on.focus(pane)
        await on.put("events", *storm(3), *storm(2, "old", last=NOW - 3000), Status("live"))
        assert "W 3/10m of 5" in on.title(pane)
        await on.resize(80, 24)
        assert "!3" in on.text.splitlines()[1], "the tab tells the recent ones"
        await on.resize(120, 36)
        on.screen.set_namespaces(["pay"])
        assert "W " not in on.title(pane)


async def test_only_noise_is_not_an_empty_cluster() -> None:
    async with stage(size=(80, 24)) as on:
        await on.focus(on.screen.events_pane)
        await on.put("events", Upsert(event("a", reason="Pulled")), Status("live"))
        assert "none of 1 events shown" in on.text
        assert "1 Normal ones hidden (i shows them)" in on.text
        await on.command("noise all")
        assert on.things(on.screen.events_pane) == ["a"]
        await on.command("noise x")
        assert "quiet, warnings, all" in on.bottom


# -- alerts


def alert(name: str, origin: str = "alertmanager", state: Any = "firing", **more: Any) -> Alert:
    labels = {"alertname": name, "severity": "warning", **more.pop("labels", {})}
    return Alert(origin, f"{name}{labels}", tuple(sorted(labels.items())), state, since=NOW - 600, **more)


async def test_a_group_opens_to_what_its_alerts_differ_in() -> None:
    async with stage(size=(160, 40)) as on:
        pane = on.screen.alerts_pane
        await on.focus(pane)
        await on.press("z")
        pods = [
            alert("Crash", labels={"namespace": "shop", "pod": f"web-{i}", "container": "app"}) for i in range(10)
        ]
        await on.fill("alerts", "alert", *pods, source="alertmanager")
        assert len(on.keys(pane)) == 1
        assert "›10" in on.text
        assert "10 pods in shop" in on.text
        assert "10 active" in on.title(pane), "alerts are counted, not rows"
        await on.press("u")
        assert len(on.keys(pane)) == 11
        assert "▼10" in on.text
        await on.press("down", "enter")
        assert "alert Crash" in on.text
        await on.press("escape")
        await on.focus(pane)
        await on.press("u")
        assert pane.table.cursor_key == on.keys(pane)[0], "closing from inside goes to the group"
        await on.fill("alerts", "alert", pods[0], source="alertmanager")
        assert on.things(pane) == [pods[0].key]
        assert "›" not in on.text


async def test_who_muted_an_alert_and_until_when_stands_in_its_row() -> None:
    async with stage(size=(160, 40)) as on:
        await on.focus(on.screen.alerts_pane)
        await on.press("z")
        cause = alert("NodeDown", labels={"severity": "critical"})
        silence = Silence("s1", "active", (), NOW - 60, NOW + 3 * 3600, "ada", "new disk")
        await on.put("alerts", Snapshot("silence", "", (silence,)), source="alertmanager")
        await on.fill(
            "alerts",
            "alert",
            cause,
            alert("A", silenced_by=("s1",)),
            alert("B", silenced_by=("s9",)),
            alert("C", inhibited_by=(cause.fingerprint,)),
            alert("D", inhibited_by=("unknown",)),
            alert("E", muted_by=("nights",)),
            source="alertmanager",
        )
        for said in (
            "by ada until 19:00: new disk",
            "by silence s9",
            "inhibited by NodeDown",
            "inhibited by unknown",
            "muted by interval nights",
        ):
            assert said in on.text


async def test_an_alert_that_alertmanager_does_not_know_is_told_after_a_while() -> None:
    async with stage(size=(160, 40)) as on:
        pane = on.screen.alerts_pane
        on.runtime.sources["alertmanager"] = FakeNotifier()
        await on.focus(pane)
        await on.press("z")
        await on.fill("alerts", "alert", alert("Lost", "prometheus"), source="prometheus")
        await on.fill("alerts", "alert", alert("Other"), source="alertmanager")
        assert "not in Alertmanager" not in on.text
        await on.clock.advance(GRACE)
        on.screen.second()
        await on.pilot.pause(0)
        assert "! 1 firing not in Alertmanager: nobody may be told" in on.text
        assert "not in Alertmanager: nobody may be told" in pane.table.plain[1] + pane.table.plain[2]
        await on.put("alerts", Status("stale", since=NOW), source="alertmanager")
        on.screen.second()
        await on.pilot.pause(0)
        assert "! alertmanager unreachable: silences unknown" in on.text
        assert "1 firing not in" not in on.text
