"""A pane over one table of the World: filter, order, faults only, and a cursor that stays on its object."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from typing import Any, ClassVar, Generic, TypeVar

from rich.style import Style
from textual import on
from textual.app import ComposeResult
from textual.widget import Widget

from sources.text import clean
from sources.world import Frame
from sources.world.filters import Filter, parse_filter
from sources.world.groups import GroupedView
from sources.world.views import Rank, View
from tui.panes.catchup import AT_ONCE, FIRST, CatchUp
from tui.panes.pane import Pane
from tui.panes.verdicts import judge, none_shown, recheck_due
from tui.panes.view_rows import Chosen, ViewRows
from tui.session import Session
from tui.sheets.choice import Choice
from tui.sheets.sheet import Cells, Field, Filtered, Look, Sheet
from tui.states import brief
from tui.subject import Subject
from tui.widgets.lines import Piece
from tui.widgets.rows import Cell, Key
from tui.widgets.table import LineTable

R = TypeVar("R")


class TablePane(Pane, Generic[R]):
    """Subclasses say which sheet they show, how a key becomes a row, and which changed keys concern them."""

    DEFAULT_CSS = "TablePane { height: 1fr; width: 1fr; }"

    sheet: ClassVar[Sheet[Any]]
    fault_word: ClassVar[str] = "faulty"
    fault_filter: ClassVar[str] = "faults only"
    with_usage: ClassVar[bool] = False
    """Whether some columns come from the usage feed, whose absence must then be said."""

    def __init__(self, session: Session, palette: Mapping[str, Style], pane_id: str) -> None:
        super().__init__(session, palette, pane_id)
        self.filter: Filter = parse_filter("")
        self.faults_only = False
        self.sort = self.sheet.sort
        self.reverse = self.sheet.field(self.sort).largest_first
        self.choice = Choice(names=tuple(session.settings.columns.get(pane_id, ())))
        self.fields: Sequence[Field[Any]] = self.choice.fields(self.sheet)
        """The columns that are shown where there is room."""
        columns = [field.column for field in self.fields]
        self.table = LineTable(columns, palette, glyphs="ascii" if session.ascii_only else "unicode")
        self.view: View | GroupedView = View(self.rank)
        self.faulty: set[str] = set()
        """Keys of the rows of the chosen namespaces with something wrong, shown or not."""
        self.marked: dict[str, None] = {}
        """Keys of the rows that somebody marked, in this order; a row that is gone for a while keeps its mark."""
        self.unsettled: set[str] = set()
        """Keys of the rows whose verdict can change with time alone."""
        self.catch_up = CatchUp(self._look_first, self._look_again)
        self._at_hand: Mapping[str, R | None] = {}  # what is being looked at
        self._seconds = 0
        self.ticking: Collection[Key] | None = None
        """The rows that look different after a second; None: any may."""

    def compose(self) -> ComposeResult:
        yield self.heading
        yield self.table

    def on_mount(self) -> None:
        self.table.set_sort(self.sort, self.reverse)
        self.rebuild()

    # -- what a subclass says

    def keys(self) -> Iterable[str]:
        """All keys of the table."""
        raise NotImplementedError

    def every(self) -> Sequence[str]:
        """The same as they are now, to go through them while they change."""
        return tuple(self.keys())

    def row(self, key: str) -> R | None:
        """The row behind a key; None when it is gone."""
        raise NotImplementedError

    def namespace(self, row: R) -> str:
        """The namespace a row belongs to; "" when it has none."""
        return ""

    def problem(self, row: R) -> str:
        """Why the row is a fault; "" when it is sound."""
        return ""

    def why(self, row: R) -> str:
        """The cause of what a row shows, in a line; "" where there is none to tell."""
        return ""

    def settled(self, row: R) -> bool:
        """Whether `problem` cannot change with time alone, without a change of the row."""
        return False

    def verdicts_changed(self, keys: Collection[str]) -> None:
        """These rows became faulty (they are in `faulty`) or sound (they are not), or are gone."""

    def concerned(self, frame: Frame) -> frozenset[str]:
        """The keys of this pane that a frame is about."""
        raise NotImplementedError

    def movable(self, frame: Frame, changed: frozenset[str]) -> frozenset[str]:
        """Those of the changed keys whose row may stand elsewhere now; the others only look different."""
        return changed

    def default_order(self, row: R) -> tuple[Any, ...]:
        """What orders rows that the chosen column does not tell apart."""
        return ()

    # -- the view

    def passes(self, row: R) -> bool:
        """Whether a row is shown: by namespace, faults only and filter."""
        if not self.session.shows(self.namespace(row)) or (self.faults_only and not self.problem(row)):
            return False
        return not self.filter or self.filter(Filtered(row, self.sheet, self.session.look))

    def rank(self, key: str) -> Rank | None:
        """What a row is ordered by; None when it is not shown."""
        row = self._at_hand.get(key) or self.row(key)
        if row is None or not self.passes(row):
            return None
        place = self.sheet.place(row, self.sort, self.reverse, self.session.now)
        return (*place, *self.default_order(row))

    def new_view(self) -> View | GroupedView:
        """A view of no rows yet, with the filter and the order that are chosen now."""
        return View(self.rank)

    def rebuild(self, word: str = "filtering") -> None:
        """Another filter, order or scope: starts the view again, for what `word` says. The rows of a large table
        follow step by step; the cursor stays on its object."""
        known, keys, first = self.keys(), self.every(), self.wanted_first()
        self.faulty = {*(known if isinstance(known, Set) else set(known)) & self.faulty}
        old, self.view = self.view, self.new_view()
        for key in first:
            self.view.bring(key)
        self.catch_up.begin(word, keys, old.shed())
        self.catch_up.take(FIRST)
        self.table.set_rows(ViewRows(self.view, self.cells))
        self.tell_title()
        if self.catch_up.busy:
            self.post_message(self.Lagging())

    def wanted_first(self) -> list[str]:
        """The rows that a new view begins with: those in sight, and the faulty ones."""
        seen = [key for key in (self.table.cursor_key, *self.table.visible_keys) if isinstance(key, str)]
        return [*seen, *(self.faulty if len(self.faulty) < FIRST else ())]

    def _look_first(self, keys: Sequence[str]) -> Collection[str]:
        self._at_hand = {key: self.row(key) for key in keys}
        turned = judge(self._at_hand, self._verdict, self.faulty, self.unsettled)
        self.view.update(keys)
        self._at_hand = {}
        return turned

    def _look_again(self, keys: Sequence[str]) -> None:
        if turned := self._look_first(keys):
            self.verdicts_changed(turned)

    def touched(self) -> Collection[Key]:
        """Rows that look different because of others, since the last call."""
        return ()

    def advance(self, deadline: float, draws: bool = True) -> bool:
        if more := self.lags:
            more, self.undrawn = self.go_on(deadline), True
            self.table.shifted()
        if self.undrawn and draws and self.catch_up.count_due(more):
            self.undrawn = False
            self.table.changed(self.touched())
            self.tell_title()
        return more

    @property
    def lags(self) -> bool:
        """Whether there are rows to be looked at."""
        return self.catch_up.busy

    def go_on(self, deadline: float) -> bool:
        """Looks at some; True while there are more."""
        return self.catch_up.advance(deadline)

    def _verdict(self, row: R | None) -> tuple[bool, bool]:
        """Whether a row is faulty, and whether that can change with time alone."""
        if row is None or not self.session.shows(self.namespace(row)):
            return False, False
        return bool(self.problem(row)), not self.settled(row)

    @property
    def look(self) -> Look:
        """What cells depend on now, besides their row."""
        return self.session.look

    def cells(self, key: str) -> Sequence[Cell]:
        row = self.row(key)
        return Cells(self.fields, row, self.look) if row is not None else [("", "")] * len(self.fields)

    def on_frame(self, frame: Frame) -> None:
        changed = self.concerned(frame)
        if changed:
            self.catch_up.add(self.movable(frame, changed))
            self.catch_up.take(AT_ONCE)
            self.table.changed({*changed, *self.touched()})
        if changed or frame.statuses:
            self.tell_title()

    def on_second(self) -> None:
        self._seconds += 1
        if self.session.held_since is None:
            if due := recheck_due(self._seconds, self.effort()):
                self.recheck()
            self.table.changed(self.ticking, moved=due)
        self.tell_title()

    def effort(self) -> int:
        """How many rows, here or elsewhere, one `recheck` reads."""
        return len(self.unsettled)

    def recheck(self) -> None:
        """Some things come and go with time alone, without a change of their row."""
        self.catch_up.add(self.unsettled)
        self.catch_up.take(AT_ONCE)

    def on_scope(self) -> None:
        self.rebuild()

    # -- what keys do

    def set_filter(self, text: str) -> None:
        """Raises `FilterError` and keeps the old filter when the text cannot be understood."""
        self.filter = parse_filter(text.strip(), self.sheet.names, self.sheet.units)
        self.rebuild()

    def choose_columns(self, choice: Choice) -> None:
        """Shows other columns."""
        self.choice = choice
        self.fields = choice.fields(self.sheet)
        self.table.set_columns([field.column for field in self.fields])
        self.table.changed(None)

    def set_sort(self, column: str, reverse: bool | None = None) -> bool:
        """Orders by a column, in its useful direction; again by the same one turns it round."""
        if column not in self.sheet.names:
            return False
        if reverse is None:
            reverse = not self.reverse if column == self.sort else self.sheet.field(column).largest_first
        self.sort, self.reverse = column, reverse
        self.table.set_sort(column, reverse)
        self.rebuild("sorting")
        return True

    def step_sort(self, step: int) -> None:
        """Orders by the next or the previous visible column."""
        shown = self.table.fitted_columns or [self.sort]
        column = shown[((shown.index(self.sort) if self.sort in shown else 0) + step) % len(shown)]
        self.set_sort(column, self.sheet.field(column).largest_first)

    def toggle_faults(self) -> None:
        self.faults_only = not self.faults_only
        self.rebuild()

    def subject(self) -> Subject | None:
        return self.subject_of(row) if (row := self.selected()) is not None else None

    def subject_of(self, row: R) -> Subject | None:
        """What there is more to say about, for a row."""
        return None

    def selected(self) -> R | None:
        """The row under the cursor."""
        return self.row(str(key)) if (key := self.table.cursor_key) is not None else None

    def select(self, key: Key) -> bool:
        """Puts the cursor on a row."""
        self.view.bring(str(key))
        return self.table.move_to(key)

    def capture(self) -> Chosen:
        cursor = self.table.cursor_key if self.table.pinned and len(self.view) else None
        return Chosen(self.filter.text, self.faults_only, self.sort, self.reverse, cursor, self.choice)

    def restore(self, view: object) -> None:
        if not isinstance(view, Chosen):
            return
        self.filter = parse_filter(view.filter, self.sheet.names, self.sheet.units)
        self.faults_only, self.sort, self.reverse = view.faults_only, view.sort, view.reverse
        self.table.set_sort(self.sort, self.reverse)
        self.choose_columns(view.columns)
        self.rebuild()
        if view.cursor is None or not self.select(view.cursor):
            self.table.release()

    def toggle_mark(self) -> bool:
        """Marks the row under the cursor, or no longer, and goes to the next; False where there is no row."""
        key = self.table.cursor_key
        if key is None or self.row(str(key)) is None:
            return False
        others = {each: None for each in self.marked if each != key}
        self.marked = others if str(key) in self.marked else {**others, str(key): None}
        self.table.action_cursor_down()
        self._show_marks()
        return True

    def unmark(self) -> None:
        self.marked.clear()
        self._show_marks()

    def _show_marks(self) -> None:
        self.table.set_marks(self.marked)
        self.tell_title()

    def chosen_keys(self) -> list[str]:
        """The marked rows that are there, else the one under the cursor."""
        key = self.table.cursor_key
        under = [str(key)] if key is not None and not self.marked else []
        return [key for key in (*self.marked, *under) if self.row(key) is not None]

    def focus_target(self) -> Widget | None:
        return self.table

    def use_palette(self, palette: Mapping[str, Style]) -> None:
        super().use_palette(palette)
        self.table.palette = palette

    # -- the title

    def shown(self) -> int:
        """How many of the rows are shown."""
        return len(self.view)

    def total(self) -> int:
        return sum(1 for _ in self.keys())

    def counts(self) -> Sequence[Piece]:
        pieces = [(f"{self._count()} ", "title.count")]
        return [*pieces, (f" {len(self.faulty)} {self.fault_word} ", "bad")] if self.faulty else pieces

    def particulars(self) -> Sequence[Piece]:
        pieces: list[Piece] = []
        if self.faults_only:
            pieces.append((f" {self.fault_filter} ", "title.faults"))
        if self.marked:
            pieces.append((f" {len(self.marked)} marked ", "title.filter"))
        if self.filter:
            pieces.append((f" /{clean(self.filter.text)} ", "title.filter"))
        # Where the rows themselves are in trouble, that is the news; usage shares their fate.
        usage = self.session.feeds("usage") if self.with_usage and self.state().state == "live" else []
        for feed in usage:
            if feed.status.state not in ("live", "loading"):
                pieces.append((f" usage {brief(feed, self.session.heard_now)} ", "warn"))
        return pieces

    def saying(self) -> str:
        row = self.selected()
        return clean(self.why(row)) if row is not None else ""

    @on(LineTable.CursorMoved)
    def say_why(self) -> None:
        self.tell_title()

    def under_way(self) -> Sequence[Piece]:
        progress = self.catch_up.progress
        return [(f" {progress.text} ", "title.filter")] if progress is not None else []

    def summary(self) -> str:
        return f"{self._count()} !{len(self.faulty)}" if self.faulty else self._count()

    def _count(self) -> str:
        total, shown = self.total(), self.shown()
        return str(shown) if shown == total else f"{shown}/{total}"

    def tell_title(self) -> None:
        super().tell_title()
        if not len(self.view):
            self.table.set_placeholder(*self.emptiness())

    def emptiness(self) -> tuple[str, str]:
        """Why there are no rows: because of what was chosen here, or because of the data."""
        if self.catch_up.progress is not None:
            return self.catch_up.progress.text, "what is found is shown here"
        total, shows = self.total(), self.session.namespaces
        if total and (self.filter or self.faults_only or shows):
            # What was chosen may be just what may not be seen.
            missing = [part for feed in self.session.feeds(*self.feed_names) for part in feed.status.missing]
            why = none_shown(self.filter.text, self.faults_only, shows, missing)
            return f"none of {total} {self.what} shown", why
        return self.state().empty
