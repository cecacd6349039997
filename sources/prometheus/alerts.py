"""Prometheus' alerts together with the rules they come from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sources.model import Alert
from sources.prometheus.wire import AlertData, RuleData, WireAlert, WireRule, alert

_RANK = {"firing": 0, "pending": 1}


def needs_alerts(rules: RuleData) -> bool:
    """Whether an active rule comes without its alerts, as some backends answer."""
    return any(rule.alerts is None and rule.state in ("firing", "pending", "") for rule in _alerting(rules))


def joined(rules: RuleData | None, alerts: AlertData | None, reporter: str = "") -> list[Alert]:
    """One alert per label set, with the expression of its rule where that is known.

    Two rules may produce the same label set: the firing and older one stands, as Alertmanager would see it.
    """
    best: dict[str, Alert] = {}
    from_rules = [
        made
        for rule in (_alerting(rules) if rules else ())
        for item in rule.alerts or ()
        if (made := alert(item, rule.query, reporter)) is not None
    ]
    for made in from_rules:
        _keep(best, made)
    by_name: dict[str, list[WireRule]] = {}
    for rule in _alerting(rules) if rules else ():
        by_name.setdefault(rule.name, []).append(rule)
    for item in (alerts.alerts or ()) if alerts else ():
        expression = _expression(item, by_name.get(item.labels.get("alertname", ""), ()))
        made_here = alert(item, expression, reporter)
        if made_here is not None and made_here.fingerprint not in best:
            _keep(best, made_here)
    return sorted(best.values(), key=lambda each: each.labels)


def _alerting(rules: RuleData) -> Iterable[WireRule]:
    return (rule for group in rules.groups or () for rule in group.rules or () if rule.type == "alerting")


def _expression(item: WireAlert, rules: Sequence[WireRule]) -> str:
    """The one rule whose own labels the alert carries. Labels made by templates differ and are not compared."""
    fitting = [
        rule.query
        for rule in rules
        if all("{{" in value or item.labels.get(name) == value for name, value in (rule.labels or {}).items())
    ]
    return fitting[0] if len(set(fitting)) == 1 else ""


def _keep(best: dict[str, Alert], new: Alert) -> None:
    old = best.get(new.fingerprint)
    if old is None or _order(new) < _order(old):
        best[new.fingerprint] = new


def _order(each: Alert) -> tuple[int, float]:
    return _RANK.get(each.state, 2), each.since if each.since is not None else float("inf")
