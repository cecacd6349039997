"""The event pane."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sources.model import Event
from sources.world import Frame
from tui.panes.table_pane import TablePane
from tui.sheets.events import EVENTS
from tui.subject import Subject


class EventsPane(TablePane[Event]):
    """Events, the last observed first."""

    title = "Events"
    what = "events"
    feed_names = ("events",)
    sheet = EVENTS
    fault_word = "warnings"

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

    def subject_of(self, row: Event) -> Subject | None:
        return Subject(row.about)
