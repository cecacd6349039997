"""Which columns of a table are shown."""

from __future__ import annotations

from tests.pilot.checks.check import check
from tests.pilot.staged import Stage


@check("wide")
async def _(on: Stage) -> None:
    pane = on.screen.pods_pane
    await on.press("z")
    usual = pane.table.fitted_columns
    await on.press("w")
    assert "message" in pane.table.fitted_columns
    assert "WHY" in on.text
    assert set(pane.table.fitted_columns) >= {"namespace", "name", "ready", "status"}, "who and how always stay"
    await on.press("w")
    assert pane.table.fitted_columns == usual
    await on.press("z")
    await on.focus(on.screen.events_pane)
    await on.press("w")
    assert on.bottom == "events have no wide columns"
    console = on.screen.console
    await on.settle()
    assert not console.wide, "another pane has the keyboard"
    await on.focus(console)
    await on.press("w")
    assert '{job="web"}' in on.text
    await on.press("w")
    assert '{job="web"}' not in on.text


@check("group")
async def _(on: Stage) -> None:
    pane = on.screen.pods_pane
    await on.press("j")
    chosen = pane.table.cursor_key
    for grouping in ("owner", "node", "namespace"):
        await on.press("b")
        assert pane.grouping == grouping
        assert pane.table.cursor_key == chosen, "its group is open, so the cursor stays"
    assert "2 by namespace" in on.title(pane)
    await on.press("g", "enter", "u", "u")
    assert not on.screen.overlays, "Enter on a group is for the group"
    await on.press("b")
    assert pane.grouping == "none"
    assert len(on.keys(pane)) == 40
    await on.focus(on.screen.nodes_pane)
    await on.press("b")
    assert on.bottom == "only pods can be grouped"
