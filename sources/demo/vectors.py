"""Arithmetic, matching and aggregation of vectors: rows of one value (or None) for each step."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from operator import add, eq, ge, gt, le, lt, mul, ne, sub
from typing import NamedTuple, TypeAlias

from sources.contract import QueryError
from sources.demo.windows import exact_sum, mean
from sources.model import Labels


class Row(NamedTuple):
    """A series of a vector: its value at each step, None where it has none."""

    labels: Labels
    values: list[float | None]


class Scalar(NamedTuple):
    values: list[float]


Value: TypeAlias = "Scalar | list[Row]"


def _div(left: float, right: float) -> float:
    if right:
        return left / right
    if left == 0 or math.isnan(left) or math.isnan(right):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def _mod(left: float, right: float) -> float:
    if right == 0 or math.isinf(left):
        return math.nan
    return math.fmod(left, right)


def _pow(left: float, right: float) -> float:
    try:
        return math.pow(left, right)
    except OverflowError:
        return -math.inf if left < 0 and right % 2 == 1 else math.inf
    except ValueError:  # 0 to a negative power, or a root of a negative number
        return math.inf if left == 0 else math.nan


_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": add, "-": sub, "*": mul, "/": _div, "%": _mod, "^": _pow,
}  # fmt: skip
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge,
}  # fmt: skip


_METRIC = frozenset({"__name__", "__type__", "__unit__"})
"""The labels that say what metric it is; they go when the value is no longer that metric's."""


def named_without(labels: Labels) -> Labels:
    """The labels without the metric's name."""
    return tuple(pair for pair in labels if pair[0] not in _METRIC)


def unique(rows: list[Row]) -> list[Row]:
    """The rows, of which no two may have the same labels at the same step."""
    groups: dict[Labels, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.labels].append(row)
    if len(groups) == len(rows):
        return rows
    return [_merged(labels, group) for labels, group in groups.items()]


def _merged(labels: Labels, group: Sequence[Row]) -> Row:
    values: list[float | None] = []
    for column in zip(*(row.values for row in group), strict=True):
        present = [value for value in column if value is not None]
        if len(present) > 1:
            raise QueryError("vector cannot contain metrics with the same labelset", "execution")
        values.append(present[0] if present else None)
    return Row(labels, values)


def compute(op: str, left: Value, right: Value, always: bool) -> Value:
    """An operator between scalars, or a scalar and a vector. Comparisons filter unless `always` gives a value."""
    if isinstance(left, Scalar) and isinstance(right, Scalar):
        function = _ARITHMETIC.get(op) or _COMPARE[op]
        return Scalar([float(function(a, b)) for a, b in zip(left.values, right.values, strict=True)])
    if isinstance(left, Scalar):
        assert isinstance(right, list)
        return unique([_row(op, row.labels, left.values, row.values, always, row.values) for row in right])
    assert isinstance(right, Scalar)
    return unique([_row(op, row.labels, row.values, right.values, always, row.values) for row in left])


def _row(
    op: str,
    labels: Labels,
    left: Sequence[float | None],
    right: Sequence[float | None],
    always: bool,
    kept: Sequence[float | None],
) -> Row:
    """One row; a comparison that filters keeps `kept`, the vector's own value, and its name."""
    pairs = zip(left, right, strict=True)
    if (arithmetic := _ARITHMETIC.get(op)) is not None:
        values = [None if a is None or b is None else arithmetic(a, b) for a, b in pairs]
        return Row(named_without(labels), values)
    compare = _COMPARE[op]
    if always:
        values = [None if a is None or b is None else float(compare(a, b)) for a, b in pairs]
        return Row(named_without(labels), values)
    found = [a is not None and b is not None and compare(a, b) for a, b in pairs]
    return Row(labels, [own if holds else None for own, holds in zip(kept, found, strict=True)])


def _signature(labels: Labels, names: Sequence[str] | None, on: bool) -> Labels:
    """The labels that must be equal on both sides."""
    if names is None:
        return named_without(labels)
    if on:
        return tuple(pair for pair in labels if pair[0] in names)
    return tuple(pair for pair in labels if pair[0] not in names and pair[0] not in _METRIC)


def matched(
    op: str, left: list[Row], right: list[Row], names: Sequence[str] | None, on: bool, returns_bool: bool
) -> list[Row]:
    """An operator between two vectors, one to one."""
    sides: dict[Labels, list[Row]] = defaultdict(list)
    for row in right:
        sides[_signature(row.labels, names, on)].append(row)
    lefts: dict[Labels, list[Row]] = defaultdict(list)
    for row in left:
        lefts[_signature(row.labels, names, on)].append(row)
    found = []
    for signature, rows in lefts.items():
        others = sides.get(signature)
        if not others:
            continue
        other = _only(signature, others, "right")
        if len(rows) > 1:
            present = [row for row in rows if _overlap(row, other)]
            _only(signature, present, "left")
        for row in rows:
            result = _row(op, row.labels, row.values, other.values, returns_bool or op in _ARITHMETIC, row.values)
            if names is not None:
                result = Row(_signature(result.labels, names, on), result.values)
            found.append(result)
    return unique(found)


def _overlap(row: Row, other: Row) -> bool:
    return any(a is not None and b is not None for a, b in zip(row.values, other.values, strict=True))


def _only(signature: Labels, rows: Sequence[Row], side: str) -> Row:
    """The one row with this signature; several may take turns, but not meet at one step."""
    if len(rows) == 1:
        return rows[0]
    try:
        return _merged(signature, rows)
    except QueryError:
        group = "{" + ", ".join(f'{name}="{value}"' for name, value in signature) + "}"
        raise QueryError(
            f"found duplicate series for the match group {group} on the {side} hand-side of the operation;"
            "many-to-many matching not allowed: matching labels must be unique on one side",
            "execution",
        ) from None


def sets(op: str, left: list[Row], right: list[Row], names: Sequence[str] | None, on: bool) -> list[Row]:
    """`and`, `or`, `unless`, step by step."""
    there = _present(left if op == "or" else right, names, on)
    found = list(left) if op == "or" else []
    for row in right if op == "or" else left:
        steps = there.get(_signature(row.labels, names, on), set())
        wanted = op == "and"
        values = [value if (index in steps) == wanted else None for index, value in enumerate(row.values)]
        if any(value is not None for value in values):
            found.append(Row(row.labels, values))
    return unique(found)


def _present(rows: Iterable[Row], names: Sequence[str] | None, on: bool) -> dict[Labels, set[int]]:
    there: dict[Labels, set[int]] = defaultdict(set)
    for row in rows:
        there[_signature(row.labels, names, on)].update(
            index for index, value in enumerate(row.values) if value is not None
        )
    return there


def _fold_min(values: Sequence[float]) -> float:
    return min((value for value in values if not math.isnan(value)), default=math.nan)


def _fold_max(values: Sequence[float]) -> float:
    return max((value for value in values if not math.isnan(value)), default=math.nan)


_FOLDS: dict[str, Callable[[Sequence[float]], float]] = {
    "sum": exact_sum,
    "avg": mean,
    "min": _fold_min,
    "max": _fold_max,
    "count": lambda values: float(len(values)),
    "group": lambda values: 1.0,
}


def aggregate(op: str, rows: list[Row], names: Sequence[str], without: bool, param: Sequence[float]) -> list[Row]:
    """An aggregation over groups; `param` is the k of topk and bottomk at each step."""
    if any(not math.isfinite(k) for k in param):
        raise QueryError(f"Parameter value is {param[0]}", "execution")
    groups: dict[Labels, list[Row]] = defaultdict(list)
    dropped = {*names, "__name__"}
    kept = set(names)
    for row in rows:
        if without:
            labels = tuple(pair for pair in row.labels if pair[0] not in dropped)
        else:
            labels = tuple(pair for pair in row.labels if pair[0] in kept)
        groups[labels].append(row)
    if op in ("topk", "bottomk"):
        return [row for group in groups.values() for row in _top(group, param, op == "topk")]
    fold = _FOLDS[op]
    found = []
    for labels, group in groups.items():
        if len(group) == 1 and op in ("sum", "avg", "min", "max"):
            found.append(Row(labels, group[0].values))
            continue
        values: list[float | None] = []
        for column in zip(*(row.values for row in group), strict=True):
            present = [value for value in column if value is not None]
            values.append(fold(present) if present else None)
        found.append(Row(labels, values))
    return found


def _top(group: list[Row], param: Sequence[float], largest: bool) -> list[Row]:
    """The k greatest or least at each step; NaN comes last. For one step they are in that order."""
    chosen: list[list[float | None]] = [[None] * len(param) for _ in group]
    order: list[int] = []
    sign = -1.0 if largest else 1.0
    for step, k in enumerate(param):
        present = [
            (math.isnan(value), sign * value if not math.isnan(value) else 0.0, index)
            for index, row in enumerate(group)
            if (value := row.values[step]) is not None
        ]
        order = [index for _, _, index in sorted(present)[: max(0, int(k))]]
        for index in order:
            chosen[index][step] = group[index].values[step]
    indexes = order if len(param) == 1 else range(len(group))
    return [
        Row(group[index].labels, chosen[index])
        for index in indexes
        if any(value is not None for value in chosen[index])
    ]
