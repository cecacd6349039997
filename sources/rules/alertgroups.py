"""Alerts grouped: one row for all of one name, severity, state and namespace, with what they differ in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from sources.rules.alerts import DisplayAlert, order

SIGN = "group\x1f"
"""How the key of a group begins: no alert's key does."""
TELLING = ("pod", "node", "deployment", "statefulset", "daemonset", "job_name", "service", "instance", "job")
"""Labels that usually say what an alert is about, the most telling first."""


class AlertGroup(Struct, frozen=True, gc=False):
    """Alerts that differ only in some labels, in reading order (at least one)."""

    key: str
    alerts: tuple[DisplayAlert, ...]
    differing: tuple[str, ...] = ()
    """Names of the labels that are not the same in all of them, the most telling first."""

    @property
    def head(self) -> DisplayAlert:
        """The one that stands for all of them."""
        return self.alerts[0]

    def values(self, name: str) -> list[str]:
        """The different values of a label, in the order of the alerts; without those that do not have it."""
        return list(dict.fromkeys(value for alert in self.alerts if (value := alert.label(name))))


def group_key(alert: DisplayAlert) -> str:
    """The group an alert belongs to."""
    return SIGN + "\x1f".join((alert.name, alert.severity, alert.state, alert.label("namespace")))


def group_alerts(alerts: Iterable[DisplayAlert]) -> dict[str, AlertGroup]:
    """All groups by key."""
    found: dict[str, list[DisplayAlert]] = {}
    for alert in alerts:
        found.setdefault(group_key(alert), []).append(alert)
    return {key: _group(key, members) for key, members in found.items()}


def _group(key: str, members: Sequence[DisplayAlert]) -> AlertGroup:
    ordered = tuple(sorted(members, key=order))
    first = set(ordered[0].labels)
    names = {name for alert in ordered[1:] for name, _ in first.symmetric_difference(alert.labels)}
    rank = {name: place for place, name in enumerate(TELLING)}
    return AlertGroup(key, ordered, tuple(sorted(names, key=lambda name: (rank.get(name, len(rank)), name))))
