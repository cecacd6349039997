"""Functions over ranges: the windows of each series through the kernels, and their annotations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sources.promql.ast import Call
from sources.promql.formats import quoted
from sources.promql.grid import Grid, Value, compact, get, unique, unnamed
from sources.promql.kernel import Column
from sources.promql.storage import Floats
from sources.promql.windows import KERNELS, predict_linear, quantile_over_time

if TYPE_CHECKING:
    from sources.promql.evaluate import Evaluation, Ranges

Handler = Callable[["Evaluation", Call], Value]
_KEEP_NAMES = frozenset(("last_over_time", "first_over_time"))
_COUNTERS = frozenset(("rate", "increase"))
_COUNTER_ENDINGS = ("_total", "_sum", "_count", "_bucket")


def _named(evaluation: Evaluation, found: Ranges, column: Column, keep_names: bool) -> Grid:
    """The column's values as rows; a window that is the same at each step gives the same value at each."""
    rows, count = len(found.series), evaluation.steps.count
    values = column.values.reshape(rows, found.count)
    present = column.present.reshape(rows, found.count)
    if found.count != count:
        values, present = np.repeat(values, count, axis=1), np.repeat(present, count, axis=1)
    nameless = [each.nameless or not keep_names for each in found.series]
    labels = [each.labels for each in found.series]
    if not evaluation.delayed:
        labels = [unnamed(each) if drop else each for each, drop in zip(labels, nameless, strict=True)]
    grid = compact(Grid(labels, values, present, nameless))
    return grid if evaluation.delayed else unique(grid)


def _over_windows(name: str) -> Handler:
    kernel = KERNELS[name]

    def handle(evaluation: Evaluation, call: Call) -> Grid:
        found = evaluation.ranges(call.args[0])
        column = kernel(found.windows)
        if name in _COUNTERS:
            _check_counters(evaluation, call, found, column)
        return _named(evaluation, found, column, name in _KEEP_NAMES)

    return handle


def _check_counters(evaluation: Evaluation, call: Call, found: Ranges, column: Column) -> None:
    """A notice for each metric that does not look like a counter by its name."""
    some = np.asarray(column.present.reshape(len(found.series), found.count).any(axis=1)).tolist()
    names = {get(each.labels, "__name__"): None for each, has in zip(found.series, some, strict=True) if has}
    for name in names:
        if name and not name.endswith(_COUNTER_ENDINGS):
            message = "metric might not be a counter, name does not end in _total/_sum/_count/_bucket:"
            evaluation.session.annotate("info", f"{message} {quoted(name)}", call.args[0])


def _each_window(found: Ranges, evaluation: Evaluation, values: Floats) -> tuple[Ranges, Floats]:
    """The windows and a parameter with one value for each of them: both repeat where the other one does."""
    count = evaluation.steps.count
    if found.count != count:
        windows = found.windows
        low, high = np.repeat(windows.low, count), np.repeat(windows.high, count)
        start, end = np.repeat(windows.start, count), np.repeat(windows.end, count)
        windows = replace(windows, low=low, high=high, start=start, end=end)
        found = replace(found, windows=windows, count=count)
    return found, np.tile(values, len(found.series))


def _quantile(evaluation: Evaluation, call: Call) -> Grid:
    q = evaluation.scalar(call.args[0])
    found, each = _each_window(evaluation.ranges(call.args[1]), evaluation, q)
    column = quantile_over_time(found.windows, each)
    used = each[column.present]
    for value in dict.fromkeys(used[~((used >= 0) & (used <= 1))].tolist()):
        evaluation.session.invalid_quantile(value, call.args[0])
    return _named(evaluation, found, column, keep_names=False)


def _predict(evaluation: Evaluation, call: Call) -> Grid:
    ranges = evaluation.ranges(call.args[0])
    found, ahead = _each_window(ranges, evaluation, evaluation.scalar(call.args[1]))
    at = np.tile(evaluation.steps.times.astype(np.float64), len(found.series))
    return _named(evaluation, found, predict_linear(found.windows, ahead, at), keep_names=False)


RANGES: dict[str, Handler] = {
    **{name: _over_windows(name) for name in KERNELS},
    "quantile_over_time": _quantile,
    "predict_linear": _predict,
}
