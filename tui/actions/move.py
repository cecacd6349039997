"""Actions that move: the cursor, and into what it is on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.actions.action import Action

if TYPE_CHECKING:
    from tui.screen import MainScreen


def _scroll(method: str) -> Callable[[MainScreen], object]:
    def run(screen: MainScreen) -> None:
        target = screen.scrolled()
        if target is not None:
            getattr(target, f"action_{method}")()

    return run


MOVE: tuple[Action, ...] = (
    Action("up", "up,k", "k, up", "up", "Move", _scroll("cursor_up")),
    Action("down", "down,j", "j, down", "down", "Move", _scroll("cursor_down")),
    Action("page_up", "pageup,ctrl+u", "PgUp", "a page up", "Move", _scroll("page_up")),
    Action("page_down", "pagedown,ctrl+f", "PgDn", "a page down", "Move", _scroll("page_down")),
    Action("top", "home,g", "g, Home", "first row", "Move", _scroll("home")),
    Action("bottom", "end,G", "G, End", "last row", "Move", _scroll("end")),
    Action("open", "enter,d", "Enter, d", "summary of the row", "Move", lambda screen: screen.open_subject()),
)
