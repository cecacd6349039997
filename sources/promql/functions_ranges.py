"""Functions over ranges: the windows of each series through the kernels, and their annotations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sources.promql.ast import Call, Subquery
from sources.promql.formats import quoted
from sources.promql.grid import Grid, Value, compact, get, unique, unnamed
from sources.promql.kernel import Column, Windows
from sources.promql.prepare import unwrapped
from sources.promql.windows import KERNELS, predict_linear, quantile_over_time

if TYPE_CHECKING:
    from sources.promql.evaluate import Evaluation, Ranges

Handler = Callable[["Evaluation", Call], Value]
_KEEP_NAMES = frozenset(("last_over_time", "first_over_time"))
_COUNTERS = frozenset(("rate", "increase"))
_COUNTER_ENDINGS = ("_total", "_sum", "_count", "_bucket")


Kernel = Callable[[Windows, slice], Column]


def _named(evaluation: Evaluation, found: Ranges, kernel: Kernel, keep_names: bool = False) -> Grid:
    """The kernel's values as rows; a window that is the same at each step gives the same value at each."""
    rows, count = len(found.series), evaluation.steps.count
    values, present = np.zeros((rows, count)), np.zeros((rows, count), np.bool_)
    for part, windows in found.windows():
        evaluation.session.poll()
        column = kernel(windows, part)
        size = len(found.series[part])
        values[part] = column.values.reshape(size, -1)
        present[part] = column.present.reshape(size, -1)
    nameless = [each.nameless or not keep_names for each in found.series]
    labels = [each.labels for each in found.series]
    if not evaluation.delayed:
        labels = [unnamed(each) if drop else each for each, drop in zip(labels, nameless, strict=True)]
    return Grid(labels, values, present, nameless)


def _finished(evaluation: Evaluation, grid: Grid) -> Grid:
    grid = compact(grid)
    return grid if evaluation.delayed else unique(grid)


def _over_windows(name: str) -> Handler:
    kernel = KERNELS[name]

    def handle(evaluation: Evaluation, call: Call) -> Grid:
        found = evaluation.ranges(call.args[0])
        grid = _named(evaluation, found, lambda windows, _: kernel(windows), name in _KEEP_NAMES)
        if name in _COUNTERS:
            _check_counters(evaluation, call, found, grid)
        return _finished(evaluation, grid)

    return handle


def _check_counters(evaluation: Evaluation, call: Call, found: Ranges, grid: Grid) -> None:
    """A notice for each metric that does not look like a counter by its name."""
    some = np.asarray(grid.present.any(axis=1)).tolist()
    names = {get(each.labels, "__name__"): None for each, has in zip(found.series, some, strict=True) if has}
    node = unwrapped(call.args[0])
    if isinstance(node, Subquery):
        node = replace(node, start=0)  # where a server places it, which has forgotten the place of subqueries
    for name in names:
        if name and not name.endswith(_COUNTER_ENDINGS):
            message = "metric might not be a counter, name does not end in _total/_sum/_count/_bucket:"
            evaluation.session.annotate("info", f"{message} {quoted(name)}", node)


def _at_each_step(found: Ranges, windows: Windows, count: int) -> Windows:
    """The windows once for each step, where they are the same for all."""
    if found.at.count == count:
        return windows
    low, high = np.repeat(windows.low, count), np.repeat(windows.high, count)
    start, end = np.repeat(windows.start, count), np.repeat(windows.end, count)
    return replace(windows, low=low, high=high, start=start, end=end)


def _quantile(evaluation: Evaluation, call: Call) -> Grid:
    q, count = evaluation.scalar(call.args[0]), evaluation.steps.count
    found = evaluation.ranges(call.args[1])

    def kernel(windows: Windows, part: slice) -> Column:
        each = np.tile(q, len(found.series[part]))
        return quantile_over_time(_at_each_step(found, windows, count), each)

    grid = _named(evaluation, found, kernel)
    used = q[np.asarray(grid.present.any(axis=0))]
    for value in dict.fromkeys(used[~((used >= 0) & (used <= 1))].tolist()):
        evaluation.session.invalid_quantile(value, unwrapped(call.args[0]))
    return _finished(evaluation, grid)


def _predict(evaluation: Evaluation, call: Call) -> Grid:
    found = evaluation.ranges(call.args[0])
    ahead, steps = evaluation.scalar(call.args[1]), evaluation.steps

    def kernel(windows: Windows, part: slice) -> Column:
        size = len(found.series[part])
        at = np.tile(steps.times.astype(np.float64), size)
        return predict_linear(_at_each_step(found, windows, steps.count), np.tile(ahead, size), at)

    return _finished(evaluation, _named(evaluation, found, kernel))


RANGES: dict[str, Handler] = {
    **{name: _over_windows(name) for name in KERNELS},
    "quantile_over_time": _quantile,
    "predict_linear": _predict,
}
