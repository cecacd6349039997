"""The event pane."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from textual import on

from sources.model import Event
from sources.world import Frame
from tui.panes.pane import Pane
from tui.panes.table_pane import TablePane
from tui.sheets.events import EVENTS
from tui.widgets.lines import Piece
from tui.widgets.table import LineTable


class EventsPane(TablePane[Event]):
    """Events, the last observed first."""

    title = "Events"
    what = "events"
    feed_names = ("events",)
    sheet = EVENTS

    def keys(self) -> Iterable[str]:
        return self.session.world.events.keys()

    def total(self) -> int:
        return len(self.session.world.events)

    def row(self, key: str) -> Event | None:
        return self.session.world.events.get(key)

    def namespace(self, row: Event) -> str:
        return row.about.namespace

    def problem(self, row: Event) -> str:
        return row.reason if row.type != "Normal" else ""

    def concerned(self, frame: Frame) -> frozenset[str]:
        return frame.keys.get("event", frozenset())

    def default_order(self, row: Event) -> tuple[Any, ...]:
        return (-(row.last or 0.0),)

    def title_pieces(self) -> Sequence[Piece]:
        pieces = list(super().title_pieces())
        warnings = self.warnings()
        if warnings:
            pieces.insert(1, (f" {warnings} warnings ", "warn"))
        return pieces

    def warnings(self) -> int:
        return sum(1 for event in self.session.world.events if event.type == "Warning")

    def summary(self) -> str:
        warnings = self.warnings()
        return f"{len(self.view)} W{warnings}" if warnings else str(len(self.view))

    @on(LineTable.Chosen)
    def open_row(self) -> None:
        event = self.selected()
        if event is not None:
            self.post_message(Pane.Opened(event.about))
