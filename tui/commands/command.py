"""What a command is: something that can be typed after `:`, with arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tui.screen import MainScreen


class CommandError(ValueError):
    """What was typed cannot be done; says why and what could be typed instead."""


class Command(NamedTuple):
    """`names`: the first is the usual one. `usage` shows its arguments."""

    names: tuple[str, ...]
    usage: str
    text: str
    run: Callable[[MainScreen, str], object]
