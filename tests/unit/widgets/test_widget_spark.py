"""Sparklines and bars are honest about gaps, constants and limits."""

from __future__ import annotations

from math import inf, nan

import pytest

from tui.widgets.spark import Glyphs, bar, sparkline, trendline


def test_sparkline_shows_the_shape() -> None:
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8) == "▁▂▃▄▅▆▇█"
    assert sparkline([0, 7], 2, glyphs="ascii") == "_#"
    assert sparkline([0, 1, 2, 3], 2, glyphs="braille") == "⣠⣾"


def test_gaps_are_blank() -> None:
    assert sparkline([1, nan, 2, None, inf], 5) == "▁ █  "
    assert sparkline([nan, None], 3) == "   "
    assert sparkline([], 3) == "   "


def test_newest_stands_at_the_right_edge() -> None:
    assert sparkline([0, 1], 4) == "  ▁█"


def test_more_values_than_cells_keep_the_spike() -> None:
    values = [0.0] * 100
    values[37] = 9.0
    assert sparkline(values, 10).count("█") == 1


def test_constants_are_low_for_zero_and_in_the_middle_else() -> None:
    assert sparkline([0, 0, 0], 3) == "▁▁▁"
    assert sparkline([5, 5, 5], 3) == "▄▄▄"
    assert sparkline([5, 5], 2, glyphs="braille") == " ⣤" or sparkline([5, 5], 1, glyphs="braille") == "⣤"


def test_fixed_range_does_not_magnify_noise() -> None:
    assert sparkline([0.01, 0.02], 2, lo=0, hi=1) == "▁▁"
    assert sparkline([-5, 50], 2, lo=0, hi=1) == "▁█"


@pytest.mark.parametrize("glyphs", ["block", "braille", "ascii"])
@pytest.mark.parametrize("values", [[], [1], [nan], [1e308, -1e308], [inf, -inf, 3], list(range(1000))])
@pytest.mark.parametrize("cells", [0, 1, 7])
def test_sparkline_is_as_wide_as_asked(glyphs: Glyphs, values: list[float], cells: int) -> None:
    assert len(sparkline(values, cells, glyphs=glyphs)) == cells


@pytest.mark.parametrize(
    ("fraction", "text", "filled"),
    [(0, "────", 0), (0.5, "━━──", 2), (1, "━━━━", 4), (0.001, "╾───", 1), (0.9999, "━━━╾", 4), (7, "━━━━", 4),
     (-1, "────", 0), (nan, "    ", 0), (None, "    ", 0), (inf, "━━━━", 4), (0.6, "━━╾─", 3)],
)  # fmt: skip
def test_bar_never_says_none_or_all_falsely(fraction: float | None, text: str, filled: int) -> None:
    assert bar(fraction, 4) == (text, filled)


def test_bar_in_ascii() -> None:
    assert bar(0.5, 4, "ascii") == ("##..", 2)
    assert bar(0.999, 4, "ascii") == ("###.", 3)
    assert bar(0.5, 0) == ("", 0)


def test_a_trendline_keeps_noise_flat_and_shows_what_grows() -> None:
    assert trendline([100, 101, 99, 100], 2) == trendline([5, 5, 5, 5], 2)
    assert trendline([1, 2, 3, 4], 2) == "⡠⠊"
    assert trendline([1, 2, 3, 4], 4, "ascii") == "_.-'"
    assert trendline([4, 1], 1) == "⢱", "a jump is one stroke"
    assert trendline([0, 0], 1) == "⣀"


@pytest.mark.parametrize("glyphs", ["block", "ascii"])
@pytest.mark.parametrize("values", [[], [1], [nan, None], [1e308, -1e308], [inf, -inf, 3], list(range(1000))])
@pytest.mark.parametrize("cells", [0, 1, 7])
def test_a_trendline_is_as_wide_as_asked(glyphs: Glyphs, values: list[float], cells: int) -> None:
    assert len(trendline(values, cells, glyphs)) == cells
