"""The cursor, and into what it is on."""

from __future__ import annotations

from tests.pilot.checks.check import check
from tests.pilot.staged import Stage


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
    assert chosen == "pay/web-00"
    assert "pod pay/web-00" in on.title(on.screen.detail)
    await on.press("escape")
    assert on.app.focused is on.screen.pods_pane.table
    assert on.screen.pods_pane.table.cursor_key == chosen
