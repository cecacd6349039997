"""Joins what Prometheus and Alertmanager say of the same alert, and orders alerts as a person reads them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

from sources.model import Alert, Labels, Silence

DisplayState: TypeAlias = Literal["firing", "pending", "inhibited", "muted", "silenced"]

_STATE_RANK: dict[DisplayState, int] = {"firing": 0, "pending": 1, "inhibited": 2, "muted": 3, "silenced": 4}
_SEVERITIES: tuple[tuple[str, ...], ...] = (
    ("critical", "crit", "emergency", "fatal", "disaster", "p1", "sev1"),
    ("error", "err", "page", "major", "high", "p2", "sev2"),
    ("warning", "warn", "minor", "medium", "p3", "sev3"),
    (),  # unknown words and alerts without a severity: more than information, less than a warning
    ("info", "information", "informational", "notice", "low", "p4", "sev4"),
    ("none", "debug", "ok"),
)
_SEVERITY_RANK = {word: rank for rank, words in enumerate(_SEVERITIES) for word in words}
_UNKNOWN_SEVERITY = 3

_HEARTBEATS = frozenset({"watchdog", "deadmansswitch", "deadmanswitch"})


class DisplayAlert(Struct, frozen=True, gc=False):
    """One alert as it is shown, whoever reported it. `prometheus` or `alertmanager` is set, or both."""

    key: str
    """Stays the same when the other system starts or stops to know the alert, as long as Prometheus has it."""
    state: DisplayState
    labels: Labels
    """Prometheus' own labels and the external ones that Alertmanager was sent."""
    prometheus: Alert | None = None
    alertmanager: Alert | None = None
    silences: tuple[Silence, ...] = ()
    """Those that mute it now and are known; the longest lasting first."""

    @property
    def _first(self) -> Alert:
        first = self.prometheus or self.alertmanager
        assert first is not None
        return first

    @property
    def name(self) -> str:
        return self._first.name

    @property
    def severity(self) -> str:
        """The label as written; "" without one."""
        return self._first.severity

    @property
    def severity_rank(self) -> int:
        """0 critical, 1 error or page, 2 warning, 3 unknown or none given, 4 info, 5 none."""
        return _severity_rank(self.severity)

    @property
    def since(self) -> float | None:
        """When it became active (pending included), by Prometheus where it knows; the base of its age."""
        if self.prometheus and self.prometheus.since is not None:
            return self.prometheus.since
        return self.alertmanager.since if self.alertmanager else None

    @property
    def value(self) -> str:
        return self.prometheus.value if self.prometheus else ""

    @property
    def rule(self) -> str:
        """The expression, "" where nobody tells it."""
        own = self.prometheus.rule if self.prometheus else ""
        return own or (self.alertmanager.rule if self.alertmanager else "")

    @property
    def annotations(self) -> Labels:
        return self._first.annotations

    @property
    def origins(self) -> tuple[str, ...]:
        """Who reports it: "prometheus", "alertmanager", or the names of the sources."""
        return tuple(each.reporter or each.origin for each in (self.prometheus, self.alertmanager) if each)

    @property
    def silenced_by(self) -> tuple[str, ...]:
        return self.alertmanager.silenced_by if self.alertmanager else ()

    @property
    def inhibited_by(self) -> tuple[str, ...]:
        return self.alertmanager.inhibited_by if self.alertmanager else ()

    @property
    def muted_by(self) -> tuple[str, ...]:
        """Names of the time intervals that mute it."""
        return self.alertmanager.muted_by if self.alertmanager else ()

    @property
    def receivers(self) -> tuple[str, ...]:
        return self.alertmanager.receivers if self.alertmanager else ()

    @property
    def silenced_until(self) -> float | None:
        """When the last of its silences ends; None if it is not silenced or the silence is not known."""
        return max((each.ends for each in self.silences if each.ends is not None), default=None)

    @property
    def is_heartbeat(self) -> bool:
        """A dead man's switch: always firing in good health, so its absence is the trouble."""
        return is_heartbeat(self.name)

    @property
    def is_trouble(self) -> bool:
        """Firing or about to, not muted in any way, and not a heartbeat."""
        return self.state in ("firing", "pending") and not self.is_heartbeat

    def label(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.labels if key == name), default)

    def annotation(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.annotations if key == name), default)


class Heartbeat(Struct, frozen=True, gc=False):
    """The health of the alerting path itself. `beating` is None where no dead man's switch is configured or
    its source is not current, True while it fires, False where it was known and no longer fires."""

    beating: bool | None
    name: str = ""
    since: float | None = None
    origins: tuple[str, ...] = ()


def fingerprint(labels: Labels) -> str:
    """The same for the same label set, in every process."""
    text = "\x00".join(f"{name}\x01{value}" for name, value in labels)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def is_heartbeat(name: str) -> bool:
    """Whether an alert of this name is a dead man's switch, as kube-prometheus and others name it."""
    return name.replace("_", "").replace("-", "").replace("'", "").lower() in _HEARTBEATS


def heartbeat(alerts: Iterable[DisplayAlert], known_before: bool = False) -> Heartbeat:
    """The dead man's switch among the alerts; `known_before` says that there was one earlier in the session.

    Inhibited or silenced it still beats: it shows that rules are evaluated and, where "alertmanager" is among
    the origins, that alerts arrive there.
    """
    for each in alerts:
        if each.is_heartbeat and each.state != "pending":
            return Heartbeat(True, each.name, each.since, each.origins)
    return Heartbeat(False if known_before else None)


def join(alerts: Iterable[Alert], silences: Iterable[Silence] = ()) -> tuple[DisplayAlert, ...]:
    """Each alert once, in reading order (see `order`).

    Alertmanager sees an alert with Prometheus' external labels added, so the two are one alert when the names
    are equal and Prometheus' labels are among Alertmanager's. Where several fit, the one with the fewest and
    most usual additional labels is taken. Prometheus says state, age, value and expression; Alertmanager what
    mutes the alert and who receives it.
    """
    by_id = {silence.id: silence for silence in silences}
    ours: dict[str, list[Alert]] = {}
    theirs: dict[str, list[Alert]] = {}
    for alert in alerts:
        if alert.state != "inactive":
            side = theirs if alert.origin == "alertmanager" else ours
            side.setdefault(alert.name, []).append(alert)
    shown: list[DisplayAlert] = []
    added: Counter[Labels] = Counter()
    # Names with the fewest combinations first: they teach what the external labels are.
    for name in sorted(ours, key=lambda name: len(ours[name]) * len(theirs.get(name, ()))):
        rest = _Side(theirs.pop(name, ()))
        for alert in sorted(ours[name], key=lambda alert: (-len(alert.labels), alert.labels)):
            other = rest.take(alert, added)
            shown.append(_display(alert, other, by_id))
        shown += [_display(None, other, by_id) for other in rest.alerts.values()]
    shown += [_display(None, other, by_id) for others in theirs.values() for other in others]
    return tuple(sorted(shown, key=order))


def order(alert: DisplayAlert) -> tuple[int, int, float, str, Labels]:
    """The sort key: severity, then firing before pending before muted, then the newest, then name and labels."""
    since = alert.since if alert.since is not None else float("-inf")
    return alert.severity_rank, _STATE_RANK[alert.state], -since, alert.name, alert.labels


class _Side:
    """Alertmanager's alerts of one name that are not yet matched, found by label pair: a thousand alerts of one
    name on both sides must not be a million comparisons."""

    def __init__(self, alerts: Iterable[Alert]) -> None:
        self.alerts = {alert.labels: alert for alert in alerts}
        self._with: dict[tuple[str, str], list[Labels]] = {}
        for labels in self.alerts:
            for pair in labels:
                self._with.setdefault(pair, []).append(labels)

    def take(self, alert: Alert, added: Counter[Labels]) -> Alert | None:
        """Removes and returns Alertmanager's version of `alert`, and counts which labels were added to it."""
        if not self.alerts:
            return None
        for labels, _ in sorted(added.items(), key=lambda each: (-each[1], each[0])):
            # An external label never replaces one that the alert has itself.
            wanted = tuple(sorted({**dict(labels), **dict(alert.labels)}.items()))
            if wanted in self.alerts:
                added[labels] += 1
                return self.alerts.pop(wanted)
        pairs = set(alert.labels)
        rarest = min((self._with.get(pair, []) for pair in pairs), key=len, default=[])
        fitting = [labels for labels in rarest if labels in self.alerts and pairs <= set(labels)]
        if not fitting:
            return None
        best = min(fitting, key=lambda labels: (len(labels), labels))
        added[tuple(pair for pair in best if pair not in pairs)] += 1
        return self.alerts.pop(best)


def _display(alert: Alert | None, other: Alert | None, silences: Mapping[str, Silence]) -> DisplayAlert:
    first = alert or other
    assert first is not None
    muting = [silences[each] for each in other.silenced_by if each in silences] if other else []
    muting.sort(key=lambda silence: (-(silence.ends or 0.0), silence.id))
    labels = first.labels if other is None else tuple(sorted({**dict(first.labels), **dict(other.labels)}.items()))
    return DisplayAlert(first.key, _state(alert, other), labels, alert, other, tuple(muting))


def _state(alert: Alert | None, other: Alert | None) -> DisplayState:
    """A silence outranks an interval, an interval an inhibition: the most deliberate mute is named."""
    if other is not None:
        if other.silenced_by:
            return "silenced"
        if other.muted_by:
            return "muted"
        if other.inhibited_by:
            return "inhibited"
    return "pending" if alert is not None and alert.state == "pending" else "firing"


def _severity_rank(severity: str) -> int:
    return _SEVERITY_RANK.get(severity.strip().lower(), _UNKNOWN_SEVERITY)
