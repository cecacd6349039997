"""A line that says what the panes are turned to, as long as they are."""

from __future__ import annotations

from collections.abc import Sequence

from tui.panes.title import clipped
from tui.widgets.lines import Line, LineWidget


class NoticeLine(LineWidget):
    """One line, and none while there is nothing to say."""

    DEFAULT_CSS = "NoticeLine { height: 1; width: 1fr; display: none; }"

    text = ""

    def show(self, text: str) -> None:
        """Says a clean text; "" takes the line away."""
        self.text = text
        self.display = bool(text)
        self.update_lines()

    def compose_lines(self, columns: int, rows: int) -> Sequence[Line]:
        return [Line(tuple(clipped([(" > ", "held"), (f" {self.text}", "strong")], columns)))]
