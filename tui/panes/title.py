"""The title line above each pane: what it is, what is chosen, and how old the data is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.style import Style

from tui.widgets.lines import Line, LineWidget, Piece
from tui.widgets.text import truncate, width

SAYING = 20
"""Cells of rule below which nothing is said in it."""


class TitleLine(LineWidget):
    """One line: pieces from the left, a rule, the state of the data at the right edge. What is `said` stands in
    the rule, as far as there is room."""

    DEFAULT_CSS = "TitleLine { height: 1; width: 1fr; }"

    left: Sequence[Piece] = ()
    right: Sequence[Piece] = ()
    said = ""
    focused_pane = False
    letter = ""

    def __init__(self, palette: Mapping[str, Style], ascii_only: bool = False) -> None:
        super().__init__(palette)
        self.stroke = "-" if ascii_only else "─"

    def say(self, left: Sequence[Piece], right: Sequence[Piece], focused: bool, said: str = "") -> None:
        """Shows other pieces; the right side gives way when there is no room for both."""
        self.left, self.right, self.focused_pane, self.said = left, right, focused, said
        self.update_lines()

    def mark(self, letter: str) -> None:
        """Puts a jump label before the title; "" takes it away."""
        self.letter = letter
        self.update_lines()

    def compose_lines(self, columns: int, rows: int) -> Sequence[Line]:
        label = [(f" {self.letter} ", "held")] if self.letter else []
        left = clipped([*label, *map(self._lit, self.left)], columns)
        room = columns - sum(width(text) for text, _ in left) - 1
        right = clipped(self.right, max(room, 0))
        gap = columns - sum(width(text) for text, _ in (*left, *right))
        return [Line((*left, *self._rule(gap), *right))]

    def _lit(self, piece: Piece) -> Piece:
        """The name of the pane with the keyboard is a tag."""
        lit = self.focused_pane and piece[1] == "title.name"
        return (piece[0], "title.name.focused") if lit else piece

    def _rule(self, cells: int) -> Sequence[Piece]:
        if not self.said or cells < SAYING:
            return [(self.stroke * cells, "title.rule")]
        # Errors name their cause at the end, and at the start what failed.
        text = truncate(self.said, cells - 4, elide="middle")
        rest = self.stroke * (cells - width(text) - 3)
        return [(self.stroke, "title.rule"), (f" {text} ", "title.said"), (rest, "title.rule")]


def clipped(pieces: Sequence[Piece], columns: int) -> list[Piece]:
    """As many pieces as fit into `columns`, the last one cut."""
    kept: list[Piece] = []
    for text, style in pieces:
        if columns <= 0:
            break
        shown = truncate(text, columns)
        kept.append((shown, style))
        columns -= width(shown)
    return kept
