"""Commands of the PromQL console."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui import pickers
from tui.commands.command import Command, CommandError

if TYPE_CHECKING:
    from tui.screen import MainScreen

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def _query(screen: MainScreen, rest: str) -> None:
    screen.focus_pane(screen.console)
    if rest:
        screen.console.ask(rest)
    else:
        screen.console.edit()


def _history(screen: MainScreen, _rest: str) -> None:
    screen.pick(pickers.queries(screen))


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


CONSOLE: tuple[Command, ...] = (
    Command(("query", "prom", "promql"), "[EXPR]", "ask PromQL, or edit the query", _query),
    Command(("history",), "", "choose a query that was asked before", _history),
    Command(("range",), "1h", "how far the console looks back", _range),
)
