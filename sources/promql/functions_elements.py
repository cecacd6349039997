"""Functions that turn each value of a vector into another one: rounding, logarithms, trigonometry, clamping."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from sources.promql.ast import Call
from sources.promql.grid import Grid, Value, drop_names, with_values
from sources.promql.storage import Floats

if TYPE_CHECKING:
    from sources.promql.evaluate import Evaluation

Handler = Callable[["Evaluation", Call], Value]


def _each(function: Callable[[Floats], Floats]) -> Handler:
    def handle(evaluation: Evaluation, call: Call) -> Grid:
        grid = evaluation.vector(call.args[0])
        with np.errstate(all="ignore"):
            return drop_names(with_values(grid, function(grid.values)), evaluation.delayed)

    return handle


def _sgn(values: Floats) -> Floats:
    return np.where(values < 0, -1.0, np.where(values > 0, 1.0, values))


def _round(evaluation: Evaluation, call: Call) -> Grid:
    """To the nearest multiple, halves upwards."""
    grid = evaluation.vector(call.args[0])
    with np.errstate(all="ignore"):
        nearest = evaluation.scalar(call.args[1]) if len(call.args) > 1 else np.ones(evaluation.steps.count)
        inverse = 1.0 / nearest
        return drop_names(with_values(grid, np.floor(grid.values * inverse + 0.5) / inverse), evaluation.delayed)


def _lesser(a: Floats, b: Floats) -> Floats:
    """Go's math.Min: -Inf even beside NaN."""
    return np.where((a == -np.inf) | (b == -np.inf), -np.inf, np.minimum(a, b))


def _greater(a: Floats, b: Floats) -> Floats:
    """Go's math.Max: +Inf even beside NaN."""
    return np.where((a == np.inf) | (b == np.inf), np.inf, np.maximum(a, b))


def _clamped(evaluation: Evaluation, grid: Grid, low: Floats, high: Floats) -> Grid:
    values = _greater(low, _lesser(high, grid.values))
    return drop_names(with_values(grid, values, grid.present & ~(high < low)), evaluation.delayed)


def _clamp(evaluation: Evaluation, call: Call) -> Grid:
    grid = evaluation.vector(call.args[0])
    return _clamped(evaluation, grid, evaluation.scalar(call.args[1]), evaluation.scalar(call.args[2]))


def _clamp_min(evaluation: Evaluation, call: Call) -> Grid:
    grid = evaluation.vector(call.args[0])
    return _clamped(evaluation, grid, evaluation.scalar(call.args[1]), np.full(evaluation.steps.count, np.inf))


def _clamp_max(evaluation: Evaluation, call: Call) -> Grid:
    grid = evaluation.vector(call.args[0])
    return _clamped(evaluation, grid, np.full(evaluation.steps.count, -np.inf), evaluation.scalar(call.args[1]))


ELEMENTS: dict[str, Handler] = {
    "abs": _each(np.abs),
    "ceil": _each(np.ceil),
    "floor": _each(np.floor),
    "exp": _each(np.exp),
    "sqrt": _each(np.sqrt),
    "ln": _each(np.log),
    "log2": _each(np.log2),
    "log10": _each(np.log10),
    "sin": _each(np.sin),
    "cos": _each(np.cos),
    "tan": _each(np.tan),
    "asin": _each(np.arcsin),
    "acos": _each(np.arccos),
    "atan": _each(np.arctan),
    "sinh": _each(np.sinh),
    "cosh": _each(np.cosh),
    "tanh": _each(np.tanh),
    "asinh": _each(np.arcsinh),
    "acosh": _each(np.arccosh),
    "atanh": _each(np.arctanh),
    "rad": _each(lambda values: values * (np.pi / 180)),
    "deg": _each(lambda values: values * (180 / np.pi)),
    "sgn": _each(_sgn),
    "round": _round,
    "clamp": _clamp,
    "clamp_min": _clamp_min,
    "clamp_max": _clamp_max,
}
