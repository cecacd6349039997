"""Operators between two vectors: which series belong together, and the errors where that is not clear."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from sources.promql.ast import Binary, Cardinality, Matching
from sources.promql.formats import label_set
from sources.promql.grid import Grid, Mask, changed, empty, get, unique, unnamed, with_values
from sources.promql.results import ExecutionError
from sources.promql.storage import Floats, Labels
from sources.promql.tokens import COMPARISONS

_ONE_SIDE = "many-to-many matching not allowed: matching labels must be unique on one side"
_EXPLICIT = "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
_UNIQUE = "multiple matches for labels: grouping labels must ensure unique matches"

Compute = Callable[[Binary, Floats, Floats], tuple[Floats, Mask | None]]


def _signatures(matching: Matching) -> Callable[[Labels], Labels]:
    """The labels that must be equal on both sides."""
    names = frozenset(matching.labels)
    if matching.on:
        return lambda labels: tuple(pair for pair in labels if pair[0] in names)
    hidden = names | {"__name__"}  # types and units tell series apart up to Prometheus 3.14, no longer in 3.16
    return lambda labels: tuple(pair for pair in labels if pair[0] not in hidden)


def _grouped(left: Grid, right: Grid, matching: Matching) -> tuple[list[int], list[int], int]:
    """Each row's signature as a number, and how many there are."""
    sign = _signatures(matching)
    numbers: dict[Labels, int] = {}
    sides = [[numbers.setdefault(sign(labels), len(numbers)) for labels in side.labels] for side in (left, right)]
    return sides[0], sides[1], len(numbers)


def _where(grid: Grid, signatures: list[int], count: int) -> Mask:
    """For each signature the steps at which some row has a value."""
    there = np.zeros((count, grid.present.shape[1]), np.bool_)
    for signature, present in zip(signatures, grid.present, strict=True):
        there[signature] |= present
    return there


def sets(op: str, left: Grid, right: Grid, matching: Matching) -> Grid:
    """`and`, `or`, `unless`, step by step."""
    lefts, rights, count = _grouped(left, right, matching)
    if op != "or":
        there = _where(right, rights, count)[lefts]
        return unique(with_values(left, left.values, left.present & (there if op == "and" else ~there)))
    more = right.present & ~_where(left, lefts, count)[rights]
    kept = np.flatnonzero(more.any(axis=1))
    rest = Grid(right.labels, right.values, more, right.nameless).take(kept)
    return unique(
        Grid(
            left.labels + rest.labels,
            np.concatenate((left.values, rest.values)),
            np.concatenate((left.present, rest.present)),
            left.nameless + rest.nameless,
        )
    )


def matched(node: Binary, left: Grid, right: Grid, delayed: bool, compute: Compute) -> Grid:
    """An operator between the matching series. Raises ExecutionError where a match is not unique."""
    matching = node.matching
    assert matching is not None
    if not left.labels or not right.labels:
        return empty(left.present.shape[1])
    swapped = matching.cardinality == Cardinality.ONE_TO_MANY
    many, one = (right, left) if swapped else (left, right)
    manys, ones, count = _grouped(many, one, matching)
    _check_one_side(many, one, ones, count, matching)
    members: list[list[int]] = [[] for _ in range(count)]
    for row, signature in enumerate(ones):
        members[signature].append(row)
    pairs = [(row, other) for row, signature in enumerate(manys) for other in members[signature]]
    if not pairs:
        return empty(left.present.shape[1])
    first, second = np.array(pairs, np.int64).T
    present = many.present[first] & one.present[second]
    met = present.any(axis=1)
    if not met.all():
        first, second, present = first[met], second[met], present[met]
    name = _Names(node, matching, delayed)
    labels = [name(many.labels[a], one.labels[b]) for a, b in zip(first, second, strict=True)]
    _check_many_side(labels, [manys[row] for row in first], present, matching)
    a, b = many.values[first], one.values[second]
    values, holds = compute(node, b, a) if swapped else compute(node, a, b)
    if holds is not None:
        present = present & holds
    return unique(Grid(labels, values, present, [node.returns_bool] * len(labels)))


def _check_one_side(many: Grid, one: Grid, ones: list[int], count: int, matching: Matching) -> None:
    if len(set(ones)) == len(ones):
        return
    used = many.present.any(axis=0)
    seen = np.zeros((count, one.present.shape[1]), np.bool_)
    earliest: int | None = None
    for row, signature in enumerate(ones):
        twice = np.flatnonzero(seen[signature] & one.present[row] & used)
        if len(twice) and (earliest is None or twice[0] < earliest):
            earliest = int(twice[0])
        seen[signature] |= one.present[row]
    if earliest is not None:
        _duplicate(one, ones, earliest, matching)


def _duplicate(one: Grid, ones: list[int], step: int, matching: Matching) -> NoReturn:
    """Names the first two series that are the same for the matching at a step."""
    seen: dict[int, int] = {}
    for row in np.flatnonzero(one.present[:, step]).tolist():
        other = seen.setdefault(ones[row], row)
        if other != row:
            break
    side = "left" if matching.cardinality == Cardinality.ONE_TO_MANY else "right"
    group = label_set(_signatures(matching)(one.labels[row]))
    names = ", ".join(sorted((_metric(one.labels[row]), _metric(one.labels[other]))))
    raise ExecutionError(
        f"found duplicate series for the match group {group} on the {side} hand-side of the operation: "
        f"[{names}];{_ONE_SIDE}"
    )


def _metric(labels: Labels) -> str:
    return label_set(labels)


def _check_many_side(labels: list[Labels], signatures: list[int], present: Mask, matching: Matching) -> None:
    one_to_one = matching.cardinality == Cardinality.ONE_TO_ONE
    keys: list[object] = list(signatures)
    if not one_to_one:
        keys = list(zip(signatures, labels, strict=True))
    if len(set(keys)) == len(keys):
        return
    rows: dict[object, list[int]] = {}
    for row, key in enumerate(keys):
        rows.setdefault(key, []).append(row)
    for group in rows.values():
        if len(group) > 1 and (_counted(present, group) > 1).any():
            raise ExecutionError(_EXPLICIT if one_to_one else _UNIQUE)


def _counted(present: Mask, rows: list[int]) -> NDArray[np.int64]:
    count: NDArray[np.int64] = present[rows].sum(axis=0, dtype=np.int64)
    return count


class _Names:
    """The labels of a result, from those of the "many" and of the "one" side."""

    def __init__(self, node: Binary, matching: Matching, delayed: bool) -> None:
        self._matching = matching
        self._names = frozenset(matching.labels)
        self._single = matching.cardinality == Cardinality.ONE_TO_ONE
        self._unnamed = node.op not in COMPARISONS or (node.returns_bool and not delayed)

    def __call__(self, many: Labels, one: Labels) -> Labels:
        labels = unnamed(many) if self._unnamed else many
        if self._single and self._matching.on:
            labels = tuple(pair for pair in labels if pair[0] in self._names)
        elif self._single and self._names:
            labels = tuple(pair for pair in labels if pair[0] not in self._names)
        for name in self._matching.include:
            labels = changed(labels, name, get(one, name))
        return labels
