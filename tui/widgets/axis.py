"""Chooses the places and the words of the ticks on a graph's axes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from math import ceil, floor, inf, isfinite, log10
from typing import Literal

Unit = Literal["si", "iec", "duration", "percent"]

_LIMIT = 1e300  # beyond it differences overflow
_SI = ((1e24, "Y"), (1e21, "Z"), (1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_SI_SMALL = ((1.0, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"))
_BYTES = tuple((1024.0**power, name) for power, name in ((6, "Ei"), (5, "Pi"), (4, "Ti"), (3, "Gi"), (2, "Mi"),
                                                         (1, "Ki"), (0, "")))  # fmt: skip
_SPANS = ((31_557_600.0, "y"), (86_400.0, "d"), (3600.0, "h"), (60.0, "m"), (1.0, "s"), (1e-3, "ms"),
          (1e-6, "µs"), (1e-9, "ns"))  # fmt: skip
_SECONDS = (1, 2, 5, 10, 15, 30)
_CLOCK_STEPS: tuple[int, ...] = (
    *_SECONDS,
    *(60 * n for n in _SECONDS),
    *(3600 * n for n in (1, 2, 3, 6, 12)),
    *(86_400 * n for n in (1, 2, 7, 14, 28, 91, 182, 364)),
)


def bounds(values: Iterable[Sequence[float | None]]) -> tuple[float, float] | None:
    """Lowest and highest finite value, None when there is none."""
    lo, hi = inf, -inf
    for series in values:
        finite = [v for v in series if v is not None and isfinite(v)]
        if finite:
            lo, hi = min(lo, min(finite)), max(hi, max(finite))
    return None if lo > hi else (lo, hi)


def spread(lo: float, hi: float) -> tuple[float, float]:
    """A range that can be drawn: a constant gets room around it (zero included), extremes are cut."""
    lo, hi = max(min(lo, hi), -_LIMIT), min(max(lo, hi), _LIMIT)
    if hi - lo > max(abs(lo), abs(hi)) * 1e-12 and hi - lo > 1e-290:
        return lo, hi
    if abs(hi) < 1e-290:
        return 0.0, 1.0
    return (0.0, min(2 * hi, _LIMIT)) if hi > 0 else (max(2 * lo, -_LIMIT), 0.0)


def nice_step(rough: float, unit: Unit = "si") -> float:
    """The smallest step >= `rough` (> 0) that people count in.

    1-2-5 times a power of ten; powers of two for bytes (IEC); clock units for durations (seconds).
    """
    if unit == "iec" and rough > 1:
        step = 1.0
        while step < rough:
            step *= 2
        return step
    if unit == "duration" and rough > 0.5:
        for clock_step in _CLOCK_STEPS:
            if clock_step >= rough:
                return float(clock_step)
    power = 10.0 ** floor(log10(rough))
    for factor in (1, 2, 5):
        if factor * power >= rough * (1 - 1e-9):
            return factor * power
    return 10 * power


def value_ticks(lo: float, hi: float, count: int, unit: Unit = "si") -> list[float]:
    """About `count` round values that enclose lo..hi: the first <= lo, the last >= hi.

    A frame that ends on round values also stands still while the data moves inside it.
    """
    lo, hi = spread(lo, hi)
    step = nice_step((hi - lo) / max(count - 1, 1), unit)
    first, last = floor(lo / step + 1e-9), ceil(hi / step - 1e-9)
    return [index * step for index in range(first, last + 1)]


def inner_ticks(lo: float, hi: float, count: int, unit: Unit = "si") -> list[float]:
    """Round values within the fixed range lo..hi."""
    lo, hi = spread(lo, hi)
    slack = (hi - lo) * 1e-9
    return [v for v in value_ticks(lo, hi, count, unit) if lo - slack <= v <= hi + slack]


def _number(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    return "0" if float(text) == 0 else text


def _decimals(step: float) -> int:
    """Digits after the point that tell multiples of `step` apart."""
    if step <= 0 or not isfinite(step):
        return 0
    for digits in range(9):
        if abs(step * 10**digits - round(step * 10**digits)) < 1e-6 and round(step * 10**digits):
            return digits
    return 9


def _scaled(value: float, table: Iterable[tuple[float, str]], step: float | None) -> str:
    if not step and table is not _BYTES:
        value = float(f"{value:.3g}")  # first, so that 999,999 is 1M
    size = max(abs(value), step or 0.0)
    pairs = list(table)
    factor, name = next(((f, n) for f, n in pairs if size >= f * (1 - 1e-12)), pairs[-1])
    scaled = value / factor
    if step:
        return _number(scaled, min(_decimals(step / factor), 3)) + name
    text = f"{scaled:.3g}" if abs(scaled) < 1000 else f"{scaled:.0f}"
    return text + name


def format_value(value: float, unit: Unit = "si", step: float | None = None) -> str:
    """`value` in few characters: 1.5k, 256Mi, 90s, 42%.

    `unit`: "si" powers of 1000, "iec" powers of 1024 (bytes), "duration" seconds, "percent" a fraction of 1.
    `step`: distance of the ticks; labels then get just the digits that tell neighbours apart, else three.
    """
    if value != value:
        return "NaN"
    if not isfinite(value):
        return "+Inf" if value > 0 else "-Inf"
    if value == 0:
        return {"percent": "0%", "duration": "0s"}.get(unit, "0")
    if unit == "percent":
        return (_number(value * 100, min(_decimals(step * 100), 3)) if step else f"{value * 100:.3g}") + "%"
    if unit == "iec":
        return _scaled(value, _BYTES, step)
    if unit == "duration":
        return _scaled(value, _SPANS, step)
    size = max(abs(value), step or 0.0)
    if size >= 1e27 or size < 1e-12:
        return f"{value:.2e}"
    return _scaled(value, (*_SI, *_SI_SMALL), step)


def time_ticks(start: float, end: float, count: int, tz: tzinfo = UTC) -> list[tuple[float, str]]:
    """Some `count` (UTC epoch seconds, label) within start..end, at most one more, on round times in `tz`."""
    if not (isfinite(start) and isfinite(end)) or end <= start or count < 1:
        return []
    rough = (end - start) / count
    step = next((s for s in _CLOCK_STEPS if s >= rough), None)
    if step is None:
        return []
    try:
        begin = datetime.fromtimestamp(start, tz)
        datetime.fromtimestamp(end, tz)
    except (OverflowError, ValueError, OSError):
        return []
    moments = _wall_moments(begin, end, step) if step >= 3600 else _even_moments(begin, start, end, step)
    shape = "%H:%M:%S" if step < 60 else "%H:%M" if step < 86_400 else "%m-%d"
    ticks = []
    for moment in moments:
        local = datetime.fromtimestamp(moment, tz)
        midnight = not (local.hour or local.minute or local.second)
        ticks.append((moment, local.strftime("%m-%d" if midnight and step >= 60 else shape)))
    return ticks


def _even_moments(begin: datetime, start: float, end: float, step: int) -> list[float]:
    offset = (begin.utcoffset() or timedelta()).total_seconds()
    first = ceil((start + offset) / step) * step - offset
    return [first + index * step for index in range(int((end - first) // step) + 1)]


def _wall_moments(begin: datetime, end: float, step: int) -> list[float]:
    """Hours and days are counted on the wall clock: after a change to summer time they stay round."""
    wall = begin.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    if step > 86_400:
        wall -= timedelta(days=wall.toordinal() % (step // 86_400))
    moments: list[float] = []
    while True:
        moment = wall.replace(tzinfo=begin.tzinfo).timestamp()
        if moment > end:
            return moments
        if moment >= begin.timestamp() and (not moments or moment > moments[-1]):
            moments.append(moment)
        wall += timedelta(seconds=step)
