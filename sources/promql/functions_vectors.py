"""Functions between vectors and scalars, and those that look at a vector as a whole: absent, sort, scalar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sources.promql.ast import Call, Expr, MatrixSelector, Subquery, VectorSelector
from sources.promql.grid import METADATA, Grid, Mask, Value, changed, compact
from sources.promql.prepare import unwrapped
from sources.promql.storage import Floats, Labels, Matcher, MatchOp

if TYPE_CHECKING:
    from sources.promql.evaluate import Evaluation

Handler = Callable[["Evaluation", Call], Value]


def one_row(labels: Labels, values: Floats) -> Grid:
    """A vector of one series that has a value at each step."""
    return Grid([labels], values[None, :], np.ones((1, len(values)), np.bool_), [False])


def _vector(evaluation: Evaluation, call: Call) -> Grid:
    return one_row((), evaluation.scalar(call.args[0]))


def _scalar(evaluation: Evaluation, call: Call) -> Floats:
    """The value of the only element, NaN if there is none or more."""
    grid, count = evaluation.vector(call.args[0]), evaluation.steps.count
    if not grid.labels:
        return np.full(count, np.nan)
    first = grid.values[grid.present.argmax(axis=0), np.arange(count)]
    return np.where(grid.present.sum(axis=0) == 1, first, np.nan)


def _pi(evaluation: Evaluation, call: Call) -> Floats:
    return np.full(evaluation.steps.count, np.pi)


def _sort(descending: bool) -> Handler:
    def handle(evaluation: Evaluation, call: Call) -> Grid:
        grid = evaluation.vector(call.args[0])
        if not evaluation.steps.instant:
            evaluation.session.annotate(
                "warning",
                "sort is ineffective for range queries since results are always ordered by labels",
                call,
            )
        if evaluation.steps.count != 1:
            return grid
        grid = compact(grid)
        values = grid.values[:, 0]
        return grid.take(np.lexsort((-values if descending else values, np.isnan(values))))

    return handle


def absent_labels(expr: Expr) -> Labels:
    """The labels that a selector asks for exactly once, with `=`."""
    expr = unwrapped(expr)
    if isinstance(expr, MatrixSelector):
        expr = expr.selector
    return _exact(expr.matchers) if isinstance(expr, VectorSelector) else ()


def _exact(matchers: Sequence[Matcher]) -> Labels:
    labels: Labels = ()
    seen = set()
    for matcher in matchers:
        if matcher.name in METADATA:
            continue
        if matcher.op == MatchOp.EQUAL and matcher.name not in seen:
            labels = changed(labels, matcher.name, matcher.value)
            seen.add(matcher.name)
        else:
            labels = changed(labels, matcher.name, "")
    return labels


def _absent(evaluation: Evaluation, call: Call) -> Grid:
    grid = evaluation.vector(call.args[0])
    return _missing(absent_labels(call.args[0]), np.asarray(grid.present.any(axis=0)))


def _missing(labels: Labels, there: Mask) -> Grid:
    return compact(Grid([labels], np.ones((1, len(there))), ~there[None, :], [False]))


def _absent_over_time(evaluation: Evaluation, call: Call) -> Grid:
    found = evaluation.ranges(call.args[0])
    there = np.zeros(evaluation.steps.count, np.bool_)
    for _, windows in found.windows():
        there |= (windows.high > windows.low).reshape(-1, found.at.count).any(axis=0)
    labels = () if isinstance(unwrapped(call.args[0]), Subquery) else absent_labels(call.args[0])
    grid = _missing(labels, there)
    grid.nameless = [True] * len(grid.labels)
    return grid


VECTORS: dict[str, Handler] = {
    "vector": _vector,
    "scalar": _scalar,
    "pi": _pi,
    "sort": _sort(descending=False),
    "sort_desc": _sort(descending=True),
    "absent": _absent,
    "absent_over_time": _absent_over_time,
}
