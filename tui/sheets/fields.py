"""Columns that several tables have: plain words that matter less, and percentages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tui.sheets.amounts import UNKNOWN, percent
from tui.sheets.sheet import Field, Look, Number
from tui.widgets.columns import Column

R = TypeVar("R")


def plain_field(column: Column, read: Callable[[R], str], wide: bool = False) -> Field[R]:
    """Words; what is not there is said."""
    return Field(column, lambda row, _: read(row) or UNKNOWN, lambda *_: "dim", wide=wide)


def share_field(
    column: Column, read: Callable[[R], int | None], style: Callable[[int | None, R, Look], str]
) -> Field[R]:
    """A percentage, None where it is not known; the largest first."""
    return Field(
        column,
        lambda row, _: percent(read(row)),
        lambda row, look: style(read(row), row, look),
        rank=read,
        largest_first=True,
        number=Number("percent", lambda row, _: read(row)),
        amount=True,
    )
