"""Alerting rules from evaluation to evaluation, as Prometheus' rules/alerting.go has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sources.model import Alert, AlertState, Labels, Series
from sources.promql.formats import general
from sources.rules.alerts import fingerprint
from sources.scrape.rulefiles import RuleDef
from sources.scrape.templates import expanded

ORIGIN = "topmast"


@dataclass(slots=True)
class _Active:
    since: float
    value: float
    annotations: Labels
    firing: bool = False
    kept_since: float | None = None
    """Since when it only fires because of `keep_firing_for`."""


class Duplicate(Exception):
    """Two elements of the result would be the same alert."""


@dataclass(slots=True)
class RuleState:
    """An alerting rule and its alerts. Moments are seconds."""

    rule: RuleDef
    active: dict[Labels, _Active] = field(default_factory=dict)

    def update(self, found: Sequence[Series], now: float) -> None:
        """Takes in what the expression gave at `now`. Raises Duplicate, and then nothing has changed."""
        seen: dict[Labels, tuple[float, Labels]] = {}
        for series in found:
            value = series.values[-1]
            own = {name: text for name, text in series.labels if name != "__name__"}
            labels = self._labels(own, value)
            if labels in seen:
                raise Duplicate(
                    f"{self.rule.name}: vector contains metrics with the same labelset after applying alert labels"
                )
            seen[labels] = (value, self._annotations(own, value))
        for labels, (value, texts) in seen.items():
            known = self.active.get(labels)
            if known is None:
                self.active[labels] = _Active(now, value, texts)
            else:
                known.value, known.annotations, known.kept_since = value, texts, None
        for labels, alert in list(self.active.items()):
            if labels not in seen and not self._kept(alert, now):
                del self.active[labels]
            elif not alert.firing and now - alert.since >= self.rule.hold:
                alert.firing = True

    def _kept(self, alert: _Active, now: float) -> bool:
        if not alert.firing or not self.rule.keep:
            return False
        if alert.kept_since is None:
            alert.kept_since = now
        return now - alert.kept_since < self.rule.keep

    def _labels(self, own: Mapping[str, str], value: float) -> Labels:
        labels = dict(own)
        for name, text in self.rule.labels:
            labels[name] = expanded(text, own, value)
        labels["alertname"] = self.rule.name
        return tuple(sorted(pair for pair in labels.items() if pair[1]))

    def _annotations(self, own: Mapping[str, str], value: float) -> Labels:
        return tuple(sorted((name, expanded(text, own, value)) for name, text in self.rule.annotations))

    def alerts(self) -> list[Alert]:
        """The alerts as they stand."""
        return [self._alert(labels, alert) for labels, alert in self.active.items()]

    def _alert(self, labels: Labels, alert: _Active) -> Alert:
        state: AlertState = "firing" if alert.firing else "pending"
        return Alert(
            origin=ORIGIN,
            fingerprint=fingerprint(labels),
            labels=labels,
            state=state,
            annotations=alert.annotations,
            since=alert.since,
            value=general(alert.value),
            rule=self.rule.expr,
        )
