"""Quantiles of one classic histogram at many steps at once; what is out of the ordinary is left to `buckets`."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from sources.promql.grid import Mask
from sources.promql.storage import Floats

_NEARLY = 1e-11
"""Neighbouring counts closer than this (relatively) may be taken as equal, which `buckets` decides."""


def quantile_column(q: Floats, bounds: Sequence[float], counts: Floats, present: Mask) -> tuple[Floats, Mask]:
    """The quantile at each step and where it could be worked out here: all buckets there, counts that do not fall.

    One row of `counts` and `present` for each bound, one column for each step.
    """
    steps = counts.shape[1]
    order = sorted(range(len(bounds)), key=lambda index: bounds[index])
    ordered = np.array([bounds[index] for index in order])
    if len(ordered) < 2 or ordered[-1] != math.inf or (ordered[1:] == ordered[:-1]).any():
        return np.zeros(steps), np.zeros(steps, np.bool_)
    counts = counts[order]
    with np.errstate(all="ignore"):
        grown = np.diff(counts, axis=0)
        sizes = np.abs(counts)
        plain = (grown == 0) | (grown > _NEARLY * (sizes[1:] + sizes[:-1]))
        usable = present.all(axis=0) & plain.all(axis=0) & (q >= 0) & (q <= 1) & np.isfinite(counts).all(axis=0)
        total = counts[-1]
        rank = q * total
        index = (counts[:-1] < rank).sum(axis=0)
        column = np.arange(steps)
        below = np.where(index > 0, counts[np.maximum(index - 1, 0), column], 0.0)
        begin = np.where(index > 0, ordered[np.maximum(index - 1, 0)], 0.0)
        inside = counts[index, column] - below
        value = begin + (ordered[index] - begin) * ((rank - below) / inside)
    value = np.where((index == 0) & (ordered[0] <= 0), ordered[0], value)
    value = np.where(index == len(ordered) - 1, ordered[-2], value)
    return np.where(total == 0, np.nan, value), np.asarray(usable)
