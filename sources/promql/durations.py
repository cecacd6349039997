"""Durations as Prometheus writes them: 1h30m, 90d, 250ms; a day has 24 hours, a week 7 days, a year 365 days."""

from __future__ import annotations

import re

UNITS: dict[str, int] = {
    "y": 365 * 86_400_000,
    "w": 7 * 86_400_000,
    "d": 86_400_000,
    "h": 3_600_000,
    "m": 60_000,
    "s": 1_000,
    "ms": 1,
}
"""Milliseconds of each unit, from long to short; a duration names them in this order, each at most once."""

_PARTS = re.compile(r"([0-9]+)([^0-9]+)")
_MOST = (2**63 - 1) // 1_000_000


def parse_duration(text: str) -> int:
    """Milliseconds. Raises ValueError in Prometheus' words; negative durations are not durations."""
    if text == "0":
        return 0
    if not text:
        raise ValueError("empty duration string")
    total, at, before = 0, 0, -1
    order = list(UNITS)
    while at < len(text):
        part = _PARTS.match(text, at)
        if part is None:
            raise ValueError(f'not a valid duration string: "{text}"')
        number, unit = part.groups()
        if unit not in UNITS:
            raise ValueError(f'unknown unit "{unit}" in duration "{text}"')
        if order.index(unit) <= before or len(number) > 20:
            raise ValueError(f'not a valid duration string: "{text}"')
        before, at = order.index(unit), part.end()
        total += int(number) * UNITS[unit]
        if total > _MOST:
            raise ValueError("duration out of range")
    return total
