"""The simulated time series store: samples are computed when asked for, at the moments of a 30 s scrape."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import floor

from sources.demo.evaluator import Hints, Stored
from sources.demo.families import FAMILIES, Family
from sources.demo.regex import compile_regex
from sources.demo.series import Gauge
from sources.demo.simulation import Simulation
from sources.demo.syntax import LabelMatcher
from sources.model import Labels

SCRAPE = 30.0
"""Seconds between two scrapes."""
RETENTION = 24 * 3600.0


def _with_gaps(times: list[float], values: list[float | None]) -> tuple[list[float], list[float | None]]:
    """One stale marker where a series ends, as Prometheus writes it; nothing while it does not exist."""
    kept: list[tuple[float, float | None]] = []
    for time, value in zip(times, values, strict=True):
        if value is not None or (kept and kept[-1][1] is not None):
            kept.append((time, value))
    return [time for time, _ in kept], [value for _, value in kept]


def tests(matchers: Sequence[LabelMatcher]) -> list[tuple[str, Callable[[str], bool]]]:
    """Matchers as functions of the label's value, "" for a label that is not there."""
    return [(matcher.name, _test(matcher)) for matcher in matchers]


def _test(matcher: LabelMatcher) -> Callable[[str], bool]:
    value = matcher.value
    if matcher.op == "=":
        return lambda text: text == value
    if matcher.op == "!=":
        return lambda text: text != value
    matches = compile_regex(value).matches
    if matcher.op == "=~":
        return matches
    return lambda text: not matches(text)


class DemoStorage:
    """Implements the evaluator's `Storage` over the simulation."""

    def __init__(self, simulation: Simulation, now: Callable[[], float]) -> None:
        self._simulation = simulation
        self._now = now
        self.alerts: Callable[[float, float], Iterator[tuple[dict[str, str], Gauge]]] | None = None
        """The series of ALERTS between two moments; set by whoever evaluates the rules."""

    def select(self, matchers: Sequence[LabelMatcher], hints: Hints) -> Iterator[Stored]:
        """The series that match, with their samples at the scrapes that the hints need."""
        grid = self._grid(hints)
        if not grid:
            return
        for labels, gauge in self._matching(matchers, grid[0], grid[-1]):
            times, values = grid, [gauge(moment) for moment in grid]
            if None in values:
                times, values = _with_gaps(times, values)
            if times:
                yield Stored(tuple(sorted(labels.items())), times, values)

    def label_sets(self, selectors: Sequence[Sequence[LabelMatcher]]) -> Iterator[Labels]:
        """The series that exist now and match any of the selectors; all of them without selectors."""
        now = self._now()
        seen: set[Labels] = set()
        for matchers in selectors or ((),):
            for labels, gauge in self._matching(matchers, now - 300.0, now):
                found = tuple(sorted(labels.items()))
                if found not in seen and gauge(floor(now / SCRAPE) * SCRAPE) is not None:
                    seen.add(found)
                    yield found

    def _matching(
        self, matchers: Sequence[LabelMatcher], start: float, end: float
    ) -> Iterator[tuple[dict[str, str], Gauge]]:
        checks = tests(matchers)
        for family in self._families([check for name, check in checks if name == "__name__"]):
            rest = [(name, check) for name, check in checks if name != "__name__"]
            for labels, gauge in self._series(family, start, end):
                if all(check(labels.get(name, "")) for name, check in rest):
                    labels["__name__"] = family.name
                    yield labels, gauge

    def _series(self, family: Family, start: float, end: float) -> Iterator[tuple[dict[str, str], Gauge]]:
        if family.name == "ALERTS":
            return self.alerts(start, end) if self.alerts else iter(())
        return family.series(self._simulation, start, end)

    def _families(self, checks: Sequence[Callable[[str], bool]]) -> list[Family]:
        return [family for family in FAMILIES if all(check(family.name) for check in checks)]

    def _grid(self, hints: Hints) -> list[float]:
        """The scrapes to compute: those in the ranges, or the newest one at each step. None in the future."""
        now = self._now()
        oldest = now - RETENTION
        self._simulation.extend(now)
        ticks: set[int] = set()
        count = int((hints.end - hints.start) / hints.step + 1e-9) + 1
        for index in range(count):
            end = min(hints.start + index * hints.step, now)
            last = floor(end / SCRAPE)
            if hints.range:
                first = max(floor((end - hints.range) / SCRAPE) + 1, floor(oldest / SCRAPE))
                ticks.update(range(first, last + 1))
            else:
                ticks.add(last)
        return [tick * SCRAPE for tick in sorted(ticks) if tick * SCRAPE >= oldest]
