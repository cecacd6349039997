"""Details on the screen: what belongs to an object is opened from it, alerts turn the panes, and back again."""

from __future__ import annotations

from typing import Any

from sources.contract import Denied, ObjectPage
from sources.model import Alert, ObjectRef, Owner
from tests.pilot.staged import NOW, Stage, event, node, pod, stage
from tests.pilot.staged_sources import FakeCluster, FakeMetrics
from tui.subject import Subject

OWNER = Owner("Deployment", "web")
ALERT = Alert(
    "prometheus",
    "f",
    (("alertname", "PodDown"), ("namespace", "shop"), ("pod", "web-1"), ("severity", "critical")),
    "firing",
    since=NOW - 60,
    rule='ready{namespace="shop"} < 1',
)


def cluster() -> FakeCluster:
    made = FakeCluster()
    made.objects["Pod", "shop", "web-1"] = {
        "kind": "Pod",
        "metadata": {"name": "web-1", "namespace": "shop", "labels": {"app": "web"}},
        "spec": {"nodeName": "n1"},
    }
    made.lists["Service", "shop"] = ObjectPage(
        ({"kind": "Service", "metadata": {"name": "front"}, "spec": {"selector": {"app": "web"}}},)
    )
    made.objects["Service", "shop", "front"] = {
        "kind": "Service",
        "metadata": {"name": "front", "namespace": "shop"},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]},
    }
    made.lists["HorizontalPodAutoscaler", "shop"] = Denied("no", "list horizontalpodautoscalers in shop")
    return made


async def filled(on: Stage) -> None:
    labels: dict[str, Any] = {"labels": (("app", "web"),), "owner": OWNER, "node": "n1"}
    await on.fill("nodes", "node", node("n0"), node("n1"))
    await on.fill(
        "pods",
        "pod",
        pod("pay/db"),
        pod("shop/api", node="n0"),
        pod("shop/web-1", **labels),
        pod("shop/web-2", **labels),
    )
    await on.fill("events", "event", event("e1", "shop/web-1"), event("e2", "pay/db"))
    await on.fill("alerts", "alert", ALERT, source="prometheus")


async def test_what_belongs_to_a_pod_is_opened_from_it() -> None:
    async with stage(cluster(), size=(120, 60)) as on:
        await filled(on)
        await on.focus(on.screen.pods_pane)
        assert on.screen.pods_pane.select("shop/web-1")
        on.screen.open_subject()
        assert "loading" in on.screen.detail.copied
        await on.settle()
        assert "the right is missing: list horizontalpodautoscalers in shop" in on.text
        document = on.screen.detail.text
        assert document.move_to(Subject(ObjectRef("Service", "front", "shop")))
        await on.press("enter")
        await on.settle()
        assert "service shop/front" in on.title(on.screen.detail)
        assert "Pods (2)" in on.text, "those that its selector takes in"
        assert document.target is None, "from its top, without a cursor"
        await on.press("j")
        assert document.target == Subject(ObjectRef("Pod", "web-1", "shop"))
        await on.press("enter")
        await on.settle()
        assert "pod shop/web-1" in on.title(on.screen.detail)
        await on.press("escape", "escape", "escape")
        assert on.screen.overlays == []
        assert on.screen.pods_pane.table.cursor_key == "shop/web-1"


async def test_the_cursor_of_a_detail_stays_on_its_line_when_news_come() -> None:
    async with stage(cluster()) as on:
        await filled(on)
        assert on.screen.pods_pane.select("shop/web-1")
        await on.press("enter")
        await on.settle()
        wanted = Subject(ObjectRef("Service", "front", "shop"))
        assert on.screen.detail.text.move_to(wanted)
        await on.fill("events", "event", *(event(f"n{number}", "shop/web-1") for number in range(20)))
        assert on.screen.detail.text.target == wanted


async def test_an_alert_turns_the_panes_and_escape_turns_them_back() -> None:
    metrics = FakeMetrics()
    async with stage(cluster(), metrics, size=(160, 45)) as on:
        screen = on.screen
        await filled(on)
        await on.focus(screen.nodes_pane)
        await on.filter("n0")
        screen.pods_pane.set_sort("age")
        query = screen.console.expr
        await on.focus(screen.alerts_pane)
        await on.press("enter")
        await on.settle()
        assert "alert PodDown" in on.title(screen.detail)
        assert "turned to shop/web-1 (alert PodDown); Esc goes back" in on.text
        assert metrics.asked[-1] == 'ready{pod="web-1", namespace="shop"}'
        await on.press("escape")
        assert screen.overlays == []
        assert screen.active is screen.pods_pane
        assert on.keys(screen.pods_pane) == ["shop/web-1", "shop/web-2"], "its siblings stay in sight"
        assert screen.pods_pane.table.cursor_key == "shop/web-1"
        assert screen.nodes_pane.table.cursor_key == "n1"
        assert screen.session.namespaces == ("shop",)
        assert screen.console.graph.display
        assert screen.console.thresholds == (1.0,)
        await on.filter("nothing")
        await on.press("escape")
        assert on.keys(screen.pods_pane) == ["shop/web-1", "shop/web-2"], "first what was filtered since"
        await on.press("escape")
        await on.settle()
        assert "turned to" not in on.text
        assert screen.active is screen.alerts_pane
        assert (screen.nodes_pane.filter.text, screen.pods_pane.filter.text) == ("n0", "")
        assert (screen.session.namespaces, screen.pods_pane.sort) == ((), "age")
        assert (screen.console.expr, screen.console.graph.display) == (query, False)
        await on.press("]")
        assert screen.active is screen.pods_pane
        assert "turned to shop/web-1" in on.text


async def test_text_is_searched_and_the_search_is_left_first() -> None:
    async with stage(cluster(), size=(100, 30)) as on:
        await filled(on)
        assert on.screen.pods_pane.select("shop/web-1")
        await on.press("y")
        await on.settle()
        await on.filter("nodename")
        assert "nodeName: n1" in on.text
        assert "/nodename 1 found" in on.title(on.screen.detail)
        assert "kind: Pod" not in on.text
        await on.press("escape")
        assert "kind: Pod" in on.text
        await on.filter("no such thing")
        assert "nothing here holds no such thing" in on.text
        await on.press("escape", "escape")
        assert on.screen.overlays == []


async def test_secrets_stay_masked_on_the_screen() -> None:
    made = cluster()
    made.objects["Secret", "shop", "s"] = {
        "kind": "Secret",
        "metadata": {"name": "s"},
        "data": {"k": "aHVudGVyMg=="},
    }
    async with stage(made) as on:
        await filled(on)
        on.screen.navigation.open(Subject(ObjectRef("Secret", "s", "shop")))
        await on.settle()
        assert "aHVudGVyMg" not in on.text
        await on.press("y")
        await on.settle()
        assert "k: <masked, 7 bytes>" in on.text
        assert "aHVudGVyMg" not in on.screen.detail.copied


async def test_back_from_a_second_alert_the_first_ones_filters_are_the_ones_that_count() -> None:
    other = Alert("prometheus", "g", (("alertname", "DbDown"), ("namespace", "pay"), ("pod", "db")), "firing")
    async with stage(cluster(), size=(160, 45)) as on:
        screen = on.screen
        await filled(on)
        for alert in (ALERT, other):
            await on.fill("alerts", "alert", alert, source="prometheus")
            screen.navigation.open(Subject(alert=alert.key))
            await on.press("escape")
        assert "turned to pay/db" in on.text
        await on.press("escape")
        assert "turned to shop/web-1" in on.text
        kept = screen.pods_pane.filter.text
        assert kept == "owner:Deployment/web$"
        await on.press("escape")
        assert "turned to" not in on.text, "nothing was filtered since, so one Esc goes back"
        assert screen.pods_pane.filter.text == ""
