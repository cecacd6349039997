"""The PromQL console: a query, its answer as a table with a trend per series, or as a graph."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine, Hashable, Mapping, Sequence
from functools import partial
from importlib import import_module
from typing import Any, NamedTuple

from rich.style import Style
from textual import on
from textual.app import ComposeResult
from textual.events import Resize
from textual.widget import Widget
from textual.worker import WorkType

from sources.answering import FirstAnswer
from sources.config import state_path
from sources.contract import MetricsQueries
from sources.rules.duration import human_duration
from tui.later import later
from tui.panes.console.answers import Answer, Ask, after, graph_data, range_steps
from tui.panes.console.editor import SIGN, QueryEditor
from tui.panes.console.highlight import one_line
from tui.panes.console.lore import Lore, Question
from tui.panes.console.measures import PLAIN
from tui.panes.console.memory import Memory
from tui.panes.console.notes import Notes, pointed, remarks
from tui.panes.console.strip import PinStrip
from tui.panes.console.table import SERIES, TREND, VALUE, Row, Table, cells, ordered, result_table
from tui.panes.console.telling import answer_state, clock_text, emptiness, time_zone
from tui.panes.pane import Pane
from tui.session import Session
from tui.states import PaneState, error_text
from tui.widgets.choices import Choices
from tui.widgets.columns import fit_columns
from tui.widgets.graph import Graph, GraphData
from tui.widgets.lines import Piece
from tui.widgets.prompt import Prompt
from tui.widgets.rows import KeyedRows
from tui.widgets.shelf import Shelf
from tui.widgets.table import LineTable
from tui.words import counted

FIRST_QUERY = "sum by (job) (up)"
"""Cheap, known to every Prometheus, and already an answer: which scrape jobs have lost targets."""
PAUSE = 0.7
"""Seconds without a key after which a mistake in the query is pointed at."""
EVERY = 15
"""Seconds between two evaluations of a query that stays on the screen."""
WINDOWS = (60, 300, 900, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600, 7 * 24 * 3600)


class Asked(NamedTuple):
    """What the console asks and how it shows the answer; `thresholds` are lines across its graph."""

    expr: str
    window: int
    thresholds: tuple[float, ...] = ()
    graph: bool = False
    at: float | None = None


class ConsolePane(Pane):
    """Runs a query now and over the window before now, and again every few seconds while it is shown."""

    title = "PromQL"
    what = "metrics"

    def __init__(self, session: Session, palette: Mapping[str, Style], pane_id: str) -> None:
        super().__init__(session, palette, pane_id)
        plain = session.ascii_only
        self.shelf = Shelf(self)
        self.choices = Choices(palette)
        self.prompt = QueryEditor(palette, self.choices)
        self.prompt.listener = self._prompt_said
        self.notes = Notes(palette)
        self.shared = Notes(palette, whole=True)
        self.table = LineTable((), palette, glyphs="ascii" if plain else "unicode")
        self.zone = time_zone(session.settings.ui.clock)
        self.graph = self.shelf.later(Graph(palette, glyphs="ascii" if plain else "braille", tz=self.zone))
        invented = [kind for kind, _ in session.settings.sources.values()] == ["demo"]
        self.memory = Memory(None if invented else state_path(), session.settings.pins.queries)
        self.strip = PinStrip(palette, session, self.memory)
        self._metrics = FirstAnswer(self._offered)
        self.expr = FIRST_QUERY
        self.window = 1800
        self.at: float | None = None
        """The end of the window, and the moment of the table; None follows the clock."""
        self.step = 0
        """Seconds between two points, 0 for as many as can be drawn."""
        self.thresholds: tuple[float, ...] = ()
        self.answer = Answer()
        self.sort = ""
        """The column that orders the rows; "" is the server's order."""
        self.reverse = False
        self.wide = False
        self._table = Table((), ())
        self._measure = PLAIN
        self._hint: asyncio.TimerHandle | None = None
        self._since_run = 0
        self._asked_at: float | None = None
        """When the question on its way was asked, by our clock; None while there is none."""

    def compose(self) -> ComposeResult:
        above = (self.heading, self.strip, self.prompt, self.choices, self.notes, self.shared)
        return self.shelf.compose(*above, self.table, self.graph)

    def on_mount(self) -> None:
        self.prompt.lore = Lore(self._put, self._aside, self.session.clock, self.prompt.refresh_offers)
        self.prompt.set_history(SIGN, self.memory.history)
        self.prompt.open(SIGN, self.expr)
        self.table.set_placeholder("asking", self.expr)
        self.call_after_refresh(self.run_query)

    # -- running

    def _put(self, question: Question) -> Awaitable[Any] | None:
        source = self.source()
        return asyncio.wrap_future(self.session.runtime.ask(lambda: question(source))) if source else None

    def _aside(self, work: Coroutine[Any, Any, None]) -> None:
        self.run_worker(work, group="lore")

    def source(self) -> MetricsQueries | None:
        return self._metrics if self._offered() else None

    def _offered(self) -> Sequence[MetricsQueries]:
        return self.session.runtime.offering(MetricsQueries)  # type: ignore[type-abstract]  # a protocol is asked for

    @property
    def question(self) -> Ask:
        """What is asked."""
        return Ask(self.expr, self.window, self.at, self.step)

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
            # Not the coroutine: who leaves at once would leave it behind, never awaited, and Python would say so.
            work: WorkType[None] = partial(self._run, source, self.question)
            self.run_worker(work, group="query", exclusive=True)

    async def _run(self, source: MetricsQueries, question: Ask) -> None:
        ask = self.session.runtime.ask
        now = self.session.now if question.at is None else question.at
        start, end, step = range_steps(now, question.window, self.size.width, question.step)
        now_part = asyncio.wrap_future(ask(lambda: source.query(question.expr, now)))
        range_part = asyncio.wrap_future(ask(lambda: source.query_range(question.expr, start, end, step)))
        instant, span = await asyncio.gather(now_part, range_part, return_exceptions=True)
        await asyncio.to_thread(import_module, "tui.panes.console.reading")  # the parser, which takes a while
        self._asked_at = None  # not where it was cancelled: then another one is on its way
        self.answer = after(self.answer, question, instant, span)
        self.show_answer()

    # -- showing

    def show_answer(self) -> None:
        from tui.panes.console import reading, units  # here: the first paint has no answer

        answer = self.answer
        self._measure = units.measure(answer.expr, self.prompt.units)
        self._table = result_table(answer, self._measure, self.wide)
        self.notes.say(remarks(answer, len(SIGN), self.size.width))
        self._show_rows()
        # Without an answer over the window there is no graph: not that of the query before.
        lines = sorted({*self.thresholds, *reading.limits(answer.expr)})
        self.graph.show(graph_data(answer.span, self._measure, lines) if answer.span is not None else GraphData())
        missing = answer.error is None and answer.span_error
        why = f"no graph: {error_text(missing)}" if missing else emptiness(answer, self.expr, EVERY)[1]
        self.graph.set_placeholder(why)
        self.tell_title()

    def _show_rows(self) -> None:
        table = self._table
        if self.sort not in self.columns:
            self.sort = ""
        found: dict[Hashable, Row] = {row.key: row for row in ordered(table.rows, self.sort, self.reverse)}
        glyphs = self.session.look.glyphs
        show = partial(cells, table=table, measure=self._measure, glyphs=glyphs, wide=self.wide)
        rows = KeyedRows(list(found), found.__getitem__, show)
        self.table.set_columns(table.columns, rows)
        self.table.set_sort(self.sort or None, self.reverse)
        self.table.set_rows(rows)
        if not found:
            self.table.set_placeholder(*emptiness(self.answer, self.expr, EVERY))
        self._tell_shared()

    def _tell_shared(self) -> None:
        """How many labels find no room, and what all rows have in common."""
        table, said = self._table, []
        fitted = {index for index, _ in fit_columns(table.columns, max(self.size.width - 1, 1))}
        hidden = [
            each.key for index, each in enumerate(table.columns) if index not in fitted and each.key != TREND
        ]
        if hidden:
            said.append(f"+{counted(len(hidden), 'label')} (w)")
        if table.shared:
            said.append(f"all: {table.shared}")
        shown = self.table.display and bool(table.rows)
        self.shared.say([("  ".join(said), "dim")] if said and shown else [])

    def on_resize(self, event: Resize) -> None:
        self._tell_shared()

    def state(self) -> PaneState:
        if self.source() is None:
            return super().state()
        return answer_state(self.session, self.answer, self._asked_at)

    def particulars(self) -> Sequence[Piece]:
        pieces: list[Piece] = [(f"{human_duration(self.window)} ", "title.count")]
        if self.at is not None:
            pieces.append((f"to {clock_text(self.at, self.session.now, self.zone)}, not now ", "title.filter"))
        if self.answer.instant is not None:
            pieces.append((f"{len(self.answer.instant.series)} series ", "title.count"))
        return pieces

    def summary(self) -> str:
        return "!" if self.answer.error is not None else ""

    def on_second(self) -> None:
        self._since_run += 1
        # A slow query is left its time: asked again each time, it would never be answered. The past stays as is.
        due = self._since_run >= EVERY and self._asked_at is None and self.at is None
        if due and self.session.held_since is None and self.display:
            self.run_query()
        if self.session.held_since is None and self.display:
            self.strip.tick(self.source(), self.window)
        self.tell_title()

    # -- what keys do: the query

    def edit(self) -> None:
        """Puts the keyboard into the query."""
        self.prompt.open(SIGN, self.expr)
        self.screen.set_focus(self.prompt)

    def ask(self, query: str, thresholds: Sequence[float] = ()) -> None:
        """Runs another query; its graph gets lines at the thresholds."""
        query = one_line(query.strip())
        self.prompt.history(SIGN).add(query)
        self.memory.remember(query)
        self.run_worker(self.memory.save, group="memory", thread=True)
        if query != self.expr:
            self.graph.reset()
            self.sort, self.reverse = "", False
        self.expr, self.thresholds = query, tuple(thresholds)
        self.prompt.open(SIGN, self.expr)
        self.run_query()

    def capture(self) -> Asked:
        """What it shows, to come back to."""
        return Asked(self.expr, self.window, self.thresholds, bool(self.graph.display), self.at)

    def restore(self, view: object) -> None:
        """Shows again what `capture` gave; asks only where that is another question."""
        if not isinstance(view, Asked) or view == self.capture():
            return
        if view.graph != self.graph.display:
            self.toggle_graph(keyboard=False)
        if view._replace(graph=False) != self.capture()._replace(graph=False):
            self.window, self.at = view.window, view.at
            self.ask(view.expr, view.thresholds)

    @on(Prompt.Changed)
    def _pause_for_hint(self) -> None:
        """A mistake is pointed at when typing pauses: while one types, every query is wrong."""
        if self._hint is not None:
            self._hint.cancel()
        self._hint = later(self, PAUSE, self.hint)

    def hint(self) -> None:
        """Says where our parser stumbles over what is being typed; the server gets it all the same."""
        if not self.prompt.has_focus:
            return
        found = self.prompt.mistake()
        if found is None:
            self.notes.say([])
            return
        text, place = found
        cell = self.prompt.cell_of(place)
        room = self.size.width if cell >= 0 else -1
        self.notes.say(pointed(f"perhaps: {text}", cell, room, place + 1, "dim"))

    def _prompt_said(self, said: Prompt.Submitted | Prompt.Cancelled) -> None:
        if isinstance(said, Prompt.Submitted) and said.value.strip():
            self.ask(said.value)
        else:
            self.prompt.open(SIGN, self.expr)
            self.notes.say(remarks(self.answer, len(SIGN), self.size.width))
        self.screen.set_focus(self.focus_target())

    # -- what keys do: time

    def step_window(self, step: int) -> None:
        """A wider or a narrower window: around the graph's cursor, else with the same end."""
        place = min(range(len(WINDOWS)), key=lambda index: abs(WINDOWS[index] - self.window))
        window = WINDOWS[min(max(place + step, 0), len(WINDOWS) - 1)]
        moment = self.graph.moment if self.graph.display else None
        if moment is not None and window != self.window:
            end = self.session.now if self.at is None else self.at
            self._end_at(moment + (end - moment) * window / self.window)
        self.set_window(window)

    def set_window(self, seconds: int) -> None:
        """How far the console looks back."""
        self.window = seconds
        self.run_query()
        self.tell_title()

    def pan(self, step: int) -> None:
        """Half a window back in time, or on; at the end the clock is followed again."""
        now = self.session.now
        moment = (now if self.at is None else self.at) + step * self.window / 2
        # Meanwhile the clock went on: what is nearly its end is its end.
        self.set_time(None if step > 0 and moment > now - self.window / 4 else moment)

    def set_time(self, moment: float | None) -> None:
        """The moment that is looked at; None, or one that is not past, follows the clock."""
        self._end_at(moment)
        self.run_query()
        self.tell_title()

    def _end_at(self, moment: float | None) -> None:
        self.at = None if moment is None or moment >= self.session.now - 1 else moment

    def set_step(self, seconds: int) -> None:
        """Seconds between two points of the graph, 0 for as many points as can be drawn."""
        self.step = seconds
        self.run_query()

    # -- what keys do: table and graph

    def toggle_graph(self, keyboard: bool = True) -> None:
        """The table or the graph; `keyboard` is whether the console has the keyboard."""
        shown, hidden = (self.table, self.graph) if self.graph.display else (self.graph, self.table)
        self.shelf.show(shown)
        # The keyboard moves first: hiding what has it would hand it to the query.
        if keyboard and not self.prompt.has_focus:
            self.screen.set_focus(shown)
        self.shelf.show(hidden, False)
        shown.update_lines()
        self._tell_shared()

    def step_across(self, step: int) -> None:
        """`<` and `>`: the graph along time, the table to the order by another column."""
        if self.graph.display:
            self.pan(step)
            return
        keys = ["", *(key for key in self.table.fitted_columns if key != TREND)]
        place = keys.index(self.sort) if self.sort in keys else 0
        column = keys[(place + step) % len(keys)]
        self.set_sort(column, column == VALUE)

    @property
    def columns(self) -> list[str]:
        """What the rows can be ordered by."""
        return [column.key for column in self._table.columns if column.key != TREND]

    def set_sort(self, column: str, reverse: bool | None = None) -> bool:
        """Orders by a column, again by the same one turns it round; False when there is none of this key. "name"
        is the first one, "" the server's order."""
        keys = self.columns
        names = {"name": keys[0] if keys else SERIES, "value": VALUE}
        column = names.get(column, column) if column not in keys else column
        if column and column not in keys:
            return False
        if reverse is None:
            reverse = not self.reverse if column == self.sort else column == VALUE
        self.sort, self.reverse = column, reverse
        self._show_rows()
        return True

    def toggle_wide(self) -> None:
        """Labels as columns, or each series as Prometheus writes it."""
        self.wide = not self.wide
        self.sort, self.reverse = ("" if self.sort != VALUE else VALUE), self.reverse and self.sort == VALUE
        self._table = result_table(self.answer, self._measure, self.wide)
        self._show_rows()

    def focus_target(self) -> Widget | None:
        return self.graph if self.graph.display else self.table

    def use_palette(self, palette: Mapping[str, Style]) -> None:
        super().use_palette(palette)
        for part in (self.strip, self.prompt, self.choices, self.notes, self.shared, self.table, self.graph):
            part.palette = palette
