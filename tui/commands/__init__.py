"""What can be typed after `:`; every action's name is a command too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tui.actions import BY_NAME
from tui.commands.columns import COLUMNS
from tui.commands.command import Command, CommandError
from tui.commands.console import CONSOLE
from tui.commands.contexts import CONTEXTS
from tui.commands.events import EVENTS
from tui.commands.filters import complete_filter
from tui.commands.layout import LAYOUT
from tui.commands.panes import PANES
from tui.commands.rows import ROWS
from tui.commands.scope import SCOPE
from tui.commands.screen import SCREEN

if TYPE_CHECKING:
    from tui.screen import MainScreen

__all__ = ["COMMANDS", "COMMAND_OF", "complete", "complete_filter", "run_command"]

COMMANDS: tuple[Command, ...] = (*PANES, *CONSOLE, *EVENTS, *ROWS, *COLUMNS, *CONTEXTS, *SCOPE, *LAYOUT, *SCREEN)
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
        screen.perform(word)
    else:
        near = [name for name in (*COMMAND_OF, *BY_NAME) if name.startswith(word[:2])]
        hint = f"; did you mean {', '.join(near[:4])}?" if near else "; ? lists all of them"
        raise CommandError(f"there is no command {word!r}{hint}")


def complete(screen: MainScreen, line: str) -> str | None:
    """The line as it may go on: the name of a command or an action, or a command's arguments."""
    word, space, rest = line.partition(" ")
    if not space:
        names = [command.names[0] for command in COMMANDS] + list(BY_NAME)
        return next((name for name in names if name.startswith(word)), None) if word else None
    command = COMMAND_OF.get(word)
    if command is None or command.complete is None:
        return None
    found = next(
        (whole for whole in command.complete(screen, rest) if whole.startswith(rest) and whole != rest), None
    )
    return f"{word} {found}" if found else None
