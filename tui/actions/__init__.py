"""Every action, from the tables of this folder: the keys of the screen, and what the help lists."""

from __future__ import annotations

from collections.abc import Mapping

from tui.actions.action import Action
from tui.actions.columns import COLUMNS
from tui.actions.console import CONSOLE
from tui.actions.detail import DETAIL
from tui.actions.events import EVENTS
from tui.actions.layout import LAYOUT
from tui.actions.move import MOVE
from tui.actions.namespaces import NAMESPACES
from tui.actions.rows import ROWS
from tui.actions.screen import SCREEN

ACTIONS: tuple[Action, ...] = (*SCREEN, *MOVE, *DETAIL, *ROWS, *EVENTS, *COLUMNS, *NAMESPACES, *CONSOLE, *LAYOUT)
BY_NAME: Mapping[str, Action] = {action.name: action for action in ACTIONS}
