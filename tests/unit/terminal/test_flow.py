"""What the terminal's answers say about a link's pace, and how much may be written by it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from tui.terminal.flow import AHEAD, LEAST, NARROW
from tui.terminal.pace import FINE, Pace

MODEM = 7_000.0


@dataclass
class Far:
    """A terminal behind a link that takes `rate` bytes a second and has a delay; it answers each question."""

    rate: float
    delay: float = 0.4
    now: float = 100.0
    free: float = 0.0
    answers: list[float] = field(default_factory=list)
    most: float = 0.0
    """Seconds that something had to wait for what was before it, at most."""

    def __post_init__(self) -> None:
        self.pace = Pace(lambda: self.now)

    def write(self, size: int) -> None:
        self.most = max(self.most, self.free - self.now)
        asked = self.pace.ask(size)
        self.free = max(self.free, self.now) + size / self.rate
        if asked:
            self.answers.append(self.free + 2 * self.delay)

    def until(self, moment: float) -> None:
        while self.answers and self.answers[0] <= moment:
            self.now = max(self.now, self.answers.pop(0))
            assert self.pace.without(FINE) == ""
        self.now = max(self.now, moment)

    def rest(self, seconds: float) -> None:
        self.until(self.now + seconds)

    def send(self, size: int) -> None:
        """As much as there is, in pieces as large as there is room for."""
        while size:
            room = self.pace.flow.room()
            piece = size if room is None else min(room, size)
            if piece:
                self.write(piece)
                size -= piece
            else:
                self.rest(max(self.pace.flow.wait, 0.001))


def begun(rate: float, delay: float = 0.4) -> Far:
    """After a start: a large frame and small ones, then two large ones in a row."""
    far = Far(rate, delay)
    far.write(4000)
    far.rest(5)
    for size in (30, 60, 3000, 2000):
        far.write(size)
        far.rest(0.2)
    far.rest(5)
    return far


def test_a_narrow_link_gets_pieces_and_nothing_waits_long_for_one() -> None:
    far = begun(MODEM)
    assert far.pace.flow.pace == pytest.approx(MODEM, rel=0.15)
    assert far.pace.flow.room() == LEAST
    far.most = 0.0
    for _ in range(4):
        far.send(4000)
        far.rest(1)
    assert far.most < 2 * AHEAD + LEAST / MODEM, "a key's answer would wait for so long"
    assert far.pace.flow.pace == pytest.approx(MODEM, rel=0.15)


def test_the_pace_of_a_link_that_becomes_faster_or_slower_is_followed() -> None:
    far = begun(MODEM)
    for rate in (20_000.0, 5_000.0):
        far.rate = rate
        for _ in range(12):
            far.send(4000)
            far.rest(2)
        assert far.pace.flow.pace == pytest.approx(rate, rel=0.2)


def test_a_program_that_is_late_makes_no_link_narrower() -> None:
    far = begun(MODEM)
    for _ in range(40):
        far.write(LEAST)
        far.rest(LEAST / MODEM * 3)
    assert far.pace.flow.pace == pytest.approx(MODEM, rel=0.15)


@pytest.mark.parametrize("delay", [0.0005, 0.4])
def test_a_wide_link_takes_whole_frames_however_far_it_goes(delay: float) -> None:
    far = begun(20 * NARROW, delay)
    assert far.pace.flow.pace is None
    assert far.pace.flow.room() is None


def test_one_answer_that_came_late_makes_no_link_narrow() -> None:
    far = Far(50 * NARROW, 0.001)
    for size, late in ((4000, 0.3), (30, 0.0), (3000, 0.0), (200, 0.0), (5000, 0.0)):
        far.write(size)
        far.answers = [each + late for each in far.answers]
        far.rest(1)
    assert far.pace.flow.pace is None
