"""An in-memory storage for tests; native histograms and start timestamps are refused when a query touches them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from sources.promql.regex import compile_regex
from sources.promql.results import UnsupportedError
from sources.promql.storage import Labels, Matcher, MatchOp, StoredSeries
from tests.promqltest.notation import Histogram
from tests.promqltest.script import Load


class MemoryStore:
    """Series by their labels; `add` and `load` only ever add samples."""

    def __init__(self) -> None:
        self._series: dict[Labels, StoredSeries] = {}
        self._refused: dict[Labels, str] = {}

    def add(self, labels: Labels, times: Sequence[int], values: Sequence[float]) -> None:
        """Samples of a series, in the order of time; of two at the same time the newer addition stays."""
        old = self._series.get(labels)
        t, v = np.array(times, np.int64), np.array(values, np.float64)
        if old is not None:
            keep = ~np.isin(old.times, t)
            t, v = np.concatenate([old.times[keep], t]), np.concatenate([old.values[keep], v])
            order = np.argsort(t, kind="stable")
            t, v = t[order], v[order]
        self._series[labels] = StoredSeries(labels, t, v)

    def load(self, command: Load) -> None:
        for series in command.series:
            points = [
                (index * command.step, point)
                for index, point in enumerate(series.points)
                if isinstance(point, float)
            ]
            self.add(series.labels, [t for t, _ in points], [v for _, v in points])
            if any(isinstance(point, Histogram) for point in series.points):
                self._refused[series.labels] = "native histograms"
            if series.start_times:
                self._refused[series.labels] = "start timestamps"
            if command.nhcb:
                self._native(series.labels)

    def _native(self, labels: Labels) -> None:
        """A classic histogram that is stored as a native one too, under its name without suffix."""
        parts = dict(labels)
        name = parts.get("__name__", "")
        for suffix in ("_bucket", "_count", "_sum"):
            if name.endswith(suffix):
                parts["__name__"] = name.removesuffix(suffix)
                parts.pop("le", None)
                key = tuple(sorted(parts.items()))
                self._series.setdefault(key, StoredSeries(key, np.empty(0, np.int64), np.empty(0, np.float64)))
                self._refused[key] = "native histograms"

    def select(self, matchers: Sequence[Matcher], start: int, end: int) -> Iterable[StoredSeries]:
        for labels, series in self._series.items():
            if not _satisfies(dict(labels), matchers):
                continue
            if labels in self._refused:
                raise UnsupportedError(self._refused[labels])
            chosen = slice(*np.searchsorted(series.times, [start, end + 1]))
            if chosen.start < chosen.stop:
                yield StoredSeries(labels, series.times[chosen], series.values[chosen])


def _satisfies(labels: dict[str, str], matchers: Sequence[Matcher]) -> bool:
    for matcher in matchers:
        value = labels.get(matcher.name, "")
        if matcher.op in (MatchOp.EQUAL, MatchOp.NOT_EQUAL):
            same = value == matcher.value
        else:
            same = compile_regex(matcher.value).matches(value)
        if same != (matcher.op in (MatchOp.EQUAL, MatchOp.REGEX)):
            return False
    return True
