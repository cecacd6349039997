"""The first column of nodes and pods: a mark for what is wrong, and one for what is new since somebody looked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from tui.sheets.sheet import Field, Look
from tui.widgets.columns import Column

R = TypeVar("R")

NOW, OVER, NONE = 0, 1, 2
"""Where a row stands by its trouble: it has one, it had one and is over, it has none. Three steps and no more: a
pod that crashes, waits and runs again keeps its place all the while."""


def trouble_field(
    style: Callable[[R, Look], str], standing: Callable[[R], Any], fresh: Callable[[R], bool]
) -> Field[R]:
    """`style` says how bad it is ("bad", "warn", else nothing is wrong), `standing` orders by it."""

    def is_wrong(row: R, look: Look) -> bool:
        return style(row, look) in ("bad", "warn")

    def text(row: R, look: Look) -> str:
        return ("!" if is_wrong(row, look) else " ") + (look.glyph("•", "*") if fresh(row) else " ")

    def colour(row: R, look: Look) -> str:
        return style(row, look) if is_wrong(row, look) else "accent"

    return Field(Column("trouble", "!", 2, priority=99), text, colour, rank=standing, drawn=True)
