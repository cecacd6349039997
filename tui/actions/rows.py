"""Actions on the rows of a pane: which of them, in which order, and taking them along."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.actions.action import Action
from tui.copying import take
from tui.panes.console import ConsolePane
from tui.panes.table_pane import TablePane

if TYPE_CHECKING:
    from tui.screen import MainScreen


def _sort(column: str) -> Callable[[MainScreen], object]:
    def run(screen: MainScreen) -> None:
        pane = screen.active
        if isinstance(pane, (TablePane, ConsolePane)) and not pane.set_sort(column):
            screen.say(f"{pane.what} have no column {column}")

    return run


def _step_sort(step: int) -> Callable[[MainScreen], object]:
    def run(screen: MainScreen) -> None:
        if isinstance(screen.active, TablePane):
            screen.active.step_sort(step)
        elif isinstance(screen.active, ConsolePane):
            screen.active.step_across(step)

    return run


def _reverse(screen: MainScreen) -> None:
    pane = screen.active
    if isinstance(pane, (TablePane, ConsolePane)):
        pane.set_sort(pane.sort, not pane.reverse)


def _faults(screen: MainScreen) -> None:
    if isinstance(screen.active, TablePane):
        screen.active.toggle_faults()
    else:
        screen.say("only tables know what is wrong")


def _mark(screen: MainScreen) -> None:
    """A row, or a line of a graph."""
    pane = screen.active
    if isinstance(pane, ConsolePane) and pane.graph.display:
        pane.graph.toggle_series()
    elif not isinstance(pane, TablePane) or not pane.toggle_mark():
        screen.say("there is nothing to mark here")


ROWS: tuple[Action, ...] = (
    Action("faults", "exclamation_mark", "!", "only what is wrong", "Rows", _faults),
    Action("sort_cpu", "C", "Shift-C", "order by CPU", "Rows", _sort("cpu")),
    Action("sort_memory", "M", "Shift-M", "order by memory", "Rows", _sort("memory")),
    Action("sort_name", "N", "Shift-N", "order by name", "Rows", _sort("name")),
    Action("sort_age", "A", "Shift-A", "order by age", "Rows", _sort("age")),
    Action("sort_restarts", "R", "Shift-R", "order by restarts", "Rows", _sort("restarts")),
    Action("sort_status", "S", "Shift-S", "order by status", "Rows", _sort("status")),
    Action("sort_next", "greater_than_sign", ">", "order by the next column", "Rows", _step_sort(1)),
    Action("sort_previous", "less_than_sign", "<", "order by the previous column", "Rows", _step_sort(-1)),
    Action("sort_reverse", "o", "o", "turn the order round", "Rows", _reverse),
    Action("mark", "m", "m", "mark the row, or no longer; in a graph: the series on or off", "Rows", _mark),
    Action(
        "copy",
        "c",
        "c",
        "copy the names of the marked rows, or of this one",
        "Rows",
        lambda screen: take(screen, "name"),
    ),
    Action(
        "copy_rows",
        "Y",
        "Y",
        "copy the marked rows, or this one, as text",
        "Rows",
        lambda screen: take(screen, "row"),
    ),
)
