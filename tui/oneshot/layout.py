"""Lays cells out as kubectl does: columns padded to their longest cell and three spaces, all but the last."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sources.text import clean

PADDING = 3
MINIMUM = 6
_BREAK = re.compile(r"[\f\n\r]")


def cell(text: str) -> str:
    """One line that is safe to print. Of several lines the first, and "..." as kubectl's table printer has it."""
    first = _BREAK.search(text)
    if first is None:
        return clean(text)
    return clean(text[: first.start()]) + "..."


def width(text: str) -> int:
    """Terminal cells; kubectl counts characters, which is the same wherever names are ASCII."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


class Layout:
    """Remembers the widths of the columns, so that rows printed later (--watch) stand under the first ones."""

    def __init__(self) -> None:
        self._widths: list[int] = []

    def lines(self, rows: Iterable[Sequence[str]]) -> list[str]:
        """Rows of cleaned cells as lines."""
        rows = list(rows)
        for row in rows:
            for index, text in enumerate(row[:-1]):
                if index == len(self._widths):
                    self._widths.append(MINIMUM)
                self._widths[index] = max(self._widths[index], width(text) + PADDING)
        return [self._line(row) for row in rows]

    def _line(self, row: Sequence[str]) -> str:
        parts = [text + " " * (size - width(text)) for text, size in zip(row, self._widths, strict=False)]
        return "".join(parts[: len(row) - 1]) + row[-1]
