"""Commands of the PromQL console."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from sources.promql.durations import parse_duration
from tui import pickers
from tui.commands.command import Command, CommandError

if TYPE_CHECKING:
    from tui.screen import MainScreen

_SHAPES = ("%H:%M", "%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")


def _query(screen: MainScreen, rest: str) -> None:
    screen.focus_pane(screen.console)
    if rest:
        screen.console.ask(rest)
    else:
        screen.console.edit()


def _history(screen: MainScreen, _rest: str) -> None:
    screen.pick(pickers.queries(screen))


def parse_span(text: str) -> int:
    """A Prometheus duration like 1h or 1h30m in whole seconds. Raises `CommandError`."""
    try:
        return parse_duration(text.strip()) // 1000
    except ValueError:
        raise CommandError(f"{text!r} is not a duration; write for example 30m, 6h or 2d") from None


def parse_moment(text: str, now: float, zone: tzinfo = UTC) -> float | None:
    """A moment (epoch seconds), None for now: "14:03" is the last such moment, "-2h" is two hours before now, also
    "2026-01-31 14:03". Raises `CommandError`."""
    word = text.strip()
    if word in ("", "now"):
        return None
    if word.startswith("-"):
        return now - parse_span(word[1:])
    today = datetime.fromtimestamp(now, zone)
    for shape in _SHAPES:
        try:
            found = datetime.strptime(word.removesuffix("Z"), shape).replace(tzinfo=zone)
        except ValueError:
            continue
        if "%Y" not in shape:
            found = found.replace(year=today.year, month=today.month, day=today.day)
            if found > today:
                found -= timedelta(days=1)
        moment = found.timestamp()
        if moment > now:
            raise CommandError(f"{word} is yet to come")
        return moment
    raise CommandError(f"{word!r} is not a moment; write now, 14:03, 2026-01-31 14:03 or -2h")


def _range(screen: MainScreen, rest: str) -> None:
    seconds = parse_span(rest)
    if not 60 <= seconds <= 90 * 86400:
        raise CommandError("the range goes from 1m to 90d")
    screen.console.set_window(seconds)


def _step(screen: MainScreen, rest: str) -> None:
    seconds = 0 if rest in ("", "auto") else parse_span(rest)
    if rest not in ("", "auto") and not 1 <= seconds <= 7 * 86400:
        raise CommandError("the step goes from 1s to 7d; `:step auto` takes what can be drawn")
    screen.console.set_step(seconds)


def _at(screen: MainScreen, rest: str) -> None:
    screen.console.set_time(parse_moment(rest, screen.session.now, screen.console.zone))


def _pin(screen: MainScreen, rest: str) -> None:
    console = screen.console
    screen.say(console.strip.pin(rest) if rest else console.strip.toggle(console.expr))


def _unpin(screen: MainScreen, rest: str) -> None:
    pins = screen.console.memory.pins
    if not pins:
        raise CommandError("nothing is pinned")
    if not (rest.isdecimal() and 1 <= int(rest) <= len(pins)):
        raise CommandError(f"say which one by its number, 1 to {len(pins)}, as in `:unpin 1`")
    screen.say(screen.console.strip.toggle(pins[int(rest) - 1]))


def _pins(screen: MainScreen, rest: str) -> None:
    screen.pick(pickers.pins(screen))


CONSOLE: tuple[Command, ...] = (
    Command(("query", "prom", "promql"), "[EXPR]", "ask PromQL, or edit the query", _query),
    Command(("history",), "", "choose a query that was asked before", _history),
    Command(("range",), "1h", "how far the console looks back", _range),
    Command(("step",), "30s | auto", "seconds between two points of the graph", _step),
    Command(("at",), "14:03 | -2h | now", "the moment that the console looks at", _at),
    Command(("pin",), "[EXPR]", "pin a query, this one or another", _pin),
    Command(("unpin",), "N", "take a pinned query away", _unpin),
    Command(("pins",), "", "choose one of the pinned queries", _pins),
)
