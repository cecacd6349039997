"""A graph's legend, its cursor's place in the plot, and the small list of choices."""

from __future__ import annotations

import math

import pytest

from tui.widgets.braille import RULE, Series, cell_of, render
from tui.widgets.choices import MOST, Choice, Choices
from tui.widgets.legend import Entry, Words, amount, legend
from tui.widgets.spark import Glyphs
from tui.widgets.text import width


def texts(entries: list[Entry], rows: int, columns: int = 60, **more: object) -> list[str]:
    lines = legend(entries, rows, columns, more.pop("words", Words()), **more)  # type: ignore[arg-type]  # as given
    return ["".join(text for text, _ in line.pieces) for line in lines]


ENTRIES = [Entry(f"series-{n}", [float(n), None, n + 2.0]) for n in range(10)]


def test_a_line_has_the_newest_value_or_the_one_at_the_cursor() -> None:
    assert texts(ENTRIES[:1], 3)[0].split() == ["a", "series-0", "last", "2", "min", "0", "max", "2"]
    at = texts(ENTRIES[:1], 3, words=Words("iec", "B/s", 0))[0].split()
    assert at == ["a", "series-0", "at", "0B/s", "min", "0B/s", "max", "2B/s"]
    assert texts(ENTRIES[:1], 3, words=Words(at=1))[0].split()[3] == "-", "a gap has no value"
    assert texts(ENTRIES[:1], 3, words=Words(at=99))[0].split()[3] == "-"
    assert amount(math.inf, Words("iec", "B")) == "+Inf"


def test_the_selected_series_is_always_among_the_lines() -> None:
    for selected in range(10):
        lines = legend(ENTRIES, 4, 60, Words(), selected=selected)
        chosen = [line for line in lines if line.over]
        assert len(lines) == 4
        assert len(chosen) == 1
        assert f"series-{selected}" in chosen[0].pieces[1][0]
    assert texts(ENTRIES, 4)[-1] == "+7 more series"
    assert texts(ENTRIES, 4, left_out=5)[-1] == "+12 more series, 5 of them not drawn"
    assert len(texts(ENTRIES, 10)) == 10
    assert texts(ENTRIES, 0) == []


def test_what_is_off_says_so_without_colour_and_nothing_is_too_wide() -> None:
    assert "off series-3" in texts(ENTRIES, 10, off={"series-3"})[3]
    for columns in (1, 8, 20, 45):
        assert all(width(line) <= max(columns, 12) for line in texts(ENTRIES, 10, columns))


@pytest.mark.parametrize("glyphs", ["braille", "block", "ascii"])
@pytest.mark.parametrize("size", [2, 7, 40, 41, 200, 1000])
def test_the_cursor_stands_where_the_value_is_drawn(glyphs: Glyphs, size: int) -> None:
    for index in {0, 1, size // 3, size // 2, size - 2, size - 1}:
        values: list[float | None] = [None] * size
        values[index] = 1.0
        row = "".join(text for text, _ in render([Series(values)], 20, 1, 0, 2, glyphs)[0])
        assert [i for i, character in enumerate(row) if character != " "] == [cell_of(index, size, 20, glyphs)]


def test_the_cursors_line_is_behind_the_data() -> None:
    lines = render([Series([1.0] * 40)], 20, 5, 0, 4, "ascii", rule=7)
    column = [[color for text, color in line for _ in text][7] for line in lines]
    assert column.count(RULE) == 4
    assert column.count(0) == 1


def test_choices_move_with_the_chosen_one_and_keep_their_height() -> None:
    choices = Choices()
    many = [Choice(f"name-{n}", "metric", "help") for n in range(30)]
    choices.show(many, 0)
    assert choices.get_content_height(None, None, 40) == MOST
    choices.show(many, 17, "asking the server")
    lines = ["".join(text for text, _ in line.pieces) for line in choices.compose_lines(40, MOST)]
    assert len(lines) == MOST
    assert any(line.startswith("> name-17") for line in lines)
    assert lines[-1].strip() == "asking the server"
    assert all(width(line) <= 40 for line in lines)
    choices.show([], 0)
    assert choices.get_content_height(None, None, 40) == MOST, "what is below does not jump while one types"
    choices.close()
    assert not choices.is_open
