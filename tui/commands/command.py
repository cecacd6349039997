"""What a command is: something that can be typed after `:`, with arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tui.screen import MainScreen

Complete = Callable[["MainScreen", str], Iterable[str]]
"""From the arguments as typed so far to what they may become, whole; what does not begin so is passed over."""


class CommandError(ValueError):
    """What was typed cannot be done; says why and what could be typed instead."""


class Command(NamedTuple):
    """`names`: the first is the usual one. `usage` shows its arguments, `complete` knows how they go on."""

    names: tuple[str, ...]
    usage: str
    text: str
    run: Callable[[MainScreen, str], object]
    complete: Complete | None = None
