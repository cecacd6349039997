"""The line that says whether the alerts below it can be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.style import Style

from sources.rules.alerttrust import Verdict
from tui.widgets.lines import Line, LineWidget
from tui.widgets.text import truncate, width

MARKS = {"ok": ("✓", "ok", "ok"), "unsure": ("?", "?", "warn"), "bad": ("!", "!", "bad")}
"""For each level a glyph, its ASCII stand-in, and a style."""


def verdict_text(verdict: Verdict, columns: int, ascii_only: bool) -> str:
    """As many sentences as fit, whole ones only; the first always, cut if it must be."""
    fancy, plain, _ = MARKS[verdict.level]
    separator = " - " if ascii_only else " · "
    text = f" {plain if ascii_only else fancy} {verdict.parts[0] if verdict.parts else ''}"
    for part in verdict.parts[1:]:
        longer = text + separator + part
        if width(longer) > columns:
            break
        text = longer
    return truncate(text, columns)


class TrustLine(LineWidget):
    """One line; drawn again only when it says something else."""

    DEFAULT_CSS = "TrustLine { height: 1; width: 1fr; }"

    def __init__(self, palette: Mapping[str, Style], ascii_only: bool = False) -> None:
        super().__init__(palette)
        self.ascii_only = ascii_only
        self._verdict = Verdict("unsure", ())

    def say(self, verdict: Verdict) -> None:
        """Another verdict."""
        self._verdict = verdict
        self.update_lines()

    def compose_lines(self, columns: int, rows: int) -> Sequence[Line]:
        text = verdict_text(self._verdict, columns, self.ascii_only)
        return [Line(((text, MARKS[self._verdict.level][2]),))]
