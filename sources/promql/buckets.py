"""Quantiles and fractions of classic histograms, from cumulative bucket counts, as Prometheus computes them.

Within a bucket observations are taken to be spread evenly; the first bucket begins at 0 unless its bound is not
positive. Bounds are the `le` values; the highest must be +Inf, or there is no answer (NaN).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

_SMALL_DELTA = 1e-12
_SMALLEST_NORMAL = 2.2250738585072014e-308
_LARGEST = 1.7976931348623157e308


class Bucket(NamedTuple):
    bound: float
    observations: float
    """Observations up to the bound."""


class Forced(NamedTuple):
    """Counts fell from bucket to bucket and were taken as level: where, and by how much at most."""

    lowest: float
    highest: float
    most: float


class Quantile(NamedTuple):
    value: float
    forced: Forced | None = None


def almost_equal(a: float, b: float, epsilon: float) -> bool:
    """Prometheus' equality of floats up to a relative difference; NaN equals NaN."""
    if a == b or (math.isnan(a) and math.isnan(b)):
        return True
    total = abs(a) + abs(b)
    if a == 0 or b == 0 or total < _SMALLEST_NORMAL:
        return abs(a - b) < epsilon * _SMALLEST_NORMAL
    return abs(a - b) / min(total, _LARGEST) < epsilon


def _ordered(buckets: Iterable[Bucket]) -> list[Bucket]:
    """By bound, those of the same bound added up; empty if the highest is not +Inf."""
    out: list[Bucket] = []
    for bucket in sorted(buckets, key=lambda each: each.bound):
        if out and out[-1].bound == bucket.bound:
            out[-1] = Bucket(bucket.bound, out[-1].observations + bucket.observations)
        else:
            out.append(Bucket(*bucket))
    return out if out and out[-1].bound == math.inf else []


def _level(counts: list[float], bounds: list[float]) -> Forced | None:
    """Raises counts that fall to the one before, in place; differences from rounding alone go unmentioned."""
    before = counts[0]
    lowest, highest, most = math.inf, -math.inf, 0.0
    for index in range(1, len(counts)):
        count = counts[index]
        if count == before:
            continue
        if almost_equal(before, count, _SMALL_DELTA):
            counts[index] = before
        elif count < before:
            counts[index] = before
            lowest, highest = min(lowest, bounds[index]), max(highest, bounds[index])
            most = max(most, before - count)
        else:
            before = count
    return Forced(lowest, highest, most) if lowest <= highest else None


def bucket_quantile(q: float, buckets: Iterable[Bucket]) -> Quantile:
    """The value below which the fraction q of the observations lies."""
    if math.isnan(q) or not 0 <= q <= 1:
        return Quantile(math.nan if math.isnan(q) else math.copysign(math.inf, q))
    ordered = _ordered(buckets)
    if not ordered:
        return Quantile(math.nan)
    bounds, counts = [b.bound for b in ordered], [b.observations for b in ordered]
    forced = _level(counts, bounds)
    if len(bounds) < 2 or counts[-1] == 0:
        return Quantile(math.nan, forced)
    rank = q * counts[-1]
    index = _first_reaching(counts[:-1], rank)
    if index == len(bounds) - 1:
        return Quantile(bounds[-2], forced)
    if index == 0 and bounds[0] <= 0:
        return Quantile(bounds[0], forced)
    begin, count = 0.0, counts[index]
    if index > 0:
        begin = bounds[index - 1]
        count -= counts[index - 1]
        rank -= counts[index - 1]
    share = rank / count if count else math.nan if rank == 0 or math.isnan(rank) else math.copysign(math.inf, rank)
    return Quantile(begin + (bounds[index] - begin) * share, forced)


def _first_reaching(counts: list[float], rank: float) -> int:
    """The first index whose count is at least rank, by the bisection Go uses (NaN compares as smaller)."""
    low, high = 0, len(counts)
    while low < high:
        middle = (low + high) // 2
        if counts[middle] >= rank:
            high = middle
        else:
            low = middle + 1
    return low


def bucket_fraction(lower: float, upper: float, buckets: Iterable[Bucket]) -> float:
    """The fraction of the observations between two values."""
    ordered = _ordered(buckets)
    if not ordered:
        return math.nan
    total = ordered[-1].observations
    if total == 0 or math.isnan(lower) or math.isnan(upper):
        return math.nan
    if lower >= upper:
        return 0.0
    low, high = _rank(lower, ordered), _rank(upper, ordered)
    return (high - low) / total


def _rank(value: float, ordered: list[Bucket]) -> float:
    """How many observations lie below a value; none of a bucket without end counts as below."""
    total = ordered[-1].observations
    rank, begin = 0.0, 0.0 if ordered[0].bound > 0 else -math.inf
    for bound, count in ordered:
        if begin >= value:
            return total if rank > total else rank
        if bound > value:
            inside = count if begin == -math.inf else rank + (count - rank) * (value - begin) / (bound - begin)
            return total if inside > total else inside
        rank, begin = count, bound
    return total
