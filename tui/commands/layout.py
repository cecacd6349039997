"""Commands that arrange the panes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tui import pickers
from tui.commands.command import Command, CommandError

if TYPE_CHECKING:
    from tui.screen import MainScreen


def _layout(screen: MainScreen, rest: str) -> None:
    word, _, name = rest.partition(" ")
    if word == "save":
        if not name.strip():
            raise CommandError("name the layout to save, as in `:layout save night`")
        screen.say(screen.layouts.save(name.strip(), screen.arrangement.layout))
    elif rest:
        screen.choose_layout(rest)
    else:
        screen.pick(pickers.layouts(screen))


def _known(screen: MainScreen, rest: str) -> Iterable[str]:
    names = screen.layouts.names()
    return (*names, "save ", *(f"save {name}" for name in names)) if rest else names


LAYOUT: tuple[Command, ...] = (
    Command(
        ("layout", "layouts"), "[NAME | save NAME]", "arrange the panes, or keep how they are", _layout, _known
    ),
)
