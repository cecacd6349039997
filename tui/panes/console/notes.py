"""Lines of text between the query and its answer: errors with a caret, warnings, and what all series share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.style import Style

from sources.contract import QueryError
from sources.model import QueryResult
from sources.text import clean
from tui.panes.console.answers import Answer
from tui.states import error_text
from tui.widgets.lines import Line, LineWidget
from tui.widgets.text import truncate, width, wrap

Said = tuple[str, str]
"""(text, style name)."""


class Notes(LineWidget):
    """As high as what it says, at most four lines; long ones wrap, unless `whole` keeps each on one line."""

    DEFAULT_CSS = "Notes { height: auto; max-height: 4; width: 1fr; }"

    def __init__(self, palette: Mapping[str, Style], *, whole: bool = False) -> None:
        super().__init__(palette)
        self.said: list[Said] = []
        self._whole = whole

    def say(self, said: Sequence[Said]) -> None:
        """Only another number of lines moves what is below."""
        if list(said) != self.said:
            before = len(self._laid(self.size.width))
            self.said = list(said)
            self.update_lines()
            if len(self._laid(self.size.width)) != before:
                self.refresh(layout=True)

    def get_content_height(self, container: Any, viewport: Any, width: int) -> int:
        return len(self._laid(width))

    def compose_lines(self, columns: int, rows: int) -> Sequence[Line]:
        return self._laid(columns)[:rows]

    def _laid(self, columns: int) -> list[Line]:
        if self._whole:
            return [Line(((truncate(text, columns, elide="middle"), style),)) for text, style in self.said]
        return [
            Line(((part, style),))
            for text, style in self.said
            for part in ([text] if text.strip() == "^" else wrap(text, max(columns, 1)))
        ]


def remarks(answer: Answer, indent: int, columns: int) -> list[Said]:
    """What to say about an answer: its error with a caret under the place, or why there is no trend, warnings and
    infos. The query itself is shown from its beginning, `indent` cells from the left of `columns`."""
    error = answer.error
    if error is None:
        results = [result for result in (answer.instant, answer.span) if result is not None]
        warnings = {(clean(text), "warn") for result in results for text in result.warnings}
        infos = {(clean(text), "dim") for result in results for text in result.infos}
        return [*_trendless(answer.instant, answer.span_error), *sorted(warnings), *sorted(infos)]
    text = error_text(error)
    if not isinstance(error, QueryError) or error.column is None or (error.line or 1) != 1:
        return [(text, "bad")]
    return pointed(text, indent + width(answer.expr[: max(error.column - 1, 0)]), columns, error.column, "bad")


def pointed(text: str, cell: int, columns: int, column: int, style: str) -> list[Said]:
    """A remark under a caret at `cell`; where that is out of sight, with the number of the character."""
    if cell >= columns:
        return [(f"at character {column}: {text}", style)]
    return [(" " * cell + "^", "caret" if style == "bad" else style), (text, style)]


def _trendless(instant: QueryResult | None, failure: BaseException | None) -> list[Said]:
    """Why there is no trend; strings and ranges of samples never have one."""
    if failure is None or (instant is not None and instant.type in ("string", "matrix")):
        return []
    return [(f"no trend: {error_text(failure)}", "warn")]
