"""Quantities: exact parsing, rounding and what `kubectl top` prints."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest

from sources.rules import quantity
from sources.rules.quantity import NANO, QuantityError, parse


@pytest.mark.parametrize(
    ("text", "nano"),
    [
        ("0", 0),
        ("2", 2 * NANO),
        ("100m", 100_000_000),
        ("1500u", 1_500_000),
        ("12345678n", 12_345_678),
        ("1k", 1_000 * NANO),
        ("3M", 3_000_000 * NANO),
        ("1G", 10**9 * NANO),
        ("1T", 10**12 * NANO),
        ("1P", 10**15 * NANO),
        ("1E", 10**18 * NANO),
        ("1Ki", 1024 * NANO),
        ("128Mi", 128 * 2**20 * NANO),
        ("1.5Gi", 1536 * 2**20 * NANO),
        ("2Ti", 2 * 2**40 * NANO),
        ("1Pi", 2**50 * NANO),
        ("7Ei", 7 * 2**60 * NANO),
        ("1e3", 1_000 * NANO),
        ("1E3", 1_000 * NANO),
        ("12e-3", 12_000_000),
        ("1.5e+2", 150 * NANO),
        ("0.1", 100_000_000),
        (".5", 500_000_000),
        ("5.", 5 * NANO),
        ("+1", NANO),
        ("-1.5", -1_500_000_000),
        ("-100m", -100_000_000),
        ("0.1Ki", 102_400_000_000),
        ("007", 7 * NANO),
        (3, 3 * NANO),
        (0.25, 250_000_000),
        (1e-7, 100),
    ],
)
def test_parses_exactly(text: str | float, nano: int) -> None:
    assert parse(text) == nano


@pytest.mark.parametrize(
    ("text", "nano"),
    [
        ("0.1n", 1),  # some resources were asked for, so some are counted
        ("-0.1n", -1),
        ("1.0000000001", NANO + 1),
        ("1e-30", 1),
        ("0e-999999999999", 0),
        ("0.000Ki", 0),
    ],
)
def test_finer_than_nano_rounds_away_from_zero(text: str, nano: int) -> None:
    assert parse(text) == nano


@pytest.mark.parametrize("text", ["9Ei", "1e300", "1e999999999999", "9223372036854775808", "1" * 400])
def test_larger_than_int64_is_capped(text: str) -> None:
    assert parse(text) == (2**63 - 1) * NANO


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "m", "Ki", ".", "+", "-", "1 Mi", " 1", "1\n", "1mi", "1K", "1ki", "1KI", "1i", "1e", "1Ee"),
        *("1.2.3", "--1", "1_000", "٣", "٣m", "1e1.5", "0x10", "nan", "inf", "abc", "1mm", "1m5"),
        *("9" * 10_000, float("nan"), float("inf")),
    ],
)
def test_refuses_what_is_no_quantity(text: str | float) -> None:
    with pytest.raises(QuantityError) as caught:
        parse(text)
    assert len(str(caught.value)) < 150
    assert quantity.parse_or_none(text) is None


def test_null_is_unknown() -> None:
    assert quantity.parse_or_none(None) is None


def test_agrees_with_the_client_library() -> None:
    from kubernetes.utils.quantity import parse_quantity

    pick = random.Random(7)
    for _ in range(3000):
        whole = pick.choice(["0", "1", "7", "100", "12345678", str(pick.randrange(10**9))])
        part = pick.choice(["", "", ".5", ".25", ".125"])
        suffix = pick.choice(["n", "u", "m", "", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti"])
        text = pick.choice(["", "", "-", "+"]) + whole + part + suffix
        expected = Decimal(parse_quantity(text)) * NANO
        if expected == expected.to_integral_value() and abs(expected) < quantity.MAX_NANO:
            assert parse(text) == int(expected), text


@pytest.mark.parametrize(
    ("nano", "text"),
    [(0, "0m"), (1, "1m"), (1_000_000, "1m"), (1_000_001, "2m"), (250_000_000, "250m"), (12 * NANO, "12000m")],
)
def test_cpu_as_top_rounds_up(nano: int, text: str) -> None:
    assert quantity.format_cpu_top(nano) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0Mi"), (1048575, "0Mi"), (1048576, "1Mi"), (134217727, "127Mi"), (2**40, "1048576Mi"), (-1, "0Mi")],
)
def test_memory_as_top_rounds_down(size: int, text: str) -> None:
    assert quantity.format_memory_top(size) == text


def test_values_round_away_from_zero() -> None:
    assert quantity.parse_bytes("1.1Ki") == 1127
    assert quantity.parse_bytes("100m") == 1
    assert quantity.value(parse("-1.5")) == -2
    assert quantity.milli_value(parse("-1500001n")) == -2
    assert quantity.milli_value(parse("-2m")) == -2
    assert quantity.parse_cpu("1n") == 1
