"""Commands of the whole screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sources.choices import THEMES
from tui import pickers
from tui.commands.command import Command, CommandError

if TYPE_CHECKING:
    from tui.screen import MainScreen


def _theme(screen: MainScreen, rest: str) -> None:
    if rest:
        screen.set_theme(rest)
    else:
        screen.pick(pickers.themes(screen))


def _tour(screen: MainScreen, rest: str) -> None:
    if rest not in ("", "on", "off"):
        raise CommandError(":tour begins the tour, :tour off ends it")
    screen.tour.turn(on=rest != "off")


def _low_bandwidth(screen: MainScreen, rest: str) -> None:
    if rest not in ("", "on", "off"):
        raise CommandError(":low-bandwidth sends little to the terminal, :low-bandwidth off as much as there is")
    low = screen.rhythm.low = screen.session.low_bandwidth = rest != "off"
    screen.header.update_lines()
    screen.say("news every 3 s, ages every 10 s; keys at once" if low else "news as they come")


SCREEN: tuple[Command, ...] = (
    Command(("theme", "themes"), "[NAME]", "other colours", _theme, lambda *_: THEMES),
    Command(("low-bandwidth",), "[off]", "send little, for a slow link", _low_bandwidth, lambda *_: ("off",)),
    Command(("tour",), "[off]", "a short tour of the keys that matter", _tour, lambda *_: ("off",)),
    Command(("q", "quit", "q!", "qa", "exit"), "", "quit", lambda screen, _: screen.app.exit()),
    Command(("help", "h"), "", "help", lambda screen, _: screen.toggle_help()),
)
