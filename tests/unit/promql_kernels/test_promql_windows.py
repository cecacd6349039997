"""The range kernels against plain loops over each window, on data chosen to break them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest

from sources.promql import windows as kernels
from sources.promql.compensated import average_of, sum_of, variance_of
from sources.promql.kernel import Column, Windows

MINUTE = 60_000


def made(times: list[int], values: list[float], start: list[int], end: list[int]) -> Windows:
    t, s, e = (np.array(each, np.int64) for each in (times, start, end))
    low, high = np.searchsorted(t, s, side="right"), np.searchsorted(t, e, side="right")
    return Windows(t, np.array(values, np.float64), low, high, s, e)


def one(
    kernel: Callable[[Windows], Column], values: list[float], step: int, end: int, length: int
) -> float | None:
    """The kernel's value at `end` over samples at 0, step, 2 step, ..."""
    column = kernel(made([i * step for i in range(len(values))], values, [end - length], [end]))
    return float(column.values[0]) if column.present[0] else None


def series(seed: int) -> tuple[list[int], list[float]]:
    """Irregular times; counters with resets, gauges with fractions, huge values, NaN and infinities."""
    random = np.random.default_rng(seed)
    times = np.cumsum(random.integers(1, 30_000, 120)).tolist()
    kind = seed % 5
    if kind == 0:
        values = np.cumsum(random.integers(0, 50, 120)).astype(float)
        values[60:] -= values[60]
    elif kind == 1:
        values = random.normal(0, 1e3, 120)
    elif kind == 2:
        odd = [0.0, 1.0, 1.5, math.nan, math.inf, -math.inf]
        values = random.choice(odd, 120, p=[0.3, 0.3, 0.2, 0.1, 0.05, 0.05])
    elif kind == 3:
        values = random.normal(0, 1, 120).clip(-1, 1) * 1.7e308
    else:
        values = random.integers(0, 4, 120) * 1e16 + random.integers(-3, 4, 120)
    return times, values.tolist()


def spread(seed: int, steps: int) -> Windows:
    times, values = series(seed)
    ends = [times[0] + (i - 3) * 17_000 for i in range(steps)]
    return made(times, values, [end - 5 * MINUTE for end in ends], ends)


def contents(w: Windows) -> list[list[float]]:
    return [w.values[a:b].tolist() for a, b in zip(w.low, w.high, strict=True)]


def lowest(values: list[float]) -> float:
    numbers = [value for value in values if not math.isnan(value)]
    return min(numbers) if numbers else math.nan


def highest(values: list[float]) -> float:
    return -lowest([-value for value in values])


PLAIN: dict[str, Callable[[list[float]], float]] = {
    "count_over_time": len,
    "sum_over_time": sum_of,
    "avg_over_time": average_of,
    "stdvar_over_time": variance_of,
    "min_over_time": lowest,
    "max_over_time": highest,
    "last_over_time": lambda v: v[-1],
    "first_over_time": lambda v: v[0],
    "present_over_time": lambda v: 1.0,
    "resets": lambda v: sum(b < a for a, b in itertools.pairwise(v)),
    "changes": lambda v: sum(a != b and not (a != a and b != b) for a, b in itertools.pairwise(v)),
}


@pytest.mark.parametrize("steps", [3, 150])
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("name", sorted(PLAIN))
def test_all_steps_at_once_equal_a_loop_over_each_window(name: str, seed: int, steps: int) -> None:
    w = spread(seed, steps)
    column = kernels.KERNELS[name](w)
    expected = [PLAIN[name](values) if values else None for values in contents(w)]
    assert [each is not None for each in expected] == column.present.tolist()
    for got, wanted in zip(column.values, expected, strict=True):
        assert wanted is None or got == wanted or (math.isnan(got) and math.isnan(wanted))


def test_compensation_keeps_what_plain_addition_loses() -> None:
    assert sum_of([1.0, 1e100, 1.0, -1e100]) == 2.0
    assert one(kernels.sum_over_time, [1.0, 1e100, 1.0, -1e100], MINUTE, 3 * MINUTE, 10 * MINUTE) == 2.0


def test_an_average_does_not_overflow() -> None:
    assert average_of([1.7e308, 1.7e308, 1.7e308]) == pytest.approx(1.7e308, rel=1e-15)
    assert average_of([math.inf, 1.0]) == math.inf
    assert math.isnan(average_of([math.inf, -math.inf]))


def test_a_rate_is_extrapolated_to_the_windows_bounds() -> None:
    # Samples at 0..4 min, window (0, 5 min]: 1..4 min are inside, both bounds are one interval away.
    assert one(kernels.increase, [100, 110, 120, 130, 140], MINUTE, 5 * MINUTE, 5 * MINUTE) == pytest.approx(50)
    assert one(kernels.rate, [100, 110, 120, 130, 140], MINUTE, 5 * MINUTE, 5 * MINUTE) == pytest.approx(50 / 300)


def test_a_series_that_begins_inside_the_window_goes_on_for_half_an_interval() -> None:
    assert one(kernels.increase, [100, 110, 120], MINUTE, 2 * MINUTE, 10 * MINUTE) == pytest.approx(25)


def test_a_counter_is_not_extrapolated_below_zero() -> None:
    # Reaches zero 6 s before its first sample, sooner than half an interval.
    assert one(kernels.increase, [1, 11, 21], MINUTE, 2 * MINUTE, 10 * MINUTE) == pytest.approx(21)
    assert one(kernels.delta, [1, 11, 21], MINUTE, 2 * MINUTE, 10 * MINUTE) == pytest.approx(25)


def test_the_left_bound_is_outside() -> None:
    assert one(kernels.count_over_time, [1, 2, 3], MINUTE, 2 * MINUTE, 2 * MINUTE) == 2
    assert one(kernels.rate, [1, 2], MINUTE, MINUTE, MINUTE) is None


def test_resets_are_added_in_each_window_alone() -> None:
    values = [0.0, 5.0, 2.0, 9.0, 1e18, 0.0, 3.0]
    times = [i * MINUTE for i in range(7)]
    w = made(times, values, [-MINUTE, 4 * MINUTE], [3 * MINUTE, 6 * MINUTE])
    plain = [9.0 - 0.0 + 5.0, 3.0]
    factors = [(180 + 0 + 0) / 180, (60 + 0 + 0) / 60]
    assert kernels.increase(w).values.tolist() == [p * f for p, f in zip(plain, factors, strict=True)]


@pytest.mark.parametrize(
    ("values", "rate", "difference"),
    [([1, 4, 10], 0.1, 6), ([1, 10, 3], 0.05, -7), ([1, math.nan, 3], math.nan, math.nan), ([5], None, None)],
)
def test_last_two_samples(values: list[float], rate: float | None, difference: float | None) -> None:
    end = MINUTE * (len(values) - 1)
    assert one(kernels.irate, values, MINUTE, end, 10 * MINUTE) == pytest.approx(rate, nan_ok=True)
    assert one(kernels.idelta, values, MINUTE, end, 10 * MINUTE) == pytest.approx(difference, nan_ok=True)


@pytest.mark.parametrize(
    ("q", "expected"), [(0, 1.0), (0.5, 2.5), (1, 4.0), (-0.1, -math.inf), (1.1, math.inf), (math.nan, math.nan)]
)
def test_quantiles_interpolate(q: float, expected: float) -> None:
    w = made([0, 1, 2, 3], [4.0, 1.0, 3.0, 2.0], [-10, 2], [10, 2])
    column = kernels.quantile_over_time(w, np.array([q, q]))
    assert column.present.tolist() == [True, False]
    assert column.values[0] == pytest.approx(expected, nan_ok=True)


def test_quantiles_order_nan_first() -> None:
    w = made([0, 1, 2], [2.0, math.nan, 1.0], [-10, -10], [10, 10])
    low, high = kernels.quantile_over_time(w, np.array([0.0, 1.0])).values
    assert math.isnan(low)
    assert high == 2.0


def test_a_straight_line_is_found() -> None:
    values = [10.0 + 3 * i for i in range(6)]
    w = made([i * 1000 for i in range(6)], values, [-1000] * 2, [5000, 3000])
    assert kernels.deriv(w).values == pytest.approx([3.0, 3.0])
    predicted = kernels.predict_linear(w, np.array([10.0, 0.0]), np.array([5000.0, 5000.0]))
    assert predicted.values == pytest.approx([55.0, 25.0])


def test_a_flat_line_has_no_slope_unless_it_is_infinite() -> None:
    assert one(kernels.deriv, [7.7, 7.7, 7.7], MINUTE, 2 * MINUTE, 10 * MINUTE) == 0.0
    slope = one(kernels.deriv, [math.inf, math.inf], MINUTE, 2 * MINUTE, 10 * MINUTE)
    assert slope is not None
    assert math.isnan(slope)


@pytest.mark.parametrize("step", [1_000, 15_000, 61_001])
def test_a_grid_over_many_series_equals_each_series_searched_alone(step: int) -> None:
    raw = [series(seed) for seed in range(5)] + [([], [])]
    arrays = [(np.array(t, np.int64), np.array(v, np.float64)) for t, v in raw]
    first, steps, length, offset = 100_000, 40, 90_000, 7_000
    grid = kernels.over_grid(arrays, first, step, steps, length, offset)
    got = kernels.increase(grid)
    ends = [first - offset + i * step for i in range(steps)]
    for row, (times, values) in enumerate(raw):
        alone = kernels.increase(made(times, values, [end - length for end in ends], ends))
        part = slice(row * steps, (row + 1) * steps)
        assert alone.present.tolist() == got.present[part].tolist()
        np.testing.assert_array_equal(alone.values, got.values[part])
