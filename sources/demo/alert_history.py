"""The series of ALERTS: what Prometheus writes of the alerts that its rules found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import floor

from sources.demo.alert_rules import EVERY, LOOK_BACK, RULES, Found
from sources.demo.series import SeriesOf
from sources.model import Labels


def history(results: Callable[[float, float], Iterable[Found]], start: float, end: float) -> SeriesOf:
    """For each alert when it was pending, and when it fired; `results` evaluates the rules."""
    begin = floor((start - LOOK_BACK) / EVERY) * EVERY
    written: dict[Labels, set[float]] = {}
    for found in results(begin, floor(end / EVERY) * EVERY):
        rule = RULES[found.rule]
        labels = rule.alert_labels(found.labels)
        since = before = 0.0
        for time in found.times:
            since = time if time - before > EVERY * 1.5 else since
            before = time
            state = "firing" if time >= since + rule.duration else "pending"
            key = tuple(sorted((*labels, ("alertstate", state))))
            written.setdefault(key, set()).add(time)
    for key, times in written.items():
        yield dict(key), _during(times)


def _during(times: set[float]) -> Callable[[float], float | None]:
    return lambda t: 1.0 if floor(t / EVERY) * EVERY in times else None
