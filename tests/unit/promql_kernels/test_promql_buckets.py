"""Quantiles and fractions of classic histograms at their edges."""

from __future__ import annotations

import math

import pytest

from sources.promql.buckets import Bucket, Forced, bucket_fraction, bucket_quantile

INF = math.inf


def buckets(*pairs: tuple[float, float]) -> list[Bucket]:
    return [Bucket(bound, count) for bound, count in pairs]


USUAL = buckets((1, 10), (2, 30), (4, 40), (INF, 40))


@pytest.mark.parametrize(
    ("q", "given", "expected"),
    [
        (0.5, USUAL, 1.5),
        (0.125, USUAL, 0.5),
        (1, USUAL, 4),
        (0.5, list(reversed(USUAL)), 1.5),
        (-1, USUAL, -INF),
        (2, USUAL, INF),
        (math.nan, USUAL, math.nan),
        (0.5, USUAL[:-1], math.nan),
        (0.5, [], math.nan),
        (0.5, buckets((INF, 7)), math.nan),
        (0.5, buckets((1, 0), (INF, 0)), math.nan),
        (0.9, buckets((1, 1), (2, 2), (INF, 10)), 2),
        (0.1, buckets((-2, 5), (2, 10), (INF, 10)), -2),
        (0.75, buckets((-2, 5), (2, 10), (INF, 10)), 0),
        (0, buckets((1, 0), (2, 5), (INF, 5)), math.nan),
        (0.5, buckets((1, 5), (1, 5), (2, 20), (INF, 20)), 1),
        (0.5, buckets((1, math.nan), (2, math.nan), (INF, math.nan)), 2),
    ],
)
def test_quantile(q: float, given: list[Bucket], expected: float) -> None:
    found = bucket_quantile(q, given)
    assert found.value == pytest.approx(expected, nan_ok=True)
    assert found.forced is None


def test_counts_that_fall_are_levelled_and_told() -> None:
    found = bucket_quantile(0.5, buckets((1, 10), (2, 8), (4, 6), (8, 20), (INF, 20)))
    assert found.forced == Forced(2, 4, 4)
    assert found.value == 1


def test_differences_from_rounding_are_levelled_silently() -> None:
    assert bucket_quantile(0.5, buckets((1, 10), (2, 10 - 1e-13), (INF, 10))).forced is None


@pytest.mark.parametrize(
    ("lower", "upper", "given", "expected"),
    [
        (1, 2, USUAL, 0.5),
        (0.5, 1.5, USUAL, (20 - 5) / 40),
        (-INF, INF, USUAL, 1),
        (2, 1, USUAL, 0),
        (math.nan, 1, USUAL, math.nan),
        (0, 1, USUAL[:-1], math.nan),
        (100, INF, buckets((1, 10), (INF, 40)), 0.75),
        (-5, -1, buckets((-2, 5), (2, 10), (INF, 10)), 0.125),
        (0, 1, buckets((1, 0), (INF, 0)), math.nan),
    ],
)
def test_fraction(lower: float, upper: float, given: list[Bucket], expected: float) -> None:
    assert bucket_fraction(lower, upper, given) == pytest.approx(expected, nan_ok=True)
