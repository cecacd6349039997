"""The alerts sidebar: its columns, what they say, and how they sort."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sources.rules.alertgroups import TELLING, AlertGroup
from sources.rules.alerts import DisplayAlert, order
from sources.rules.duration import format_utc, human_duration
from tui.sheets.amounts import UNKNOWN, age, seconds_since
from tui.sheets.sheet import Field, Look, Number, Sheet
from tui.widgets.columns import Column
from tui.words import counted

MARKS = {
    "firing": ("▲", "!"),
    "pending": ("◇", "?"),
    "silenced": ("○", "s"),
    "inhibited": ("◑", "i"),
    "muted": ("◐", "m"),
}
"""A glyph per state, and the letter that stands for it where only ASCII can be drawn."""
SHORT = {"critical": "crit", "warning": "warn", "error": "err"}
NAMED = 3
"""Values of a label that are named in the row of a group."""


class AlertLine(NamedTuple):
    """A row: an alert, or a group of several with the first of them; `group` of an alert `inside` is the opened
    group above it. `inhibitors` are the names of the alerts that inhibit it, `unsent` that it fires without
    Alertmanager knowing it."""

    alert: DisplayAlert
    group: AlertGroup | None = None
    inside: bool = False
    opened: bool = False
    inhibitors: tuple[str, ...] = ()
    unsent: bool = False

    @property
    def many(self) -> AlertGroup | None:
        """The group, if this is the row of one of several alerts."""
        return self.group if self.group is not None and not self.inside and len(self.group.alerts) > 1 else None


def about(alert: DisplayAlert) -> str:
    """What it is about, from the labels that usually say so."""
    namespace = alert.label("namespace")
    for name in TELLING:
        value = alert.label(name)
        if value:
            return f"{namespace}/{value}" if namespace and name != "node" else value
    return namespace or UNKNOWN


def subject(line: AlertLine) -> str:
    """What a row is about; of a group how many of what its alerts differ in, of an alert inside one only that."""
    group = line.group
    if group is None or len(group.alerts) < 2 or not group.differing:
        return about(line.alert)
    if line.inside:
        own = [(name, line.alert.label(name)) for name in group.differing]
        told = [value if name in TELLING else f"{name}={value}" for name, value in own if value]
        return " ".join(told) or UNKNOWN
    name = group.differing[0]
    values = group.values(name)
    namespace = line.alert.label("namespace")
    where = f" in {namespace}" if namespace and name not in ("node", "namespace") else ""
    return f"{counted(len(values), name)}{where}"


def named(group: AlertGroup) -> str:
    """The values that the alerts of a group differ in, the first few by name."""
    values = group.values(group.differing[0]) if group.differing else []
    return ", ".join(values[:NAMED]) + (f" and {len(values) - NAMED} more" if len(values) > NAMED else "")


def alert_style(alert: DisplayAlert) -> str:
    if alert.is_heartbeat or not alert.is_trouble:
        return "dim"
    if alert.state == "pending":
        return "wait"
    return "bad" if alert.severity_rank <= 1 else ("warn" if alert.severity_rank <= 3 else "")


def state_text(line: AlertLine, look: Look) -> str:
    """The state, and for how long a silence still holds."""
    alert = line.alert
    text = look.glyph(*MARKS[alert.state]) + " " + alert.state
    until = alert.silenced_until
    if alert.state == "silenced" and until is not None:
        text += f" {human_duration(max(0.0, until - look.now))}"
    return text


def note(line: AlertLine, look: Look) -> str:
    """Why nobody is told, who decided that and until when; of alerts that are told, which they are and what they
    say themselves."""
    alert = line.alert
    if line.unsent:
        return "not in Alertmanager: nobody may be told"
    if alert.state == "silenced":
        return "; ".join(_silences(alert, look))
    if alert.state == "inhibited":
        return "inhibited by " + ", ".join(line.inhibitors or alert.inhibited_by)
    if alert.state == "muted":
        return "muted by interval " + ", ".join(alert.muted_by)
    said = alert.annotation("summary") or alert.annotation("message") or alert.annotation("description")
    return f"{named(line.many)}: {said}" if line.many is not None else said


def _silences(alert: DisplayAlert, look: Look) -> Sequence[str]:
    known = {silence.id for silence in alert.silences}
    told = []
    for silence in alert.silences:
        until = f" until {_clock(silence.ends, look.now)}" if silence.ends is not None else ""
        told.append(f"by {silence.created_by or 'nobody named'}{until}: {silence.comment or 'no comment'}")
    return [*told, *(f"by silence {each}" for each in alert.silenced_by if each not in known)]


def _clock(moment: float, now: float) -> str:
    """A moment in UTC; its date only when it is not within a day."""
    text = format_utc(moment)
    return text[11:16] if abs(moment - now) < 86400 else text[:16].replace("T", " ")


def _many(line: AlertLine, look: Look) -> str:
    if line.many is None:
        return ""
    mark = look.glyph("▼", "-") if line.opened else look.glyph("›", "+")
    return f"{mark}{len(line.many.alerts)}"


def _style(line: AlertLine, _: Look) -> str:
    return alert_style(line.alert)


ALERTS: Sheet[AlertLine] = Sheet(
    [
        Field(
            Column("state", "STATE", 11, min_width=9, priority=90),
            state_text,
            _style,
            rank=lambda line: order(line.alert),
        ),
        Field(
            Column("severity", "SEV", 4, priority=70),
            lambda line, _: SHORT.get(line.alert.severity.lower(), line.alert.severity) or UNKNOWN,
            _style,
            rank=lambda line: line.alert.severity_rank,
        ),
        Field(
            Column("alerts", "N", 4, min_width=3, priority=75),
            _many,
            _style,
            rank=lambda line: len(line.many.alerts) if line.many is not None else 1,
            largest_first=True,
        ),
        Field(
            Column("name", "ALERT", 22, flex=2, min_width=12, priority=100, elide="middle"),
            lambda line, _: ("  " if line.inside else "") + line.alert.name,
            lambda line, _: "dim" if line.inside or alert_style(line.alert) == "dim" else "name",
            rank=lambda line: line.alert.name,
        ),
        Field(
            Column("about", "ABOUT", 14, flex=2, min_width=12, priority=60, elide="middle"),
            lambda line, _: subject(line),
            lambda line, _: "name" if line.inside else "dim",
        ),
        Field(
            Column("age", "AGE", 6, align="right", priority=80),
            lambda line, look: age(line.alert.since, look.now),
            lambda *_: "dim",
            rank=lambda line: line.alert.since and -line.alert.since,
            number=Number("seconds", lambda line, look: seconds_since(line.alert.since, look.now)),
            amount=True,
        ),
        Field(
            Column("note", "NOTE", 40, flex=3, min_width=36, priority=20),
            note,
            lambda line, _: "warn" if line.unsent else "dim",
        ),
    ],
    sort="state",
    labels=lambda line: line.alert.labels,
    extra={
        "severity": lambda line: line.alert.severity,
        "summary": lambda line: line.alert.annotation("summary"),
    },
)
