"""Pinned queries and the history: kept in a file, asked in turn, each one line."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from sources.contract import Unavailable
from sources.model import QueryResult, Series
from tui.commands.command import CommandError
from tui.commands.console import parse_moment
from tui.panes.console.measures import PLAIN, Measure
from tui.panes.console.memory import FILE, MOST_ASKED, MOST_PINS, Memory
from tui.panes.console.pins import EVERY, Board, digest

# -- what is remembered


def test_queries_are_kept_once_where_they_were_asked_last(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    for query in ("a", "b", "a", "  ", "c"):
        memory.remember(query)
    assert memory.history == ["b", "a", "c"]
    assert memory.save() == ""
    assert Memory(tmp_path).history == ["b", "a", "c"]
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0, "nobody else reads it"
    for number in range(2 * MOST_ASKED):
        memory.remember(f"q{number}")
    memory.save()
    assert len(Memory(tmp_path).history) == len(memory.history) == MOST_ASKED


def test_two_sessions_do_not_forget_each_others_queries(tmp_path: Path) -> None:
    one, other = Memory(tmp_path), Memory(tmp_path)
    one.remember("mine")
    one.save()
    other.remember("yours")
    other.save()
    assert Memory(tmp_path).history == ["mine", "yours"]


def test_pins_are_kept_and_those_of_the_configuration_come_first(tmp_path: Path) -> None:
    memory = Memory(tmp_path, ["up"])
    assert memory.pin("rate(x[5m])") == "pinned"
    assert memory.pin("up") == "this query is pinned already"
    again = Memory(tmp_path, ["up"])
    assert again.pins == ["up", "rate(x[5m])"]
    assert "configuration" in again.unpin("up")
    assert again.unpin("rate(x[5m])") == "unpinned"
    assert Memory(tmp_path).pins == [], "what is configured is not written"
    for number in range(MOST_PINS):
        again.pin(f"q{number}")
    assert ":unpin" in again.pin("one too many")
    assert len(again.pins) == MOST_PINS


def test_half_a_character_is_no_reason_to_fail(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    memory.remember("a\ud800b")
    assert memory.pin("c\udfff") == "pinned"
    assert (Memory(tmp_path).history, Memory(tmp_path).pins) == (["a?b"], ["c?"])


def test_without_a_place_to_write_it_lasts_for_the_session(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    memory = Memory(blocked / "topmast")
    said = memory.pin("up")
    assert said.startswith("pinned for this session only: ")
    assert FILE in said
    assert memory.pins == ["up"]
    assert Memory(None).pin("up") == "pinned for this session"
    assert Memory(None).save() == ""


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"history": 3}', '{"pins": [1]}', "\x00\xff"])
def test_a_file_that_is_broken_is_as_none(tmp_path: Path, broken: str) -> None:
    (tmp_path / FILE).write_text(broken)
    memory = Memory(tmp_path)
    assert memory.history == memory.pins == []
    memory.remember("up")
    assert memory.save() == ""
    assert json.loads((tmp_path / FILE).read_text())["history"] == ["up"]


# -- when each is asked


def seconds(board: Board, pins: list[str], count: int, answer: QueryResult | None = None) -> list[list[str]]:
    asked = []
    for _ in range(count):
        asked.append(board.tick(pins))
        if answer is not None:
            for pin in asked[-1]:
                board.answered(pin, answer)
    return asked


def test_pins_are_asked_in_turn_and_again_after_a_while() -> None:
    board = Board()
    asked = seconds(board, ["a", "b", "c"], EVERY + 3, QueryResult("matrix"))
    assert asked[:4] == [["a"], ["b"], ["c"], []], "one a second"
    assert [pins for pins in asked[3:] if pins] == [["a"], ["b"], ["c"]]
    assert asked[EVERY] == ["a"]


def test_slow_pins_do_not_pile_up() -> None:
    board = Board()
    asked = seconds(board, ["a", "b", "c"], 3 * EVERY)
    assert [pins for pins in asked if pins] == [["a"], ["b"]], (
        "two are on their way, the third waits for one of them"
    )
    board.answered("a", Unavailable("slow"))
    assert board.tick(["a", "b", "c"]) == ["c"], "whoever was never asked goes first"
    board.dropped("b")
    assert board.tick(["a", "b", "c"]) == ["a"], "then who waits longest"


def test_a_failure_leaves_the_last_picture_and_an_unpinned_query_is_forgotten() -> None:
    board = Board()
    good = QueryResult("matrix")
    seconds(board, ["a"], 1, good)
    board.answered("a", Unavailable("gone\x1b[31m away"))
    assert board.known["a"].result is good
    assert board.known["a"].error == "gone away"
    board.tick([])
    board.answered("a", good)
    assert board.known == {}


# -- what it says


def test_the_line_of_one_series_and_of_several() -> None:
    one = Series((("a", "b"),), (0.0, 30.0), (1.0, 2.5))
    other = Series((("a", "c"),), (0.0, 15.0, 30.0), (5.0, math.nan, 1.0))
    result = QueryResult("matrix", (one,), start=0, end=30, step=15)
    assert digest(result, PLAIN) == ([1.0, None, 2.5], "2.5")
    assert digest(result, Measure("percent"))[1] == "250%"
    both = QueryResult("matrix", (one, other), start=0, end=30, step=15)
    assert digest(both, PLAIN) == ([5.0, None, 2.5], "max of 2: 2.5")
    ended = QueryResult("matrix", (one,), start=0, end=45, step=15)
    assert digest(ended, PLAIN)[1] == "-", "what is over has no value now"
    assert digest(QueryResult("matrix", start=0, end=30, step=15), PLAIN)[1] == "no series"


# -- moments

NOON = 1_764_072_000.0  # 2025-11-25 12:00:00 UTC


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("now", None), ("", None), ("11:30", NOON - 1800), ("11:30:15", NOON - 1785), ("12:00", NOON),
        ("14:03", NOON - 86400 + 2 * 3600 + 180), ("-90m", NOON - 5400), ("2025-11-24 12:00", NOON - 86400),
        ("2025-11-25T11:59:59", NOON - 1), ("2025-11-25T11:59Z", NOON - 60),
    ],
)  # fmt: skip
def test_moments(text: str, moment: float | None) -> None:
    assert parse_moment(text, NOON) == moment


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("25:00", "is not a moment"),
        ("yesterday", "14:03"),
        ("-5x", "duration"),
        ("2030-01-01 00:00", "yet to come"),
    ],
)
def test_what_is_no_moment_is_said(text: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        parse_moment(text, NOON)
