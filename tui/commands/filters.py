"""How a filter may go on: the names of the columns, with the sign that fits each."""

from __future__ import annotations

from typing import Any

from tui.sheets.sheet import Sheet

FEWEST = 2
"""Letters of a column's name from which on it is offered: one letter is the beginning of any word."""


def complete_filter(sheet: Sheet[Any], text: str) -> str | None:
    """The text with its last word completed to `status:` or `restarts>`; None where no column begins so."""
    head, space, word = text.rpartition(" ")
    negated = word.startswith("!")
    begun = word[negated:].lower()
    if len(begun) < FEWEST:
        return None
    name = next((name for name in sheet.names if name.startswith(begun)), None)
    if name is None:
        return None
    rest = name[len(begun) :] + (">" if name in sheet.units else ":")
    return f"{head}{space}{word}{rest}"
