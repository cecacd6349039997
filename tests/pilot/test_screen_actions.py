"""Every key of the table of actions does on the screen what the help says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from sources.contract import Status, Upsert
from sources.model import NodeUsage, PodUsage
from tests.pilot.staged import NOW, Stage, event, node, pod, stage
from tests.pilot.staged_sources import FakeCluster, FakeMetrics
from tui import screen as screen_module
from tui.actions import BY_NAME
from tui.terminal.clipboard import Copied

Check = Callable[[Stage], Awaitable[None]]
CHECKS: dict[str, Check] = {}
CORE = 1_000_000_000
PODS = tuple(
    pod(
        f"{'shop' if index % 2 else 'pay'}/web-{index:02}",
        "CrashLoopBackOff" if index == 5 else "Running",
        restarts=index,
        created=NOW - 60.0 * (index + 1),
        ready=int(index != 5),
    )
    for index in range(40)
)
NODES = (node("n1", created=NOW - 10), node("n2", "NotReady", created=NOW - 5), node("n3"))
USAGE = (
    *(PodUsage(row.namespace, row.name, 1000 - index, 5000 + index, NOW, 15.0) for index, row in enumerate(PODS)),
    *(NodeUsage(row.name, CORE * (index + 1), 1 << 30, NOW, 15.0) for index, row in enumerate(NODES)),
)


def check(*names: str) -> Callable[[Check], Check]:
    """This is what the actions of these names do."""

    def register(test: Check) -> Check:
        for name in names:
            assert name not in CHECKS
            CHECKS[name] = test
        return test

    return register


async def filled(on: Stage) -> None:
    on.runtime.put("nodes", *(Upsert(row) for row in NODES), Status("live"))
    on.runtime.put("pods", *(Upsert(row) for row in PODS), Status("live"))
    on.runtime.put("usage", *(Upsert(row) for row in USAGE), Status("live"))
    await on.put("events", Upsert(event("e1")), Upsert(event("e2", type="Warning", reason="Bad")), Status("live"))


def key_of(name: str) -> str:
    return BY_NAME[name].keys.split(",")[0]


# -- the screen


@check("help")
async def _(on: Stage) -> None:
    await on.press("question_mark")
    assert "previous pane" in on.text
    assert not on.screen.pods_pane.is_on_screen
    await on.press("question_mark")
    assert on.screen.pods_pane.table.is_on_screen
    assert on.app.focused is on.screen.pods_pane.table


@check("command")
async def _(on: Stage) -> None:
    await on.press("colon")
    assert on.app.focused is on.screen.prompt
    assert on.bottom == ":"
    await on.type("nodes n1")
    assert on.screen.active is on.screen.nodes_pane
    assert on.keys(on.screen.nodes_pane) == ["n1"]
    assert not on.screen.prompt.display


@check("filter")
async def _(on: Stage) -> None:
    pane = on.screen.pods_pane
    await on.filter("web-1")
    assert len(on.keys(pane)) == 10
    assert "10/40" in on.title(pane)
    assert "/web-1" in on.title(pane)
    await on.filter("status:[")
    assert "is not a regular expression" in on.bottom
    assert len(on.keys(pane)) == 10, "the old filter stays"
    await on.press("slash")
    assert on.screen.prompt.value == "web-1", "a filter is edited, not typed anew"
    await on.press("escape")
    assert len(on.keys(pane)) == 10, "leaving the prompt changes nothing"


@check("back")
async def _(on: Stage) -> None:
    pane = on.screen.pods_pane
    await on.press("z")
    await on.press("exclamation_mark")
    await on.filter("web")
    await on.press("enter")
    await on.press("question_mark")
    assert on.screen.overlays == [on.screen.detail, on.screen.help]
    await on.press("escape")
    assert on.screen.overlays == [on.screen.detail]
    await on.press("escape")
    assert on.screen.overlays == []
    assert (bool(pane.filter), pane.faults_only, on.screen.zoomed) == (True, True, True)
    await on.press("escape")
    assert (bool(pane.filter), pane.faults_only, on.screen.zoomed) == (False, True, True)
    await on.press("escape")
    assert (pane.faults_only, on.screen.zoomed) == (False, True)
    await on.press("escape")
    assert not on.screen.zoomed
    await on.press("escape")
    assert on.app.is_running, "Esc never leaves"
    assert not on.app._exit


@check("next_pane", "previous_pane")
async def _(on: Stage) -> None:
    order = list(on.screen.panes)
    start = order.index(on.screen.active)
    for step in range(1, len(order) + 1):
        await on.press("tab")
        wanted = order[(start + step) % len(order)]
        assert on.screen.active is wanted
        assert on.app.focused is wanted.focus_target()
        assert wanted.heading.focused_pane
    await on.press("shift+tab")
    assert on.screen.active is order[start - 1]
    assert sum(pane.heading.focused_pane for pane in order) == 1


@check("zoom")
async def _(on: Stage) -> None:
    width = on.screen.pods_pane.size.width
    await on.press("z")
    assert on.screen.pods_pane.size.width == 160
    assert [pane for pane in on.screen.panes if pane.is_on_screen] == [on.screen.pods_pane]
    await on.press("tab")
    assert [pane for pane in on.screen.panes if pane.is_on_screen] == [on.screen.events_pane]
    await on.press("shift+tab")
    await on.press("z")
    assert on.screen.pods_pane.size.width == width
    assert len([pane for pane in on.screen.panes if pane.is_on_screen]) == 5


@check("hold")
async def _(on: Stage) -> None:
    before = on.title(on.screen.pods_pane)
    await on.press("space")
    assert "HELD 0 waiting" in on.text
    await on.put("pods", Upsert(pod("shop/new")), Upsert(pod("shop/web-01", "Error")))
    await on.pass_seconds(3)
    assert "HELD 2 waiting" in on.text
    assert "shop/new" not in on.keys(on.screen.pods_pane)
    assert on.title(on.screen.pods_pane) == before, "ages stand still"
    await on.press("space")
    assert "HELD" not in on.text
    assert "shop/new" in on.keys(on.screen.pods_pane)
    assert on.screen.session.world.pods.get("shop/web-01").status == "Error"  # type: ignore[union-attr]  # it is there


@check("refresh")
async def _(on: Stage) -> None:
    asked = len(on.screen.console.answer.expr)
    await on.press("ctrl+r")
    assert on.runtime.retried == 1
    assert on.bottom == "trying again"
    assert asked


@check("quit")
async def _(on: Stage) -> None:
    await on.press("q")
    assert on.app._exit


# -- moving


def rows(on: Stage) -> tuple[int | None, int | None]:
    table = on.screen.pods_pane.table
    return table.cursor_index, on.keys(on.screen.pods_pane).index(str(table.cursor_key))


@check("down", "up")
async def _(on: Stage) -> None:
    await on.press("j", "down")
    assert rows(on) == (2, 2)
    await on.press("k")
    assert rows(on) == (1, 1)
    await on.press("up", "up")
    assert rows(on) == (0, 0)


@check("page_down", "page_up")
async def _(on: Stage) -> None:
    table = on.screen.pods_pane.table
    page = table.size.height - 2
    await on.press("pagedown")
    assert rows(on) == (page, page)
    await on.press("pageup")
    assert rows(on) == (0, 0)


@check("bottom", "top")
async def _(on: Stage) -> None:
    await on.press("G")
    assert rows(on) == (39, 39)
    assert on.keys(on.screen.pods_pane)[-1] in on.screen.pods_pane.table.visible_keys
    await on.press("g")
    assert rows(on) == (0, 0)


@check("open")
async def _(on: Stage) -> None:
    await on.press("j", "enter")
    chosen = on.screen.pods_pane.table.cursor_key
    assert chosen == "pay/web-02"
    assert "pod pay/web-02" in on.title(on.screen.detail)
    await on.press("escape")
    assert on.app.focused is on.screen.pods_pane.table
    assert on.screen.pods_pane.table.cursor_key == chosen


# -- rows


@check("faults")
async def _(on: Stage) -> None:
    pane = on.screen.pods_pane
    await on.press("exclamation_mark")
    assert on.keys(pane) == ["shop/web-05"]
    assert "faults only" in on.title(pane)
    await on.press("exclamation_mark")
    assert len(on.keys(pane)) == 40
    await on.focus(on.screen.events_pane)
    await on.press("exclamation_mark")
    assert on.keys(on.screen.events_pane) == ["e2"]


def _sorted_by(action: str, column: str, first: str, last: str) -> None:
    @check(action)
    async def _(on: Stage) -> None:
        pane = on.screen.pods_pane
        await on.press(key_of(action))
        assert pane.sort == column
        assert (on.keys(pane)[0], on.keys(pane)[-1]) == (first, last)
        assert f"{pane.sheet.field(column).column.title[:4]}" in on.text
        await on.press(key_of(action))
        assert (on.keys(pane)[0], on.keys(pane)[-1]) == (last, first), "again by the same column turns it round"


_sorted_by("sort_cpu", "cpu", "pay/web-00", "shop/web-39")
_sorted_by("sort_memory", "memory", "shop/web-39", "pay/web-00")
_sorted_by("sort_name", "name", "pay/web-00", "shop/web-39")
_sorted_by("sort_age", "age", "pay/web-00", "shop/web-39")
_sorted_by("sort_restarts", "restarts", "shop/web-39", "pay/web-00")


@check("sort_status")
async def _(on: Stage) -> None:
    pane = on.screen.pods_pane
    await on.press("S")
    assert on.keys(pane)[:2] == ["shop/web-05", "pay/web-00"]
    await on.press("S")
    keys = on.keys(pane)
    assert keys[-1] == "shop/web-05"
    assert keys[:2] == ["pay/web-00", "pay/web-02"], "what is equal keeps the order of names"
    await on.focus(on.screen.nodes_pane)
    await on.press("R")
    assert on.bottom == "nodes have no column restarts"


@check("sort_next", "sort_previous")
async def _(on: Stage) -> None:
    pane = on.screen.pods_pane
    columns = pane.table.fitted_columns
    assert pane.sort == columns[0]
    seen = []
    for _column in columns:
        await on.press("greater_than_sign")
        seen.append(pane.sort)
    assert seen == [*columns[1:], columns[0]]
    await on.press("less_than_sign")
    assert pane.sort == columns[-1]
    await on.focus(on.screen.console)
    await on.press("greater_than_sign")
    assert on.app.is_running


@check("sort_reverse")
async def _(on: Stage) -> None:
    pane = on.screen.pods_pane
    before = on.keys(pane)
    await on.press("o")
    assert pane.reverse
    assert "▼" in pane.table.plain[0]
    keys = on.keys(pane)
    assert keys[0].startswith("shop/")
    shop = [key for key in keys if key.startswith("shop/")]
    assert shop == [key for key in before if key.startswith("shop/")], "names still go from A to Z"
    await on.focus(on.screen.console)
    table = on.screen.console.table
    assert table.rows.cells(0)[1][0] == "3"
    await on.press("o")
    assert table.rows.cells(0)[1][0] == "7"
    await on.press("o")
    assert table.rows.cells(0)[1][0] == "3"


@check("copy")
async def _(on: Stage) -> None:
    copied = []

    async def taken(_app: object, text: str) -> Copied:
        copied.append(text)
        return Copied("osc52", "sent")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(screen_module, "copy", taken)
        await on.press("j", "c")
        await on.settle()
        assert copied == ["web-02"]
        assert on.bottom == "web-02: sent"
        await on.filter("nothing-like-this")
        await on.press("c")
        await on.settle()
        assert on.bottom == "there is nothing to copy"
        assert copied == ["web-02"]


# -- namespaces


@check("all_namespaces")
async def _(on: Stage) -> None:
    await on.press("1")
    assert len(on.keys(on.screen.pods_pane)) == 20
    await on.press("0")
    assert on.screen.session.namespaces == ()
    assert len(on.keys(on.screen.pods_pane)) == 40
    assert "ns:all" in on.text


@check(*(f"namespace_{digit}" for digit in range(1, 10)))
async def _(on: Stage) -> None:
    slots = list(on.screen.session.namespace_slots())
    assert slots == ["pay", "shop"]
    assert " 1 pay 20" in on.text
    assert " 2 shop 20" in on.text
    for digit in range(1, 10):
        await on.press(str(digit))
        if digit <= len(slots):
            name = slots[digit - 1]
            assert on.screen.session.namespaces == (name,)
            assert {key.partition("/")[0] for key in on.keys(on.screen.pods_pane)} == {name}
            assert f"ns:{name}" in on.text
            assert len(on.keys(on.screen.nodes_pane)) == 3, "nodes belong to no namespace"
        else:
            assert on.bottom == f"there is no namespace {digit}"
            assert on.screen.session.namespaces == (slots[-1],)


# -- PromQL


@check("edit_query")
async def _(on: Stage) -> None:
    console = on.screen.console
    await on.press("e")
    assert on.app.focused is console.prompt
    assert on.screen.active is console
    await on.press("q")
    assert console.prompt.value.endswith("q"), "keys are typed, not obeyed"
    assert not on.app._exit
    await on.press("escape")
    assert console.prompt.value == console.expr
    assert on.app.focused is console.focus_target()


@check("graph")
async def _(on: Stage) -> None:
    console = on.screen.console
    await on.press("v")
    assert on.screen.active is console
    assert console.graph.is_on_screen
    assert not console.table.is_on_screen
    assert on.app.focused is not console.prompt
    await on.press("v")
    assert console.table.is_on_screen
    assert not console.graph.is_on_screen


@check("wider", "narrower")
async def _(on: Stage) -> None:
    console, metrics = on.screen.console, on.runtime.sources["s1"]
    assert "30m" in on.title(console)
    await on.press("plus")
    await on.settle()
    assert console.window == 3600
    start, end, step = metrics.ranges[-1]
    assert end - start == pytest.approx(3600, abs=step)
    await on.press("minus", "minus")
    await on.settle()
    assert console.window == 900
    assert "15m" in on.title(console)
    for _press in range(12):
        console.step_window(-1)
    assert console.window == 300, "there is a narrowest"
    for _press in range(12):
        console.step_window(1)
    assert console.window == 7 * 86400, "there is a widest"
    await on.settle()


@check("run_query")
async def _(on: Stage) -> None:
    metrics = on.runtime.sources["s1"]
    await on.settle()
    before = len(metrics.asked)
    await on.press("r")
    await on.settle()
    assert len(metrics.asked) == before + 1


GROUPS = {test: "+".join(name for name, other in CHECKS.items() if other is test)[:60] for test in CHECKS.values()}


def test_every_action_has_a_check() -> None:
    assert set(CHECKS) == set(BY_NAME)


@pytest.mark.parametrize("test", GROUPS, ids=GROUPS.values())
async def test_action(test: Check) -> None:
    async with stage(FakeCluster(), FakeMetrics(), size=(160, 40)) as on:
        await filled(on)
        await test(on)
