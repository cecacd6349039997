"""Questions behind frames and their answers, however they are cut."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tui.terminal.pace import FINE, LOST, SLOW, SURE, Pace


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def after(pace: Pace, clock: Clock, seconds: float, count: int = 1) -> None:
    """So many frames whose answers took so long."""
    for _ in range(count):
        assert pace.ask()
        clock.now += seconds
        assert pace.without(FINE) == ""


def test_no_frame_is_sent_after_one_that_is_not_drawn_yet() -> None:
    clock = Clock()
    pace = Pace(clock)
    after(pace, clock, 0.1)
    assert pace.clear
    assert pace.ask()
    assert not pace.clear
    assert not pace.ask(), "one question at a time"
    clock.now += 2
    assert pace.without(f"j{FINE}k") == "jk"
    assert pace.clear


def test_a_terminal_that_never_answers_holds_nothing_up_and_is_asked_once() -> None:
    clock = Clock()
    pace = Pace(clock)
    assert pace.ask()
    assert pace.clear
    clock.now += 100 * LOST
    assert not pace.ask()
    assert pace.without("j") == "j"


def test_an_answer_that_is_lost_is_not_waited_for_for_ever() -> None:
    clock = Clock()
    pace = Pace(clock)
    after(pace, clock, 0.1)
    assert pace.ask()
    clock.now += LOST
    assert pace.clear
    assert pace.ask()


def test_a_link_is_slow_when_each_of_the_last_frames_was() -> None:
    clock = Clock()
    pace = Pace(clock)
    after(pace, clock, SLOW + 0.5, SURE - 1)
    assert pace.trip is None
    after(pace, clock, SLOW + 0.2)
    assert pace.trip == pytest.approx(SLOW + 0.2)
    after(pace, clock, 0.05)
    assert pace.trip is None


@pytest.mark.parametrize("cut", [1, 2, 3])
@pytest.mark.parametrize("around", ["", "j"])
def test_an_answer_in_two_reads_is_no_key(cut: int, around: str) -> None:
    pace = Pace(Clock())
    assert pace.ask()
    heard: list[int] = []
    pace.heard = lambda: heard.append(1)
    typed = pace.without(around + FINE[:cut]) + pace.without(FINE[cut:] + around)
    assert typed in (around + around, f"{around}\x1b{around}"), "of a lone Esc nobody knows what follows"
    assert heard == [1]


def test_keys_that_begin_like_an_answer_are_keys() -> None:
    pace = Pace(Clock())
    assert pace.ask()
    assert pace.without("\x1b[") + pace.without("A") == "\x1b[A"
    assert pace.without("\x1b[0") + pace.without("x") == "\x1b[0x"
    assert pace.without("\x1b[A\x1bOP") == "\x1b[A\x1bOP"


def test_without_a_question_nothing_is_taken() -> None:
    pace = Pace(Clock())
    assert pace.without(FINE) == FINE
