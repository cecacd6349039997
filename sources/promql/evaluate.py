"""Evaluation of a tree at all steps of a query: selectors, subqueries and what holds the operators together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from sources.promql.aggregate import aggregated
from sources.promql.ast import (
    Aggregate,
    Binary,
    Call,
    Expr,
    MatrixSelector,
    NumberLiteral,
    Paren,
    StringLiteral,
    Subquery,
    Unary,
    VectorSelector,
)
from sources.promql.binary import combined
from sources.promql.functions import FUNCTIONS
from sources.promql.grid import Grid, Steps, Value, compact, drop_names, empty, with_values
from sources.promql.kernel import Windows
from sources.promql.prepare import Durations, moment, unwrapped
from sources.promql.results import ExecutionError
from sources.promql.session import Session
from sources.promql.storage import Floats, Labels, Times, stale_mask
from sources.promql.windows import over_grid

_CHUNK = 100_000
"""Windows that are worked out at a time."""


class Series(NamedTuple):
    """The samples of one series, without stale markers where a range wants them."""

    labels: Labels
    times: Times
    values: Floats
    nameless: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Ranges:
    """The windows of many series, `length` milliseconds long, that end at the moments `at`.

    With @ there is one window only, the same at each step.
    """

    series: Sequence[Series]
    at: Steps
    length: int

    def windows(self) -> Iterator[tuple[slice, Windows]]:
        """Some series at a time (so that their numbers stay in the processor's cache), and their windows."""
        most = max(1, _CHUNK // max(self.at.count, 1))
        for first in range(0, len(self.series), most):
            part = slice(first, first + most)
            samples = [(each.times, each.values) for each in self.series[part]]
            at = self.at
            yield part, over_grid(samples, at.start, at.step, at.count, self.length)


class Evaluation:
    """Evaluates nodes at the given steps; a subquery has an evaluation of its own."""

    def __init__(self, session: Session, steps: Steps, constant: frozenset[int], parameter: bool = False) -> None:
        self.session, self.steps = session, steps
        self._constant, self._parameter = constant, parameter
        self._durations = Durations(session.start, session.end, session.step)

    @property
    def delayed(self) -> bool:
        return self.session.settings.delayed_name_removal

    def value(self, expr: Expr) -> Value:
        """The value of a vector or scalar at each step. Raises PromQLError."""
        self.session.poll()
        before = self.session.held
        if id(expr) in self._constant and self.steps.count > 1:
            once = self._at(replace(self.steps, count=1, until=None))
            found = self._spread(once.value(expr))
        else:
            found = self._value(expr)
        self.session.hold(before + (int(found.present.sum()) if isinstance(found, Grid) else 0))
        return found

    def _at(self, steps: Steps, parameter: bool = False) -> Evaluation:
        return Evaluation(self.session, steps, self._constant, parameter or self._parameter)

    def vector(self, expr: Expr) -> Grid:
        found = self.value(expr)
        assert isinstance(found, Grid)  # the types have been checked
        return found

    def scalar(self, expr: Expr) -> Floats:
        found = self.value(expr)
        assert not isinstance(found, Grid)
        return found

    def _spread(self, value: Value) -> Value:
        count = self.steps.count
        if not isinstance(value, Grid):
            return np.repeat(value, count)
        self.session.allocate(len(value.labels), count)
        return with_values(value, np.repeat(value.values, count, axis=1), np.repeat(value.present, count, axis=1))

    def _value(self, expr: Expr) -> Value:
        if isinstance(expr, Paren):
            return self.value(unwrapped(expr))
        if isinstance(expr, NumberLiteral):
            return np.full(self.steps.count, expr.value)
        if isinstance(expr, VectorSelector):
            return self.selected(expr)
        if isinstance(expr, Call):
            called = FUNCTIONS[expr.name](self, expr)
            return compact(called) if isinstance(called, Grid) else called
        if isinstance(expr, Aggregate):
            return self._aggregate(expr)
        if isinstance(expr, Binary):
            return self._binary(expr)
        assert isinstance(expr, Unary)  # strings and ranges are no values of their own
        return self._negative(expr)

    def _aggregate(self, expr: Aggregate) -> Grid:
        param: Floats | str = ""
        if expr.param is not None:
            node = unwrapped(expr.param)
            inner = self._at(self.steps, parameter=True)
            param = node.value if isinstance(node, StringLiteral) else inner.scalar(node)
        grid = self.vector(unwrapped(expr.expr))
        return compact(aggregated(self.session, self.steps, expr, grid, param))

    def _binary(self, expr: Binary) -> Value:
        chain = [expr]
        while isinstance(chain[-1].left, Binary) and id(chain[-1].left) not in self._constant:
            chain.append(chain[-1].left)
        left = self.value(chain[-1].left)
        for node in reversed(chain):
            right = self.value(node.right)
            left = combined(self.session, node, left, right)
            if isinstance(left, Grid):
                left = compact(left)
        return left

    def _negative(self, expr: Unary) -> Value:
        found = self.value(expr.expr)
        if expr.op == "+":
            return found
        if not isinstance(found, Grid):
            return -found
        return drop_names(with_values(found, -found.values), self.delayed)

    # -- selectors -------------------------------------------------------------------------------------

    def _reach(self, node: VectorSelector | Subquery, instant: bool = False) -> Steps:
        """The moments a selector looks at; with @ it is one.

        A server does not resolve @ in the parameter of an aggregation: start() and end() say nothing there, and
        for an instant selector a moment is that of the first step, from which it moves on with the steps.
        """
        offset = self._durations.offset(node.offset)
        at = node.at if node.at is None or node.at.bound is None or not self._parameter else None
        fixed = moment(at, self.session.start, self.session.end)
        if fixed is None:
            return replace(self.steps, start=self.steps.start - offset)
        if instant and self._parameter:
            return replace(self.steps, start=fixed - offset)
        return Steps(fixed - offset, 1, min(1, self.steps.count))

    def selected(self, expr: VectorSelector, moments: bool = False) -> Grid:
        """The newest sample of each series at each step; with `moments` its time in seconds, not its value."""
        at, length = self._reach(expr, instant=True), self.session.settings.lookback
        if moments and expr.at is not None and not self._parameter:
            # A server's timestamp() looks back from @, as if there was no offset, at the samples of the offset.
            offset = self._durations.offset(expr.offset)
            at, length = replace(at, start=at.start + min(0, offset)), max(0, length - abs(offset))
        if not at.count or not length:
            return empty(self.steps.count)
        stored = self._instant(expr, at, length)
        self.session.allocate(len(stored), self.steps.count)
        shape = (len(stored), at.count)
        values, present = np.zeros(shape), np.zeros(shape, np.bool_)
        for part, windows in Ranges(stored, at, length).windows():
            self.session.poll()
            there = windows.high > windows.low
            last = np.where(there, windows.high - 1, 0)
            found = windows.values[last]
            there &= ~stale_mask(found)
            values[part] = (windows.times[last] / 1000.0 if moments else found).reshape(-1, at.count)
            present[part] = there.reshape(-1, at.count)
        labels = [each.labels for each in stored]
        grid = Grid(labels, values, present, [False] * len(labels))
        if at.count != self.steps.count:
            spread = self._spread(grid)
            assert isinstance(spread, Grid)
            grid = spread
        return compact(grid)

    def _instant(self, expr: VectorSelector, at: Steps, length: int) -> list[Series]:
        """The series of an instant selector that have samples where it looks."""
        end = at.end
        moving = self._parameter and expr.at is not None and expr.at.bound is None
        if moving:
            end = at.start  # a server loads no samples after the moment of @
        found = []
        for each in self.session.select(expr.matchers, at.start - length + 1, end):
            times, values = each.times, each.values
            if moving and len(times) and times[-1] > end:
                inside = times <= end
                times, values = times[inside], values[inside]
            if len(times):
                found.append(Series(each.labels, times, values))
        return found

    def ranges(self, expr: Expr) -> Ranges:
        """The windows of a range selector or a subquery."""
        expr = unwrapped(expr)
        assert isinstance(expr, (MatrixSelector, Subquery))
        node = expr.selector if isinstance(expr, MatrixSelector) else expr
        at = self._reach(node)
        length = self._durations.of(expr.range)
        series = self._raw(expr, at, length)
        self.session.allocate(len(series), self.steps.count)
        return Ranges(series, at, length)

    def raw(self, expr: Expr) -> list[Series]:
        """The samples of a range at the only step of an instant query."""
        expr = unwrapped(expr)
        assert isinstance(expr, (MatrixSelector, Subquery))
        found = self.ranges(expr)
        if isinstance(expr, Subquery):
            return list(found.series)
        end = found.at.start
        inside = [(each.times > end - found.length) & (each.times <= end) for each in found.series]
        return [
            Series(each.labels, each.times[mask], each.values[mask])
            for each, mask in zip(found.series, inside, strict=True)
            if mask.any()
        ]

    def _raw(self, expr: MatrixSelector | Subquery, at: Steps, length: int) -> list[Series]:
        if not at.count:
            return []
        if isinstance(expr, Subquery):
            return self._subquery(expr, at, length)
        stored = self.session.select(expr.selector.matchers, at.start - length + 1, at.end)
        held = self.session.held
        self.session.hold(held + max((len(each.times) for each in stored), default=0))  # one series at a time
        self.session.held = held
        found = []
        for each in stored:
            times, values = each.times, each.values
            if np.isnan(values).any() and (stale := stale_mask(values)).any():
                times, values = times[~stale], values[~stale]
            if len(times):
                found.append(Series(each.labels, times, values))
        return found

    def _subquery(self, expr: Subquery, at: Steps, length: int) -> list[Series]:
        """The inner expression at steps of its own, multiples of their width, within the windows."""
        step = self.session.settings.subquery_step if expr.step is None else self._durations.of(expr.step)
        if step <= 0:
            raise ExecutionError("the step of a subquery must be at least a millisecond")
        begin = at.start - length
        start = step * (begin // step if begin >= 0 else -(-begin // step))
        if start <= begin:
            start += step
        count = (at.end - start) // step + 1 if at.end >= start else 0
        inner = self._at(Steps(start, step, count, at.end))
        self.session.allocate(1, count)
        grid = inner.vector(expr.expr) if count else empty(0)
        times = inner.steps.times
        return [
            Series(labels, times[present], values[present], nameless)
            for labels, values, present, nameless in zip(
                grid.labels, grid.values, grid.present, grid.nameless, strict=True
            )
            if present.any()
        ]
