"""Actions of details, and of the way through what was opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.actions.action import Action

if TYPE_CHECKING:
    from tui.screen import MainScreen


def _yaml(screen: MainScreen) -> None:
    over = screen.overlays[-1] if screen.overlays else None
    if over is screen.detail and screen.detail.opened.ref is not None:
        screen.detail.toggle_yaml()
        return
    subject = screen.active.subject() if over is None else None
    if subject is not None and subject.ref is not None:
        screen.navigation.open(subject, yaml=True)
    else:
        screen.say("there is no object here whose YAML could be shown")


def _back(screen: MainScreen) -> None:
    if not screen.navigation.back():
        screen.say("this is where the history begins")


def _forward(screen: MainScreen) -> None:
    if not screen.navigation.forward():
        screen.say("this is where the history ends")


DETAIL: tuple[Action, ...] = (
    Action("yaml", "y", "y", "YAML of the row, or back to its summary", "Detail", _yaml),
    Action("history_back", "left_square_bracket", "[", "what was looked at before", "Detail", _back),
    Action("history_forward", "right_square_bracket", "]", "forward again", "Detail", _forward),
)
