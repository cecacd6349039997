"""The graph renderer keeps extremes, gaps and crossings."""

from __future__ import annotations

from math import inf, nan, sin

import pytest

from tui.widgets.braille import BLANK, THRESHOLD, Series, render, row_of
from tui.widgets.spark import Glyphs


def text(series: list[list[float | None]], width: int, height: int, **options: object) -> list[str]:
    data = [Series(values, color) for color, values in enumerate(series)]
    lines = render(data, width, height, **options)  # type: ignore[arg-type]  # passed on
    return ["".join(part for part, _ in line) for line in lines]


def dots(lines: list[str]) -> set[tuple[int, int]]:
    """Positions of all dots of a braille picture: (column, row from the top)."""
    places = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
    return {
        (2 * x + dx, 4 * y + dy)
        for y, line in enumerate(lines)
        for x, char in enumerate(line)
        for bit, (dx, dy) in enumerate(places)
        if char >= "\u2800" and ord(char) - 0x2800 >> bit & 1
    }


def test_a_rising_line() -> None:
    assert text([[0, 1, 2, 3, 4, 5, 6, 7]], 4, 2) == ["  ⡠⠊", "⡠⠊  "]


def test_the_other_glyphs() -> None:
    assert text([[0, 3]], 2, 2, glyphs="block") == [" ▞", "▞ "]
    assert text([[0, 0, 2, 2], [2, 2, 0, 0]], 4, 3, glyphs="ascii") == ["++**", " ++ ", "**++"]


def test_a_gap_is_not_bridged() -> None:
    lines = text([[1, 1, nan, None, inf, 1, 1]], 7, 1, y_min=0, y_max=2)
    columns = {x for x, _ in dots(lines)}
    assert columns == {0, 1, 2, 11, 12, 13}


def test_a_gap_is_kept_where_many_samples_share_a_column() -> None:
    values: list[float | None] = [1.0] * 1000
    values[400:600] = [None] * 200
    columns = {x for x, _ in dots(text([values], 10, 1, y_min=0, y_max=2))}
    assert columns == set(range(20)) - set(range(8, 12))


def test_a_lone_sample_is_drawn() -> None:
    assert dots(text([[nan, nan, 5, nan, nan]], 5, 2))
    assert dots(text([[5]], 5, 2))
    assert dots(text([[nan] * 500 + [5.0] + [nan] * 499], 5, 2))


def test_every_spike_survives() -> None:
    values = [0.0] * 5000
    values[1234] = 1.0
    assert min(y for _, y in dots(text([values], 20, 5))) == 0


def test_crossing_series_leave_no_holes() -> None:
    one: list[float | None] = [float(i) for i in range(300)]
    two = one[::-1]
    alone = dots(text([one], 30, 8)) | dots(text([two], 30, 8))
    assert dots(text([one, two], 30, 8)) == alone
    assert {x for x, _ in alone} == set(range(60))


@pytest.mark.parametrize("count", [40, 200])
def test_a_line_is_connected(count: int) -> None:
    found = dots(text([[sin(i * 13 / count) for i in range(count)]], 40, 40))
    for x in range(79):
        here = {y for c, y in found if c == x}
        there = {y for c, y in found if c == x + 1}
        assert min(abs(a - b) for a in here for b in there) <= 1


def test_colours_are_those_of_the_series() -> None:
    lines = render([Series([1, 1], 3)], 4, 2, y_min=0, y_max=1)
    assert lines == [[("⠉⠉⠉⠉", 3)], [("    ", BLANK)]]


def test_threshold_stands_behind_the_data() -> None:
    lines = render([Series([0, 4], 0)], 6, 3, thresholds=[2, 99])
    assert [color for _, color in lines[1]].count(THRESHOLD) == 2
    assert {color for _, color in lines[0] + lines[2]} == {0, BLANK}


def test_values_outside_a_fixed_range_are_not_drawn() -> None:
    assert dots(text([[5.0, 5.0]], 4, 2, y_min=0, y_max=1)) == set()
    assert row_of(1, 0, 1, 5) == 0
    assert row_of(0, 0, 1, 5) == 4


@pytest.mark.parametrize("glyphs", ["braille", "block", "ascii"])
@pytest.mark.parametrize("size", [(0, 0), (1, 1), (7, 1), (1, 7), (13, 5)])
@pytest.mark.parametrize(
    "values",
    [[], [None], [nan, nan], [inf, -inf], [5], [5, 5, 5], [0, 0], [1e308, -1e308], [5e-324, 0],
     [1, 1 + 1e-16, 1], [None, 1, nan, 2, inf], [0.1] * 999 + [nan], [1.7e308] * 40],
)  # fmt: skip
def test_every_line_is_as_wide_as_asked(glyphs: Glyphs, size: tuple[int, int], values: list[float | None]) -> None:
    lines = text([values, [1.0, 2.0]], *size, glyphs=glyphs)
    assert [len(line) for line in lines] == ([size[0]] * size[1] if size[0] else [])
