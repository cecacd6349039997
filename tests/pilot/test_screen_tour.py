"""The guided tour: each step waits for its key, and the last one ends it."""

from __future__ import annotations

import pytest
from textual.widget import Widget

from tests.pilot.staged import stage
from tui.actions import BY_NAME
from tui.keymap import Keymap
from tui.tour import LAST, OVER, STEPS, TourLine
from tui.widgets.shelf import Shelf
from tui.widgets.text import width


def tour_line(**remapped: str) -> TourLine:
    return TourLine({}, Keymap(remapped), Shelf(Widget()))


def test_every_step_names_actions_that_there_are_and_fits_a_narrow_terminal() -> None:
    line = tour_line()
    for place, step in enumerate(STEPS):
        assert set(step.wanted) <= set(BY_NAME)
        line.place = place
        for drawn in line.compose_lines(500, 2):
            assert width("".join(text for text, _ in drawn.pieces)) <= 80
    assert [step.number for step in STEPS] == sorted(step.number for step in STEPS)
    assert {step.number for step in STEPS} == set(range(1, LAST + 1)) == set(range(1, 11))


def test_only_the_wanted_action_moves_on() -> None:
    line = tour_line()
    line.place = 1
    assert line.performed("zoom") == ""
    assert line.place == 1
    assert line.performed("up") == ""
    assert line.place == 2


def test_a_remapped_key_is_the_one_that_is_taught() -> None:
    line = tour_line(zoom="Z")
    line.place = next(place for place, step in enumerate(STEPS) if step.wanted == ("zoom",))
    assert " Z " in [text for text, _ in line.compose_lines(80, 2)[0].pieces]


@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=["narrow", "wide"])
async def test_the_tour_on_the_screen_from_its_command_to_its_end(size: tuple[int, int]) -> None:
    async with stage(size=size) as on:
        assert not on.screen.tour.display
        await on.command("tour")
        assert "tour 1/10" in on.text
        assert "Tab" in on.screen.tour.plain[0]
        await on.press("tab")
        assert "tour 2/10" in on.text
        for step in STEPS[1:-1]:
            on.screen.tour.performed(step.wanted[0])
        await on.press("question_mark")
        assert not on.screen.tour.display
        assert OVER in on.bottom


async def test_the_tour_can_be_left() -> None:
    async with stage() as on:
        await on.command("tour")
        await on.command("tour off")
        assert "tour 1/10" not in on.text
        await on.command("tour now")
        assert ":tour off ends it" in on.bottom
