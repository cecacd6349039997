"""Which rows, in which order, and taking them along."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sources.contract import Delete, Upsert
from tests.pilot.checks.check import check, key_of
from tests.pilot.staged import Stage, pod
from tui import copying
from tui.terminal.clipboard import Copied


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
    assert on.things(on.screen.events_pane) == ["e2"]


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
    await on.command("sort namespace")
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


@contextmanager
def copies() -> Iterator[list[str]]:
    """What is copied while it lasts."""
    copied: list[str] = []

    async def taken(_app: object, text: str) -> Copied:
        copied.append(text)
        return Copied("osc52", "sent")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(copying, "copy", taken)
        yield copied


@check("mark")
async def _(on: Stage) -> None:
    pane = on.screen.pods_pane
    await on.press("m", "j", "m")
    assert pane.chosen_keys() == ["shop/web-05", "pay/web-02"]
    assert "2 marked" in on.title(pane)
    marked = [line for line in pane.table.plain if line.startswith("◆")]
    assert len(marked) == 2
    await on.put("pods", Upsert(pod("shop/web-05", "Error")), Delete("pod", "pay/web-02"))
    assert pane.chosen_keys() == ["shop/web-05"], "a mark is on the object; what is gone is not taken along"
    await on.press("g", "m")
    assert "1 marked" in on.title(pane)
    await on.command("unmark")
    assert not any(line.startswith("◆") for line in pane.table.plain)
    await on.focus(on.screen.console)
    await on.press("m")
    assert on.bottom == "there is nothing to mark here"


@check("copy")
async def _(on: Stage) -> None:
    with copies() as copied:
        await on.press("j", "c")
        await on.settle()
        assert copied == ["web-00"]
        assert on.bottom == "web-00: sent"
        await on.press("m", "m", "c")
        await on.settle()
        assert copied[1] == "web-00\nweb-02"
        assert on.bottom == "2 lines: web-00, ...: sent"
        await on.command("unmark")
        await on.filter("nothing-like-this")
        await on.press("c")
        await on.settle()
        assert on.bottom == "there is nothing to copy"
        assert len(copied) == 2


@check("copy_rows")
async def _(on: Stage) -> None:
    with copies() as copied:
        await on.press("j", "m", "m", "Y")
        await on.settle()
        assert on.bottom == "2 rows: sent"
        title, first, second = copied[0].splitlines()
        await on.command("unmark")
        await on.press("g", "y")
        await on.settle()
        await on.press("Y")
        await on.settle()
        assert copied[1] == "{}", "what lies over the panes, as it is shown"
        assert title.split()[:4] == ["NAMESPACE", "NAME", "READY", "STATUS"]
        assert first.split()[:4] == ["pay", "web-00", "1/1", "Running"]
        assert second.index("Running") == first.index("Running") == title.index("STATUS")
