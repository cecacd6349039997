"""What is remembered of usage and restarts: exactly enough, in little room, whatever the clock does."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from sources.contract import Batch, Upsert
from sources.model import Pod, PodUsage
from sources.world import minutes
from sources.world.minutes import RECENT, SPAN, TOGETHER
from sources.world.packed import packed, unpacked
from sources.world.restarts import MOST, Restarts
from sources.world.usage import Usage, pod_usage
from sources.world.world import World

NOW = 1_700_000_040.0
"""The start of a minute."""


def sample(name: str, cpu: int, memory: int = 1, at: float = NOW) -> PodUsage:
    return PodUsage("a", name, cpu, memory, at, 15.0)


def put(usage: Usage[PodUsage], name: str, cpu: int, memory: int, moment: float) -> None:
    usage.moment = moment
    usage.put("k", sample(name, cpu, memory, moment))


def drained(steps: Iterator[None]) -> None:
    for _step in steps:
        pass


def test_a_minute_keeps_its_last_sample() -> None:
    usage = Usage(pod_usage)
    put(usage, "a", 1000, 1, NOW)
    put(usage, "a", 2000, 1, NOW + 45)
    put(usage, "a", 9000, 1, NOW + 60)
    then = usage.then("a/a", NOW + 65)
    assert then is not None
    assert then.cpu == pytest.approx(2000, rel=0.001)
    assert then.minutes == 1


def test_what_is_older_than_the_span_is_forgotten() -> None:
    usage = Usage(pod_usage)
    put(usage, "a", 1000, 1, NOW)
    assert usage.then("a/a", NOW + 60 * SPAN) is not None
    assert usage.then("a/a", NOW + 60 * (SPAN + 1)) is None


def test_old_minutes_of_a_large_table_share_the_last_samples_of_five(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minutes, "LARGE", 1)
    usage, first = Usage(pod_usage), int(NOW // 60)
    for minute in range(SPAN + 1):
        put(usage, "a", 1000 + minute, 1, NOW + 60 * minute)
    hour = usage.hour("a/a", NOW + 60 * SPAN)
    last = first + SPAN
    for place, found in enumerate(hour):
        minute = first + place
        ends = minute // TOGETHER * TOGETHER + TOGETHER - 1  # the last minute of its five
        stands_for = ends if ends < last - RECENT else minute
        assert found is not None
        assert found[0] == pytest.approx(1000 + stands_for - first, rel=0.001), place
    columns = usage._minutes._columns
    assert len({id(column) for _, column in columns}) < len(columns) / 2


def test_five_minutes_together_say_nothing_of_the_row_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minutes, "LARGE", 1)
    usage = Usage(pod_usage)
    begin = NOW - NOW % (60 * TOGETHER)
    put(usage, "old", 7000, 7, begin)
    usage.drop("k", "a/old")
    for minute in range(2, 30):
        put(usage, "new", 1000, 1, begin + 60 * minute)
    hour = usage.hour("a/new", begin + 60 * 29)
    assert hour[: SPAN - 27] == [None] * (SPAN - 27)
    assert [round(each[0]) for each in hour[SPAN - 27 :] if each is not None] == [1000] * 28


def test_a_new_row_never_sees_the_past_of_one_that_is_gone() -> None:
    usage = Usage(pod_usage)
    put(usage, "old", 7000, 7, NOW)
    usage.drop("k", "a/old")
    assert usage.cpu_trend("a/old") == ()
    put(usage, "new", 1000, 1, NOW + 120)
    assert usage.then("a/new", NOW + 125) is None
    assert usage.cpu_trend("a/new") == (1000,)
    put(usage, "new", 1000, 1, NOW + 180)
    then = usage.then("a/new", NOW + 185)
    assert then is not None
    assert (then.minutes, round(then.memory)) == (1, 1)


def test_zero_is_a_sample_and_extremes_are_bounded() -> None:
    usage = Usage(pod_usage)
    for name, value in (("zero", 0), ("huge", 1 << 80), ("negative", -5)):
        put(usage, name, value, value, NOW)
    zero, huge, negative = (usage.then(f"a/{name}", NOW + 60) for name in ("zero", "huge", "negative"))
    assert zero is not None
    assert huge is not None
    assert negative is not None
    assert (zero.cpu, negative.cpu) == (0.0, 0.0)
    assert huge.memory == pytest.approx(float(1 << 63), rel=0.001)


def test_a_clock_that_goes_back_leaves_the_past_alone() -> None:
    usage = Usage(pod_usage)
    put(usage, "a", 1000, 1, NOW)
    put(usage, "a", 2000, 1, NOW + 600)
    put(usage, "a", 3000, 1, NOW - 6000)
    then = usage.then("a/a", NOW + 605)
    assert then is not None
    assert then.cpu == pytest.approx(1000, rel=0.001)
    assert usage.then("a/a", NOW - 6000) is None


@pytest.mark.parametrize("value", [0, 1, 7, 1023, 5_000_000, 123_456_789, (1 << 40) - 1, 3 << 60, (1 << 63) - 1])
def test_packed_amounts_are_right_to_a_twentieth_of_a_percent_and_keep_their_order(value: int) -> None:
    short = packed(value)
    assert 0 < short < 1 << 16
    assert unpacked(short) == pytest.approx(value, rel=0.0006, abs=0.5)
    assert packed(value * 1.01 + 1) > short or value > 1 << 62


def test_a_row_comes_back_as_it_was_put_in() -> None:
    usage = Usage(pod_usage)
    rows = (sample("x", 5, 6), PodUsage("b", "y", 7, 8, None, None))
    drained(usage.replacing("k", "", rows))
    assert tuple(usage) == rows
    assert usage.get("b/y") == rows[1]
    assert "a/x" in usage
    assert usage.get("a/z") is None


def test_a_list_takes_back_only_what_its_source_says_of_its_scope() -> None:
    touched: list[str] = []
    usage = Usage(pod_usage, touched.append)
    usage.put("other", sample("theirs", 1))
    drained(usage.replacing("k", "", (sample("x", 1), sample("theirs", 2), PodUsage("b", "y", 1, 1, NOW, 15.0))))
    assert usage.get("a/theirs") == sample("theirs", 1), "the first one to say it has it"
    touched.clear()
    drained(usage.replacing("k", "a", ()))
    assert (set(usage.keys()), touched) == ({"a/theirs", "b/y"}, ["a/x"])
    drained(usage.replacing("k", "", (sample("z", 1),)))
    assert set(usage.keys()) == {"a/theirs", "a/z"}


def test_a_sample_that_was_read_before_touches_nothing() -> None:
    touched: list[str] = []
    usage = Usage(pod_usage, touched.append)
    rows = (sample("x", 1), PodUsage("a", "y", 1, 1, None, None))
    for _ in range(2):
        drained(usage.replacing("k", "", rows))
    assert touched == ["a/x", "a/y"]
    assert usage.memory_trend("a/y") == (1,)


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


def test_restarts_of_quiet_pods_are_forgotten_while_others_restart() -> None:
    log = Restarts()
    for number in range(50):
        log.note(f"a/quiet-{number}", pod(0), pod(1), NOW)
    for number in range(120):
        log.note("a/x", pod(number), pod(number + 1), NOW + 1000 + number)
    assert log._stamps.keys() == {"a/x"}
    assert log.within("a/x", NOW + 1119) == MOST
    assert len(log._stamps["a/x"]) <= 2 * MOST


def test_many_restarts_at_once_take_no_more_room_than_one() -> None:
    log = Restarts()
    log.note("a/x", pod(0), pod(70), NOW)
    assert log.within("a/x", NOW) == 70
    assert len(log._stamps["a/x"]) == 2


def test_a_version_of_a_row_shares_the_texts_that_did_not_change() -> None:
    def version(restarts: int, ip: str) -> Pod:
        return msgspec.json.decode(
            msgspec.json.encode(Pod("a", "web-1", uid="a-uid", restarts=restarts, ip=ip)), type=Pod
        )

    world = World()
    for restarts, ip in ((0, "10.0.0.1"), (1, "10.0.0.1"), (2, "10.0.0.2")):
        world.apply(Batch("k", "pods", NOW + restarts, (Upsert(version(restarts, ip)),)))
    first, second, now = *(change.row for change in list(world.history.changes)[1:]), world.pods.get("a/web-1")
    assert isinstance(first, Pod)
    assert isinstance(second, Pod)
    assert isinstance(now, Pod)
    assert first.name is second.name is now.name
    assert {id(each.key) for each in (first, second, now, *world.history.changes)} == {id(first.key)}
    assert first.ip is second.ip
    assert [each.ip for each in (first, second, now)] == ["10.0.0.1", "10.0.0.1", "10.0.0.2"]
    assert [each.restarts for each in (first, second, now)] == [0, 1, 2]
