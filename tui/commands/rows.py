"""Commands on the rows that are shown: their namespaces, order and filter."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tui import pickers
from tui.commands.command import Command, CommandError
from tui.commands.filters import complete_filter
from tui.copying import FORMS, take
from tui.panes.console import ConsolePane
from tui.panes.table_pane import TablePane

if TYPE_CHECKING:
    from tui.screen import MainScreen


def _namespaces(screen: MainScreen, rest: str) -> None:
    names = [name for name in re.split(r"[,\s]+", rest) if name]
    if not names:
        screen.pick(pickers.namespaces(screen))
        return
    screen.set_namespaces([] if names in (["all"], ["*"]) else names)


def _known_namespaces(screen: MainScreen, rest: str) -> Iterable[str]:
    done, comma, last = rest.rpartition(",")
    given = set(done.split(","))
    names = [name for name in sorted(screen.session.world.namespaces) if name not in given]
    return (f"{done}{comma}{name}" for name in ([*names, "all"] if not comma else names) if last or not comma)


def _columns(screen: MainScreen) -> list[str]:
    pane = screen.active
    return [field.column.key for field in pane.sheet.fields] if isinstance(pane, TablePane) else []


def _sort(screen: MainScreen, rest: str) -> None:
    pane = screen.active
    if isinstance(pane, ConsolePane):
        if not pane.set_sort(rest):
            labels = [column for column in pane.columns if not column.startswith("$")]
            raise CommandError(f"the answer can be ordered by: {', '.join([*labels, 'value'])}")
        return
    if not isinstance(pane, TablePane):
        raise CommandError("only tables have an order")
    known = _columns(screen)
    if not rest:
        screen.pick(pickers.columns(screen, pane))
        return
    if rest not in known or not pane.set_sort(rest):
        raise CommandError(f"{pane.what} can be ordered by: {', '.join(known)}")


def _copy(screen: MainScreen, rest: str) -> None:
    wanted = next((form for form in FORMS if form == (rest or "name")), None)
    if wanted is None:
        raise CommandError(f"{rest!r} cannot be copied; one of: {', '.join(FORMS)}")
    take(screen, wanted)


def _unmark(screen: MainScreen, _rest: str) -> None:
    if isinstance(screen.active, TablePane):
        screen.active.unmark()


def _filter(screen: MainScreen, rest: str) -> None:
    if not isinstance(screen.active, TablePane):
        raise CommandError("there is nothing to filter here")
    screen.active.set_filter(rest)


def _filters(screen: MainScreen, rest: str) -> Iterable[str]:
    pane = screen.active
    found = complete_filter(pane.sheet, rest) if isinstance(pane, TablePane) else None
    return () if found is None else (found,)


ROWS: tuple[Command, ...] = (
    Command(
        ("ns", "namespace", "namespaces"), "[a,b | all]", "show these namespaces", _namespaces, _known_namespaces
    ),
    Command(("sort",), "[COLUMN]", "order the rows by a column", _sort, lambda screen, _: _columns(screen)),
    Command(("copy", "yank"), "|".join(FORMS), "copy the marked rows, or this one", _copy, lambda *_: FORMS),
    Command(("unmark",), "", "take all marks of this pane away", _unmark),
    Command(("filter",), "TEXT", "as / does; nothing clears it", _filter, _filters),
)
