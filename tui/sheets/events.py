"""The event list: its columns, what they say, and how they sort."""

from __future__ import annotations

from sources.model import Event
from tui.sheets.amounts import UNKNOWN, age, seconds_since
from tui.sheets.sheet import Field, Number, Sheet
from tui.widgets.columns import Column


def about(event: Event) -> str:
    """What an event is about, as `kubectl get events` writes it: pod/web-1."""
    return f"{event.about.kind.lower()}/{event.about.name}"


def _type_style(event: Event) -> str:
    return "warn" if event.type == "Warning" else ("dim" if event.type == "Normal" else "bad")


EVENTS: Sheet[Event] = Sheet(
    [
        Field(
            Column("last", "LAST", 5, align="right", priority=90),
            lambda event, look: age(event.last, look.now),
            lambda *_: "dim",
            rank=lambda event: event.last,
            largest_first=True,
            number=Number("seconds", lambda event, look: seconds_since(event.last, look.now)),
        ),
        Field(
            Column("type", "TYPE", 1, priority=95),
            # A letter, so that the colour is not alone.
            lambda event, _: event.type[:1] or UNKNOWN,
            lambda event, _: _type_style(event),
        ),
        Field(
            Column("reason", "REASON", 16, min_width=10, priority=80),
            lambda event, _: event.reason or UNKNOWN,
            lambda event, _: _type_style(event) if event.type != "Normal" else "",
        ),
        Field(
            Column("count", "COUNT", 5, align="right", priority=40),
            lambda event, _: f"x{event.count}" if event.count > 1 else "",
            lambda event, _: "warn" if event.type == "Warning" and event.count >= 10 else "dim",
            rank=lambda event: event.count,
            largest_first=True,
            number=Number("count", lambda event, _: event.count),
        ),
        Field(
            Column("namespace", "NAMESPACE", 11, min_width=7, priority=20),
            lambda event, _: event.about.namespace or UNKNOWN,
            lambda *_: "dim",
        ),
        Field(
            Column("name", "OBJECT", 26, flex=1, min_width=12, priority=70, elide="middle"),
            lambda event, _: about(event),
            lambda *_: "name",
        ),
        Field(
            Column("message", "MESSAGE", 30, flex=3, min_width=16, priority=75),
            lambda event, _: event.message,
        ),
    ],
    sort="last",
)
