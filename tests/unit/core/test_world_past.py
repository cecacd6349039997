"""What is remembered of usage and restarts: exactly enough, in little room, whatever the clock does."""

from __future__ import annotations

import pytest

from sources.model import Pod
from sources.world.minutes import SPAN, Minutes
from sources.world.restarts import MOST, Restarts

NOW = 1_700_000_040.0
"""The start of a minute."""


def test_a_minute_keeps_its_last_sample() -> None:
    minutes = Minutes()
    minutes.note("a", 1000, 1, NOW)
    minutes.note("a", 2000, 1, NOW + 45)
    minutes.note("a", 9000, 1, NOW + 60)
    then = minutes.then("a", NOW + 65)
    assert then is not None
    assert then.cpu == pytest.approx(2000, rel=0.001)
    assert then.minutes == 1


def test_what_is_older_than_the_span_is_forgotten() -> None:
    minutes = Minutes()
    minutes.note("a", 1000, 1, NOW)
    assert minutes.then("a", NOW + 60 * SPAN) is not None
    assert minutes.then("a", NOW + 60 * (SPAN + 1)) is None


def test_a_new_row_never_sees_the_past_of_one_that_is_gone() -> None:
    minutes = Minutes()
    minutes.note("old", 7000, 7, NOW)
    minutes.forget("old")
    minutes.note("new", 1000, 1, NOW + 120)
    assert minutes.then("new", NOW + 125) is None
    minutes.note("new", 1000, 1, NOW + 180)
    then = minutes.then("new", NOW + 185)
    assert then is not None
    assert (then.minutes, round(then.memory)) == (1, 1)


def test_zero_is_a_sample_and_extremes_are_bounded() -> None:
    minutes = Minutes()
    for key, value in (("zero", 0), ("huge", 1 << 80), ("negative", -5)):
        minutes.note(key, value, value, NOW)
    zero, huge, negative = (minutes.then(key, NOW + 60) for key in ("zero", "huge", "negative"))
    assert zero is not None
    assert huge is not None
    assert negative is not None
    assert (zero.cpu, negative.cpu) == (0.0, 0.0)
    assert huge.memory == pytest.approx(float(1 << 63), rel=0.001)


def test_a_clock_that_goes_back_leaves_the_past_alone() -> None:
    minutes = Minutes()
    minutes.note("a", 1000, 1, NOW)
    minutes.note("a", 2000, 1, NOW + 600)
    minutes.note("a", 3000, 1, NOW - 6000)
    then = minutes.then("a", NOW + 605)
    assert then is not None
    assert then.cpu == pytest.approx(1000, rel=0.001)
    assert minutes.then("a", NOW - 6000) is None


def pod(restarts: int, last: float | None = None, uid: str = "1") -> Pod:
    return Pod("a", "x", uid=uid, status="Running", restarts=restarts, last_restart=last)


def test_restarts_are_counted_from_the_changes() -> None:
    log = Restarts()
    log.note("a/x", None, pod(7, NOW - 60), NOW)
    assert log.within("a/x", NOW) == 1, "of the time before only the last one is known"
    log.note("a/x", pod(7, NOW - 60), pod(9, NOW + 10), NOW + 12)
    assert log.within("a/x", NOW + 12) == 3
    assert log.within("a/x", NOW + 545) == 2
    assert log.within("a/x", NOW + 700) == 0


@pytest.mark.parametrize("last", [None, NOW - 5000])
def test_a_restart_long_ago_or_of_unknown_time_is_not_recent(last: float | None) -> None:
    log = Restarts()
    log.note("a/x", None, pod(3, last), NOW)
    assert log.within("a/x", NOW) == 0
    log.note("a/x", pod(3, last), pod(4, last), NOW + 1)
    assert log.within("a/x", NOW + 1) == 1, "but one that was seen to happen is"


def test_a_pod_of_the_same_name_is_another_pod() -> None:
    log = Restarts()
    log.note("a/x", pod(0), pod(2), NOW)
    log.note("a/x", pod(2), pod(0, uid="2"), NOW + 1)
    assert log.within("a/x", NOW + 1) == 0
    log.note("a/x", pod(0, uid="2"), pod(5000, uid="2"), NOW + 2)
    assert log.within("a/x", NOW + 2) == MOST
    log.note("a/x", pod(5000, uid="2"), None, NOW + 3)
    assert log.within("a/x", NOW + 3) == 0
