"""What answers a key goes to the terminal first; what waits for a narrow link comes later, and all of it comes."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pyte
import pytest
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from tui.terminal.outlet import LONGEST, REST, Outlet
from tui.terminal.pace import Pace

WIDTH, HEIGHT = 60, 20
CONSOLE = Console(color_system="truecolor", force_terminal=True, width=WIDTH)
PROMPT = Region(0, HEIGHT - 1, WIDTH, 1)
ROWS = Region(0, 0, WIDTH, HEIGHT - 1)
MODEM = 7_000.0


class Stand:
    """A screen of lines, its outlet, a terminal, and a clock."""

    def __init__(self, pace: float | None) -> None:
        self.now = 100.0
        self.pace = Pace(lambda: self.now)
        self.outlet = Outlet(self.pace, lambda: self.now)
        self.lines = [" " * WIDTH] * HEIGHT
        self.terminal = pyte.Screen(WIDTH, HEIGHT)
        self._stream = pyte.Stream(self.terminal)
        self.draw(whole=True)
        self.pace.flow.pace = pace

    def _strip(self, y: int) -> Strip:
        style = Style(bold=True) if self.lines[y].isupper() else Style()
        return Strip([Segment(self.lines[y].ljust(WIDTH), style)])

    def _whole(self) -> LayoutUpdate:
        return LayoutUpdate([[self._strip(y)] for y in range(HEIGHT)], Region(0, 0, WIDTH, HEIGHT))

    def _part(self, regions: Sequence[Region]) -> ChopsUpdate:
        ys = sorted({y for each in regions for y in each.line_range})
        return ChopsUpdate(
            [{0: self._strip(y)} for y in range(HEIGHT)], [(y, 0, WIDTH) for y in ys], [[WIDTH]] * HEIGHT
        )

    def draw(self, *regions: Region, first: Sequence[Region] = (), whole: bool = False) -> str:
        frame = self._whole() if whole else self._part(regions)
        text = self.outlet.text(frame, CONSOLE, first)
        self._stream.feed(text)
        self.pace.flow.wrote(len(text.encode()))
        return text

    def go_on(self) -> str:
        """What waits goes on when it may."""
        self.now += self.outlet.pause
        return self.draw(*self.outlet.take(Region(0, 0, WIDTH, HEIGHT)))

    def drain(self) -> list[str]:
        pieces = []
        while self.outlet.waits:
            pieces.append(self.go_on())
        return pieces

    def typed(self, line: str, rows: str, after: float = 1.0) -> None:
        self.now += after
        self.outlet.keyed()
        self.lines[-1] = line
        self.lines[:-1] = [f"{rows} {y:02d} " + rows * (40 // len(rows)) for y in range(HEIGHT - 1)]

    @property
    def right(self) -> bool:
        return self.terminal.display == [line.ljust(WIDTH)[:WIDTH] for line in self.lines]


def test_the_line_that_is_typed_into_comes_before_the_rows_of_the_same_frame() -> None:
    stand = Stand(None)
    stand.typed("/pay", "a")
    text = stand.draw(ROWS, PROMPT, first=[PROMPT])
    assert text.index("/pay") < text.index("a 00")
    assert stand.right, "with a wide link, all in one write"
    assert not stand.outlet.waits


def test_on_a_narrow_link_it_goes_alone_and_the_rows_follow_when_the_typing_rests() -> None:
    stand = Stand(MODEM)
    stand.typed("/p", "a")
    assert "a" not in (first := stand.draw(ROWS, PROMPT, first=[PROMPT]))
    assert "/p" in first
    assert stand.outlet.pause == pytest.approx(REST)
    stand.typed("/pa", "b", after=REST / 2)
    stand.draw(PROMPT, first=[PROMPT])
    assert stand.terminal.display[-1].startswith("/pa ")
    pieces = stand.drain()
    assert stand.right
    assert "a 0" not in "".join(pieces), "rows of a filter that is another by now are never sent"
    assert max(map(len, pieces)) < 600
    assert len(pieces) > 2


def test_who_types_on_and_on_sees_the_rows_now_and_then() -> None:
    stand = Stand(MODEM)
    began = stand.now + 0.2
    for count in range(20):
        stand.typed("/" + "x" * count, "a", after=0.2)
        if "a 00" in stand.draw(ROWS, PROMPT, first=[PROMPT]):
            break
    assert 0 < stand.now - began < LONGEST + 0.1


def test_answers_to_keys_that_the_link_does_not_take_are_drawn_as_they_are_at_last() -> None:
    stand = Stand(MODEM)
    sent = 0
    for step in range(40):  # a key that is held down
        stand.now += 0.01
        stand.outlet.keyed()
        stand.lines[3], stand.lines[4] = f"row {step}", f"ROW {step} WITH THE CURSOR " * 2
        sent += len(stand.draw(Region(0, 3, WIDTH, 2), first=[Region(0, 3, WIDTH, 2)]))
    assert sent < 40 * 0.01 * MODEM + 0.4 * MODEM
    stand.drain()
    assert stand.right


def test_what_is_left_of_a_screen_that_is_smaller_now_is_not_drawn() -> None:
    stand = Stand(MODEM)
    stand.typed("/p", "a")
    stand.draw(ROWS, PROMPT, first=[PROMPT])
    assert stand.outlet.waits
    assert all(each.bottom <= 5 and each.right <= 30 for each in stand.outlet.take(Region(0, 0, 30, 5)))


@pytest.mark.parametrize("seed", range(20))
def test_in_the_end_the_terminal_shows_the_screen(seed: int) -> None:
    random = Random(seed)
    stand = Stand(MODEM)
    for _ in range(60):
        stand.now += random.choice([0.001, 0.05, 0.2, 0.6])
        if random.random() < 0.4:
            stand.outlet.keyed()
        changed = random.sample(range(HEIGHT), random.randrange(1, HEIGHT))
        for y in changed:
            stand.lines[y] = random.choice(["ABC ", "def ", "ghi jk"]) * random.randrange(1, 10)
        regions = [Region(0, y, WIDTH, 1) for y in changed]
        first = random.choice([(), [PROMPT], regions[:2]])
        stand.draw(*regions, first=first, whole=random.random() < 0.1)
        if stand.outlet.waits and random.random() < 0.5:
            stand.go_on()
    stand.drain()
    assert stand.right
