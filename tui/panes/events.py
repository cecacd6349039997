"""The event pane: events that say the same folded into one row, the noise of a healthy cluster left out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from rich.style import Style

from sources.model import Owner
from sources.rules.eventfold import EventFolds
from sources.rules.eventnoise import Tally, sort_of
from sources.rules.eventtimes import EventTimes
from sources.world import Frame
from tui.panes.folding_pane import FoldingPane
from tui.session import Session
from tui.sheets.events import EVENTS, EventLine, message
from tui.subject import Subject
from tui.widgets.lines import Piece
from tui.words import counted

MODES = ("quiet", "warnings", "all")
"""What can be shown: all but the noise of a healthy cluster, Warnings, or everything."""
NOTHING: frozenset[str] = frozenset()


class EventsPane(FoldingPane[EventLine]):
    """Events, the last observed first."""

    title = "Events"
    what = "events"
    feed_names = ("events",)
    sheet = EVENTS
    fault_word = "warnings"
    fault_filter = "warnings only"

    def __init__(self, session: Session, palette: Mapping[str, Style], pane_id: str) -> None:
        self.quiet = True
        self.times = EventTimes()
        self.tally = Tally()
        """The events of the chosen namespaces, shown or not."""
        self.folds = EventFolds(self._owner, self.times)
        super().__init__(session, palette, pane_id)

    # -- rows

    def keys(self) -> Iterable[str]:
        if not self.folded:
            return self.session.world.events.keys()
        return self.with_inside(self.folds.folds.keys())

    def total(self) -> int:
        return len(self.session.world.events)

    def row(self, key: str) -> EventLine | None:
        event = self.session.world.events.get(key)
        if not self.folded:
            return EventLine(event) if event is not None else None
        fold = self.folds.folds.get(key)
        if fold is not None:
            return EventLine(fold.newest, fold, opened=key in self.opened)
        return EventLine(event, inside=True) if event is not None and self.open_fold(key) else None

    def members(self, fold: str) -> Collection[str]:
        found = self.folds.folds.get(fold)
        return found.events.keys() if found is not None else ()

    def fold_of(self, key: str) -> str | None:
        fold = self.folds.fold_of(key)
        return fold.key if fold is not None else None

    def thing(self, row: EventLine) -> str:
        return row.event.key

    def namespace(self, row: EventLine) -> str:
        return row.event.about.namespace

    def problem(self, row: EventLine) -> str:
        return row.event.reason if row.event.type != "Normal" else ""

    def why(self, row: EventLine) -> str:
        return message(row)

    def settled(self, row: EventLine) -> bool:
        return True

    def default_order(self, row: EventLine) -> tuple[Any, ...]:
        return (-(row.last or 0.0),)

    def passes(self, row: EventLine) -> bool:
        return not (self.quiet and sort_of(row.event) == "noise") and super().passes(row)

    def _owner(self, namespace: str, name: str) -> Owner | None:
        pod = self.session.world.pods.get(f"{namespace}/{name}")
        return (pod.owner or Owner("", name)) if pod is not None else None

    # -- what changes

    def rebuild(self, word: str = "filtering") -> None:
        self.tally = Tally()
        self.folds = EventFolds(self._owner, self.times)
        for event in self.session.world.events:
            if self.session.shows(event.about.namespace):
                self.tally.put(event.key, event)
            if self.folded and self.passes(EventLine(event)):
                self.folds.put(event)
        self.opened &= self.folds.folds.keys()
        super().rebuild(word)

    def concerned(self, frame: Frame) -> frozenset[str]:
        events, now = self.session.world.events, self.session.now
        changed = frame.keys.get("event", NOTHING)
        touched: set[str] = set()
        for key in changed:
            event = events.get(key)
            step = self.times.observe(key, event, now)
            self.tally.put(key, event if event is not None and self.session.shows(event.about.namespace) else None)
            if not self.folded:
                continue
            if event is not None and self.passes(EventLine(event)):
                touched |= self.folds.put(event, step)
            else:
                touched |= self.folds.drop(key)
        # Pods that come to be known after their events tell whose they are.
        for pod in self.folds.guessed.keys() & frame.keys.get("pod", NOTHING):
            for key in tuple(self.folds.guessed[pod]):
                touched |= self.folds.move(key)
        return changed | self.with_inside(touched)

    # -- what keys do

    @property
    def mode(self) -> str:
        """One of `MODES`."""
        return "warnings" if self.faults_only else "quiet" if self.quiet else "all"

    def show_mode(self, mode: str) -> None:
        """Shows what a mode of `MODES` lets through."""
        self.faults_only, self.quiet = mode == "warnings", mode != "all"
        self.rebuild()

    def step_mode(self) -> str:
        """Goes to the next mode and says which it is."""
        self.show_mode(MODES[(MODES.index(self.mode) + 1) % len(MODES)])
        return self.mode

    def subject_of(self, row: EventLine) -> Subject | None:
        return Subject(row.event.about)

    # -- the title

    @property
    def hidden(self) -> int:
        """Normal events that are left out."""
        if self.faults_only:
            return self.tally["noise"] + self.tally["news"]
        return self.tally["noise"] if self.quiet else 0

    def counts(self) -> Sequence[Piece]:
        rows, total = len(self.view), self.tally.total
        if self.folded and rows:
            count = f"{total} in {counted(rows, 'row')} "
        else:
            count = f"{total} " if rows == total else f"{rows}/{total} "
        pieces: list[Piece] = [(count, "title.count")]
        if warnings := self.tally["warning"]:
            recent = self.tally.recent(self.session.now)
            pieces.append((f" W {recent}/10m ", "bad" if recent else "dim"))
            pieces.append((f"of {warnings} ", "dim"))
        return pieces

    def particulars(self) -> Sequence[Piece]:
        pieces = list(super().particulars())
        if waiting := self.session.waiting_in("events"):
            pieces.insert(0, (f" {waiting} new wait ", "held"))
        if shed := self.session.bounds.shed:
            pieces.append((f" sampled: {counted(shed, 'event')} let go ", "held"))
        if self.hidden:
            pieces.append((f" {self.hidden} Normal hidden ", "dim"))
        return pieces

    def summary(self) -> str:
        recent = self.tally.recent(self.session.now)
        return f"{self.tally.total} !{recent}" if recent else str(self.tally.total)

    def emptiness(self) -> tuple[str, str]:
        title, text = super().emptiness()
        if not self.hidden:
            return title, text
        text = "" if title.startswith("no ") else text
        why = f"{self.hidden} Normal ones hidden (i shows them)"
        return f"none of {self.total()} {self.what} shown", "; ".join(part for part in (why, text) if part)
