"""Queries over a storage: limits, evaluation, results."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sources.promql.ast import Expr, StringLiteral
from sources.promql.evaluate import Evaluation
from sources.promql.formats import quoted
from sources.promql.grid import Grid, Steps, compact, unique, unnamed
from sources.promql.parser import parse
from sources.promql.prepare import constant_parts, unwrapped
from sources.promql.results import (
    ExecutionError,
    Matrix,
    Points,
    Result,
    Sample,
    Scalar,
    String,
    Vector,
)
from sources.promql.session import Session, Settings
from sources.promql.signatures import ValueType
from sources.promql.storage import Storage, in_order
from sources.promql.typecheck import documented, type_of


class Engine:
    """Evaluates queries. One engine may serve many threads; it keeps no state between queries.

    `lookback` and `subquery_step` are milliseconds, `timeout` is seconds (None: no limit), `max_samples` how many
    samples a query may hold. `delayed_name_removal` is Prometheus' feature flag of that name.
    """

    def __init__(
        self,
        *,
        lookback: int = 300_000,
        subquery_step: int = 60_000,
        max_samples: int = 50_000_000,
        timeout: float | None = 120.0,
        delayed_name_removal: bool = False,
    ) -> None:
        self.settings = Settings(lookback, subquery_step, max_samples, timeout, delayed_name_removal)

    def query(
        self, expr: str | Expr, at: int, storage: Storage, canceled: Callable[[], bool] | None = None
    ) -> Result:
        """The value at a moment (milliseconds). Raises PromQLError.

        Annotations of an `Expr` that was parsed before stand at 1:1 + offset, as if it was one line.
        """
        text, tree = _parsed(expr)
        session = Session(text, storage, self.settings, at, at, 0, canceled)
        node = unwrapped(tree)
        if isinstance(node, StringLiteral):
            return Result(String(at, node.value))
        evaluation = Evaluation(session, Steps(at, 1, 1), constant_parts(tree))
        kind = type_of(tree)
        if kind == ValueType.MATRIX:
            series = [
                Points(unnamed(each.labels) if each.nameless else each.labels, each.times, each.values)
                for each in evaluation.raw(node)
            ]
            return Result(
                Matrix(tuple(sorted(series, key=lambda each: in_order(each.labels)))), session.annotations()
            )
        found = evaluation.value(tree)
        if not isinstance(found, Grid):
            return Result(Scalar(at, float(found[0])), session.annotations())
        grid = self._finished(found)
        samples = tuple(
            Sample(labels, float(values[0])) for labels, values in zip(grid.labels, grid.values, strict=True)
        )
        return Result(Vector(at, samples), session.annotations())

    def query_range(
        self,
        expr: str | Expr,
        start: int,
        end: int,
        step: int,
        storage: Storage,
        canceled: Callable[[], bool] | None = None,
    ) -> Result:
        """The values at start, start + step, ... up to end (milliseconds), as a Matrix. Raises PromQLError."""
        if step <= 0:
            raise ExecutionError("zero or negative query resolution step widths are not accepted")
        if end < start:
            raise ExecutionError("end timestamp must not be before start time")
        text, tree = _parsed(expr)
        kind = type_of(tree)
        if kind not in (ValueType.VECTOR, ValueType.SCALAR):
            given = quoted(documented(kind))
            raise ExecutionError(
                f"invalid expression type {given} for range query, must be Scalar or instant Vector"
            )
        session = Session(text, storage, self.settings, start, end, step, canceled)
        steps = Steps(start, step, (end - start) // step + 1, end)
        session.allocate(1, steps.count)
        found = Evaluation(session, steps, constant_parts(tree)).value(tree)
        times = steps.times
        if not isinstance(found, Grid):
            return Result(Matrix((Points((), times, np.asarray(found, np.float64)),)), session.annotations())
        grid = self._finished(found)
        series = [
            Points(labels, times, values) if present.all() else Points(labels, times[present], values[present])
            for labels, values, present in zip(grid.labels, grid.values, grid.present, strict=True)
        ]
        return Result(Matrix(tuple(sorted(series, key=lambda each: in_order(each.labels)))), session.annotations())

    def _finished(self, grid: Grid) -> Grid:
        grid = compact(grid)
        if any(grid.nameless):
            labels = [
                unnamed(each) if nameless else each
                for each, nameless in zip(grid.labels, grid.nameless, strict=True)
            ]
            grid = Grid(labels, grid.values, grid.present, grid.nameless)
        return unique(grid)


def _parsed(expr: str | Expr) -> tuple[str, Expr]:
    if isinstance(expr, str):
        return expr, parse(expr)
    return " " * expr.end, expr
