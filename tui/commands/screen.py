"""Commands of the whole screen."""

from __future__ import annotations

from tui.commands.command import Command

SCREEN: tuple[Command, ...] = (
    Command(("theme",), "NAME", "terminal, dark or light", lambda screen, rest: screen.set_theme(rest)),
    Command(("q", "quit", "q!", "exit"), "", "quit", lambda screen, _: screen.app.exit()),
    Command(("help", "h"), "", "help", lambda screen, _: screen.toggle_help()),
)
