"""A small list to choose from, under the line that it completes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from rich.style import Style

from tui.widgets.lines import Line, LineWidget, Piece
from tui.widgets.text import fit, width

MOST = 6
"""Lines at most."""
KIND = 13
"""Cells in which a choice says what it is; its name goes before its details."""


class Choice(NamedTuple):
    """`text` and what it is; all clean."""

    text: str
    kind: str = ""
    detail: str = ""


class Choices(LineWidget):
    """Shows the part of a list around the chosen one. While it is open it never gets lower: what is below stays.

    Palette: cursor, name, dim, wait.
    """

    DEFAULT_CSS = "Choices { height: auto; width: 1fr; }"

    def __init__(self, palette: Mapping[str, Style] | None = None) -> None:
        super().__init__(palette)
        self._choices: Sequence[Choice] = ()
        self._at = 0
        self._note = ""
        self._height = 0

    @property
    def is_open(self) -> bool:
        """Whether there is something to see."""
        return self._height > 0

    def show(self, choices: Sequence[Choice], at: int, note: str = "") -> None:
        """Show a list with the choice `at`, and a remark about the list."""
        self._choices, self._at, self._note = choices, at, note
        wanted = min(MOST, len(choices) + bool(note)) or 1
        if wanted > self._height:
            self._height = wanted
            self.refresh(layout=True)
        self.update_lines()

    def close(self) -> None:
        """Take no room."""
        if self._height:
            self._choices, self._note, self._height = (), "", 0
            self.refresh(layout=True)

    def get_content_height(self, container: Any, viewport: Any, width: int) -> int:
        return self._height

    def compose_lines(self, columns: int, rows: int) -> Sequence[Line]:
        note = [Line(((f"  {self._note}", "wait"),))] if self._note else []
        room = max(rows - len(note), 1)
        first = min(max(self._at - room + 1, 0), max(len(self._choices) - room, 0))
        shown = self._choices[first : first + room]
        if not shown and not note:
            return [Line((("  nothing fits", "dim"),))]
        size = min(max((width(choice.text) for choice in shown), default=0), max(columns - 2 - KIND, 12))
        return [*(self._line(c, first + i, size, columns) for i, c in enumerate(shown)), *note]

    def _line(self, choice: Choice, index: int, size: int, columns: int) -> Line:
        chosen = index == self._at
        pieces: list[Piece] = [
            ("> " if chosen else "  ", "name"),
            (fit(choice.text, size, elide="middle"), "name"),
        ]
        kind = f"  {choice.kind}"
        pieces.append((fit(kind, KIND), "dim"))
        room = columns - 2 - size - KIND
        if room > 3 and choice.detail:
            pieces.append((fit(choice.detail, room), "dim"))
        return Line(tuple(pieces), "cursor" if chosen else "")
