"""The alerts sidebar: its columns, what they say, and how they sort."""

from __future__ import annotations

from sources.rules.alerts import DisplayAlert, order
from sources.rules.duration import human_duration
from tui.sheets.amounts import UNKNOWN, age, seconds_since
from tui.sheets.sheet import Field, Look, Number, Sheet
from tui.widgets.columns import Column

MARKS = {
    "firing": ("▲", "!"),
    "pending": ("◇", "?"),
    "silenced": ("○", "s"),
    "inhibited": ("◑", "i"),
    "muted": ("◐", "m"),
}
"""A glyph per state, and the letter that stands for it where only ASCII can be drawn."""
SHORT = {"critical": "crit", "warning": "warn", "error": "err"}


def about(alert: DisplayAlert) -> str:
    """What it is about, from the labels that usually say so."""
    namespace = alert.label("namespace")
    for name in (
        "pod",
        "node",
        "deployment",
        "statefulset",
        "daemonset",
        "job_name",
        "service",
        "instance",
        "job",
    ):
        value = alert.label(name)
        if value:
            return f"{namespace}/{value}" if namespace and name != "node" else value
    return namespace or UNKNOWN


def alert_style(alert: DisplayAlert) -> str:
    if alert.is_heartbeat or not alert.is_trouble:
        return "dim"
    if alert.state == "pending":
        return "wait"
    return "bad" if alert.severity_rank <= 1 else ("warn" if alert.severity_rank <= 3 else "")


def state_text(alert: DisplayAlert, look: Look) -> str:
    """The state, and until when a silence holds."""
    text = look.glyph(*MARKS[alert.state]) + " " + alert.state
    until = alert.silenced_until
    if alert.state == "silenced" and until is not None:
        text += f" {human_duration(max(0.0, until - look.now))}"
    return text


ALERTS: Sheet[DisplayAlert] = Sheet(
    [
        Field(
            Column("state", "STATE", 12, min_width=11, priority=90),
            state_text,
            lambda alert, _: alert_style(alert),
            rank=order,
        ),
        Field(
            Column("severity", "SEV", 4, priority=70),
            lambda alert, _: SHORT.get(alert.severity.lower(), alert.severity) or UNKNOWN,
            lambda alert, _: alert_style(alert),
            rank=lambda alert: alert.severity_rank,
        ),
        Field(
            Column("name", "ALERT", 22, flex=2, min_width=12, priority=100),
            lambda alert, _: alert.name,
            lambda alert, _: "dim" if alert_style(alert) == "dim" else "name",
        ),
        Field(
            Column("about", "ABOUT", 18, flex=1, min_width=10, priority=60, elide="middle"),
            lambda alert, _: about(alert),
            lambda *_: "dim",
        ),
        Field(
            Column("age", "AGE", 6, align="right", priority=80),
            lambda alert, look: age(alert.since, look.now),
            lambda *_: "dim",
            rank=lambda alert: alert.since and -alert.since,
            number=Number("seconds", lambda alert, look: seconds_since(alert.since, look.now)),
        ),
    ],
    sort="state",
    labels=lambda alert: alert.labels,
    extra={"severity": lambda alert: alert.severity, "summary": lambda alert: alert.annotation("summary")},
)
