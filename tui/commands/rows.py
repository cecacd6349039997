"""Commands on the rows that are shown: their namespaces, order and filter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui.commands.command import Command, CommandError
from tui.panes.table_pane import TablePane

if TYPE_CHECKING:
    from tui.screen import MainScreen


def _namespaces(screen: MainScreen, rest: str) -> None:
    names = [name for name in re.split(r"[,\s]+", rest) if name]
    screen.set_namespaces([] if names in ([], ["all"], ["*"]) else names)


def _sort(screen: MainScreen, rest: str) -> None:
    pane = screen.active
    if not isinstance(pane, TablePane):
        raise CommandError("only tables have an order")
    known = [field.column.key for field in pane.sheet.fields]
    if rest not in known or not pane.set_sort(rest):
        raise CommandError(f"{pane.what} can be ordered by: {', '.join(known)}")


def _filter(screen: MainScreen, rest: str) -> None:
    if not isinstance(screen.active, TablePane):
        raise CommandError("there is nothing to filter here")
    screen.active.set_filter(rest)


ROWS: tuple[Command, ...] = (
    Command(("ns", "namespace", "namespaces"), "a,b | all", "show these namespaces", _namespaces),
    Command(("sort",), "COLUMN", "order the rows by a column", _sort),
    Command(("filter",), "TEXT", "as / does; nothing clears it", _filter),
)
