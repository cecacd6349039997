"""Help, prompts, panes, zoom, hold, refresh, quit."""

from __future__ import annotations

from unittest.mock import patch

from sources.contract import Upsert
from tests.pilot.checks.check import check
from tests.pilot.staged import Stage, pod
from tui.terminal.app import TerminalSafeApp


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
    await on.press("slash", "x")
    assert len(on.keys(pane)) == 0, "a filter is tried while it is typed"
    assert on.app.focused is on.screen.prompt
    await on.press("escape")
    assert len(on.keys(pane)) == 10, "leaving the prompt changes nothing"
    assert pane.filter.text == "web-1"
    await on.press("j")
    row = pane.table.cursor_key
    await on.press("slash", "ctrl+u", "(")
    assert len(on.keys(pane)) == 40, "what is not finished is waited for"
    await on.press("escape")
    assert pane.table.cursor_key == row
    await on.press("slash", "up")
    assert on.screen.prompt.value == "status:[", "what was typed before comes back"
    await on.press("escape")


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
    assert (bool(pane.filter), pane.faults_only, on.screen.arrangement.zoomed) == (True, True, True)
    await on.press("escape")
    assert (bool(pane.filter), pane.faults_only, on.screen.arrangement.zoomed) == (False, True, True)
    await on.press("escape")
    assert (pane.faults_only, on.screen.arrangement.zoomed) == (False, True)
    await on.press("escape")
    assert not on.screen.arrangement.zoomed
    await on.press("escape")
    assert on.app.is_running, "Esc never leaves"
    assert not on.app._exit


@check("palette")
async def _(on: Stage) -> None:
    await on.press("semicolon")
    assert "Shift-M" in on.text, "actions with their keys"
    assert on.app.focused is on.screen.picker.line
    await on.type("zoom")
    assert on.screen.overlays == []
    assert on.screen.arrangement.zoomed
    await on.press("semicolon")
    await on.type(":sort")
    assert on.screen.prompt.value == "sort ", "a command waits for its arguments"
    await on.press("escape", "m", "semicolon")
    assert on.screen.pods_pane.marked
    await on.type(":unmark")
    assert not on.screen.pods_pane.marked, "one without arguments does not wait"
    await on.press("semicolon", "q", "escape")
    assert not on.app._exit, "keys are typed, not obeyed"
    assert on.screen.overlays == []
    assert on.app.focused is on.screen.pods_pane.table


@check("jump")
async def _(on: Stage) -> None:
    await on.press("f")
    assert on.title(on.screen.nodes_pane).startswith(" a ")
    assert "d Events" in on.bottom
    await on.press("d")
    assert on.screen.active is on.screen.events_pane
    assert not on.title(on.screen.nodes_pane).startswith(" a ")
    await on.press("f", "z")
    assert not on.screen.arrangement.zoomed, "another key only ends it"
    await on.press("z", "f", "a")
    assert on.screen.active is on.screen.nodes_pane, "also where only one pane is shown"
    await on.press("f", "ctrl+c")
    assert on.app._exit, "who wants to leave leaves"


@check("repaint")
async def _(on: Stage) -> None:
    with patch.object(TerminalSafeApp, "repaint", autospec=True) as repaint:
        await on.press("f5")
        await on.press("ctrl+l")
    assert repaint.call_count == 2


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
    await on.settle()
    asked = len(on.screen.console.answer.expr)
    await on.press("ctrl+r")
    assert on.runtime.retried == 1
    assert on.bottom == "trying again"
    assert asked


@check("quit")
async def _(on: Stage) -> None:
    await on.press("question_mark")
    await on.press("q")
    assert not on.app._exit, "it leaves the help first"
    assert on.screen.overlays == []
    await on.press("q")
    assert on.app._exit


@check("leave")
async def _(on: Stage) -> None:
    await on.press("colon")
    await on.press("ctrl+c")
    assert on.app._exit, "also while something is typed"
