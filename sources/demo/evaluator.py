"""A small PromQL evaluator: instant and range queries over any `Storage`, after Prometheus's documented rules.

What it leaves out is refused by the parser with its place, never answered wrongly. Each expression is evaluated
for all steps at once: a vector is a list of rows with one value (or None) for each step.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

from sources.contract import QueryError
from sources.demo.parser import COMPARISONS, SETS, parse, type_of
from sources.demo.syntax import Aggregate, Binary, Call, Expr, LabelMatcher, Negation, Number, Selector, Text
from sources.demo.vectors import Row, Scalar, Value, aggregate, compute, matched, named_without, sets, unique
from sources.demo.windows import WINDOWS, Samples
from sources.model import Labels, QueryResult, Series

LOOKBACK = 300.0
"""Seconds for which an instant selector finds a series' last sample."""
MAX_POINTS = 11_000
MAX_SAMPLES = 2_000_000


class Hints(NamedTuple):
    """Which samples will be looked at: for each step in start..end the newest one, or those in `range`."""

    start: float
    end: float
    step: float
    range: float


class Stored(NamedTuple):
    """A series' samples in the order of time; the value None is a stale marker: the series ended."""

    labels: Labels
    times: Sequence[float]
    values: Sequence[float | None]


class Storage(Protocol):
    """Where samples come from. It may give more samples than the hints ask for, never fewer."""

    def select(self, matchers: Sequence[LabelMatcher], hints: Hints) -> Iterable[Stored]: ...


def instant(query: str, storage: Storage, at: float) -> QueryResult:
    """The value of a query at a moment. Raises QueryError."""
    if not math.isfinite(at):
        raise QueryError(f'invalid parameter "time": cannot parse "{at}" to a valid timestamp')
    expr = parse(query)
    if isinstance(expr, Text):
        return QueryResult("string", text=expr.value, at=at)
    if isinstance(expr, Selector) and expr.range is not None:
        return QueryResult("matrix", _raw(expr, storage, at), at=at)
    value = _Evaluation(storage, [at]).evaluate(expr)
    if not isinstance(value, list):
        return QueryResult("scalar", (Series((), (at,), (value.values[0],)),), at=at)
    unique(value)
    series = [Series(row.labels, (at,), (point,)) for row in value if (point := row.values[0]) is not None]
    return QueryResult("vector", tuple(series), at=at)


def range_query(query: str, storage: Storage, start: float, end: float, step: float) -> QueryResult:
    """The values of a query at each step from start to end, sorted by labels. Raises QueryError."""
    if not (math.isfinite(start) and math.isfinite(end) and math.isfinite(step)):
        raise QueryError(f"start, end and step must be finite numbers, not {start}, {end}, {step}")
    if step <= 0:
        raise QueryError(
            'invalid parameter "step": zero or negative query resolution step widths are not accepted. '
            "Try a positive integer"
        )
    if end < start:
        raise QueryError('invalid parameter "end": end timestamp must not be before start time')
    if (end - start) / step > MAX_POINTS:
        raise QueryError(
            "exceeded maximum resolution of 11,000 points per timeseries. "
            "Try decreasing the query resolution (?step=XX)"
        )
    expr = parse(query)
    if (kind := type_of(expr)) not in ("scalar", "instant vector"):
        raise QueryError(
            f'invalid parameter "query": invalid expression type "{kind}" for range query, '
            "must be Scalar or instant Vector"
        )
    steps = [start + index * step for index in range(int((end - start) / step + 1e-9) + 1)]
    value = _Evaluation(storage, steps).evaluate(expr)
    rows = value if isinstance(value, list) else [Row((), list(value.values))]
    unique(rows)
    series = [_series(row, steps) for row in sorted(rows, key=lambda row: row.labels)]
    kept = tuple(each for each in series if each.times)
    return QueryResult("matrix", kept, start=start, end=end, step=step)


def _series(row: Row, steps: Sequence[float]) -> Series:
    points = [(time, value) for time, value in zip(steps, row.values, strict=True) if value is not None]
    return Series(row.labels, tuple(time for time, _ in points), tuple(value for _, value in points))


def _raw(expr: Selector, storage: Storage, at: float) -> tuple[Series, ...]:
    end = at - expr.offset
    found = []
    for stored in storage.select(expr.matchers, Hints(end, end, 1.0, expr.range or 0.0)):
        samples = Samples(stored.times, stored.values)
        low, high = samples.window(end - (expr.range or 0.0), end)
        if low < high:
            found.append(Series(stored.labels, tuple(samples.times[low:high]), tuple(samples.values[low:high])))
    return tuple(sorted(found, key=lambda series: series.labels))


def _by_value(rows: list[Row], reverse: bool) -> list[Row]:
    """`sort` and `sort_desc`: for one step only; NaN last in both."""
    if not rows or len(rows[0].values) > 1:
        return rows
    present = [(row.values[0], row) for row in rows if row.values[0] is not None]
    numbers = [pair for pair in present if not math.isnan(pair[0])]
    numbers.sort(key=lambda pair: pair[0], reverse=reverse)
    return [row for _, row in [*numbers, *(pair for pair in present if math.isnan(pair[0]))]]


def _only_value(rows: list[Row], index: int) -> float:
    present = [value for row in rows if (value := row.values[index]) is not None]
    return present[0] if len(present) == 1 else math.nan


def _ln(value: float) -> float:
    if value > 0:
        return math.log(value)
    return -math.inf if value == 0 else math.nan


def _exp(value: float) -> float:
    return math.exp(value) if value < 709.78 or math.isnan(value) else math.inf


def _whole(rounding: Callable[[float], int]) -> Callable[[float], float]:
    return lambda value: float(rounding(value)) if math.isfinite(value) else value


_MAPS: dict[str, Callable[[float], float]] = {
    "abs": abs,
    "ceil": _whole(math.ceil),
    "floor": _whole(math.floor),
    "sqrt": lambda value: math.sqrt(value) if value >= 0 else math.nan,
    "exp": _exp,
    "ln": _ln,
}


class _Evaluation:
    """One query over one storage at fixed steps."""

    def __init__(self, storage: Storage, steps: Sequence[float]) -> None:
        self._storage = storage
        self._steps = steps
        self._loaded = 0

    def evaluate(self, expr: Expr) -> Value:
        if isinstance(expr, Number):
            return Scalar([expr.value] * len(self._steps))
        if isinstance(expr, Selector):
            return self._select(expr)
        if isinstance(expr, Call):
            return self._call(expr)
        if isinstance(expr, Aggregate):
            param = self._scalar(expr.param).values if expr.param else []
            return aggregate(expr.op, self._vector(expr.expr), expr.labels, expr.without, param)
        if isinstance(expr, Negation):
            return compute("*", Scalar([-1.0] * len(self._steps)), self.evaluate(expr.expr), False)
        if isinstance(expr, Binary):
            return self._binary(expr)
        raise QueryError("a string is not a value here", "execution")

    def _vector(self, expr: Expr) -> list[Row]:
        value = self.evaluate(expr)
        assert isinstance(value, list)  # the parser has checked the types
        return value

    def _scalar(self, expr: Expr) -> Scalar:
        value = self.evaluate(expr)
        assert isinstance(value, Scalar)
        return value

    def _binary(self, expr: Binary) -> Value:
        left, right = self.evaluate(expr.left), self.evaluate(expr.right)
        if isinstance(left, list) and isinstance(right, list):
            if expr.op in SETS:
                return sets(expr.op, left, right, expr.labels, expr.on)
            return matched(expr.op, left, right, expr.labels, expr.on, expr.returns_bool)
        return compute(expr.op, left, right, expr.returns_bool or expr.op not in COMPARISONS)

    # -- selectors -------------------------------------------------------------------------------------

    def _stored(self, expr: Selector) -> Iterable[Stored]:
        steps = self._steps
        width = steps[1] - steps[0] if len(steps) > 1 else 1.0
        hints = Hints(steps[0] - expr.offset, steps[-1] - expr.offset, width, expr.range or 0.0)
        for stored in self._storage.select(expr.matchers, hints):
            self._loaded += len(stored.times)
            if self._loaded > MAX_SAMPLES:
                raise QueryError(
                    "query processing would load too many samples into memory in query execution", "execution"
                )
            yield stored

    def _select(self, expr: Selector, moments: bool = False) -> list[Row]:
        """The newest sample of each series at each step; with `moments` its time instead of its value."""
        ends = [step - expr.offset for step in self._steps]
        found = []
        for stored in self._stored(expr):
            times, samples = stored.times, stored.values
            values: list[float | None] = []
            index, count = 0, len(times)
            for end in ends:
                while index < count and times[index] <= end:
                    index += 1
                if not index or times[index - 1] <= end - LOOKBACK or samples[index - 1] is None:
                    values.append(None)
                else:
                    values.append(times[index - 1] if moments else samples[index - 1])
            if values.count(None) < len(values):
                found.append(Row(stored.labels, values))
        return found

    # -- functions -------------------------------------------------------------------------------------

    def _call(self, expr: Call) -> Value:
        name = expr.function
        if name in WINDOWS:
            return self._windowed(expr)
        if name == "time":
            return Scalar(list(self._steps))
        if name == "vector":
            return [Row((), list(self._scalar(expr.args[0]).values))]
        if name == "timestamp":
            return self._timestamps(expr.args[0])
        rows = self._vector(expr.args[0])
        if name == "scalar":
            return Scalar([_only_value(rows, index) for index in range(len(self._steps))])
        if name == "absent":
            return self._absent(expr.args[0], rows)
        if name in ("sort", "sort_desc"):
            return _by_value(rows, name == "sort_desc")
        if name in ("clamp_min", "clamp_max"):
            return self._clamped(rows, self._scalar(expr.args[1]).values, min if name == "clamp_max" else max)
        apply = _MAPS[name]
        return [
            Row(named_without(row.labels), [None if value is None else apply(value) for value in row.values])
            for row in rows
        ]

    def _clamped(
        self, rows: list[Row], bounds: Sequence[float], pick: Callable[[float, float], float]
    ) -> list[Row]:
        return [
            Row(
                named_without(row.labels),
                [None if v is None else pick(v, bound) for v, bound in zip(row.values, bounds, strict=True)],
            )
            for row in rows
        ]

    def _windowed(self, expr: Call) -> list[Row]:
        selector = expr.args[0]
        assert isinstance(selector, Selector)
        apply, length = WINDOWS[expr.function], selector.range or 0.0
        rows = []
        for stored in self._stored(selector):
            samples = Samples(stored.times, stored.values)
            values: list[float | None] = []
            for step in self._steps:
                end = step - selector.offset
                low, high = samples.window(end - length, end)
                values.append(apply(samples, low, high, end - length, end))
            if any(value is not None for value in values):
                labels = stored.labels if expr.function == "last_over_time" else named_without(stored.labels)
                rows.append(Row(labels, values))
        return unique(rows)

    def _timestamps(self, expr: Expr) -> list[Row]:
        if isinstance(expr, Selector):
            rows = self._select(expr, moments=True)
            return unique([Row(named_without(row.labels), row.values) for row in rows])
        return [
            Row(
                named_without(row.labels),
                [None if value is None else step for value, step in zip(row.values, self._steps, strict=True)],
            )
            for row in self._vector(expr)
        ]

    def _absent(self, expr: Expr, rows: list[Row]) -> list[Row]:
        values = [
            1.0 if all(row.values[index] is None for row in rows) else None for index in range(len(self._steps))
        ]
        matchers = expr.matchers if isinstance(expr, Selector) else ()
        names = [matcher.name for matcher in matchers]
        labels = sorted(
            (matcher.name, matcher.value)
            for matcher in matchers
            if matcher.op == "=" and matcher.name != "__name__" and names.count(matcher.name) == 1
        )
        return [Row(tuple(labels), values)]
