"""The strip of pinned queries above the console: asks for them one after the other, shows a line for each."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from rich.style import Style
from textual.worker import WorkType

from sources.contract import MetricsQueries
from sources.model import QueryResult
from sources.text import clean
from tui.panes.console.answers import range_steps
from tui.panes.console.highlight import one_line
from tui.panes.console.memory import Memory
from tui.panes.console.pins import Board, Pinned, digest
from tui.session import Session
from tui.widgets.lines import Line, LineWidget, Piece
from tui.widgets.spark import trendline
from tui.widgets.text import fit, truncate, width

MOST_LINES = 4
TREND = 20
"""Cells of a sparkline."""


class PinStrip(LineWidget):
    """One line for each pinned query: its number, itself, its trend and its newest value.

    Palette: key, name, trend, strong, bad, warn, dim.
    """

    DEFAULT_CSS = "PinStrip { height: auto; width: 1fr; }"

    def __init__(self, palette: Mapping[str, Style], session: Session, memory: Memory) -> None:
        super().__init__(palette)
        self._session = session
        self._memory = memory
        self._board = Board()
        self._height = 0

    def on_mount(self) -> None:
        self.tell()

    @property
    def pins(self) -> Sequence[tuple[str, Pinned]]:
        """The pinned queries in their order, and what is known of each."""
        known = self._board.known
        return [(pin, known.get(pin, Pinned())) for pin in self._memory.pins]

    def toggle(self, query: str) -> str:
        """Pins a query, or unpins it when it is; what to say about it."""
        query = one_line(query.strip())
        said = self._memory.unpin(query) if query in self._memory.pins else self._memory.pin(query)
        self.tell()
        return said

    def pin(self, query: str) -> str:
        """Pins a query; what to say about it."""
        said = self._memory.pin(one_line(query.strip()))
        self.tell()
        return said

    def tick(self, source: MetricsQueries | None, window: float) -> None:
        """A second passed: asks for what is due, over a window of so many seconds."""
        if source is not None:
            for pin in self._board.tick(self._memory.pins):
                # Not the coroutine, which who leaves at once would leave behind.
                work: WorkType[None] = partial(self._ask, source, pin, window)
                self.run_worker(work, group="pins")

    async def _ask(self, source: MetricsQueries, pin: str, window: float) -> None:
        start, end, step = range_steps(self._session.now, window, TREND)
        try:
            question = self._session.runtime.ask(lambda: source.query_range(pin, start, end, step))
            answer: QueryResult | BaseException = await asyncio.wrap_future(question)
        except asyncio.CancelledError:
            self._board.dropped(pin)
            raise
        except Exception as error:  # a plugin may raise anything
            answer = error
        self._board.answered(pin, answer)
        self.tell()

    def tell(self) -> None:
        """Draws what is known now."""
        height = min(len(self._memory.pins), MOST_LINES)
        self.update_lines()
        if height != self._height:
            self._height = height
            self.refresh(layout=True)

    def get_content_height(self, container: Any, viewport: Any, width: int) -> int:
        return min(len(self._memory.pins), MOST_LINES)

    def compose_lines(self, columns: int, rows: int) -> Sequence[Line]:
        pins = self.pins
        whole = len(pins) <= MOST_LINES
        lines = [
            self._line(i, *pin, columns) for i, pin in enumerate(pins[: MOST_LINES if whole else MOST_LINES - 1])
        ]
        if not whole:
            rest = pins[MOST_LINES - 1 :]
            failing = sum(1 for _, pinned in rest if pinned.error)
            said = f"  +{len(rest)} more pinned (:pins)" + (f", ! {failing} failing" if failing else "")
            lines.append(Line(((said, "warn" if failing else "dim"),)))
        return lines

    def _line(self, index: int, query: str, pinned: Pinned, columns: int) -> Line:
        result = pinned.result
        if pinned.error and result is None:
            right: list[Piece] = [(truncate(f"! {pinned.error}", max(columns // 2, 8)), "bad")]
        elif result is None:
            right = [("asking", "dim")]
        else:
            from tui.panes.console.units import measure

            values, text = digest(result, measure(query))
            trend = TREND if columns >= 50 else TREND // 2
            right = [(trendline(values, trend, self._session.look.glyphs), "trend"), (f" {text}", "strong")]
            if pinned.error:
                right.append((" ! stale", "bad"))
        room = columns - 2 - sum(width(text) for text, _ in right) - 1
        name = fit(clean(query), max(room, 0), elide="middle")
        return Line(((f"{index + 1} ", "key"), (name, "name"), (" ", ""), *right))
