"""Actions of the whole screen: help, prompts, panes, time."""

from __future__ import annotations

from tui.actions.action import Action

SCREEN: tuple[Action, ...] = (
    Action("help", "question_mark", "?", "help", "Screen", lambda screen: screen.toggle_help()),
    Action("command", "colon", ":", "command line", "Screen", lambda screen: screen.prompt.ask_command()),
    Action("filter", "slash", "/", "filter this pane", "Screen", lambda screen: screen.prompt.ask_filter()),
    Action("back", "escape", "Esc", "back: close, or clear the filter", "Screen", lambda screen: screen.back()),
    Action("next_pane", "tab", "Tab", "next pane", "Screen", lambda screen: screen.step_pane(1)),
    Action(
        "previous_pane", "shift+tab", "Shift-Tab", "previous pane", "Screen", lambda screen: screen.step_pane(-1)
    ),
    Action("zoom", "z", "z", "zoom this pane, or back", "Screen", lambda screen: screen.toggle_zoom()),
    Action(
        "hold", "space", "Space", "hold time still; nothing is lost", "Screen", lambda screen: screen.toggle_hold()
    ),
    Action("refresh", "ctrl+r", "Ctrl-r", "try failed sources again now", "Screen", lambda screen: screen.retry()),
    Action("quit", "q,ctrl+c", "q", "quit", "Screen", lambda screen: screen.app.exit()),
)
