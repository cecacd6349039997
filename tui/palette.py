"""The palette: every action and every command in one list, with their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.actions import BY_NAME
from tui.commands import COMMAND_OF, COMMANDS, run_command
from tui.panes.picker import Choice, Question

if TYPE_CHECKING:
    from tui.screen import MainScreen


def palette(screen: MainScreen) -> Question:
    """What can be done."""
    choices = [Choice(name, name, action.text, screen.keymap.shown(name)) for name, action in BY_NAME.items()]
    choices += [
        Choice(f":{command.names[0]}", f":{command.names[0]}", f"{command.usage}  {command.text}".strip())
        for command in COMMANDS
        if command.usage or command.names[0] not in BY_NAME
    ]
    return Question("what to do", choices, lambda chosen: _do(screen, chosen[0]))


def _do(screen: MainScreen, what: str) -> None:
    """An action is performed, and a command that has no arguments; one with arguments waits for them."""
    if not what.startswith(":"):
        screen.perform(what)
    elif COMMAND_OF[what[1:]].usage:
        screen.prompt.ask_command(f"{what[1:]} ")
    else:
        run_command(screen, what[1:])
