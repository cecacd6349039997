"""Operators between scalars and vectors; those between two vectors are matched elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sources.promql.ast import Binary
from sources.promql.grid import Grid, Mask, Value, drop_names, with_values
from sources.promql.matching import matched, sets
from sources.promql.powers import power
from sources.promql.session import Session
from sources.promql.storage import Floats
from sources.promql.tokens import COMPARISONS, SET_OPERATORS

ARITHMETIC: dict[str, Callable[[Floats, Floats], Floats]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "%": np.fmod, "^": power,
    "atan2": np.arctan2,
}  # fmt: skip
COMPARE: dict[str, Callable[[Floats, Floats], Mask]] = {
    "==": np.equal, "!=": np.not_equal, "<": np.less, "<=": np.less_equal, ">": np.greater,
    ">=": np.greater_equal,
}  # fmt: skip


def combined(session: Session, node: Binary, left: Value, right: Value) -> Value:
    """The value of an operator. Raises ExecutionError where vectors cannot be matched."""
    delayed = session.settings.delayed_name_removal
    with np.errstate(all="ignore"):
        if isinstance(left, Grid) and isinstance(right, Grid):
            assert node.matching is not None
            if node.op in SET_OPERATORS:
                return sets(node.op, left, right, node.matching)
            return matched(session, node, left, right, computed)
        if isinstance(left, Grid):
            return _with_scalar(node, left, left.values, right, delayed)
        if isinstance(right, Grid):
            return _with_scalar(node, right, left, right.values, delayed)
        if node.op in COMPARISONS:
            return COMPARE[node.op](left, right).astype(np.float64)
        return ARITHMETIC[node.op](left, right)


def computed(node: Binary, left: Floats, right: Floats) -> tuple[Floats, Mask | None]:
    """An operator on numbers: the result, and where a comparison that filters holds."""
    if node.op not in COMPARISONS:
        return ARITHMETIC[node.op](left, right), None
    holds = COMPARE[node.op](left, right)
    if node.returns_bool:
        return holds.astype(np.float64), None
    return left, holds


def _with_scalar(node: Binary, grid: Grid, left: Value, right: Value, delayed: bool) -> Grid:
    assert not isinstance(left, Grid)
    assert not isinstance(right, Grid)
    values, holds = computed(node, left, right)
    if holds is not None:  # a comparison keeps the vector's own values and names
        return with_values(grid, grid.values, grid.present & holds)
    return drop_names(with_values(grid, values), delayed)
