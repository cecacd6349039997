"""The table of events: what its cells say, and how they look."""

from __future__ import annotations

from tests.pilot.staged import event
from tests.unit.screen.sheet_rows import cell, style
from tui.sheets.events import EVENTS, EventLine


def test_the_type_of_an_event_is_a_letter_and_a_colour() -> None:
    for kind, letter, expected in (("Warning", "W", "warn"), ("Normal", "N", "dim"), ("Odd", "O", "bad")):
        assert cell(EVENTS, EventLine(event("1", type=kind)), "type") == letter
        assert style(EVENTS, EventLine(event("1", type=kind)), "type") == expected
    assert cell(EVENTS, EventLine(event("1", type="")), "type") == "-"


def test_an_event_counts_only_when_it_repeats() -> None:
    assert cell(EVENTS, EventLine(event("1")), "count") == ""
    assert cell(EVENTS, EventLine(event("1", count=12)), "count") == "x12"
    assert style(EVENTS, EventLine(event("1", count=12, type="Warning")), "count") == "warn"


def test_an_event_without_a_moment_or_a_namespace() -> None:
    row = EventLine(event("1", "node-1", "Node", last=None))
    assert cell(EVENTS, row, "last") == "<unknown>"
    assert cell(EVENTS, row, "namespace") == "-"
    assert cell(EVENTS, row, "name") == "node/node-1"
