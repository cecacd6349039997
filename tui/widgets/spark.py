"""Draws a trend or a share of something within one line of text."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Literal

Glyphs = Literal["braille", "block", "ascii"]

_BLOCKS = "▁▂▃▄▅▆▇█"
_ASCII = "_.:-=+*#"
# Dots of a braille cell filled from the bottom: index is the height 0..4 of the left or the right half.
_LEFT = (0x00, 0x40, 0x44, 0x46, 0x47)
_RIGHT = (0x00, 0x80, 0xA0, 0xB0, 0xB8)
# The single dots of the two halves, from the bottom.
_DOTS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))


def _buckets(values: Sequence[float | None], count: int) -> list[float | None]:
    """The newest `count` points, or, of more values, the maximum of each of `count` equal buckets.

    The maximum, because a spike is what one looks for. None where a bucket has no finite value.
    """
    clean = [v if v is not None and isfinite(v) else None for v in values]
    if len(clean) <= count:
        return [None] * (count - len(clean)) + clean
    size = len(clean)
    merged: list[float | None] = []
    for index in range(count):
        bucket = [v for v in clean[index * size // count : (index + 1) * size // count] if v is not None]
        merged.append(max(bucket) if bucket else None)
    return merged


def _level(value: float | None, lo: float, hi: float, levels: int) -> int:
    """0 for no value, else 1..levels. A constant series is drawn low when it is zero, else in the middle."""
    if value is None:
        return 0
    if hi <= lo:
        return 1 if value == 0 else (levels + 1) // 2
    share = (min(max(value, lo), hi) / 2 - lo / 2) / (hi / 2 - lo / 2)  # halved: hi - lo may overflow
    return 1 + min(levels - 1, int(share * levels))


def sparkline(
    values: Sequence[float | None],
    width: int,
    lo: float | None = None,
    hi: float | None = None,
    glyphs: Glyphs = "block",
) -> str:
    """The trend of `values` (oldest first) in exactly `width` cells, the newest at the right edge.

    NaN, infinities and None are blank. `lo` and `hi` fix the range (values beyond are drawn at its edge);
    without them it is that of the drawn values. "braille" shows two values a cell in 4 levels, the others
    one value in 8 levels.
    """
    if width <= 0:
        return ""
    points = _buckets(values, width * 2 if glyphs == "braille" else width)
    known = [v for v in points if v is not None]
    if not known:
        return " " * width
    lo = min(known) if lo is None or not isfinite(lo) else lo
    hi = max(known) if hi is None or not isfinite(hi) else hi
    if glyphs == "braille":
        heights = [_level(v, lo, hi, 4) for v in points]
        return "".join(
            chr(0x2800 | _LEFT[a] | _RIGHT[b]) if a or b else " "
            for a, b in zip(heights[::2], heights[1::2], strict=True)
        )
    ramp = " " + (_BLOCKS if glyphs == "block" else _ASCII)
    return "".join(ramp[_level(v, lo, hi, 8)] for v in points)


def trendline(values: Sequence[float | None], width: int, glyphs: Glyphs = "block") -> str:
    """The course of `values` (oldest first) as a thin line in exactly `width` cells, the newest at the right edge.

    The range is that of the values, but at least a quarter of the largest of them: noise stays flat, and what
    grows is seen to grow. Two values a cell; in ASCII one.
    """
    if width <= 0:
        return ""
    # Quartered: sums and differences of floats may overflow.
    points = [v and v / 4 for v in _buckets(values, width if glyphs == "ascii" else width * 2)]
    known = [v for v in points if v is not None]
    if not known:
        return " " * width
    lo, span = min(known), max(known) - min(known)
    least = max(map(abs, known)) / 4
    if span < least:
        # In the middle of the second of four levels, where noise does not step from one to the next.
        lo, span = (lo + span / 2) - 0.375 * least, least
    levels = [_level(v, lo, lo + span, 4) for v in points]
    if glyphs == "ascii":
        return "".join(" _.-'"[level] for level in levels)
    dots = [_stroke(levels[i - 1] if i else 0, level) for i, level in enumerate(levels)]
    cells = [
        sum(_DOTS[0][n] for n in left) | sum(_DOTS[1][n] for n in right)
        for left, right in zip(dots[::2], dots[1::2], strict=True)
    ]
    return "".join(chr(0x2800 | cell) if cell else " " for cell in cells)


def _stroke(before: int, level: int) -> range:
    """The heights (0..3) that a line goes through on its way from one level to the next; 0 is no value."""
    if not level:
        return range(0)
    if not before or before == level:
        return range(level - 1, level)
    return range(before, level) if before < level else range(level - 1, before - 1)


def bar(fraction: float | None, width: int, glyphs: Glyphs = "block") -> tuple[str, int]:
    """A horizontal bar filled to `fraction` (0..1, clamped) in exactly `width` cells, and how many of them are
    filled; the rest is a track, so that full and empty are told apart without a second look. Blank when unknown.

    A thin line, because bars of blocks in neighbouring rows flow together into a wall. Something never looks like
    nothing, and less than all never looks like all.
    """
    if width <= 0:
        return "", 0
    if fraction is None or fraction != fraction:
        return " " * width, 0
    fraction = min(max(fraction, 0.0), 1.0)
    steps = 1 if glyphs == "ascii" else 2
    total = width * steps
    filled = round(fraction * total)
    if fraction > 0:
        filled = max(filled, 1)
    if fraction < 1 and total > 1:
        filled = min(filled, total - 1)
    whole, half = divmod(filled, steps)
    line, track = ("#", ".") if glyphs == "ascii" else ("━", "─")
    return line * whole + "╾" * half + track * (width - whole - half), whole + half
