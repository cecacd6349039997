"""Every action, from the tables of this folder: the keys of the screen, and what the help lists."""

from __future__ import annotations

from collections.abc import Mapping

from tui.actions.action import Action
from tui.actions.console import CONSOLE
from tui.actions.layout import LAYOUT
from tui.actions.move import MOVE
from tui.actions.namespaces import NAMESPACES
from tui.actions.rows import ROWS
from tui.actions.screen import SCREEN

ACTIONS: tuple[Action, ...] = (*SCREEN, *MOVE, *ROWS, *NAMESPACES, *CONSOLE, *LAYOUT)
BY_NAME: Mapping[str, Action] = {action.name: action for action in ACTIONS}


def key_conflicts(keys: Mapping[str, str]) -> list[str]:
    """What is wrong with remapped keys: unknown actions, and keys that two actions claim."""
    problems = [f"ui.keys.{name}: there is no action of this name" for name in keys if name not in BY_NAME]
    claimed: dict[str, str] = {}
    for action in ACTIONS:
        for key in keys.get(action.name, action.keys).split(","):
            other = claimed.setdefault(key.strip(), action.name)
            if other != action.name:
                problems.append(f"ui.keys: {key.strip()} is claimed by {other} and by {action.name}")
    return problems
