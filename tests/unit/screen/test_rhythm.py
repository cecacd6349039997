"""When the clock may draw."""

from __future__ import annotations

from tui.rhythm import FRAME, SECOND, Rhythm


class Stand:
    """A terminal that is behind or not, and a clock."""

    def __init__(self, low: bool = False) -> None:
        self.is_behind, self.now = False, 100.0
        self.rhythm = Rhythm(lambda: self.is_behind, low, lambda: self.now)


def test_frames_for_a_terminal_that_is_behind_are_dropped_and_remembered() -> None:
    stand = Stand()
    assert not stand.rhythm.behind()
    assert not stand.rhythm.waits
    stand.is_behind = True
    assert stand.rhythm.behind()
    assert stand.rhythm.waits


def test_a_second_that_was_dropped_moves_on_with_the_next() -> None:
    stand = Stand(low=True)
    due = [stand.rhythm.second_due() for _ in range(SECOND - 1)]
    stand.is_behind = True
    due += [stand.rhythm.second_due() for _ in range(2)]
    stand.is_behind = False
    due += [stand.rhythm.second_due() for _ in range(2)]
    assert due == [False] * (SECOND + 1) + [True, False]


def test_little_bandwidth_means_few_frames() -> None:
    stand = Stand(low=True)
    drawn = 0
    for _ in range(100):
        drawn += stand.rhythm.frame_due()
        stand.now += FRAME / 10
    assert drawn == 10
    assert all(Stand().rhythm.frame_due() for _ in range(5))
