"""The last line: the keys that matter, what just happened, or the tabs of a narrow terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.style import Style

from tui.keymap import Keymap
from tui.panes.title import clipped
from tui.widgets.lines import Line, LineWidget, Piece
from tui.widgets.text import width

HINTS = (
    ("help", "help"),
    ("command", "command"),
    ("filter", "filter"),
    ("faults", "faults"),
    ("next_pane", "pane"),
    ("zoom", "zoom"),
    ("open", "open"),
    ("edit_query", "query"),
    ("hold", "hold"),
    ("quit", "quit"),
)
"""Actions, and in a word what they do."""
STAYS = 8
"""Seconds that a message stays."""


class BottomLine(LineWidget):
    """A message stays until the next key or for a few seconds; then the hints are back."""

    under = "surface"
    DEFAULT_CSS = "BottomLine { height: 1; width: 1fr; }"

    message: tuple[str, str] | None = None
    _left = 0

    def __init__(self, palette: Mapping[str, Style], keymap: Keymap) -> None:
        super().__init__(palette)
        self._keymap = keymap

    def say(self, text: str, style: str = "strong") -> None:
        self.message, self._left = (text, style), STAYS
        self.update_lines()

    def on_second(self) -> None:
        """A second passed."""
        self._left -= 1
        if self._left == 0:
            self.hush()

    def hush(self) -> None:
        if self.message is not None:
            self.message = None
            self.update_lines()

    def compose_lines(self, columns: int, rows: int) -> Sequence[Line]:
        if self.message is not None:
            text, style = self.message
            return [Line(tuple(clipped([(f" {text}", style)], columns)))]
        pieces: list[Piece] = []
        for name, what in HINTS:
            if key := self._keymap.first(name):
                pieces += [(f" {key}", "key"), (f" {what} ", "dim")]
        return [Line(tuple(clipped(pieces, columns)))]


class TabLine(LineWidget):
    """The panes of a narrow terminal side by side, each with its number of rows; the shown one stands out."""

    DEFAULT_CSS = "TabLine { height: 1; width: 1fr; }"

    tabs: Sequence[tuple[str, str, bool]] = ()

    def show(self, tabs: Sequence[tuple[str, str, bool]]) -> None:
        """Tabs as (title, summary, shown)."""
        self.tabs = tabs
        self.update_lines()

    def compose_lines(self, columns: int, rows: int) -> Sequence[Line]:
        pieces = _tabs(self.tabs)
        if _width(pieces) > columns:
            pieces = _tabs([(title, summary if shown else "", shown) for title, summary, shown in self.tabs])
        if _width(pieces) > columns:  # the shown one is the one that must be seen
            first = next((place for place, (*_, shown) in enumerate(self.tabs) if shown), 0)
            pieces = _tabs(self.tabs[first:])
        return [Line(tuple(clipped(pieces, columns)))]


def _tabs(tabs: Sequence[tuple[str, str, bool]]) -> list[Piece]:
    pieces: list[Piece] = []
    for title, summary, shown in tabs:
        pieces.append((f" {title} ", "title.name.focused" if shown else "strong"))
        pieces.append((f"{summary} " if summary else "", "bad" if "!" in summary else "dim"))
    return pieces


def _width(pieces: Sequence[Piece]) -> int:
    return sum(width(text) for text, _ in pieces)
