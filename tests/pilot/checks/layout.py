"""Arranging the panes."""

from __future__ import annotations

from tests.pilot.checks.check import check
from tests.pilot.staged import Stage
from tui.layouts import PRESETS


@check("next_layout")
async def _(on: Stage) -> None:
    names = on.screen.layouts.names()
    assert on.screen.arrangement.name == names[0] == "overview"
    await on.press("L")
    assert on.screen.arrangement.name == names[1]
    assert names[1] in on.bottom
    assert on.screen.active.id == PRESETS[names[1]].active
    for _name in names[1:]:
        await on.press("L")
    assert on.screen.arrangement.name == "overview"


@check("hide", "show_all")
async def _(on: Stage) -> None:
    screen = on.screen
    await on.press("x")
    assert not screen.pods_pane.display
    assert screen.active is not screen.pods_pane
    for _pane in range(3):
        await on.press("x")
    last = screen.active
    await on.press("x")
    assert "the last pane stays" in on.bottom
    assert last.is_on_screen
    assert [pane for pane in screen.panes if pane.display] == [last]
    await on.press("X")
    assert all(pane.display for pane in screen.panes)
    await on.press("x")
    assert not last.display
    await on.command(str(last.id))
    assert last.display, "who asks for a hidden pane gets it"


@check("widen", "narrow")
async def _(on: Stage) -> None:
    pane = on.screen.pods_pane
    before = pane.size.width
    await on.press("right_curly_bracket")
    assert pane.size.width > before
    await on.press("left_curly_bracket", "left_curly_bracket")
    assert pane.size.width < before
    await on.press("z", "right_curly_bracket")
    assert "all of the screen" in on.bottom


@check("heighten", "lower")
async def _(on: Stage) -> None:
    pane = on.screen.pods_pane
    await on.press("j", "j")
    row, before = pane.table.cursor_key, pane.size.height
    await on.press("right_parenthesis")
    assert pane.size.height > before
    await on.press("left_parenthesis", "left_parenthesis")
    assert pane.size.height < before
    assert pane.table.cursor_key == row
