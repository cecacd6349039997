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


SCREEN: tuple[Command, ...] = (
    Command(("theme", "themes"), "[NAME]", "other colours", _theme, lambda *_: THEMES),
    Command(("tour",), "[off]", "a short tour of the keys that matter", _tour, lambda *_: ("off",)),
    Command(("q", "quit", "q!", "qa", "exit"), "", "quit", lambda screen, _: screen.app.exit()),
    Command(("help", "h"), "", "help", lambda screen, _: screen.toggle_help()),
)
