"""The way back and forward through what was looked at."""

from __future__ import annotations

from tui.history import MOST, Trail


def test_back_and_forward_find_places_as_they_were_left() -> None:
    trail = Trail(("list",)).go("list, sorted", "pod").go("pod, scrolled", "owner")
    assert (trail.place, trail.before) == ("owner", "pod, scrolled")
    trail = trail.back("owner, as yaml").back("pod, scrolled further")
    assert (trail.place, trail.before) == ("list, sorted", None)
    assert trail.back("list") == trail, "nothing is before the beginning"
    trail = trail.forward("list").forward("pod, scrolled further")
    assert trail.place == "owner, as yaml"
    assert trail.forward("owner") == trail, "nothing is behind the end"


def test_another_way_forgets_what_was_ahead() -> None:
    trail = Trail(("list",)).go("list", "pod").back("pod").go("list", "node")
    assert trail.places == ("list", "node")
    assert trail.forward("node") == trail


def test_the_trail_has_an_end() -> None:
    trail = Trail((0,))
    for place in range(1, 10 * MOST):
        trail = trail.go(place - 1, place)
    assert len(trail.places) == MOST
    assert (trail.place, trail.before) == (10 * MOST - 1, 10 * MOST - 2)
