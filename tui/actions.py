"""Every action: its name, its keys, what it says in the help, and what it does. The one table of keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from tui.panes.console import ConsolePane
from tui.panes.table_pane import TablePane

if TYPE_CHECKING:
    from tui.screen import MainScreen


class Action(NamedTuple):
    """`keys` in Textual's names, separated by commas; `shown` as people write them; `run` gets the screen."""

    name: str
    keys: str
    shown: str
    text: str
    group: str
    run: Callable[[MainScreen], object]


def _scroll(method: str) -> Callable[[MainScreen], object]:
    def run(screen: MainScreen) -> None:
        target = screen.scrolled()
        if target is not None:
            getattr(target, f"action_{method}")()

    return run


def _sort(column: str) -> Callable[[MainScreen], object]:
    def run(screen: MainScreen) -> None:
        pane = screen.active
        if isinstance(pane, ConsolePane):
            pane.toggle_order()
        elif isinstance(pane, TablePane) and not pane.set_sort(column):
            screen.say(f"{pane.what} have no column {column}")

    return run


def _step_sort(step: int) -> Callable[[MainScreen], object]:
    def run(screen: MainScreen) -> None:
        if isinstance(screen.active, TablePane):
            screen.active.step_sort(step)

    return run


def _reverse(screen: MainScreen) -> None:
    pane = screen.active
    if isinstance(pane, TablePane):
        pane.set_sort(pane.sort, not pane.reverse)
    elif isinstance(pane, ConsolePane):
        pane.toggle_order()


def _faults(screen: MainScreen) -> None:
    if isinstance(screen.active, TablePane):
        screen.active.toggle_faults()


def _console(what: Callable[[ConsolePane], object]) -> Callable[[MainScreen], object]:
    """An action of the console, wherever the keyboard is: the pane comes to the front first."""

    def run(screen: MainScreen) -> None:
        screen.focus_pane(screen.console)
        what(screen.console)

    return run


def _namespace(digit: int) -> Callable[[MainScreen], object]:
    return lambda screen: screen.choose_slot(digit)


ACTIONS: tuple[Action, ...] = (
    Action("help", "question_mark", "?", "help", "Screen", lambda screen: screen.toggle_help()),
    Action("command", "colon", ":", "command line", "Screen", lambda screen: screen.open_prompt(":")),
    Action("filter", "slash", "/", "filter this pane", "Screen", lambda screen: screen.open_prompt("/")),
    Action("back", "escape", "Esc", "back: close, or clear the filter", "Screen", lambda screen: screen.back()),
    Action("next_pane", "tab", "Tab", "next pane", "Screen", lambda screen: screen.step_pane(1)),
    Action(
        "previous_pane", "shift+tab", "Shift-Tab", "previous pane", "Screen", lambda screen: screen.step_pane(-1)
    ),
    Action("zoom", "z", "z", "zoom this pane, or back", "Screen", lambda screen: screen.toggle_zoom()),
    Action(
        "hold", "space", "Space", "hold time still; nothing is lost", "Screen", lambda screen: screen.toggle_hold()
    ),
    Action("refresh", "ctrl+r", "Ctrl-r", "try failed sources again now", "Screen", lambda screen: screen.retry()),
    Action("quit", "q,ctrl+c", "q", "quit", "Screen", lambda screen: screen.app.exit()),
    Action("up", "up,k", "k, up", "up", "Move", _scroll("cursor_up")),
    Action("down", "down,j", "j, down", "down", "Move", _scroll("cursor_down")),
    Action("page_up", "pageup,ctrl+u", "PgUp", "a page up", "Move", _scroll("page_up")),
    Action("page_down", "pagedown,ctrl+f", "PgDn", "a page down", "Move", _scroll("page_down")),
    Action("top", "home,g", "g, Home", "first row", "Move", _scroll("home")),
    Action("bottom", "end,G", "G, End", "last row", "Move", _scroll("end")),
    Action("open", "enter,d", "Enter, d", "summary of the row", "Move", lambda screen: screen.open_subject()),
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
    Action("copy", "c", "c", "copy the name of the row", "Rows", lambda screen: screen.copy_name()),
    Action("all_namespaces", "0", "0", "all namespaces", "Namespaces", lambda screen: screen.set_namespaces([])),
    *(
        Action(
            f"namespace_{digit}",
            str(digit),
            str(digit),
            f"namespace {digit} of the header",
            "Namespaces",
            _namespace(digit),
        )
        for digit in range(1, 10)
    ),
    Action("edit_query", "e", "e", "edit the query", "PromQL", _console(lambda console: console.edit())),
    Action("graph", "v", "v", "table or graph", "PromQL", _console(lambda console: console.toggle_graph())),
    Action("wider", "plus", "+", "look back further", "PromQL", _console(lambda console: console.step_window(1))),
    Action(
        "narrower", "minus", "-", "look back less", "PromQL", _console(lambda console: console.step_window(-1))
    ),
    Action("run_query", "r", "r", "ask again now", "PromQL", _console(lambda console: console.run_query())),
)

BY_NAME: Mapping[str, Action] = {action.name: action for action in ACTIONS}


def key_conflicts(keys: Mapping[str, str]) -> list[str]:
    """What is wrong with remapped keys: unknown actions, and keys that two actions claim."""
    problems = [f"ui.keys.{name}: there is no action of this name" for name in keys if name not in BY_NAME]
    claimed: dict[str, str] = {}
    for action in ACTIONS:
        for key in keys.get(action.name, action.keys).split(","):
            other = claimed.setdefault(key.strip(), action.name)
            if other != action.name:
                problems.append(f"ui.keys: {key.strip()} is claimed by {other} and by {action.name}")
    return problems
