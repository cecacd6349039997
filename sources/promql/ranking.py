"""Aggregations that keep or make several series for each group: topk, bottomk, count_values."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from sources.promql.ast import Aggregate
from sources.promql.formats import plain, quoted
from sources.promql.grid import METADATA, Grid, Mask, changed, is_label_name
from sources.promql.results import ExecutionError
from sources.promql.session import Session
from sources.promql.storage import Floats, Labels


def ranked(session: Session, grid: Grid, group_of: Sequence[int], k: Floats, largest: bool) -> Grid:
    """The k greatest or least of each group at each step; for one step in that order, group after group."""
    members: dict[int, list[int]] = {}
    for row, group in enumerate(group_of):
        members.setdefault(group, []).append(row)
    kept = np.zeros_like(grid.present)
    order: list[int] = []
    single = grid.present.shape[1] == 1
    for rows in members.values():
        session.poll()
        index = np.array(rows, np.int64)
        values, present = grid.values[index], grid.present[index]
        keys = values if largest else -values
        for step, most in enumerate(np.minimum(k, len(grid.labels)).astype(np.int64)):
            if most < 1 or not present[:, step].any():
                continue
            chosen = _chosen(keys[:, step], present[:, step], int(most), single)
            kept[index[chosen], step] = True
            if single:
                order += index[chosen].tolist()
    result = Grid(grid.labels, grid.values, kept, grid.nameless)
    return result.take(order if single else np.flatnonzero(kept.any(axis=1)))


def _chosen(keys: Floats, present: Mask, most: int, ordered: bool) -> list[int]:
    """Which of the present keys are the `most` greatest ones; NaN is less than all."""
    rows = np.flatnonzero(present)
    every: list[int] = rows.tolist()
    if not ordered:
        if len(rows) <= most:
            return every
        found = np.where(np.isnan(keys[rows]), -np.inf, keys[rows])
        limit = np.partition(found, len(found) - most)[len(found) - most]
        if limit > -np.inf and np.count_nonzero(found >= limit) == most:
            return [row for row, kept in zip(every, found >= limit, strict=True) if kept]
    return _by_heap(keys, every, most)


class _Entry(NamedTuple):
    key: float
    row: int


def _less(a: _Entry, b: _Entry) -> bool:
    return True if math.isnan(a.key) else a.key < b.key


def _by_heap(keys: Floats, rows: list[int], most: int) -> list[int]:
    """As above among equal keys, too: which of them stay depends on the heap that Prometheus keeps."""
    heap: list[_Entry] = []
    for row in rows:
        entry = _Entry(float(keys[row]), row)
        if len(heap) < most:
            heap.append(entry)
            _up(heap, len(heap) - 1)
        elif heap[0].key < entry.key or (math.isnan(heap[0].key) and not math.isnan(entry.key)):
            heap[0] = entry
            if most > 1:
                _down(heap)
    heap.sort(key=lambda entry: (math.isnan(entry.key), -entry.key if not math.isnan(entry.key) else 0.0))
    return [entry.row for entry in heap]


def _up(heap: list[_Entry], at: int) -> None:
    while at:
        parent = (at - 1) // 2
        if not _less(heap[at], heap[parent]):
            return
        heap[at], heap[parent] = heap[parent], heap[at]
        at = parent


def _down(heap: list[_Entry]) -> None:
    at = 0
    while (child := 2 * at + 1) < len(heap):
        if child + 1 < len(heap) and _less(heap[child + 1], heap[child]):
            child += 1
        if not _less(heap[child], heap[at]):
            return
        heap[at], heap[child] = heap[child], heap[at]
        at = child


def _value_grouping(expr: Aggregate, label: str) -> Callable[[Labels], Labels]:
    if expr.without:
        hidden = frozenset(expr.grouping) | METADATA
        return lambda labels: tuple(pair for pair in labels if pair[0] not in hidden)
    names = frozenset((*expr.grouping, label))
    return lambda labels: tuple(pair for pair in labels if pair[0] in names)


def counted_values(session: Session, expr: Aggregate, grid: Grid, label: str) -> Grid:
    """How many series of a group have each value, which becomes a label."""
    if not is_label_name(label):
        raise ExecutionError(f"invalid label name {quoted(label)}")
    key = _value_grouping(expr, label)
    count = grid.present.shape[1]
    found: dict[Labels, Floats] = {}
    written: dict[float, str] = {}
    for labels, values, present in zip(grid.labels, grid.values, grid.present, strict=True):
        session.poll()
        names: dict[str, Labels] = {}
        for step in np.flatnonzero(present):
            value = float(values[step])
            if (text := written.get(value)) is None:
                text = written[value] = plain(value)
            if value == 0:
                text = plain(value)  # 0 and -0 are one key and two texts
            if (group := names.get(text)) is None:
                group = names[text] = key(changed(labels, label, text))
            if (row := found.get(group)) is None:
                session.allocate(len(found) + 1, count)
                row = found[group] = np.zeros(count)
            row[step] += 1
    if not found:
        return Grid([], np.empty((0, count)), np.empty((0, count), np.bool_), [])
    values = np.array(list(found.values()))
    return Grid(list(found), values, values > 0, [False] * len(found))
