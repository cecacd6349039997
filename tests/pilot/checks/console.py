"""The PromQL console."""

from __future__ import annotations

import pytest

from tests.pilot.checks.check import check
from tests.pilot.staged import Stage


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
    assert console.window == 60, "there is a narrowest"
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


@check("cursor_left", "cursor_right")
async def _(on: Stage) -> None:
    graph = on.screen.console.graph
    await on.press("left", "m")
    assert graph.moment is None, "there is no graph to move in"
    assert not graph.off
    await on.settle()
    await on.press("v", "left", "left")
    assert graph.moment == 15.0
    assert "at 2" in on.text
    await on.press("right", "right")
    assert graph.moment is None
    assert "last 3" in on.text
    await on.press("down", "j", "m")
    assert graph.selected == '{job="db"}'
    assert graph.off == {graph.selected}
    assert 'off {job="db"}' in on.text
    await on.press("m")
    assert not graph.off


@check("pin")
async def _(on: Stage) -> None:
    console = on.screen.console
    await on.settle()
    await on.press("P")
    assert on.bottom == "pinned"
    assert console.memory.pins == ["sum by (job) (up)"]
    await on.pass_seconds(1)
    await on.settle()
    assert "max of 2: 7" in console.strip.plain[0]
    await on.press("P")
    assert console.memory.pins == []
    await on.pilot.pause(0)
    assert console.strip.size.height == 0
