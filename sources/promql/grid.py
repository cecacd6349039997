"""Values in evaluation: an instant vector for all steps at once, and how its series are named and merged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sources.promql.results import ExecutionError
from sources.promql.storage import Floats, Labels, Times

Mask: TypeAlias = NDArray[np.bool_]

METADATA = frozenset(("__name__", "__type__", "__unit__"))
"""The labels that say which metric it is; they go when the value is no longer that metric's."""
SAME_LABELS = "vector cannot contain metrics with the same labelset"


@dataclass(frozen=True, slots=True)
class Steps:
    """The moments of an evaluation: `count` of them from `start`, `step` apart, in milliseconds.

    `until` is where the evaluation was asked to end, if the last moment falls short of it.
    """

    start: int
    step: int
    count: int
    until: int | None = None

    @property
    def instant(self) -> bool:
        """Whether it was asked for one moment, rather than for a range that holds only one."""
        return self.start == (self.end if self.until is None else self.until)

    @property
    def times(self) -> Times:
        return self.start + self.step * np.arange(self.count, dtype=np.int64)

    @property
    def end(self) -> int:
        """The last moment; before `start` if there is none."""
        return self.start + self.step * (self.count - 1)


@dataclass(slots=True, eq=False)
class Grid:
    """Rows are series, columns are steps. `values` means something only where `present`.

    `nameless` marks the rows whose name is to go at the end of the query (delayed name removal).
    """

    labels: list[Labels]
    values: Floats
    present: Mask
    nameless: list[bool]

    def take(self, rows: Sequence[int] | NDArray[np.int64]) -> Grid:
        """Some of the rows, in the given order."""
        index = np.asarray(rows, np.int64)
        labels = [self.labels[row] for row in index]
        return Grid(labels, self.values[index], self.present[index], [self.nameless[row] for row in index])


Value: TypeAlias = "Grid | Floats"
"""What an expression evaluates to: a vector, or a scalar's value at each step."""


def empty(count: int) -> Grid:
    return Grid([], np.empty((0, count)), np.empty((0, count), np.bool_), [])


def compact(grid: Grid) -> Grid:
    """Without the rows that have no value at any step."""
    kept = grid.present.any(axis=1)
    return grid if kept.all() else grid.take(np.flatnonzero(kept))


def get(labels: Labels, name: str) -> str:
    """A label's value, empty if there is none."""
    for each, value in labels:
        if each == name:
            return value
    return ""


def unnamed(labels: Labels) -> Labels:
    """Without the metric's name, type and unit."""
    if labels and labels[0][0] == "__name__" and (len(labels) == 1 or not labels[1][0].startswith("__")):
        return labels[1:]  # the usual case: labels are sorted
    return tuple(pair for pair in labels if pair[0] not in METADATA)


def changed(labels: Labels, name: str, value: str) -> Labels:
    """With a label set, or removed if the value is empty."""
    rest = tuple(pair for pair in labels if pair[0] != name)
    return tuple(sorted((*rest, (name, value)))) if value else rest


def is_label_name(name: str) -> bool:
    """Any UTF-8 text but the empty one; bytes that were none have become replacement characters."""
    return bool(name) and "\ufffd" not in name


def with_values(grid: Grid, values: Floats, present: Mask | None = None) -> Grid:
    return Grid(grid.labels, values, grid.present if present is None else present, grid.nameless)


def drop_names(grid: Grid, delayed: bool) -> Grid:
    """The rows as values that are no longer the metric's; the name goes now or, if delayed, at the end."""
    if delayed:
        return Grid(grid.labels, grid.values, grid.present, [True] * len(grid.labels))
    return unique(Grid([unnamed(each) for each in grid.labels], grid.values, grid.present, grid.nameless))


def unique(grid: Grid) -> Grid:
    """Rows with the same labels become one. Raises ExecutionError if two of them meet at a step."""
    if len(set(grid.labels)) == len(grid.labels):
        return grid
    rows: dict[Labels, list[int]] = {}
    for row, labels in enumerate(grid.labels):
        rows.setdefault(labels, []).append(row)
    return merged(grid, list(rows.values()))


def merged(grid: Grid, groups: list[list[int]]) -> Grid:
    """One row for each group of rows that take turns, named as its first. Raises ExecutionError as `unique`."""
    result = grid.take([group[0] for group in groups])
    for row, group in enumerate(groups):
        if len(group) == 1:
            continue
        present = grid.present[group]
        if (present.sum(axis=0) > 1).any():
            raise ExecutionError(SAME_LABELS)
        chosen = present.argmax(axis=0)
        result.values[row] = grid.values[group][chosen, np.arange(len(chosen))]
        result.present[row] = present.any(axis=0)
    return result
