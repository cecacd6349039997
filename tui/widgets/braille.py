"""Draws time series into a grid of dots: a pure function from numbers to lines of text with colours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import isfinite

from tui.widgets.axis import bounds, spread
from tui.widgets.spark import Glyphs

Run = tuple[str, int]
"""Text of one colour: (text, colour index of a series, or BLANK, THRESHOLD or RULE)."""

BLANK = -1
THRESHOLD = -2
RULE = -3

# Bits of one half of a cell, bottom dot first, for the left and the right half.
_BRAILLE = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))
_DOTS: Mapping[Glyphs, tuple[int, int]] = {"braille": (2, 4), "block": (2, 2), "ascii": (1, 1)}
_QUADRANTS = " ▖▘▌▗▄▚▙▝▞▀▛▐▟▜█"
_MARKS = "*+xo#@%&$="


@dataclass(frozen=True, slots=True)
class Series:
    """Values on a regular grid, oldest first; None, NaN and infinities are gaps. `color` is an index >= 0."""

    values: Sequence[float | None]
    color: int = 0


def _braille_cell(left: int, right: int) -> str:
    bits = 0
    for level in range(4):
        bits |= _BRAILLE[0][level] if left >> level & 1 else 0
        bits |= _BRAILLE[1][level] if right >> level & 1 else 0
    return chr(0x2800 | bits) if bits else " "


_BRAILLE_CELLS = [[_braille_cell(left, right) for right in range(16)] for left in range(16)]
_BLOCK_CELLS = [[_QUADRANTS[left | right << 2] for right in range(4)] for left in range(4)]


def _columns(values: Sequence[float | None], size: int, columns: int) -> list[tuple[float, float] | None]:
    """Lowest and highest value drawn in each of `columns` columns; None where there is a gap.

    Index 0 is the first column, index size - 1 the last. Neighbouring samples are joined; across a gap
    nothing is. With more samples than columns every extreme is kept.
    """
    try:
        whole = len(values) == size and isfinite(sum(values))  # type: ignore[arg-type]  # None raises
    except TypeError:
        whole = False
    known: Sequence[float | None] = (
        values if whole else [v if v is not None and isfinite(v) else None for v in values]
    )
    if size > columns:
        return _dense(known, whole, size, columns)
    return _sparse(known, size, columns)


def _dense(
    values: Sequence[float | None], whole: bool, size: int, columns: int
) -> list[tuple[float, float] | None]:
    out: list[tuple[float, float] | None] = []
    stop = 0
    for column in range(columns):
        start, stop = stop, (column + 1) * size // columns
        part = values[start:stop] if whole else [v for v in values[start:stop] if v is not None]
        if not part:
            out.append(None)
            continue
        lo: float = min(part)  # type: ignore[type-var,assignment]  # no None is left
        hi: float = max(part)  # type: ignore[type-var,assignment]
        before, first = (values[start - 1], values[start]) if 0 < start < len(values) else (None, None)
        if before is not None and first is not None and (last := out[-1]) is not None:
            middle = before / 2 + first / 2
            out[-1] = (min(last[0], middle), max(last[1], middle))
            lo, hi = min(lo, middle), max(hi, middle)
        out.append((lo, hi))
    return out


def _sparse(values: Sequence[float | None], size: int, columns: int) -> list[tuple[float, float] | None]:
    out: list[tuple[float, float] | None] = [None] * columns

    def reach(column: int, a: float, b: float) -> None:
        lo, hi = (a, b) if a <= b else (b, a)
        known = out[column]
        out[column] = (lo, hi) if known is None else (min(known[0], lo), max(known[1], hi))

    pitch = (columns - 1) / (size - 1) if size > 1 else 0.0
    before: float | None = None
    x_before = 0
    for index, value in enumerate(values):
        if value is None:
            before = None
            continue
        # A lone column of one sample stands at the right: it is the newest that is known.
        x = round(index * pitch) if size > 1 else columns - 1
        if before is None:
            reach(x, value, value)
        else:
            span = x - x_before
            y = before
            for step in range(span):
                share = (step + 0.5) / span
                edge = before * (1 - share) + value * share
                reach(x_before + step, y, edge)
                y = edge
            reach(x, y, value)
        before, x_before = value, x
    return out


def render(
    series: Sequence[Series],
    width: int,
    height: int,
    y_min: float | None = None,
    y_max: float | None = None,
    glyphs: Glyphs = "braille",
    thresholds: Sequence[float] = (),
    rule: int | None = None,
) -> list[list[Run]]:
    """`height` lines, top first, of runs that together are exactly `width` cells wide.

    All series share one grid (a shorter one ends earlier). The dots of all series are merged, so crossing
    lines have no holes; a cell has the colour of the last series that touches it. "braille" has 2 x 4 dots
    a cell, "block" 2 x 2, "ascii" one mark a cell, another for each series. `y_min` and `y_max` default to
    the range of the data; what lies outside is not drawn. A threshold is a broken line behind the data,
    `rule` the cell of an upright one.
    """
    if width <= 0 or height <= 0:
        return []
    wide, tall = _DOTS[glyphs]
    columns, levels = width * wide, height * tall
    lo, hi = _range(series, y_min, y_max)
    scale = (levels - 1) / (hi - lo)
    size = max((len(one.values) for one in series), default=0)
    masks = [0] * columns
    colors = [[BLANK] * width for _ in range(height)]
    for one in series:
        color = one.color
        for column, span in enumerate(_columns(one.values, size, columns)):
            if span is None or span[0] > hi or span[1] < lo:
                continue
            low = int((max(span[0], lo) - lo) * scale + 0.5)
            # A half is rounded down at this end, or each diagonal would be two dots thick.
            high = max(low, int((min(span[1], hi) - lo) * scale + 0.4999999))
            masks[column] |= (1 << high + 1) - (1 << low)
            cell = column // wide
            for row in range(low // tall, high // tall + 1):
                colors[row][cell] = color
    cells = _cell_texts(glyphs, masks, colors, tall)
    for value in thresholds:
        if lo <= value <= hi:
            row = height - 1 - row_of(value, lo, hi, height, glyphs)
            _behind(cells, colors, row, "-" if glyphs == "ascii" else "╌")
    if rule is not None and 0 <= rule < width:
        for texts, row_colors in zip(cells, colors, strict=True):
            if row_colors[rule] < 0:
                texts[rule], row_colors[rule] = "|" if glyphs == "ascii" else "│", RULE
    return [_runs(texts, row) for texts, row in zip(reversed(cells), reversed(colors), strict=True)]


def row_of(value: float, lo: float, hi: float, height: int, glyphs: Glyphs = "braille") -> int:
    """The line (0 at the top) where `render` puts `value` in a range of lo < hi."""
    tall = _DOTS[glyphs][1]
    share = (min(max(value, lo), hi) - lo) / (hi - lo)
    return height - 1 - int(share * (height * tall - 1) + 0.5) // tall


def cell_of(index: int, size: int, width: int, glyphs: Glyphs = "braille") -> int:
    """The cell in which `render` draws value `index` of `size` in `width` cells."""
    wide = _DOTS[glyphs][0]
    columns = width * wide
    if size > columns:
        return ((index + 1) * columns - 1) // size // wide
    return round(index * (columns - 1) / (size - 1)) // wide if size > 1 else width - 1


def _range(series: Sequence[Series], y_min: float | None, y_max: float | None) -> tuple[float, float]:
    low = y_min if y_min is not None and isfinite(y_min) else None
    high = y_max if y_max is not None and isfinite(y_max) else None
    if low is None or high is None:
        found = bounds(one.values for one in series) or (0.0, 0.0)
        low, high = found[0] if low is None else low, found[1] if high is None else high
    return spread(low, high)


def _cell_texts(glyphs: Glyphs, masks: list[int], colors: list[list[int]], tall: int) -> list[list[str]]:
    """The characters of each line, bottom line first."""
    if glyphs == "ascii":
        return [[_MARKS[c % len(_MARKS)] if c >= 0 else " " for c in row] for row in colors]
    table = _BRAILLE_CELLS if glyphs == "braille" else _BLOCK_CELLS
    every = (1 << tall) - 1
    pairs = list(zip(masks[::2], masks[1::2], strict=True))
    return [
        [table[left >> shift & every][right >> shift & every] for left, right in pairs]
        for shift in range(0, len(colors) * tall, tall)
    ]


def _behind(cells: list[list[str]], colors: list[list[int]], row: int, glyph: str) -> None:
    for column, color in enumerate(colors[row]):
        if color == BLANK:
            cells[row][column] = glyph
            colors[row][column] = THRESHOLD


def _runs(texts: Iterable[str], colors: Iterable[int]) -> list[Run]:
    """Neighbours of one colour joined; blanks join what stands before them, to spare style changes."""
    runs: list[Run] = []
    by_color: Callable[[tuple[str, int]], int] = lambda pair: pair[1]  # noqa: E731  # typed key
    for color, group in groupby(zip(texts, colors, strict=True), key=by_color):
        text = "".join(pair[0] for pair in group)
        if color == BLANK and runs:
            runs[-1] = (runs[-1][0] + text, runs[-1][1])
        elif runs and runs[-1][1] == color:
            runs[-1] = (runs[-1][0] + text, color)
        else:
            runs.append((text, color))
    return runs
