"""Numbers in filters: `cpu>500m`, `mem>=1Gi`, `age<10m`. What the number after the sign means depends on the unit
of the column."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Literal

from sources.rules.quantity import NANO, QuantityError
from sources.rules.quantity import parse as parse_quantity
from sources.world.terms import FilterError, Test

Unit = Literal["cores", "bytes", "seconds", "percent", "count"]

COMPARISON = re.compile(r"(?P<column>[A-Za-z_%][\w%./-]*)(?P<sign>>=|<=|!=|==|=|>|<)(?P<amount>.*)", re.DOTALL)
_SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
}
_EXPECTED: Mapping[Unit, str] = {
    "cores": "cores, as 500m or 2",
    "bytes": "an amount of memory, as 512Mi or 1.5Gi",
    "seconds": "a span, as 90s, 10m, 1h30m or 2d",
    "percent": "a percentage, as 80",
    "count": "a number, as 3",
}
_SPANS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 365 * 86400}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)([smhdwy])", re.ASCII)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)


def parse_amount(text: str, unit: Unit) -> float | None:
    """A number as people write it, in the unit itself: cores, bytes, seconds, percent, or plain; None if it is
    none."""
    if unit in ("cores", "bytes"):
        try:
            return parse_quantity(text) / NANO
        except QuantityError:
            return None
    if unit == "seconds":
        parts = _SPAN.findall(text)
        if parts and "".join(number + letter for number, letter in parts) == text:
            return sum(float(number) * _SPANS[letter] for number, letter in parts)
        return 0.0 if text == "0" else None
    plain = text.removesuffix("%") if unit == "percent" else text
    return float(plain) if _NUMBER.fullmatch(plain) else None


def comparison(column: str, sign: str, amount: str, unit: Unit) -> Test:
    """Rows whose `column` compares so, which a row without that number never does. Raises `FilterError`."""
    limit = parse_amount(amount, unit)
    if limit is None:
        raise FilterError(f"{column}{sign}{amount}: expected {_EXPECTED[unit]} after {sign}")
    holds = _SIGNS[sign]
    return lambda row: (number := row.number(column)) is not None and holds(number, limit)
