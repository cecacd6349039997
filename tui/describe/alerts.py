"""An alert: state, who mutes it and until when, the objects that its labels name, its rule."""

from __future__ import annotations

from collections.abc import Iterable

from sources.rules.alerts import DisplayAlert
from sources.rules.duration import age, human_duration
from sources.rules.related import labelled
from sources.text import clean
from tui.describe.parts import heading, pair_lines
from tui.sheets.alerts import MARKS, alert_style
from tui.sheets.sheet import Look
from tui.subject import Subject
from tui.widgets.document import Text


def describe_alert(alert: DisplayAlert | None, look: Look, turned: str = "") -> list[Text]:
    """`turned` says what the panes were turned to for it."""
    if alert is None:
        return [Text("", "this alert is resolved: nobody reports it any more", "ok")]
    annotations = dict(alert.annotations)
    lines = [
        Text(
            "State",
            f"{look.glyph(*MARKS[alert.state])} {alert.state}, for {age(alert.since, look.now)}",
            alert_style(alert),
        ),
        Text("Severity", clean(alert.severity) or "none given"),
    ]
    for name in ("summary", "description", "message"):
        if annotations.get(name):
            lines.append(Text(name.capitalize(), clean(annotations[name]), "strong" if name == "summary" else ""))
    if alert.value:
        lines.append(Text("Value", clean(alert.value)))
    if turned:
        lines.append(Text("Panes", clean(f"turned to {turned}: Esc shows them, Esc again goes back"), "accent"))
    lines.append(Text("Reported by", clean(", ".join(alert.origins))))
    if alert.receivers:
        lines.append(Text("Receivers", clean(", ".join(alert.receivers))))
    known = {silence.id for silence in alert.silences}
    for silence in alert.silences:
        left = human_duration(max(0.0, silence.ends - look.now)) if silence.ends is not None else "?"
        said = f"by {silence.created_by}, {left} left: {silence.comment}"
        lines.append(Text("Silenced", clean(said), "warn"))
    lines += [Text("Silenced", f"by {clean(each)}", "warn") for each in alert.silenced_by if each not in known]
    lines += [Text("Inhibited", f"by alert {clean(each)}", "warn") for each in alert.inhibited_by]
    lines += [Text("Muted", f"by interval {clean(each)}", "warn") for each in alert.muted_by]
    objects = labelled(alert.labels)
    if objects:
        lines += heading("Related")
        lines += [
            Text(clean(ref.kind), clean(_name(ref.namespace, ref.name)), "", Subject(ref)) for ref in objects
        ]
    if alert.rule:
        lines += [*heading("Rule"), Text("", clean(alert.rule), "strong")]
    lines += pair_lines("Labels", alert.labels)
    lines += pair_lines("Annotations", alert.annotations)
    return lines


def alert_lines(alerts: Iterable[DisplayAlert], look: Look) -> list[Text]:
    """The alerts that name an object, each to be opened."""
    lines = [
        Text(
            clean(alert.state),
            clean(
                f"{look.glyph(*MARKS[alert.state])} {alert.name} {alert.severity} for {age(alert.since, look.now)}"
            ),
            alert_style(alert),
            Subject(alert=alert.key),
        )
        for alert in alerts
    ]
    return [*heading("Alerts"), *lines] if lines else []


def _name(namespace: str, name: str) -> str:
    return f"{namespace}/{name}" if namespace else name
