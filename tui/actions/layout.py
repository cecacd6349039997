"""Actions that arrange the panes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.actions.action import Action

if TYPE_CHECKING:
    from tui.screen import MainScreen


def _hide(screen: MainScreen) -> None:
    without = screen.arrangement.hide(screen.active.id or "")
    if without == screen.arrangement:
        screen.say("the last pane stays")
    else:
        screen.rearrange(without)


def _show_all(screen: MainScreen) -> None:
    screen.rearrange(screen.arrangement._replace(hidden=frozenset(), zoomed=False))


def _wider(steps: int) -> Callable[[MainScreen], object]:
    def run(screen: MainScreen) -> None:
        if screen.alone:
            screen.say("the pane has all of the screen")
        else:
            screen.rearrange(screen.arrangement.wider(screen.active.id or "", steps, screen.size.width))

    return run


def _taller(steps: int) -> Callable[[MainScreen], object]:
    def run(screen: MainScreen) -> None:
        if screen.alone:
            screen.say("the pane has all of the screen")
        else:
            screen.rearrange(screen.arrangement.taller(screen.active.id or "", steps))

    return run


LAYOUT: tuple[Action, ...] = (
    Action("next_layout", "L", "L", "the next layout", "Layout", lambda screen: screen.next_layout()),
    Action("hide", "x", "x", "hide this pane", "Layout", _hide),
    Action("show_all", "X", "X", "show all panes again", "Layout", _show_all),
    Action("widen", "right_curly_bracket", "}", "a wider column of panes", "Layout", _wider(1)),
    Action("narrow", "left_curly_bracket", "{", "a narrower column of panes", "Layout", _wider(-1)),
    Action("heighten", "right_parenthesis", ")", "a taller pane", "Layout", _taller(1)),
    Action("lower", "left_parenthesis", "(", "a lower pane", "Layout", _taller(-1)),
)
