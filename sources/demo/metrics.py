"""The simulated time series store: samples are computed when asked for, at the moments of a 30 s scrape.

Needs numpy. It reads a simulation of its own, so that a long query never holds up the feeds; several threads may
ask at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import ceil, floor
from threading import RLock

import numpy as np

from sources.demo.alert_history import history
from sources.demo.cluster import Plan
from sources.demo.families import FAMILIES, Family
from sources.demo.rule_results import Evaluator
from sources.demo.series import SCRAPE, Gauge, SeriesOf
from sources.demo.simulation import Simulation
from sources.model import Labels
from sources.promql.regex import compile_regex
from sources.promql.storage import STALE, Floats, Matcher, MatchOp, StoredSeries, Times

RETENTION = 24 * 3600.0
_RECENT = 300.0
_Check = Callable[[str], bool]


class DemoStorage:
    """Implements the `Samples` of `sources.embedded` over the simulation. Moments are milliseconds there."""

    def __init__(self, plan: Plan, now: Callable[[], float]) -> None:
        """`now` is the simulated moment: there is nothing after it."""
        self._simulation = Simulation(plan)
        self._now = now
        self._reading = RLock()  # the simulation reads its scripts on as it is asked
        self._rules = Evaluator(self)

    def select(self, matchers: Sequence[Matcher], start: int, end: int) -> Iterator[StoredSeries]:
        """The series that match, with their samples at the scrapes in between."""
        now = self._now()
        first = ceil(max(start / 1000, now - RETENTION) / SCRAPE)
        last = floor(min(end / 1000, now) / SCRAPE)
        if first > last:
            return
        moments = [tick * SCRAPE for tick in range(first, last + 1)]
        times = np.arange(first, last + 1, dtype=np.int64) * round(SCRAPE * 1000)
        with self._reading:
            self._simulation.extend(now)
            found = list(self._matching(matchers, moments[0], moments[-1]))
        for labels, gauge in found:
            with self._reading:
                values = [gauge(moment) for moment in moments]
            kept, column = (times, np.array(values, np.float64)) if None not in values else _gaps(times, values)
            if len(kept):
                yield StoredSeries(labels, kept, column)

    def label_sets(self, matchers: Sequence[Matcher]) -> list[Labels]:
        """The series that exist now and match."""
        now = self._now()
        scraped = floor(now / SCRAPE) * SCRAPE
        with self._reading:
            self._simulation.extend(now)
            found = self._matching(matchers, now - _RECENT, now)
            return [labels for labels, gauge in found if gauge(scraped) is not None]

    def _matching(self, matchers: Sequence[Matcher], start: float, end: float) -> Iterator[tuple[Labels, Gauge]]:
        checks = [(matcher.name, _test(matcher)) for matcher in matchers]
        of_name = [check for name, check in checks if name == "__name__"]
        rest = [(name, check) for name, check in checks if name != "__name__"]
        for family in FAMILIES:
            if not all(check(family.name) for check in of_name):
                continue
            for labels, gauge in self._series(family, start, end):
                if all(check(labels.get(name, "")) for name, check in rest):
                    named = (labels | {"__name__": family.name}).items()
                    yield tuple(sorted(pair for pair in named if pair[1])), gauge  # a pod without a node, say

    def _series(self, family: Family, start: float, end: float) -> SeriesOf:
        if family.name == "ALERTS":
            return history(self._rules.results, start, end)
        return family.series(self._simulation, start, end)


def _test(matcher: Matcher) -> _Check:
    """A matcher as a function of the label's value, "" for a label that is not there."""
    value = matcher.value
    if matcher.op is MatchOp.EQUAL:
        return lambda text: text == value
    if matcher.op is MatchOp.NOT_EQUAL:
        return lambda text: text != value
    matches = compile_regex(value).matches
    if matcher.op is MatchOp.REGEX:
        return matches
    return lambda text: not matches(text)


def _gaps(times: Times, values: Sequence[float | None]) -> tuple[Times, Floats]:
    """One stale marker where a series ends, as Prometheus writes it; nothing while it does not exist."""
    there = np.array([value is not None for value in values])
    ends = np.zeros_like(there)
    ends[1:] = there[:-1] & ~there[1:]
    column = np.array([STALE if value is None else value for value in values], np.float64)
    kept = there | ends
    return times[kept], column[kept]
