"""What an action is: something a key does, with its name, its keys and its words for the help."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tui.screen import MainScreen


class Action(NamedTuple):
    """`keys` in Textual's names, separated by commas; `shown` as people write them; `run` gets the screen."""

    name: str
    keys: str
    shown: str
    text: str
    group: str
    run: Callable[[MainScreen], object]
