"""Ages as kubectl prints them, and RFC 3339 moments."""

from __future__ import annotations

import pytest

from sources.rules.duration import age, format_utc, human_duration, parse_go_duration, parse_time

MINUTE, HOUR, DAY = 60, 3600, 86400
YEAR = 365 * DAY


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1e9, "<invalid>"),
        (-2, "<invalid>"),
        (-1.999, "0s"),
        (-1, "0s"),
        (-0.5, "0s"),
        (0, "0s"),
        (0.999, "0s"),
        (1, "1s"),
        (59, "59s"),
        (60, "60s"),
        (119.999, "119s"),
        (120, "2m"),
        (121, "2m1s"),
        (10 * MINUTE - 1, "9m59s"),
        (10 * MINUTE, "10m"),
        (10 * MINUTE + 59, "10m"),
        (3 * HOUR - 1, "179m"),
        (3 * HOUR, "3h"),
        (3 * HOUR + 59, "3h"),
        (3 * HOUR + MINUTE, "3h1m"),
        (8 * HOUR - 1, "7h59m"),
        (8 * HOUR, "8h"),
        (9 * HOUR - 1, "8h"),
        (48 * HOUR - 1, "47h"),
        (48 * HOUR, "2d"),
        (49 * HOUR, "2d1h"),
        (8 * DAY - 1, "7d23h"),
        (8 * DAY, "8d"),
        (9 * DAY - 1, "8d"),
        (2 * YEAR - 1, "729d"),
        (2 * YEAR, "2y"),
        (2 * YEAR + DAY, "2y1d"),
        (3 * YEAR - 1, "2y364d"),
        (8 * YEAR - 1, "7y364d"),
        (8 * YEAR, "8y"),
        (9 * YEAR - 1, "8y"),
        (100 * YEAR, "100y"),
        (float("nan"), "<unknown>"),
        (float("inf"), "<unknown>"),
    ],
)
def test_human_duration_at_each_boundary(seconds: float, text: str) -> None:
    assert human_duration(seconds) == text


def test_age_of_nothing_is_unknown() -> None:
    assert age(None, 1000.0) == "<unknown>"
    assert age(400.0, 1000.0) == "10m"
    assert age(1003.0, 1000.0) == "<invalid>"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-03-01T12:00:00Z", 1772366400.0),
        ("2026-03-01T12:00:00.5Z", 1772366400.5),
        ("2026-03-01T12:00:00.250000Z", 1772366400.25),
        ("2026-03-01T12:00:00.123456789Z", 1772366400.123456),
        ("2026-03-01T21:00:00+09:00", 1772366400.0),
        ("2026-03-01T06:30:00-05:30", 1772366400.0),
        ("1970-01-01T00:00:00Z", 0.0),
    ],
)
def test_parses_rfc3339(text: str, seconds: float) -> None:
    assert parse_time(text) == pytest.approx(seconds, abs=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        *(None, "", "null", "2026-03-01", "2026-03-01T12:00:00", "2026-03-01 12:00:00Z", "20260301T120000.0000Z"),
        *("2026-13-01T12:00:00Z", "2026-02-30T12:00:00Z", "2026-W09-7T12:00:00Z", "yesterday at about noon"),
        "0001-01-01T00:00:00Z",  # Go's zero time
    ],
)
def test_no_moment_is_none(text: str | None) -> None:
    assert parse_time(text) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30s", 30.0),
        ("1m0s", 60.0),
        ("15.062s", 15.062),
        ("1h2m3.5s", 3723.5),
        ("150ms", 0.15),
        ("10µs", 1e-5),
        ("-2m", -120.0),
        ("0", 0.0),
    ],
)
def test_parses_go_durations(text: str, seconds: float) -> None:
    assert parse_go_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", [None, "", "-", "s", "30", "1.2.3s", ".s", "1d", "30 s", "1m30"])
def test_no_go_duration_is_none(text: str | None) -> None:
    assert parse_go_duration(text) is None


def test_utc_text() -> None:
    assert format_utc(1772366400.9) == "2026-03-01T12:00:00Z"
    assert format_utc(-0.5) == "1969-12-31T23:59:59Z"
    assert format_utc(None) == "<unknown>"
    assert format_utc(1e20) == "<unknown>"
    assert parse_time(format_utc(1772366400.0)) == 1772366400.0
