"""Commands on the columns of a table, and on its marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.commands.command import Command, CommandError
from tui.panes.grouping import GroupingPane
from tui.panes.marked_pane import MarkedPane
from tui.panes.table_pane import TablePane
from tui.sheets.choice import Choice, named
from tui.sheets.pod_groups import GROUPINGS

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


def _group(screen: MainScreen, rest: str) -> None:
    pane = screen.active
    if not isinstance(pane, GroupingPane):
        raise CommandError("only pods can be grouped")
    chosen = next((grouping for grouping in GROUPINGS if grouping == rest), None)
    if rest and chosen is None:
        raise CommandError(f"pods can be grouped by {', '.join(GROUPINGS[1:])}, or none")
    if chosen is None:
        pane.step_grouping()
    else:
        pane.group_by(chosen)


def _groupings(_screen: MainScreen, _rest: str) -> tuple[str, ...]:
    return GROUPINGS


COLUMNS: tuple[Command, ...] = (
    Command(
        ("columns", "cols"),
        "[a,b,c | default]",
        "show these columns; without any, say which there are",
        _columns,
        _complete,
    ),
    Command(
        ("group",),
        "owner | node | namespace | none",
        "group the pods, with totals; Enter opens a group",
        _group,
        _groupings,
    ),
    Command(
        ("seen",),
        "",
        "take away the dots: rows that came or became faulty since the last key in their pane, a minute on",
        _seen,
    ),
)
