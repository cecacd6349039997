"""A small storage for the engine's tests, written as in Prometheus' own tests: one value per interval."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from sources.promql.regex import compile_regex
from sources.promql.storage import STALE, Labels, Matcher, MatchOp, StoredSeries

MINUTE = 60_000


def labels(text: str) -> Labels:
    """`up job=a` as labels."""
    name, *pairs = text.split()
    return tuple(sorted((("__name__", name), *((key, value) for key, value in (p.split("=") for p in pairs)))))


class Rows:
    """Series by their labels; each value is one interval after the one before, `_` is none, `stale` ends it."""

    def __init__(self, rows: dict[str, str], interval: int = MINUTE) -> None:
        self.asked: list[tuple[int, int]] = []
        self._series = [_series(labels(name), values.split(), interval) for name, values in rows.items()]

    def select(self, matchers: Sequence[Matcher], start: int, end: int) -> Iterable[StoredSeries]:
        self.asked.append((start, end))
        return [series for series in self._series if all(_holds(each, series.labels) for each in matchers)]


def _series(name: Labels, values: list[str], interval: int) -> StoredSeries:
    there = [(index * interval, STALE if v == "stale" else float(v)) for index, v in enumerate(values) if v != "_"]
    return StoredSeries(name, np.array([t for t, _ in there], np.int64), np.array([v for _, v in there]))


def _holds(matcher: Matcher, name: Labels) -> bool:
    value = dict(name).get(matcher.name, "")
    if matcher.op in (MatchOp.EQUAL, MatchOp.NOT_EQUAL):
        return (value == matcher.value) == (matcher.op == MatchOp.EQUAL)
    return compile_regex(matcher.value).matches(value) == (matcher.op == MatchOp.REGEX)
