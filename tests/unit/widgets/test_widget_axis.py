"""Ticks stand on round values and round times."""

from __future__ import annotations

from datetime import UTC, datetime
from math import inf, isfinite, nan
from zoneinfo import ZoneInfo

import pytest

from tui.widgets.axis import Unit, bounds, format_value, inner_ticks, nice_step, spread, time_ticks, value_ticks


@pytest.mark.parametrize(
    ("rough", "unit", "step"),
    [(0.3, "si", 0.5), (1, "si", 1), (1.1, "si", 2), (23, "si", 50), (6e-5, "si", 1e-4), (700, "si", 1000),
     (100e6, "iec", 2**27), (7, "duration", 10), (40, "duration", 60), (5000, "duration", 7200),
     (0.15, "percent", 0.2)],
)  # fmt: skip
def test_steps_are_what_people_count_in(rough: float, unit: Unit, step: float) -> None:
    assert nice_step(rough, unit) == pytest.approx(step)


def test_value_ticks_enclose_the_range() -> None:
    assert value_ticks(3, 97, 5) == [0, 50, 100]
    assert value_ticks(0.12, 0.19, 5) == pytest.approx([0.12, 0.14, 0.16, 0.18, 0.2])
    assert inner_ticks(3, 97, 5) == [50]


@pytest.mark.parametrize("pair", [(0, 0), (5, 5), (-5, -5), (1e308, -1e308), (5e-324, 5e-324), (1e300, 1e300)])
def test_any_range_becomes_one_that_can_be_drawn(pair: tuple[float, float]) -> None:
    lo, hi = spread(*pair)
    assert lo < hi
    assert isfinite(hi - lo)
    ticks = value_ticks(*pair, 5)
    assert 1 < len(ticks) < 20


def test_bounds_ignore_what_cannot_be_drawn() -> None:
    assert bounds([[nan, 1.0, inf], [None, -2.0]]) == (-2.0, 1.0)
    assert bounds([[], [nan, None]]) is None


@pytest.mark.parametrize(
    ("value", "unit", "step", "text"),
    [(1500, "si", None, "1.5k"), (0.25, "si", None, "250m"), (2e9, "si", 5e8, "2.0G"), (0, "si", 1, "0"),
     (1536, "iec", None, "1.5Ki"), (2**30, "iec", 2**28, "1.00Gi"), (90, "duration", None, "1.5m"),
     (0.0042, "duration", None, "4.2ms"), (0.42, "percent", 0.2, "42%"), (nan, "si", None, "NaN"),
     (-inf, "si", None, "-Inf"), (-1500, "si", 500, "-1.5k"), (1e30, "si", None, "1.00e+30"),
     (999_999, "si", None, "1M"), (1020, "iec", None, "1020"), (12, "si", 4, "12")],
)  # fmt: skip
def test_values_are_short(value: float, unit: Unit, step: float | None, text: str) -> None:
    assert format_value(value, unit, step) == text


def at(zone: str, *clock: int) -> float:
    return datetime(*clock, tzinfo=ZoneInfo(zone)).timestamp()  # type: ignore[misc,arg-type]  # a full date


def test_time_ticks_stand_on_round_local_times() -> None:
    start = at("UTC", 2024, 5, 1, 11, 58, 10)
    assert [label for _, label in time_ticks(start, start + 3600, 5)] == ["12:00", "12:15", "12:30", "12:45"]
    kolkata = [label for _, label in time_ticks(start, start + 6 * 3600, 6, ZoneInfo("Asia/Kolkata"))]
    assert kolkata[:2] == ["18:00", "19:00"]
    assert time_ticks(start, start + 60, 4)[0][1] == "11:58:15"


def test_midnight_says_the_day() -> None:
    start = at("UTC", 2024, 5, 1, 20, 0)
    assert [label for _, label in time_ticks(start, start + 6 * 3600, 6)][4] == "05-02"
    assert [label for _, label in time_ticks(start, start + 3 * 86_400, 3)] == ["05-02", "05-03", "05-04"]


def test_hours_stay_round_over_the_change_to_summer_time() -> None:
    zone = "Europe/Berlin"
    start, end = at(zone, 2024, 3, 30, 18, 0), at(zone, 2024, 3, 31, 13, 0)
    labels = [label for _, label in time_ticks(start, end, 5, ZoneInfo(zone))]
    assert labels == ["18:00", "03-31", "06:00", "12:00"]


def test_impossible_times_have_no_ticks() -> None:
    assert time_ticks(nan, 5, 5) == []
    assert time_ticks(5, 5, 5) == []
    assert time_ticks(0, 1e300, 5) == []
    assert time_ticks(1e17, 1e17 + 600, 5) == []
    assert time_ticks(0, 10, 0, UTC) == []
