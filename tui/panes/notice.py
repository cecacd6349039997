"""A line that says what the panes are turned to, as long as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.style import Style

from tui.panes.title import clipped
from tui.widgets.lines import Line, LineWidget
from tui.widgets.shelf import Shelf


class NoticeLine(LineWidget):
    """One line, and none while there is nothing to say."""

    DEFAULT_CSS = "NoticeLine { height: 1; width: 1fr; }"

    text = ""

    def __init__(self, palette: Mapping[str, Style], shelf: Shelf) -> None:
        super().__init__(palette)
        self._shelf = shelf

    def show(self, text: str) -> None:
        """Says a clean text; "" takes the line away."""
        self.text = text
        self._shelf.show(self, bool(text))
        self.update_lines()

    def compose_lines(self, columns: int, rows: int) -> Sequence[Line]:
        return [Line(tuple(clipped([(" > ", "held"), (f" {self.text}", "strong")], columns)))]
