"""Sums, averages and variances of many windows with Prometheus' compensated summation, to the last bit.

Prometheus adds sample after sample with Neumaier's correction. Here the k-th samples of all windows are added at
once, k after k, which gives each window the same operations in the same order. Where all samples are whole numbers
that add up below 2^53 no addition rounds, and differences of running totals give the same result at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from sources.promql.storage import Floats

Indices = NDArray[np.int64]

_EXACT = 2.0**53
_LARGE = 1e290
_FEW = 16


def in_turn(low: Indices, high: Indices) -> Iterator[tuple[Indices, Indices]]:
    """For k = 0, 1, ...: the rows whose window low:high has a k-th sample, and that sample's index."""
    order = np.argsort(low - high, kind="stable")
    lengths = np.maximum(high - low, 0)[order]
    firsts = low[order]
    ascending = lengths[::-1]
    for k in range(int(lengths[0]) if len(lengths) else 0):
        active = len(order) - int(np.searchsorted(ascending, k, side="right"))
        yield order[:active], firsts[:active] + k


class Compensated:
    """One running sum per row, with the rounding error of its additions kept beside it."""

    def __init__(self, rows: int) -> None:
        self.sum = np.zeros(rows)
        self.rest = np.zeros(rows)

    def add(self, rows: Indices, values: Floats) -> None:
        before = self.sum[rows]
        after = before + values
        larger = np.abs(before) >= np.abs(values)
        lost = np.where(larger, (before - after) + values, (values - after) + before)
        self.rest[rows] = np.where(np.isinf(after), 0.0, self.rest[rows] + lost)
        self.sum[rows] = after


def _add(value: float, total: float, rest: float) -> tuple[float, float]:
    """One step of compensated summation."""
    after = total + value
    if math.isinf(after):
        return after, 0.0
    if abs(total) >= abs(value):
        return after, rest + ((total - after) + value)
    return after, rest + ((value - after) + total)


def sum_of(values: Sequence[float]) -> float:
    """The compensated sum in the order given."""
    total = rest = 0.0
    for value in values:
        total, rest = _add(value, total, rest)
    return total if math.isinf(total) else total + rest


def average_of(values: Sequence[float]) -> float:
    """The mean of at least one value: sum / count, or from the first overflow on a running mean."""
    total, rest, mean = values[0], 0.0, 0.0
    running = False
    count = 1.0
    for value in values[1:]:
        count += 1
        if not running:
            after, lost = _add(value, total, rest)
            if not math.isinf(after):
                total, rest = after, lost
                continue
            running = True
            mean = total / (count - 1)
            rest /= count - 1
        kept = (count - 1) / count
        mean, rest = _add(value / count, kept * mean, kept * rest)
    return mean + rest if running else total / count + rest / count


def variance_of(values: Sequence[float]) -> float:
    """The population variance of at least one value, by Welford's method with compensated sums."""
    count = mean = mean_rest = total = rest = 0.0
    for value in values:
        count += 1
        off = value - (mean + mean_rest)
        mean, mean_rest = _add(off / count, mean, mean_rest)
        total, rest = _add(off * (value - (mean + mean_rest)), total, rest)
    return (total + rest) / count


def _whole(values: Floats) -> Floats | None:
    """Running totals (one more than values) if no addition of these values can round, else None."""
    with np.errstate(all="ignore"):
        if not (np.floor(values) == values).all() or not np.abs(values).sum() < _EXACT:
            return None
    totals = np.zeros(len(values) + 1)
    np.cumsum(values, out=totals[1:])
    return totals


def _few(low: Indices) -> bool:
    """So few windows that a plain loop over their samples costs less than array operations per sample."""
    return len(low) < _FEW


def sequential_sum(values: Floats, low: Indices, high: Indices) -> Floats:
    """sum_of(values[low[i]:high[i]]) for each i; 0 for an empty window."""
    totals = _whole(values)
    if totals is not None:
        whole: Floats = totals[high] - totals[low]
        return whole
    if _few(low):
        return np.array([sum_of(values[a:b].tolist()) for a, b in zip(low, high, strict=True)])
    sums = Compensated(len(low))
    with np.errstate(all="ignore"):
        for rows, index in in_turn(low, high):
            sums.add(rows, values[index])
        result: Floats = np.where(np.isinf(sums.sum), sums.sum, sums.sum + sums.rest)
    return result


def average(values: Floats, low: Indices, high: Indices) -> Floats:
    """average_of(values[low[i]:high[i]]) for each i; 0 for an empty window."""
    count = np.maximum(high - low, 1).astype(np.float64)
    totals = _whole(values)
    if totals is not None:
        whole: Floats = (totals[high] - totals[low]) / count
        return whole
    if _few(low):
        slow = np.flatnonzero(high > low)
        result = np.zeros(len(low))
    else:
        # Windows that might overflow are done one by one.
        large = np.zeros(len(values) + 1, np.int64)
        np.cumsum(~(np.abs(values) < _LARGE) & ~np.isnan(values), out=large[1:])
        slow = np.flatnonzero((large[high] > large[low]) & (high > low))
        sums = Compensated(len(low))
        with np.errstate(all="ignore"):
            for rows, index in in_turn(low, high):
                sums.add(rows, values[index])
            result = sums.sum / count + sums.rest / count
    for row in slow:
        result[row] = average_of(values[low[row] : high[row]].tolist())
    return result


def variance(values: Floats, low: Indices, high: Indices) -> Floats:
    """variance_of(values[low[i]:high[i]]) for each i; 0 for an empty window."""
    if _few(low):
        windows = (values[a:b].tolist() for a, b in zip(low, high, strict=True))
        return np.array([variance_of(window) if window else 0.0 for window in windows])
    mean, total = Compensated(len(low)), Compensated(len(low))
    with np.errstate(all="ignore"):
        for k, (rows, index) in enumerate(in_turn(low, high), 1):
            value = values[index]
            off = value - (mean.sum[rows] + mean.rest[rows])
            mean.add(rows, off / k)
            total.add(rows, off * (value - (mean.sum[rows] + mean.rest[rows])))
        result: Floats = (total.sum + total.rest) / np.maximum(high - low, 1)
    return result
