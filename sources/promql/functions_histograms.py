"""Functions of histograms, over the buckets of classic ones. A storage of floats has no native ones."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sources.promql.ast import Call, Expr
from sources.promql.bucket_columns import quantile_column
from sources.promql.buckets import Bucket, bucket_fraction, bucket_quantile
from sources.promql.formats import quoted
from sources.promql.grid import METADATA, Grid, Mask, Value, compact, empty, get, unique
from sources.promql.prepare import unwrapped
from sources.promql.session import Fix
from sources.promql.storage import Floats, Labels

if TYPE_CHECKING:
    from sources.promql.evaluate import Evaluation

Handler = Callable[["Evaluation", Call], Value]


def _bound(text: str) -> float | None:
    """The upper bound that a bucket's label names, None if it does not."""
    try:
        value = float(text)
    except ValueError:
        return None
    return None if math.isnan(value) or not text.isascii() or text != text.strip() else value


def _histograms(evaluation: Evaluation, grid: Grid, node: Expr) -> dict[Labels, list[tuple[float, int]]]:
    """The histograms by their labels without the bucket's: bounds and rows."""
    found: dict[Labels, list[tuple[float, int]]] = {}
    for row, labels in enumerate(grid.labels):
        text = get(labels, "le")
        bound = _bound(text)
        if bound is None:
            metric = get(labels, "__name__") if evaluation.delayed else ""
            about = f" for metric name {quoted(metric)}" if metric else ""
            message = f"bucket label {quoted('le')} is missing or has a malformed value of {quoted(text)}{about}"
            evaluation.session.annotate("warning", message, node)
            continue
        rest = tuple(pair for pair in labels if pair[0] != "le")
        found.setdefault(rest, []).append((bound, row))
    return found


def _cells(bounds: list[float], values: Floats, present: Mask, wanted: Mask) -> Iterator[tuple[int, list[Bucket]]]:
    """The buckets of one histogram at each of the wanted steps."""
    for step in np.flatnonzero(wanted).tolist():
        counts, there = values[:, step].tolist(), present[:, step].tolist()
        yield step, [Bucket(bound, count) for bound, count, has in zip(bounds, counts, there, strict=True) if has]


class _Histogram(NamedTuple):
    name: str
    bounds: list[float]
    values: Floats
    present: Mask


def _classic(evaluation: Evaluation, grid: Grid, node: Expr, answer: Callable[[_Histogram, Mask], Floats]) -> Grid:
    """`answer` for each histogram, given at which steps there are buckets."""
    count = evaluation.steps.count
    found = _histograms(evaluation, grid, node)
    if not found:
        return empty(count)
    values = np.zeros((len(found), count))
    present = np.zeros((len(found), count), np.bool_)
    labels = []
    for row, (rest, members) in enumerate(found.items()):
        evaluation.session.poll()
        name = get(rest, "__name__") if evaluation.delayed else ""
        labels.append(rest if evaluation.delayed else tuple(pair for pair in rest if pair[0] not in METADATA))
        rows = [row for _, row in members]
        there = grid.present[rows]
        present[row] = there.any(axis=0)
        histogram = _Histogram(name, [bound for bound, _ in members], grid.values[rows], there)
        values[row] = answer(histogram, present[row])
    result = compact(Grid(labels, values, present, [True] * len(labels)))
    return result if evaluation.delayed else unique(result)


def _quantile(evaluation: Evaluation, call: Call) -> Grid:
    node, vector = map(unwrapped, call.args)
    q, grid = evaluation.scalar(node), evaluation.vector(vector)
    for value in dict.fromkeys(q[~((q >= 0) & (q <= 1))].tolist()):
        evaluation.session.invalid_quantile(value, node)
    times = evaluation.steps.times.tolist()

    def answer(histogram: _Histogram, wanted: Mask) -> Floats:
        name, bounds, values, present = histogram
        result, done = quantile_column(q, bounds, values, present)
        for step, buckets in _cells(bounds, values, present, wanted & ~done):
            found = bucket_quantile(float(q[step]), buckets)
            result[step] = found.value
            if (forced := found.forced) is not None:
                fix = Fix(forced.lowest, forced.highest, forced.most, times[step], times[step])
                evaluation.session.fixed_buckets(name, fix, vector)
        return result

    return _classic(evaluation, grid, vector, answer)


def _fraction(evaluation: Evaluation, call: Call) -> Grid:
    lower, upper = evaluation.scalar(call.args[0]), evaluation.scalar(call.args[1])
    node = unwrapped(call.args[2])
    grid = evaluation.vector(node)

    def answer(histogram: _Histogram, wanted: Mask) -> Floats:
        result = np.zeros(len(wanted))
        for step, buckets in _cells(histogram.bounds, histogram.values, histogram.present, wanted):
            result[step] = bucket_fraction(float(lower[step]), float(upper[step]), buckets)
        return result

    return _classic(evaluation, grid, node, answer)


def _native(evaluation: Evaluation, call: Call) -> Grid:
    """Functions of native histograms only: floats have no answer."""
    evaluation.vector(call.args[0])
    return empty(evaluation.steps.count)


HISTOGRAMS: dict[str, Handler] = {
    "histogram_quantile": _quantile,
    "histogram_fraction": _fraction,
    **dict.fromkeys(
        ("histogram_avg", "histogram_count", "histogram_sum", "histogram_stddev", "histogram_stdvar"), _native
    ),
}
