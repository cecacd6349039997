"""The functions over range vectors: from a series' samples and a window's bounds to one value.

Windows are left-open and right-closed, as in Prometheus 3. `rate`, `increase` and `delta` extrapolate to the
window's bounds by Prometheus's rule (promql/functions.go, extrapolatedRate).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from math import fsum, isinf, isnan
from typing import TypeAlias

Window: TypeAlias = Callable[["Samples", int, int, float, float], float | None]


class Samples:
    """A series' samples without stale markers, and the sum of what was lost in counter resets up to each."""

    __slots__ = ("lost", "times", "values")

    def __init__(self, times: Sequence[float], values: Sequence[float | None]) -> None:
        kept = [(time, value) for time, value in zip(times, values, strict=True) if value is not None]
        self.times = [time for time, _ in kept]
        self.values = [value for _, value in kept]
        self.lost: list[float] = []
        lost, before = 0.0, 0.0
        for value in self.values:
            if value < before:
                lost += before
            self.lost.append(lost)
            before = value

    def window(self, start: float, end: float) -> tuple[int, int]:
        """The indexes [low, high) of the samples in (start, end]; moments are whole milliseconds."""
        return bisect_right(self.times, round(start, 3)), bisect_right(self.times, round(end, 3))


def exact_sum(values: Sequence[float]) -> float:
    """The sum without rounding on the way."""
    try:
        return fsum(values)
    except (OverflowError, ValueError):  # fsum refuses +Inf with -Inf, and sums beyond the greatest float
        return sum(values)


def mean(values: Sequence[float]) -> float:
    """The average, also of values whose sum is too great."""
    total = exact_sum(values)
    if isinf(total) and not any(map(isinf, values)):
        return exact_sum([value / len(values) for value in values])
    return total / len(values)


def _extrapolated(counter: bool, per_second: bool) -> Window:
    def apply(samples: Samples, low: int, high: int, start: float, end: float) -> float | None:
        if high - low < 2:
            return None
        last = high - 1
        times, values = samples.times, samples.values
        result = values[last] - values[low]
        if counter:
            result += samples.lost[last] - samples.lost[low]
        to_start, to_end = times[low] - start, end - times[last]
        sampled = times[last] - times[low]
        average = sampled / (last - low)
        if to_start >= average * 1.1:
            to_start = average / 2
        if counter and result > 0 and values[low] >= 0:
            to_start = min(to_start, sampled * (values[low] / result))  # a counter does not start below zero
        if to_end >= average * 1.1:
            to_end = average / 2
        factor = (sampled + to_start + to_end) / sampled
        return result * factor / (end - start if per_second else 1.0)

    return apply


def _irate(samples: Samples, low: int, high: int, start: float, end: float) -> float | None:
    if high - low < 2:
        return None
    before, value = samples.values[high - 2], samples.values[high - 1]
    gained = value if value < before else value - before
    return gained / (samples.times[high - 1] - samples.times[high - 2])


def _over(fold: Callable[[list[float]], float]) -> Window:
    def apply(samples: Samples, low: int, high: int, start: float, end: float) -> float | None:
        return fold(samples.values[low:high]) if high > low else None

    return apply


def _count_steps(counts: Callable[[float, float], bool]) -> Window:
    def fold(values: list[float]) -> float:
        return float(sum(map(counts, values, values[1:])))

    return _over(fold)


def _changed(before: float, value: float) -> bool:
    return value != before and not (isnan(value) and isnan(before))


def _extreme(pick: Callable[[list[float]], float]) -> Callable[[list[float]], float]:
    """NaN only counts where there is nothing else."""

    def fold(values: list[float]) -> float:
        numbers = [value for value in values if not isnan(value)]
        return pick(numbers or values)

    return fold


WINDOWS: dict[str, Window] = {
    "rate": _extrapolated(counter=True, per_second=True),
    "increase": _extrapolated(counter=True, per_second=False),
    "delta": _extrapolated(counter=False, per_second=False),
    "irate": _irate,
    "changes": _count_steps(_changed),
    "resets": _count_steps(lambda before, value: value < before),
    "avg_over_time": _over(mean),
    "sum_over_time": _over(exact_sum),
    "min_over_time": _over(_extreme(min)),
    "max_over_time": _over(_extreme(max)),
    "count_over_time": _over(lambda values: float(len(values))),
    "last_over_time": _over(lambda values: values[-1]),
    "present_over_time": _over(lambda values: 1.0),
}
