"""Actions of the whole screen: help, prompts, panes, time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.actions.action import Action
from tui.terminal.app import TerminalSafeApp

if TYPE_CHECKING:
    from tui.screen import MainScreen


def _repaint(screen: MainScreen) -> None:
    if isinstance(screen.app, TerminalSafeApp):
        screen.app.action_repaint()


SCREEN: tuple[Action, ...] = (
    Action("help", "question_mark", "?", "help", "Screen", lambda screen: screen.toggle_help()),
    Action("command", "colon", ":", "command line", "Screen", lambda screen: screen.prompt.ask_command()),
    Action(
        "palette", "semicolon", ";", "find an action or a command", "Screen", lambda screen: screen.open_palette()
    ),
    Action("filter", "slash", "/", "filter this pane", "Screen", lambda screen: screen.prompt.ask_filter()),
    Action("back", "escape", "Esc", "back: close, or clear the filter", "Screen", lambda screen: screen.back()),
    Action("next_pane", "tab", "Tab", "next pane", "Screen", lambda screen: screen.step_pane(1)),
    Action(
        "previous_pane", "shift+tab", "Shift-Tab", "previous pane", "Screen", lambda screen: screen.step_pane(-1)
    ),
    Action("jump", "f", "f", "jump to a pane by its letter", "Screen", lambda screen: screen.jump.begin()),
    Action("zoom", "z", "z", "zoom this pane, or back", "Screen", lambda screen: screen.toggle_zoom()),
    Action(
        "hold", "space", "Space", "hold time still; nothing is lost", "Screen", lambda screen: screen.toggle_hold()
    ),
    Action("refresh", "ctrl+r", "Ctrl-r", "try failed sources again now", "Screen", lambda screen: screen.retry()),
    Action("repaint", "ctrl+l,f5", "Ctrl-l, F5", "draw everything again", "Screen", _repaint),
    Action(
        "quit", "q", "q", "quit; goes back from what lies over the panes", "Screen", lambda screen: screen.quit()
    ),
    Action("leave", "ctrl+c", "Ctrl-c", "quit at once, from anywhere", "Screen", lambda screen: screen.app.exit()),
)
