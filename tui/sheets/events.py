"""The event list: its columns, what they say, and how they sort."""

from __future__ import annotations

from typing import NamedTuple

from sources.model import Event
from sources.rules.eventfold import Fold
from tui.sheets.amounts import UNKNOWN, age, seconds_since
from tui.sheets.sheet import Field, Look, Number, Sheet
from tui.widgets.columns import Column
from tui.widgets.spark import sparkline
from tui.words import counted

RATE = 10
"""Cells of the rate, of three minutes each."""
CALM = 4.0
"""Times per cell up to which a rate is drawn low: a single event is no peak."""


class EventLine(NamedTuple):
    """A row: an event, or a fold of several with the newest of them; `inside` is a single one below its fold."""

    event: Event
    fold: Fold | None = None
    inside: bool = False
    opened: bool = False

    @property
    def many(self) -> Fold | None:
        """The fold, if it is one of more than one event."""
        return self.fold if self.fold is not None and len(self.fold.events) > 1 else None

    @property
    def times(self) -> int:
        return self.fold.count if self.fold is not None else self.event.count

    @property
    def first(self) -> float | None:
        return self.fold.first if self.fold is not None else self.event.first or self.event.last

    @property
    def last(self) -> float | None:
        return self.fold.last if self.fold is not None else self.event.last


def about(event: Event) -> str:
    """What an event is about, as `kubectl get events` writes it: pod/web-1."""
    return f"{event.about.kind.lower()}/{event.about.name}"


def subject(line: EventLine) -> str:
    """What a row is about: one object, or how many of whose; a few nodes by their names."""
    fold = line.fold
    if fold is None or fold.objects <= 1:
        return about(line.event)
    kind = line.event.about.kind.lower()
    several = counted(fold.objects, kind)
    if not fold.owner.name:
        return f"{several}: {' '.join(sorted(fold.names)[:3])}" if fold.objects <= 3 else several
    return f"{several} of {fold.owner.name}"


def message(line: EventLine) -> str:
    """What an event says, of a fold what its events have in common."""
    return line.event.message if line.many is None else line.many.message


def rate(line: EventLine, look: Look) -> str:
    """How often it happened over the last half hour; a dot where only that it did is known."""
    if line.fold is None:
        return ""
    cells = line.fold.rate.cells(look.now, RATE)
    high = max((value for value in cells if value is not None), default=0.0)
    drawn = sparkline([value or None for value in cells], RATE, 0.0, max(CALM, high), look.glyphs)
    untimed = look.glyph("·", "?")
    pairs = zip(drawn, cells, strict=True)
    return "".join(untimed if value is None else mark for mark, value in pairs)


def _type_style(line: EventLine) -> str:
    kind = line.event.type
    return "warn" if kind == "Warning" else ("dim" if kind == "Normal" else "bad")


def _type(line: EventLine, look: Look) -> str:
    """A letter, so that the colour is not alone, and whether there is something to unfold."""
    letter = line.event.type[:1] or UNKNOWN
    if line.many is None:
        return letter
    return letter + (look.glyph("▼", "-") if line.opened else look.glyph("›", "+"))


EVENTS: Sheet[EventLine] = Sheet(
    [
        Field(
            Column("last", "LAST", 5, align="right", priority=90),
            lambda line, look: age(line.last, look.now),
            lambda *_: "dim",
            rank=lambda line: line.last,
            largest_first=True,
            number=Number("seconds", lambda line, look: seconds_since(line.last, look.now)),
            amount=True,
        ),
        Field(
            Column("type", "T", 2, priority=95),
            _type,
            lambda line, _: _type_style(line),
            rank=lambda line: line.event.type,
        ),
        Field(
            Column("reason", "REASON", 16, min_width=12, priority=80),
            lambda line, _: ("  " if line.inside else "") + (line.event.reason or UNKNOWN),
            lambda line, _: _type_style(line) if line.event.type != "Normal" else "",
            rank=lambda line: line.event.reason,
        ),
        Field(
            Column("count", "COUNT", 5, align="right", priority=40),
            lambda line, _: f"x{line.times}" if line.times > 1 else "",
            lambda line, _: "warn" if line.event.type == "Warning" and line.times >= 10 else "dim",
            rank=lambda line: line.times,
            largest_first=True,
            number=Number("count", lambda line, _: line.times),
            amount=True,
        ),
        Field(
            Column("rate", "30 MIN", RATE, priority=30),
            rate,
            lambda line, _: "warn" if line.event.type == "Warning" else "trend",
            rank=lambda line: line.times,
            largest_first=True,
            drawn=True,
        ),
        Field(
            Column("first", "FIRST", 5, align="right", priority=15),
            lambda line, look: age(line.first, look.now),
            lambda *_: "dim",
            rank=lambda line: line.first,
            largest_first=True,
            number=Number("seconds", lambda line, look: seconds_since(line.first, look.now)),
            amount=True,
        ),
        Field(
            Column("namespace", "NAMESPACE", 11, min_width=7, priority=35),
            lambda line, _: line.event.about.namespace or UNKNOWN,
            lambda *_: "dim",
        ),
        Field(
            Column("name", "OBJECT", 26, flex=1, min_width=16, priority=70, elide="middle"),
            lambda line, _: subject(line),
            lambda *_: "name",
        ),
        Field(
            Column("message", "MESSAGE", 30, flex=3, priority=75),
            lambda line, _: message(line),
        ),
    ],
    sort="last",
)
