"""What can be typed after `:`; every action's name is a command too."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from tui.actions import BY_NAME
from tui.panes.table_pane import TablePane

if TYPE_CHECKING:
    from tui.screen import MainScreen

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


class CommandError(ValueError):
    """What was typed cannot be done; says why and what could be typed instead."""


class Command(NamedTuple):
    """`names`: the first is the usual one. `usage` shows its arguments."""

    names: tuple[str, ...]
    usage: str
    text: str
    run: Callable[[MainScreen, str], object]


def _pane(pane_id: str) -> Callable[[MainScreen, str], object]:
    def run(screen: MainScreen, rest: str) -> None:
        pane = screen.pane(pane_id)
        screen.focus_pane(pane)
        if rest and isinstance(pane, TablePane):
            pane.set_filter(rest)

    return run


def _namespaces(screen: MainScreen, rest: str) -> None:
    names = [name for name in re.split(r"[,\s]+", rest) if name]
    screen.set_namespaces([] if names in ([], ["all"], ["*"]) else names)


def _query(screen: MainScreen, rest: str) -> None:
    screen.focus_pane(screen.console)
    if rest:
        screen.console.ask(rest)
    else:
        screen.console.edit()


def parse_span(text: str) -> int:
    """A Prometheus duration like 1h or 1h30m in seconds. Raises `CommandError`."""
    parts = re.findall(r"(\d+)([smhdw])", text.strip())
    if not parts or "".join(number + unit for number, unit in parts) != text.strip():
        raise CommandError(f"{text!r} is not a duration; write for example 30m, 6h or 2d")
    return sum(int(number) * UNITS[unit] for number, unit in parts)


def _range(screen: MainScreen, rest: str) -> None:
    seconds = parse_span(rest)
    if not 60 <= seconds <= 90 * 86400:
        raise CommandError("the range goes from 1m to 90d")
    screen.console.set_window(seconds)


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


COMMANDS: tuple[Command, ...] = (
    Command(("pods", "po", "pod"), "[filter]", "go to the pods", _pane("pods")),
    Command(("nodes", "no", "node"), "[filter]", "go to the nodes", _pane("nodes")),
    Command(("events", "ev", "event"), "[filter]", "go to the events", _pane("events")),
    Command(("alerts", "al", "alert"), "[filter]", "go to the alerts", _pane("alerts")),
    Command(("query", "prom", "promql"), "[EXPR]", "ask PromQL, or edit the query", _query),
    Command(("range",), "1h", "how far the console looks back", _range),
    Command(("ns", "namespace", "namespaces"), "a,b | all", "show these namespaces", _namespaces),
    Command(("sort",), "COLUMN", "order the rows by a column", _sort),
    Command(("filter",), "TEXT", "as / does; nothing clears it", _filter),
    Command(("theme",), "NAME", "terminal, dark or light", lambda screen, rest: screen.set_theme(rest)),
    Command(("q", "quit", "q!", "exit"), "", "quit", lambda screen, _: screen.app.exit()),
    Command(("help", "h"), "", "help", lambda screen, _: screen.toggle_help()),
)
COMMAND_OF: Mapping[str, Command] = {name: command for command in COMMANDS for name in command.names}


def run_command(screen: MainScreen, line: str) -> None:
    """Does what was typed. Raises `CommandError` or the error of what it calls (a `ValueError` with a text)."""
    word, _, rest = line.strip().partition(" ")
    if not word:
        return
    command = COMMAND_OF.get(word)
    if command is not None:
        command.run(screen, rest.strip())
    elif word in BY_NAME:
        BY_NAME[word].run(screen)
    else:
        near = [name for name in (*COMMAND_OF, *BY_NAME) if name.startswith(word[:2])]
        hint = f"; did you mean {', '.join(near[:4])}?" if near else "; ? lists all of them"
        raise CommandError(f"there is no command {word!r}{hint}")


def complete(line: str, namespaces: list[str]) -> str | None:
    """The line as it may go on: a command's name, or the name of a namespace after `ns`."""
    word, space, rest = line.partition(" ")
    if not space:
        names = [command.names[0] for command in COMMANDS] + list(BY_NAME)
        return next((name for name in names if name.startswith(word)), None) if word else None
    command = COMMAND_OF.get(word)
    if command is not None and command.names[0] == "ns":
        done, comma, last = rest.rpartition(",")
        found = next((name for name in namespaces if last and name.startswith(last)), None)
        return f"{word} {done}{comma}{found}" if found else None
    return None
