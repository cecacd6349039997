"""Operators between two vectors: which series belong together, and the errors where that is not clear."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import numpy as np

from sources.promql.ast import Binary, Cardinality, Matching
from sources.promql.formats import label_set
from sources.promql.grid import Grid, Mask, changed, empty, get, unique, unnamed, with_values
from sources.promql.results import ExecutionError
from sources.promql.session import Session
from sources.promql.storage import Floats, Labels
from sources.promql.tokens import COMPARISONS

_ONE_SIDE = "many-to-many matching not allowed: matching labels must be unique on one side"
_EXPLICIT = "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
_UNIQUE = "multiple matches for labels: grouping labels must ensure unique matches"

_MANY_PAIRS = 100_000
"""With more, a clash on one side is reported without looking for an earlier one on the other."""

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


def matched(session: Session, node: Binary, left: Grid, right: Grid, compute: Compute) -> Grid:
    """An operator between the matching series. Raises ExecutionError where a match is not unique."""
    matching = node.matching
    assert matching is not None
    if not left.labels or not right.labels:
        return empty(left.present.shape[1])
    swapped = matching.cardinality == Cardinality.ONE_TO_MANY
    many, one = (right, left) if swapped else (left, right)
    manys, ones, count = _grouped(many, one, matching)
    clash = _first_clash(many, one, ones, count)
    members: list[list[int]] = [[] for _ in range(count)]
    for row, signature in enumerate(ones):
        members[signature].append(row)
    size = sum(len(members[signature]) for signature in manys)
    if clash is not None and size > _MANY_PAIRS:
        _duplicate(one, ones, clash, matching)
    session.allocate(size, left.present.shape[1])
    pairs = [(row, other) for row, signature in enumerate(manys) for other in members[signature]]
    if not pairs and clash is None:
        return empty(left.present.shape[1])
    first, second = np.array(pairs, np.int64).reshape(-1, 2).T
    present = many.present[first] & one.present[second]
    met = present.any(axis=1)
    if not met.all():
        first, second, present = first[met], second[met], present[met]
    name = _Names(node, matching, session.settings.delayed_name_removal)
    labels = [name(many.labels[a], one.labels[b]) for a, b in zip(first, second, strict=True)]
    ambiguous = _first_ambiguity(labels, [manys[row] for row in first], present, matching)
    if clash is not None and (ambiguous is None or clash <= ambiguous):
        _duplicate(one, ones, clash, matching)
    if ambiguous is not None:
        raise ExecutionError(_EXPLICIT if matching.cardinality == Cardinality.ONE_TO_ONE else _UNIQUE)
    a, b = many.values[first], one.values[second]
    values, holds = compute(node, b, a) if swapped else compute(node, a, b)
    if holds is not None:
        present = present & holds
    return unique(Grid(labels, values, present, [node.returns_bool] * len(labels)))


def _first_clash(many: Grid, one: Grid, ones: list[int], count: int) -> int | None:
    """The first step at which two series of the "one" side are the same for the matching."""
    if len(set(ones)) == len(ones):
        return None
    used = many.present.any(axis=0)
    seen = np.zeros((count, one.present.shape[1]), np.bool_)
    twice = np.zeros(one.present.shape[1], np.bool_)
    for row, signature in enumerate(ones):
        twice |= seen[signature] & one.present[row] & used
        seen[signature] |= one.present[row]
    return int(twice.argmax()) if twice.any() else None


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


def _first_ambiguity(labels: list[Labels], signatures: list[int], present: Mask, matching: Matching) -> int | None:
    """The first step at which two pairs would give the same series."""
    keys: list[object] = list(signatures)
    if matching.cardinality != Cardinality.ONE_TO_ONE:
        keys = list(zip(signatures, labels, strict=True))
    if len(set(keys)) == len(keys):
        return None
    rows: dict[object, list[int]] = {}
    for row, key in enumerate(keys):
        rows.setdefault(key, []).append(row)
    twice = np.zeros(present.shape[1], np.bool_)
    for group in rows.values():
        if len(group) > 1:
            twice |= present[group].sum(axis=0) > 1
    return int(twice.argmax()) if twice.any() else None


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
