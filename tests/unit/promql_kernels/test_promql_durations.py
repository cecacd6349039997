"""Durations read and written as Prometheus does."""

from __future__ import annotations

import pytest

from sources.promql.durations import parse_duration


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [("5m", 300_000), ("1h30m", 5_400_000), ("0", 0), ("1y2w3d", 33_004_800_000), ("1s1ms", 1_001)],
)
def test_read(text: str, milliseconds: int) -> None:
    assert parse_duration(text) == milliseconds


@pytest.mark.parametrize("text", ["", "5", "m", "-5m", "1m1h", "1m1m", "5x", "1.5h", "999999999y", "5 m"])
def test_refused(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_duration(text)
