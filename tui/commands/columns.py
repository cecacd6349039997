"""Commands on the columns of a table, and on its marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.commands.command import Command, CommandError
from tui.panes.marked_pane import MarkedPane
from tui.panes.table_pane import TablePane
from tui.sheets.choice import Choice, named

if TYPE_CHECKING:
    from tui.screen import MainScreen


def _columns(screen: MainScreen, rest: str) -> None:
    pane = screen.active
    if not isinstance(pane, TablePane):
        raise CommandError("only tables have columns")
    if rest:
        pane.choose_columns(Choice() if rest in ("default", "usual") else Choice(names=named(rest, pane.sheet)))
        return
    shown = pane.table.fitted_columns
    more = [field.column.key for field in pane.sheet.fields if field.column.key not in shown]
    screen.say(f"shown: {','.join(shown)}; more: {','.join(more)}")


def _complete(screen: MainScreen, rest: str) -> list[str]:
    if not isinstance(screen.active, TablePane):
        return []
    done, comma, _ = rest.rpartition(",")
    return [f"{done}{comma}{field.column.key}" for field in screen.active.sheet.fields] + ["default"]


def _seen(screen: MainScreen, _rest: str) -> None:
    for pane in screen.panes:
        if isinstance(pane, MarkedPane):
            pane.all_seen()


COLUMNS: tuple[Command, ...] = (
    Command(
        ("columns", "cols"), "[a,b,c | default]", "show these columns; without any, say which there are", _columns
    ),
    Command(
        ("seen",),
        "",
        "take away the dots: rows that came or became faulty since the last key in their pane, a minute on",
        _seen,
    ),
)
