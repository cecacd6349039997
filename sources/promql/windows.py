"""The range functions of PromQL on one series' windows, all steps at once.

Definitions and the order of floating-point operations follow Prometheus 3, so that results agree to the last bits:
`rate`, `increase` and `delta` extrapolate to the window's bounds, sums are compensated (Neumaier), averages fall
back to an incremental mean where the sum overflows. Samples are floats without stale markers; NaN is a value.

The kernels only look at `low`, `high`, `start` and `end` of each window, so the samples of several series may
stand one after another in one `Windows` and be evaluated in one call; `over_grid` builds that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from sources.promql.compensated import Compensated, average, in_turn, sequential_sum, variance
from sources.promql.kernel import Column, Windows
from sources.promql.storage import Floats, Times

Indices = NDArray[np.int64]


def over_grid(
    series: Sequence[tuple[Times, Floats]], first: int, step: int, steps: int, length: int, offset: int = 0
) -> Windows:
    """The windows of many series on one regular grid, series after series: `steps` rows for each.

    Row i of a series covers (end - length, end] with end = first + i * step - offset, all in milliseconds.
    Faster than searching each series alone, because a sample's first window follows from arithmetic.
    """
    counts = np.fromiter((len(times) for times, _ in series), np.int64, len(series))
    times = np.concatenate([each for each, _ in series]) if series else np.empty(0, np.int64)
    values = np.concatenate([each for _, each in series]) if series else np.empty(0, np.float64)
    owner = np.repeat(np.arange(len(series)), counts)
    begins = np.cumsum(counts) - counts
    step = max(step, 1)
    ends = first - offset + step * np.arange(steps, dtype=np.int64)

    def up_to(bound: int) -> Indices:
        """For each row the index after the last sample with time <= bound + i * step."""
        entered = np.clip(-((bound - times) // step), 0, steps)
        cells = np.bincount(owner * (steps + 1) + entered, minlength=len(series) * (steps + 1))
        seen = np.cumsum(cells.reshape(len(series), steps + 1)[:, :steps], axis=1)
        return (seen + begins[:, None]).ravel()

    high = up_to(first - offset)
    low = up_to(first - offset - length)
    end = np.tile(ends, len(series))
    return Windows(times, values, low, high, end - length, end)


def _at(values: Floats, index: Indices, present: NDArray[np.bool_]) -> Floats:
    """values[index] where present, 0 elsewhere."""
    if present.all():
        return values[index]
    out = np.zeros(len(index))
    out[present] = values[index[present]]
    return out


def _changed_inside(flags: NDArray[np.bool_], low: Indices, high: Indices) -> Indices:
    """How many flagged samples follow another sample of their window; flags[i] compares sample i with i - 1."""
    before = np.zeros(len(flags) + 1, np.int64)
    np.cumsum(flags, out=before[1:])
    count = before[high] - before[np.minimum(low + 1, len(flags))]
    return np.where(high - low > 1, count, 0)


def _drops(values: Floats) -> NDArray[np.bool_]:
    """Where a counter fell, that is, was reset; a NaN on either side is no fall."""
    flags = np.zeros(len(values), np.bool_)
    if len(values) > 1:
        flags[1:] = values[1:] < values[:-1]
    return flags


def _extrapolated(w: Windows, counter: bool, per_second: bool) -> Column:
    present = w.high - w.low >= 2
    if not present.any():
        return Column(np.zeros(len(w.low)), present)
    whole = bool(present.all())
    chosen = slice(None) if whole else np.flatnonzero(present)
    low, high, start, end = w.low[chosen], w.high[chosen], w.start[chosen], w.end[chosen]
    with np.errstate(all="ignore"):
        opening = w.values[low]
        grown = w.values[high - 1] - opening
        if counter:
            _add_resets(grown, w.values, low, high)
        first, last = w.times[low], w.times[high - 1]
        to_start = (first - start) / 1000.0
        to_end = (end - last) / 1000.0
        sampled = (last - first) / 1000.0
        between = sampled / (high - low - 1)
        threshold = between * 1.1
        # A series that begins or ends inside of the window is taken to go on for half an interval.
        half = between / 2
        np.copyto(to_start, half, where=to_start >= threshold)
        np.copyto(to_end, half, where=to_end >= threshold)
        if counter:
            # A counter does not come from below zero.
            to_zero = sampled * (opening / grown)
            np.copyto(to_start, to_zero, where=(grown > 0) & (opening >= 0) & (to_zero < to_start))
        factor = (sampled + to_start + to_end) / sampled
        if per_second:
            factor /= (end - start) / 1000.0
        grown *= factor
    if whole:
        return Column(grown, present)
    result = np.zeros(len(present))
    result[chosen] = grown
    return Column(result, present)


def _add_resets(grown: Floats, values: Floats, low: Indices, high: Indices) -> None:
    """Adds, in the order of time, what the counter had reached before each reset of its window."""
    flags = _drops(values)
    resets = np.flatnonzero(flags)
    if not len(resets):
        return
    before = np.zeros(len(values) + 1, np.int64)
    np.cumsum(flags, out=before[1:])
    first = before[low + 1]
    count = before[high] - first
    pending = np.flatnonzero(count)
    done = 0
    while len(pending):
        grown[pending] += values[resets[first[pending] + done] - 1]
        done += 1
        pending = pending[count[pending] > done]


def rate(w: Windows) -> Column:
    """Per-second increase of a counter, extrapolated to the window."""
    return _extrapolated(w, counter=True, per_second=True)


def increase(w: Windows) -> Column:
    """Increase of a counter, extrapolated to the window."""
    return _extrapolated(w, counter=True, per_second=False)


def delta(w: Windows) -> Column:
    """Difference of a gauge, extrapolated to the window."""
    return _extrapolated(w, counter=False, per_second=False)


def _last_two(w: Windows, counter: bool) -> Column:
    present = w.high - w.low >= 2
    result = np.zeros(len(present))
    high = w.high[present]
    with np.errstate(all="ignore"):
        newest, before = w.values[high - 1], w.values[high - 2]
        change = newest - before
        if counter:
            change = np.where(newest < before, newest, change)
            change = change / ((w.times[high - 1] - w.times[high - 2]) / 1000.0)
    result[present] = change
    return Column(result, present)


def irate(w: Windows) -> Column:
    """Per-second increase between the last two samples."""
    return _last_two(w, counter=True)


def idelta(w: Windows) -> Column:
    """Difference of the last two samples."""
    return _last_two(w, counter=False)


def changes(w: Windows) -> Column:
    """How often the value changed; from NaN to NaN is no change."""
    flags = np.zeros(len(w.values), np.bool_)
    if len(flags) > 1:
        newer, older = w.values[1:], w.values[:-1]
        flags[1:] = (newer != older) & ~(np.isnan(newer) & np.isnan(older))
    return Column(_changed_inside(flags, w.low, w.high).astype(np.float64), w.high > w.low)


def resets(w: Windows) -> Column:
    """How often a counter fell."""
    return Column(_changed_inside(_drops(w.values), w.low, w.high).astype(np.float64), w.high > w.low)


def count_over_time(w: Windows) -> Column:
    return Column((w.high - w.low).astype(np.float64), w.high > w.low)


def present_over_time(w: Windows) -> Column:
    return Column(np.ones(len(w.low)), w.high > w.low)


def last_over_time(w: Windows) -> Column:
    present = w.high > w.low
    return Column(_at(w.values, w.high - 1, present), present)


def first_over_time(w: Windows) -> Column:
    present = w.high > w.low
    return Column(_at(w.values, w.low, present), present)


def _extreme(w: Windows, better: np.ufunc) -> Column:
    """Extremes over power-of-two blocks, of which two overlapping ones cover any window; a NaN only wins alone."""
    present = w.high > w.low
    lengths = np.where(present, w.high - w.low, 0)
    result = np.zeros(len(present))
    blocks, width = w.values, 1
    while True:
        chosen = np.flatnonzero((lengths >= width) & (lengths < 2 * width))
        if len(chosen):
            result[chosen] = better(blocks[w.low[chosen]], blocks[w.high[chosen] - width])
        if 2 * width > (lengths.max() if len(lengths) else 0):
            return Column(result, present)
        blocks = better(blocks[:-width], blocks[width:])
        width *= 2


def min_over_time(w: Windows) -> Column:
    return _extreme(w, np.fmin)


def max_over_time(w: Windows) -> Column:
    return _extreme(w, np.fmax)


def sum_over_time(w: Windows) -> Column:
    return Column(sequential_sum(w.values, w.low, w.high), w.high > w.low)


def avg_over_time(w: Windows) -> Column:
    return Column(average(w.values, w.low, w.high), w.high > w.low)


def stdvar_over_time(w: Windows) -> Column:
    """Population variance."""
    return Column(variance(w.values, w.low, w.high), w.high > w.low)


def stddev_over_time(w: Windows) -> Column:
    """Population standard deviation."""
    with np.errstate(invalid="ignore"):
        return Column(np.sqrt(variance(w.values, w.low, w.high)), w.high > w.low)


def quantiles(ordered: Floats, count: Indices | int, q: Floats) -> Floats:
    """The q-quantile of each row of `ordered`, sorted with NaN first: between neighbours by weight."""
    rows = np.arange(len(ordered))
    size = np.asarray(count, np.float64)
    with np.errstate(all="ignore"):
        rank = np.where((q >= 0) & (q <= 1), q, 0.0) * (size - 1)
        below = np.maximum(0.0, np.floor(rank))
        above = np.minimum(size - 1, below + 1)
        weight = rank - np.floor(rank)
        left = ordered[rows, below.astype(np.int64)]
        right = ordered[rows, above.astype(np.int64)]
        found = np.where(weight == 0, left, left * (1 - weight) + right * weight)
    found = np.where(q < 0, -np.inf, np.where(q > 1, np.inf, found))
    return np.where(np.isnan(q), np.nan, found)


def sorted_nan_first(rows: Floats) -> Floats:
    """Each row in ascending order with its NaNs in front, which is the order of Prometheus' quantiles."""
    ordered = np.sort(rows, axis=-1)
    missing = np.isnan(ordered).sum(axis=-1)
    if missing.any():
        width = ordered.shape[-1]
        ordered = np.take_along_axis(ordered, (np.arange(width) - missing[..., None]) % width, axis=-1)
    return ordered


def quantile_over_time(w: Windows, q: Floats) -> Column:
    """The q-quantile of a window; below 0 it is -Inf, above 1 +Inf, of NaN NaN."""
    present = w.high > w.low
    result = np.zeros(len(present))
    lengths = w.high - w.low
    for length in np.unique(lengths[present]):
        rows = np.flatnonzero(lengths == length)
        for part in np.array_split(rows, max(1, len(rows) * int(length) // 4_000_000)):
            window = w.values[w.low[part][:, None] + np.arange(length)]
            result[part] = quantiles(sorted_nan_first(window), int(length), q[part])
    return Column(result, present)


def _regression(w: Windows, present: NDArray[np.bool_], at: Times) -> tuple[Floats, Floats]:
    """Slope per second and value at the time `at` of the least squares' line, for the windows that are present."""
    low, high = w.low[present], w.high[present]
    count = (high - low).astype(np.float64)
    opening = w.values[low]
    sums = [Compensated(len(low)) for _ in range(4)]
    constant = np.ones(len(low), np.bool_)
    with np.errstate(all="ignore"):
        for rows, index in in_turn(low, high):
            value = w.values[index]
            constant[rows] &= value == opening[rows]
            x = (w.times[index] - at[rows]) / 1000.0
            for total, each in zip(sums, (x, value, x * value, x * x), strict=True):
                total.add(rows, each)
        x, y, xy, xx = (total.sum + total.rest for total in sums)
        slope = (xy - x * y / count) / (xx - x * x / count)
        intercept = y / count - slope * x / count
    # A first NaN differs from itself for Prometheus only from the second sample on, but then it does.
    flat = np.where(np.isinf(opening), np.nan, 0.0)
    return np.where(constant, flat, slope), np.where(constant, opening + flat, intercept)


def deriv(w: Windows) -> Column:
    """Per-second slope of a gauge by least squares."""
    present = w.high - w.low >= 2
    result = np.zeros(len(present))
    if present.any():
        result[present] = _regression(w, present, w.times[w.low[present]])[0]
    return Column(result, present)


def predict_linear(w: Windows, ahead: Floats, at: Floats) -> Column:
    """Value `ahead` seconds after the evaluation time `at` (milliseconds, without offset) by least squares."""
    present = w.high - w.low >= 2
    result = np.zeros(len(present))
    if present.any():
        slope, intercept = _regression(w, present, at[present].astype(np.int64))
        with np.errstate(all="ignore"):
            result[present] = slope * ahead[present] + intercept
    return Column(result, present)


KERNELS: dict[str, Callable[[Windows], Column]] = {
    each.__name__: each
    for each in (
        rate,
        increase,
        delta,
        irate,
        idelta,
        changes,
        resets,
        count_over_time,
        present_over_time,
        last_over_time,
        first_over_time,
        min_over_time,
        max_over_time,
        sum_over_time,
        avg_over_time,
        stdvar_over_time,
        stddev_over_time,
        deriv,
    )
}
"""The range functions that take nothing but their range."""
