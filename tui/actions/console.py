"""Actions of the PromQL console."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.actions.action import Action
from tui.panes.console import ConsolePane

if TYPE_CHECKING:
    from tui.screen import MainScreen


def _console(what: Callable[[ConsolePane], object]) -> Callable[[MainScreen], object]:
    """An action of the console, wherever the keyboard is: the pane comes to the front first."""

    def run(screen: MainScreen) -> None:
        screen.focus_pane(screen.console)
        what(screen.console)

    return run


def _graph(what: Callable[[ConsolePane], object]) -> Callable[[MainScreen], object]:
    """An action of the graph, where it has the keyboard."""

    def run(screen: MainScreen) -> None:
        if screen.active is screen.console and screen.console.graph.display:
            what(screen.console)

    return run


def _pin(screen: MainScreen) -> None:
    screen.say(screen.console.strip.toggle(screen.console.expr))


CONSOLE: tuple[Action, ...] = (
    Action("edit_query", "e", "e", "edit the query", "PromQL", _console(lambda console: console.edit())),
    Action("graph", "v", "v", "table or graph", "PromQL", _console(lambda console: console.toggle_graph())),
    Action(
        "wider",
        "plus",
        "+",
        "look back further; a graph zooms out",
        "PromQL",
        _console(lambda console: console.step_window(1)),
    ),
    Action(
        "narrower",
        "minus",
        "-",
        "look back less; a graph zooms in at its cursor",
        "PromQL",
        _console(lambda console: console.step_window(-1)),
    ),
    Action(
        "cursor_left",
        "left",
        "left",
        "graph: the cursor back in time",
        "PromQL",
        _graph(lambda console: console.graph.action_cursor_left()),
    ),
    Action(
        "cursor_right",
        "right",
        "right",
        "graph: the cursor on in time",
        "PromQL",
        _graph(lambda console: console.graph.action_cursor_right()),
    ),
    Action("pin", "P", "P", "pin this query, or unpin it", "PromQL", _pin),
    Action("run_query", "r", "r", "ask again now", "PromQL", _console(lambda console: console.run_query())),
)
