"""The PromQL console: a query, its answer as a table with a trend per series, or as a graph."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

from rich.style import Style
from textual.app import ComposeResult
from textual.widget import Widget

from sources.contract import MetricsQueries, QueryError
from sources.rules.duration import human_duration
from sources.text import clean
from tui.panes.answers import TREND, Answer, ResultRow, after, graph_data, range_steps, result_rows
from tui.panes.pane import Pane
from tui.session import Session
from tui.sheets.sheet import Cell
from tui.states import GLYPHS, PaneState, error_text
from tui.widgets.columns import Column
from tui.widgets.graph import Graph, GraphData
from tui.widgets.lines import Line, LineWidget, Piece
from tui.widgets.prompt import Prompt
from tui.widgets.rows import KeyedRows
from tui.widgets.table import LineTable
from tui.widgets.text import width, wrap

SIGN = "> "
FIRST_QUERY = "sum by (job) (up)"
"""Cheap, known to every Prometheus, and already an answer: which scrape jobs have lost targets."""
EVERY = 15
"""Seconds between two evaluations of a query that stays on the screen."""
PATIENCE = 3.0
"""Seconds until the title says that an answer is awaited."""
WINDOWS = (300, 900, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600, 7 * 24 * 3600)
COLUMNS = (
    Column("series", "SERIES", 30, flex=1, min_width=12, priority=100, elide="middle"),
    Column("value", "VALUE", 12, align="right", min_width=8, priority=90),
    Column("trend", "TREND", TREND, priority=50),
)


class Asked(NamedTuple):
    """What the console asks and how it shows the answer; `thresholds` are lines across its graph."""

    expr: str
    window: int
    thresholds: tuple[float, ...] = ()
    graph: bool = False


class Notes(LineWidget):
    """What the server said about the query: an error with a caret under its place, warnings, infos."""

    DEFAULT_CSS = "Notes { height: auto; max-height: 4; width: 1fr; }"

    def __init__(self, palette: Mapping[str, Style]) -> None:
        super().__init__(palette)
        self.said: list[tuple[str, str]] = []

    def say(self, said: Sequence[tuple[str, str]]) -> None:
        if list(said) != self.said:
            self.said = list(said)
            self.update_lines()
            self.refresh(layout=True)

    def get_content_height(self, container: Any, viewport: Any, width: int) -> int:
        return len(self._wrapped(width))

    def compose_lines(self, columns: int, rows: int) -> Sequence[Line]:
        return self._wrapped(columns)[:rows]

    def _wrapped(self, columns: int) -> list[Line]:
        return [
            Line(((part, style),))
            for text, style in self.said
            for part in ([text] if text.strip() == "^" else wrap(text, max(columns, 1)))
        ]


def _cells(row: ResultRow) -> Sequence[Cell]:
    return row.cells


class ConsolePane(Pane):
    """Runs a query now and over the window before now, and again every few seconds while it is shown."""

    title = "PromQL"
    what = "metrics"

    def __init__(self, session: Session, palette: Mapping[str, Style], pane_id: str) -> None:
        super().__init__(session, palette, pane_id)
        plain = session.ascii_only
        self.prompt = Prompt(palette, sign=SIGN)
        self.prompt.listener = self._prompt_said
        self.notes = Notes(palette)
        self.table = LineTable(COLUMNS, palette, glyphs="ascii" if plain else "unicode")
        self.graph = Graph(palette, glyphs="ascii" if plain else "braille")
        self.graph.can_focus = True
        self.expr = FIRST_QUERY
        self.window = 1800
        self.thresholds: tuple[float, ...] = ()
        self.answer = Answer()
        self.sorted_by_value = False
        self._since_run = 0
        self._asked_at: float | None = None
        """When the question on its way was asked, by our clock; None while there is none."""

    def compose(self) -> ComposeResult:
        yield self.heading
        yield self.prompt
        yield self.notes
        yield self.table
        yield self.graph

    def on_mount(self) -> None:
        self.graph.display = False
        self.prompt.open(SIGN, self.expr)
        self.table.set_placeholder("asking", self.expr)
        self.call_after_refresh(self.run_query)

    # -- running

    def source(self) -> MetricsQueries | None:
        found = self.session.runtime.offering(MetricsQueries)  # type: ignore[type-abstract]  # a protocol is asked for
        return found[0] if found else None

    def run_query(self) -> None:
        """Asks again; an answer on its way is cancelled, here and on the server."""
        self._since_run = 0
        source = self.source()
        if source is None:
            self.notes.say([])
            self.table.set_placeholder("no metrics", "no source here answers PromQL; give --prometheus URL")
            return
        if self.expr.strip():
            self._asked_at = self.session.clock.now()
            self.run_worker(self._run(source, self.expr, self.window), group="query", exclusive=True)

    async def _run(self, source: MetricsQueries, expr: str, window: int) -> None:
        ask = self.session.runtime.ask
        now = self.session.now
        start, end, step = range_steps(now, window, self.size.width)
        now_part = asyncio.wrap_future(ask(lambda: source.query(expr, now)))
        range_part = asyncio.wrap_future(ask(lambda: source.query_range(expr, start, end, step)))
        try:
            instant, span = await asyncio.gather(now_part, range_part, return_exceptions=True)
        finally:
            now_part.cancel()
            range_part.cancel()
        self._asked_at = None  # not where it was cancelled: then another one is on its way
        self.answer = after(self.answer, expr, window, instant, span)
        self.show_answer()

    # -- showing

    def show_answer(self) -> None:
        answer = self.answer
        self.notes.say(self._said())
        rows = result_rows(answer, self.session.look.glyphs)
        if self.sorted_by_value:
            rows.sort(key=lambda row: row.order)
        found: dict[Hashable, ResultRow] = {row.key: row for row in rows}
        self.table.set_rows(KeyedRows(list(found), found.__getitem__, _cells))
        if not rows:
            self.table.set_placeholder(*self._emptiness())
        # Without an answer over the window there is no graph: not that of the query before.
        self.graph.show(
            graph_data(answer.expr, answer.span, self.thresholds) if answer.span is not None else GraphData()
        )
        missing = answer.error is None and answer.span_error
        self.graph.set_placeholder(f"no graph: {error_text(missing)}" if missing else self._emptiness()[1])
        self.tell_title()

    def _said(self) -> list[tuple[str, str]]:
        error = self.answer.error
        if error is None:
            results = [result for result in (self.answer.instant, self.answer.span) if result is not None]
            warnings = {(clean(text), "warn") for result in results for text in result.warnings}
            infos = {(clean(text), "dim") for result in results for text in result.infos}
            return [*self._trendless(), *sorted(warnings), *sorted(infos)]
        text = error_text(error)
        if not isinstance(error, QueryError) or error.column is None or (error.line or 1) != 1:
            return [(text, "bad")]
        # The prompt shows the beginning of the query as long as nobody edits it.
        cells = len(SIGN) + width(self.answer.expr[: max(error.column - 1, 0)])
        if cells >= self.size.width:
            return [(f"at character {error.column}: {text}", "bad")]
        return [(" " * cells + "^", "caret"), (text, "bad")]

    def _trendless(self) -> list[tuple[str, str]]:
        """Why there is no trend; strings and ranges of samples never have one."""
        instant, failure = self.answer.instant, self.answer.span_error
        if failure is None or (instant is not None and instant.type in ("string", "matrix")):
            return []
        return [(f"no trend: {error_text(failure)}", "warn")]

    def _emptiness(self) -> tuple[str, str]:
        if self.answer.error is not None:
            return "no answer", f"asked again every {EVERY} s; r asks now, e edits the query"
        if not self.answer.expr:
            return "asking", clean(self.expr)
        return "empty result", f"no series match at this moment: {clean(self.answer.expr)}"

    def state(self) -> PaneState:
        if self.source() is None:
            return super().state()
        answer = self.answer
        at = answer.instant.at if answer.instant is not None else None
        age = human_duration(max(0.0, self.session.now - at)) if at else ""
        asking = self.session.clock.now() - self._asked_at if self._asked_at is not None else 0.0
        if answer.error is not None and answer.instant is not None:
            fancy, plain, style = GLYPHS["stale"]
            text = f"stale {age}"
        elif asking > PATIENCE:
            fancy, plain, style = GLYPHS["loading"]
            text = f"asking {human_duration(asking)}" + (f", {age} ago" if age else "")
        elif answer.error is not None:
            fancy, plain, style = GLYPHS["failed"]
            text = "query failed"
        elif answer.instant is None and answer.span is None:
            fancy, plain, style = GLYPHS["connecting"]
            text = "asking"
        else:
            partial = any(result is not None and result.warnings for result in (answer.instant, answer.span))
            fancy, plain, style = GLYPHS["partial" if partial else "live"]
            text = f"{age} ago" if age else "answered"
            text = f"partial, {text}" if partial else text
        return PaneState("live", plain if self.session.ascii_only else fancy, style, text, ("", ""))

    def title_pieces(self) -> Sequence[Piece]:
        result = self.answer.instant
        pieces: list[Piece] = [(f"{human_duration(self.window)} ", "title.count")]
        if result is not None:
            pieces.append((f"{len(result.series)} series ", "title.count"))
        return pieces

    def summary(self) -> str:
        return "!" if self.answer.error is not None else ""

    def on_second(self) -> None:
        self._since_run += 1
        # A slow query is left its time: asked again each time, it would never be answered.
        due = self._since_run >= EVERY and self._asked_at is None
        if due and self.session.held_since is None and self.display:
            self.run_query()
        self.tell_title()

    # -- what keys do

    def edit(self) -> None:
        """Puts the keyboard into the query."""
        self.prompt.open(SIGN, self.expr)
        self.screen.set_focus(self.prompt)

    def ask(self, query: str, thresholds: Sequence[float] = ()) -> None:
        """Runs another query; its graph gets lines at the thresholds."""
        self.expr, self.thresholds = query.strip(), tuple(thresholds)
        self.prompt.open(SIGN, self.expr)
        self.run_query()

    def capture(self) -> Asked:
        """What it shows, to come back to."""
        return Asked(self.expr, self.window, self.thresholds, bool(self.graph.display))

    def restore(self, view: object) -> None:
        """Shows again what `capture` gave; asks only where that is another question."""
        if not isinstance(view, Asked) or view == self.capture():
            return
        if view.graph != self.graph.display:
            self.toggle_graph(keyboard=False)
        if (view.expr, view.window, view.thresholds) != (self.expr, self.window, self.thresholds):
            self.window = view.window
            self.ask(view.expr, view.thresholds)

    def toggle_graph(self, keyboard: bool = True) -> None:
        """The table or the graph; `keyboard` is whether the console has the keyboard."""
        shown, hidden = (self.table, self.graph) if self.graph.display else (self.graph, self.table)
        shown.display = True
        # The keyboard moves first: hiding what has it would hand it to the query.
        if keyboard and not self.prompt.has_focus:
            self.screen.set_focus(shown)
        hidden.display = False
        shown.update_lines()

    def step_window(self, step: int) -> None:
        """A wider or a narrower window before now."""
        place = min(range(len(WINDOWS)), key=lambda index: abs(WINDOWS[index] - self.window))
        self.set_window(WINDOWS[min(max(place + step, 0), len(WINDOWS) - 1)])

    def set_window(self, seconds: int) -> None:
        self.window = seconds
        self.run_query()
        self.tell_title()

    def toggle_order(self) -> None:
        """The server's order, or by value from the largest."""
        self.sorted_by_value = not self.sorted_by_value
        self.table.set_sort("value" if self.sorted_by_value else None, True)
        self.show_answer()

    def _prompt_said(self, said: Prompt.Submitted | Prompt.Cancelled) -> None:
        if isinstance(said, Prompt.Submitted):
            self.ask(said.value)
        else:
            self.prompt.open(SIGN, self.expr)
        self._leave_prompt()

    def _leave_prompt(self) -> None:
        self.screen.set_focus(self.focus_target())

    def focus_target(self) -> Widget | None:
        return self.graph if self.graph.display else self.table

    def use_palette(self, palette: Mapping[str, Style]) -> None:
        super().use_palette(palette)
        for part in (self.prompt, self.notes, self.table, self.graph):
            part.palette = palette
