"""Selection follows the object, sizes come and go, and nothing is drawn when nothing changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from textual.events import Key
from textual.geometry import Region

from sources.contract import Delete, Snapshot, Status, Upsert
from sources.model import PodUsage
from sources.world.groups import GroupKey
from tests.pilot.staged import NOW, Stage, event, node, pod, stage
from tests.pilot.staged_sources import FakeMetrics
from tui import screen as screen_module
from tui.widgets.lines import LineWidget

PODS = tuple(pod(f"shop/web-{index:02}", restarts=index % 7) for index in range(30))


async def filled(on: Stage) -> None:
    await on.fill("pods", "pod", *PODS)


def place(on: Stage) -> tuple[object, int]:
    """What is selected, and on which line of the pane it stands."""
    table = on.screen.pods_pane.table
    return table.cursor_key, table.visible_keys.index(str(table.cursor_key))


async def test_the_cursor_rests_at_the_top_until_it_is_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.session.OFTEN", 0.0)  # what comes while a list loads is drawn a few times a second
    async with stage() as on:
        await on.put("pods", Upsert(pod("shop/m")), Status("loading"))
        assert on.screen.pods_pane.table.cursor_key == "shop/m"
        await on.put("pods", Upsert(pod("shop/a")))
        assert on.screen.pods_pane.table.cursor_key == "shop/a"


async def test_the_cursor_moves_in_the_turn_of_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in one of the turns after it, between which other things are computed."""
    async with stage() as on:
        await filled(on)
        drawn: list[object] = []
        monkeypatch.setattr(on.app, "_display", lambda _screen, frame: drawn.append(frame))
        await on.app.on_event(Key("j", "j"))
        assert on.screen.pods_pane.table.cursor_key == "shop/web-01"
        assert len(drawn) == 1


async def test_pods_stand_as_kubectl_lists_them() -> None:
    async with stage() as on:
        await on.fill("pods", "pod", pod("shop/a"), pod("shop-eu/b"), pod("shop/b"))
        assert list(on.screen.pods_pane.view) == ["shop-eu/b", "shop/a", "shop/b"]


async def test_selection_follows_the_object_through_orders_and_arrivals() -> None:
    async with stage() as on:
        await filled(on)
        pane = on.screen.pods_pane
        pane.select("shop/web-03")
        await on.put("pods", *(Upsert(pod(f"aaa/{index}")) for index in range(5)))
        assert place(on)[0] == "shop/web-03"
        assert pane.table.cursor_index == 8
        for column in ("restarts", "age", "name", "status", "restarts"):
            pane.set_sort(column)
            await on.pilot.pause(0)
            assert place(on)[0] == "shop/web-03", column
        pane.set_filter("web-0")
        assert place(on)[0] == "shop/web-03"
        pane.set_filter("")
        assert place(on)[0] == "shop/web-03"
        await on.put("pods", Snapshot("pod", "", tuple(reversed(PODS))), Status("live"))
        assert place(on)[0] == "shop/web-03", "a list that arrives anew does not move it"


async def test_the_nearest_row_takes_over_when_the_selected_one_is_gone() -> None:
    async with stage() as on:
        await filled(on)
        on.screen.pods_pane.select("shop/web-10")
        await on.tick()
        before = place(on)[1]
        await on.put("pods", Delete("pod", "shop/web-10"))
        key, line = place(on)
        assert key in ("shop/web-09", "shop/web-11")
        assert abs(line - before) <= 1
        await on.put("pods", *(Delete("pod", row.key) for row in PODS[:29]))
        assert place(on)[0] == "shop/web-29"
        await on.put("pods", Delete("pod", "shop/web-29"))
        assert on.screen.pods_pane.table.cursor_key is None
        await on.press("enter", "j", "c")
        assert on.app.is_running


async def test_selection_survives_a_look_at_another_namespace() -> None:
    async with stage() as on:
        await on.fill("pods", "pod", *PODS, pod("pay/api"), pod("pay/db"))
        pane = on.screen.pods_pane
        pane.select("pay/db")
        await on.command("ns pay")
        assert on.keys(pane) == ["pay/api", "pay/db"]
        assert pane.table.cursor_key == "pay/db", "it is among them"
        await on.command("ns shop")
        assert str(pane.table.cursor_key).startswith("shop/"), "the nearest, not nothing"
        await on.command("ns all")
        assert len(on.keys(pane)) == 32
        await on.command("ns shop,pay")
        assert len(on.keys(pane)) == 32
        await on.command("ns nowhere")
        assert on.bottom == "no pods known in nowhere"
        assert "none of 32 pods shown" in on.text
        assert "namespaces nowhere (0 shows all)" in on.text


async def test_going_back_finds_the_group_that_the_cursor_was_on() -> None:
    async with stage() as on:
        await on.fill("pods", "pod", *PODS, pod("pay/api"), pod("pay/db"))
        pane = on.screen.pods_pane
        pane.group_by("namespace")
        pane.table.move_to(GroupKey("shop"))
        before = pane.capture()
        pane.group_by("none")
        pane.select("pay/db")
        pane.restore(before)
        assert pane.table.cursor_key == GroupKey("shop")


async def test_a_usage_sample_moves_a_row_that_is_ordered_by_it() -> None:
    async with stage() as on:
        await filled(on)
        await on.fill("usage", "pod_usage", *(PodUsage("shop", row.name, 10, 10, NOW, 15.0) for row in PODS))
        pane = on.screen.pods_pane
        await on.press("C")
        await on.put("usage", Upsert(PodUsage("shop", "web-20", 5000, 10, NOW, 15.0)))
        assert on.keys(pane)[0] == "shop/web-20"
        assert on.keys(pane)[1:4] == ["shop/web-00", "shop/web-01", "shop/web-02"]


async def test_nodes_ordered_by_their_pods_follow_pods_that_come() -> None:
    async with stage() as on:
        await on.fill("nodes", "node", node("n1"), node("n2"))
        pane = on.screen.nodes_pane
        await on.focus(pane)
        await on.command("sort pods")
        await on.fill("pods", "pod", pod("shop/a", node="n2"), pod("shop/b", node="n2"), pod("shop/c", node="n1"))
        await on.pass_seconds(5)
        assert on.keys(pane) == ["n2", "n1"]


# -- sizes


@pytest.mark.parametrize(
    ("size", "panes"), [((200, 50), 5), ((120, 36), 5), ((100, 30), 5), ((99, 30), 1), ((80, 24), 1)]
)
async def test_what_fits_is_shown(size: tuple[int, int], panes: int) -> None:
    async with stage(size=size) as on:
        await filled(on)
        assert len([pane for pane in on.screen.panes if pane.is_on_screen]) == panes
        first = on.text.splitlines()
        assert len(first) == size[1]
        tabs = panes == 1
        assert ("Nodes" in first[1] and "Events" in first[1] and "PromQL" in first[1]) is tabs
        assert on.app.focused is on.screen.pods_pane.table
        assert on.bottom.startswith("? help")


async def test_narrow_panes_are_tabs_with_counts() -> None:
    async with stage(size=(80, 24)) as on:
        await on.fill("pods", "pod", *PODS[:3], pod("shop/bad", "Error"))
        await on.fill("events", "event", event("1"), event("2", type="Warning"))
        tabs = on.text.splitlines()[1]
        assert "Pods 4 !1" in tabs
        assert "Events 2 !1" in tabs
        assert "Nodes 0" in tabs
        await on.press("tab")
        assert [pane for pane in on.screen.panes if pane.is_on_screen] == [on.screen.events_pane]
        assert "MESSAGE" in on.text
        assert on.app.focused is on.screen.events_pane.table


async def test_a_narrow_terminal_and_back_keeps_everything() -> None:
    async with stage(size=(200, 50)) as on:
        await filled(on)
        await on.fill("events", "event", *(event(str(index)) for index in range(30)))
        pane = on.screen.pods_pane
        pane.set_filter("web")
        pane.set_sort("restarts")
        pane.select("shop/web-17")
        await on.focus(on.screen.events_pane)
        on.screen.events_pane.toggle_folding()
        on.screen.events_pane.select("13")
        kept = (pane.filter.text, pane.sort, pane.reverse, pane.table.cursor_key, on.keys(pane))
        for size in ((80, 24), (200, 50), (60, 12), (200, 50)):
            await on.resize(*size)
            assert on.app.focused is on.screen.events_pane.table
            assert on.screen.events_pane.table.cursor_key == "13"
            assert "13" in on.screen.events_pane.table.visible_keys
            assert (pane.filter.text, pane.sort, pane.reverse, pane.table.cursor_key, on.keys(pane)) == kept
        assert len([each for each in on.screen.panes if each.is_on_screen]) == 5


@pytest.mark.parametrize("size", [(1, 1), (10, 3), (20, 5), (79, 2), (300, 8)])
async def test_no_size_is_too_small_to_survive(size: tuple[int, int]) -> None:
    async with stage(FakeMetrics(), size=(120, 36)) as on:
        await filled(on)
        await on.resize(*size)
        for key in ("v", "question_mark", "escape", "tab", "tab", "tab", "enter", "escape"):
            await on.press(key)
        await on.pass_seconds(1)
        assert on.app.is_running
        await on.resize(120, 36)
        assert "web-0" in on.text


# -- drawing


class Drawn:
    """Counts the lines that are sent again."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lines: list[tuple[LineWidget, int]] = []
        real = LineWidget.refresh

        def refresh(widget: LineWidget, *regions: Region, **more: Any) -> LineWidget:
            spans: Iterable[Region] = regions or [Region(0, 0, widget.size.width, widget.size.height)]
            self.lines += [(widget, y) for region in spans for y in range(region.y, region.bottom)]
            return real(widget, *regions, **more)

        monkeypatch.setattr(LineWidget, "refresh", refresh)

    def take(self) -> list[tuple[LineWidget, int]]:
        taken, self.lines = self.lines, []
        return taken


async def test_nothing_changed_and_nothing_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage(FakeMetrics()) as on:
        await filled(on)
        await on.fill("nodes", "node", node("n1"))
        await on.settle()
        drawn = Drawn(monkeypatch)
        for _ in range(3):
            await on.tick()
            on.screen.second()
        assert drawn.take() == []
        await on.put("pods", *(Upsert(row) for row in PODS))
        assert drawn.take() == [], "the same rows again are not news"


async def test_one_changed_pod_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage() as on:
        await filled(on)
        table = on.screen.pods_pane.table
        drawn = Drawn(monkeypatch)
        await on.put("pods", Upsert(pod("shop/web-02", restarts=3)))
        assert drawn.take() == [(table, 3)]
        await on.put("pods", Upsert(pod("shop/web-29", restarts=3)))
        assert drawn.take() == [], "it is below what can be seen"


async def test_a_second_draws_the_ages_that_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage(size=(200, 50)) as on:
        await on.fill("pods", "pod", pod("shop/old"), pod("shop/young", created=NOW - 30))
        drawn = Drawn(monkeypatch)
        await on.pass_seconds()
        lines = drawn.take()
        table = on.screen.pods_pane.table
        assert [y for widget, y in lines if widget is table] == [2]
        assert len(lines) == len(set(lines)) <= 4, "header, title, one row; each once"


async def test_a_terminal_that_is_behind_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage() as on:
        await filled(on)
        drawn = Drawn(monkeypatch)
        monkeypatch.setattr(screen_module, "behind", lambda app: True)
        await on.put("pods", Upsert(pod("shop/late")))
        await on.pass_seconds(3)
        assert drawn.take() == []
        assert "shop/late" not in on.keys(on.screen.pods_pane)
        monkeypatch.setattr(screen_module, "behind", lambda app: False)
        await on.tick()
        assert "shop/late" in on.keys(on.screen.pods_pane), "late, not lost"


async def test_a_hidden_pane_keeps_up_without_being_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage(size=(80, 24)) as on:
        await on.fill("events", "event", event("1"))
        drawn = Drawn(monkeypatch)
        await on.put("events", Upsert(event("2")))
        assert all(widget is on.screen.tabs_line for widget, _ in drawn.take())
        await on.focus(on.screen.events_pane)
        assert set(on.screen.events_pane.folds.folds[on.keys(on.screen.events_pane)[0]].events) == {"1", "2"}
        assert "pod/web-1" in on.text


async def test_the_title_says_why_the_row_under_the_cursor_is_as_it_is() -> None:
    async with stage(size=(120, 36)) as on:
        pods, events = on.screen.pods_pane, on.screen.events_pane
        crashing = pod("shop/a", status="CrashLoopBackOff", ready=0, message="exit 1: PAYMENTS_URL is not set")
        unready = pod("shop/b", ready=0)
        await on.fill("pods", "pod", crashing, unready, pod("shop/c"))
        assert "─ exit 1: PAYMENTS_URL is not set ─" in on.title(pods)
        await on.press("j")
        assert "─ 0/1 ready ─" in on.title(pods)
        probe = event("1", "shop/b", type="Warning", reason="Unhealthy", message="probe failed: 503")
        await on.put("events", Upsert(probe), Status("live"))
        await on.tick()
        on.screen.second()
        assert "─ Unhealthy: probe failed: 503 ─" in on.title(pods)
        await on.press("j")
        assert "ready" not in on.title(pods), "nothing is wrong with it"
        await on.focus(events)
        assert "─ probe failed: 503 ─" in on.title(events)
        await on.resize(80, 24)
        assert on.title(events).startswith("─ probe failed: 503 ─"), "the tab above says the rest"


async def test_a_click_on_a_title_orders_by_its_column() -> None:
    async with stage(size=(160, 40)) as on:
        await filled(on)
        pane = on.screen.pods_pane
        await on.pilot.click(pane.table, offset=(pane.table.plain[0].index("RESTARTS"), 0))
        assert (pane.sort, pane.reverse) == ("restarts", True)
