"""What is new since somebody looked: the marks appear by facts, and go only after somebody was there. And what
a table shows before anybody chose."""

from __future__ import annotations

from sources.config import Settings, Ui
from sources.testing import ManualClock
from tests.pilot.staged import StagedRuntime
from tui.panes.nodes import NodesPane
from tui.panes.pods import PodsPane
from tui.panes.seen import STAY, Seen
from tui.session import Session
from tui.sheets.choice import Choice
from tui.sheets.nodes import NODES

NOW = 1_764_000_000.0


def begun() -> Seen:
    seen = Seen()
    seen.begin(NOW)
    return seen


def test_what_one_finds_on_arrival_is_not_new() -> None:
    seen = Seen()
    assert not seen.is_fresh("a", NOW - 5)
    seen.begin(NOW)
    assert not seen.is_fresh("a", NOW - 5)
    assert seen.is_fresh("b", NOW + 5)
    assert not seen.is_fresh("c", None)
    seen.begin(NOW + 100)
    assert seen.is_fresh("b", NOW + 5), "it begins once"


def test_what_became_faulty_is_new_until_it_is_sound_again() -> None:
    seen = begun()
    seen.turned(["a"], NOW + 5)
    assert seen.is_fresh("a", NOW - 999)
    seen.cured(["a", "never"])
    assert not seen.is_fresh("a", NOW - 999)


def test_marks_stay_while_keys_are_pressed_and_a_minute_after() -> None:
    seen = begun()
    seen.turned(["a"], NOW + 5)
    for key_at in (10.0, 50.0, 100.0):
        seen.used(NOW + key_at)
        seen.pass_time(NOW + key_at + 1)
        assert seen.is_fresh("a", None)
    seen.turned(["b"], NOW + 120)
    seen.pass_time(NOW + 100 + STAY)
    assert not seen.is_fresh("a", None)
    assert seen.is_fresh("b", None), "it came after the last key"
    seen.pass_time(NOW + 99999)
    assert seen.is_fresh("b", None), "nobody was there since"


def test_all_can_be_said_to_be_seen() -> None:
    seen = begun()
    seen.turned(["a"], NOW + 5)
    seen.all_seen(NOW + 6)
    assert not seen.is_fresh("a", NOW + 3)
    assert seen.is_fresh("c", NOW + 7)


def test_a_clock_that_is_set_takes_no_mark_away_and_gives_none() -> None:
    seen = begun()
    seen.turned(["a"], NOW + 5)
    seen.shift(-3600)
    assert seen.is_fresh("a", None)
    assert seen.is_fresh("b", NOW - 3600 + 10)
    assert not seen.is_fresh("c", NOW - 3600 - 10)


def test_columns_of_the_configuration_are_those_shown_first() -> None:
    settings = Settings(Ui(), {}, {}, None, columns={"pods": ("ip", "name")})
    session = Session(StagedRuntime(), settings, ManualClock(NOW))  # type: ignore[arg-type]  # stands for it
    assert [field.column.key for field in PodsPane(session, {}, "pods").fields] == ["ip", "name"]
    assert NodesPane(session, {}, "nodes").fields == Choice().fields(NODES)
