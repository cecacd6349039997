"""The terminal's background: its answer is understood, and never taken for keys."""

from __future__ import annotations

import pytest

from tui.terminal.background import Answers, from_environment, is_light, suited_theme

WHITE = "\x1b]11;rgb:ffff/ffff/ffff\x1b\\"
BLACK = "\x1b]11;rgb:00/00/00\x07"


@pytest.mark.parametrize(
    ("colour", "light"),
    [
        ("rgb:ffff/ffff/dddd", True),
        ("rgb:f/f/f", True),
        ("rgba:1010/1010/1010/ffff", False),
        ("rgb:0000/0000/ffff", False),
        ("rgb:0000/ffff/0000", True),
        ("#ffffff", None),
        ("", None),
    ],
)
def test_colours(colour: str, light: bool | None) -> None:
    assert is_light(colour) is light


def test_the_environment_of_terminals_that_never_answer() -> None:
    assert from_environment({"COLORFGBG": "0;15"}) is True
    assert from_environment({"COLORFGBG": "15;default;0"}) is False
    assert from_environment({"COLORFGBG": "15;default"}) is None
    assert from_environment({}) is None
    assert suited_theme("16", {"COLORFGBG": "0;15"}) == "terminal"
    assert suited_theme("256", {"COLORFGBG": "0;15"}) == "light"
    assert suited_theme("truecolor", {}) == "dark"


@pytest.mark.parametrize("answer", [WHITE, BLACK])
@pytest.mark.parametrize("cut", range(1, len(WHITE)))
def test_an_answer_cut_anywhere_is_no_key(answer: str, cut: int) -> None:
    told: list[bool] = []
    answers = Answers(told.append)
    typed = answers.without("j" + answer[:cut]) + answers.without(answer[cut:] + "k")
    assert typed.replace("\x1b", "") == "jk"
    assert told == [answer == WHITE]


def test_keys_pass_at_once() -> None:
    answers = Answers(lambda _light: pytest.fail("nobody answered"))
    for typed in ("j", "\x1b", "]", "\x1b[A", "\x1b]0;title\x07", "]11", "\x1b[27u"):
        assert answers.without(typed) == typed


def test_nonsense_is_neither_a_colour_nor_typed() -> None:
    answers = Answers(lambda _light: pytest.fail("no colour was said"))
    assert answers.without("a\x1b]11;?\x07b") == "ab"
