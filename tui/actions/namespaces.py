"""Actions that choose namespaces."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui import pickers
from tui.actions.action import Action

if TYPE_CHECKING:
    from tui.screen import MainScreen


def _namespace(digit: int) -> Callable[[MainScreen], object]:
    def run(screen: MainScreen) -> None:
        slots = screen.session.namespace_slots()
        if digit <= len(slots):
            screen.set_namespaces([slots[digit - 1]])
        else:
            screen.say(f"there is no namespace {digit}")

    return run


def _choose(screen: MainScreen) -> None:
    screen.pick(pickers.namespaces(screen))


NAMESPACES: tuple[Action, ...] = (
    Action("all_namespaces", "0", "0", "all namespaces", "Namespaces", lambda screen: screen.set_namespaces([])),
    Action("namespaces", "n", "n", "choose namespaces from a list", "Namespaces", _choose),
    *(
        Action(
            f"namespace_{digit}",
            str(digit),
            str(digit),
            f"namespace {digit} of the header",
            "Namespaces",
            _namespace(digit),
        )
        for digit in range(1, 10)
    ),
)
