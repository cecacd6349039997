"""Commands of the event pane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.commands.command import Command, CommandError
from tui.panes.events import MODES

if TYPE_CHECKING:
    from tui.screen import MainScreen


def _show(screen: MainScreen, rest: str) -> None:
    if rest not in MODES:
        raise CommandError(f"events can be shown as: {', '.join(MODES)}")
    screen.events_pane.show_mode(rest)


EVENTS: tuple[Command, ...] = (
    Command(
        ("noise",), " | ".join(MODES), "which events are shown; quiet leaves out routine", _show, lambda *_: MODES
    ),
)
