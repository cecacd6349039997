"""The ring storage: against a plain list of samples, its bounds, staleness, and the index behind it."""

from __future__ import annotations

import random
from collections.abc import Iterable

import numpy as np
import pytest

from sources.promql import Engine
from sources.promql.results import Vector
from sources.promql.storage import STALE, Labels, Matcher, MatchOp, StoredSeries, stale_mask
from sources.promql.tsdb import FixedStorage, Full, Ring
from sources.promql.tsdb.ring import SERIES_COST

HOUR = 3_600_000
EVERYTHING = (Matcher("__name__", MatchOp.REGEX, ".+"),)


def labels(**pairs: str) -> Labels:
    return tuple(sorted(pairs.items()))


def named(name: str, **pairs: str) -> Labels:
    return labels(__name__=name, **pairs)


def read(found: Iterable[StoredSeries]) -> dict[Labels, list[tuple[int, float | str]]]:
    """Samples by labels, a stale marker as "stale"."""
    result = {}
    for each in found:
        ends = stale_mask(each.values)
        assert each.labels not in result, "each set of labels once"
        assert (np.diff(each.times) > 0).all()
        result[each.labels] = [
            (int(time), "stale" if end else float(value))
            for time, value, end in zip(each.times, each.values, ends, strict=True)
        ]
    return result


def write(ring: Ring, target: str, time: int, samples: dict[Labels, float]) -> None:
    ring.append(target, time, [ring.series(each) for each in samples], list(samples.values()))


def test_samples_come_back_with_the_times_of_their_scrapes() -> None:
    ring = Ring()
    up = named("up", job="a")
    for time in (1000, 2000, 3000):
        write(ring, "a", time, {up: time / 1000})
    assert read(ring.select(EVERYTHING, 1500, 3000)) == {up: [(2000, 2.0), (3000, 3.0)]}
    assert read(ring.select(EVERYTHING, 3001, 9000)) == {}


def test_a_series_that_is_missing_from_a_scrape_ends_there_and_may_return() -> None:
    ring = Ring()
    a, b = named("a"), named("b")
    write(ring, "t", 1000, {a: 1.0, b: 1.0})
    write(ring, "t", 2000, {a: 2.0})
    write(ring, "t", 3000, {a: 3.0})
    write(ring, "t", 4000, {a: 4.0, b: 4.0})
    found = read(ring.select(EVERYTHING, 0, HOUR))
    assert found[a] == [(1000, 1.0), (2000, 2.0), (3000, 3.0), (4000, 4.0)]
    assert found[b] == [(1000, 1.0), (2000, "stale"), (4000, 4.0)]


def test_a_target_that_is_down_ends_all_its_series() -> None:
    ring = Ring()
    write(ring, "t", 1000, {named("a"): 1.0})
    write(ring, "other", 1500, {named("b"): 1.0})
    ring.append("t", 2000, [], [])
    assert read(ring.select(EVERYTHING, 0, HOUR)) == {
        named("a"): [(1000, 1.0), (2000, "stale")],
        named("b"): [(1500, 1.0)],
    }
    engine = Engine()
    value = engine.query("a", 2000, ring).value
    assert isinstance(value, Vector)
    assert value.samples == ()


def test_a_nan_is_a_value_and_no_end() -> None:
    ring = Ring()
    write(ring, "t", 1000, {named("a"): float("nan")})
    ((_, ((_, value),)),) = read(ring.select(EVERYTHING, 0, HOUR)).items()
    assert value != value


def test_scrapes_out_of_order_and_at_the_same_time_are_rejected_and_counted() -> None:
    ring = Ring()
    write(ring, "t", 2000, {named("a"): 1.0})
    write(ring, "t", 1000, {named("a"): 2.0})
    write(ring, "t", 2000, {named("a"): 3.0})
    number = ring.series(named("a"))
    ring.append("t", 3000, [number, number], [4.0, 5.0])
    assert read(ring.select(EVERYTHING, 0, HOUR)) == {named("a"): [(2000, 1.0), (3000, 4.0)]}
    assert (ring.counters.out_of_order, ring.counters.duplicates) == (1, 2)


def test_own_times_are_kept_and_checked_as_prometheus_does() -> None:
    ring = Ring()
    a = ring.series(named("a"))

    def own(now: int, *samples: tuple[int, float]) -> None:
        ring.append("t", now, [], [], ([a] * len(samples), [at for at, _ in samples], [v for _, v in samples]))

    own(10_000, (9_000, 1.0), (9_500, 2.0))
    own(20_000, (9_500, 2.0))  # the same again is nothing
    own(21_000, (9_500, 3.0))
    own(22_000, (9_000, 3.0))
    own(23_000, (23_000 + HOUR, 3.0))
    own(24_000)
    own(25_000, (24_500, 4.0))
    assert read(ring.select(EVERYTHING, 0, 2 * HOUR)) == {
        named("a"): [(9_000, 1.0), (9_500, 2.0), (24_000, "stale"), (24_500, 4.0)]
    }
    assert (ring.counters.out_of_order, ring.counters.duplicates) == (2, 1)


def test_a_series_that_two_targets_have_is_given_once() -> None:
    ring = Ring()
    write(ring, "x", 1000, {named("a"): 1.0})
    write(ring, "y", 1500, {named("a"): 2.0, named("b"): 1.0})
    write(ring, "x", 2000, {named("a"): 3.0})
    assert read(ring.select(EVERYTHING, 0, HOUR)) == {
        named("a"): [(1000, 1.0), (1500, 2.0), (2000, 3.0)],
        named("b"): [(1500, 1.0)],
    }


def test_old_samples_go_and_so_do_series_without_any() -> None:
    ring = Ring(retention=60_000)
    write(ring, "t", 0, {named("a"): 1.0, named("b"): 1.0})
    for time in range(1000, 300_000, 1000):
        write(ring, "t", time, {named("b"): 2.0})
    assert ring.live_series == 1
    assert ring.label_sets(EVERYTHING) == [named("b")]
    found = read(ring.select(EVERYTHING, 0, HOUR))[named("b")]
    assert 60 <= len(found) <= 70
    write(ring, "t", 300_000, {named("a"): 3.0})
    assert read(ring.select((Matcher("__name__", MatchOp.EQUAL, "a"),), 0, HOUR)) == {named("a"): [(300_000, 3.0)]}


def test_a_target_that_is_gone_is_forgotten() -> None:
    ring = Ring(retention=60_000)
    write(ring, "gone", 0, {named("a"): 1.0})
    for time in range(1000, 200_000, 10_000):
        write(ring, "t", time, {named("b"): 2.0})
    assert ring.label_sets(EVERYTHING) == [named("b")]
    assert ring.first is not None
    assert ring.first > 100_000


def test_targets_that_come_and_go_take_no_more_room_than_those_of_an_hour() -> None:
    """Pods that are scraped have ever new names."""
    ring, lanes = Ring(retention=HOUR), []
    for number in range(200):
        at = number * HOUR // 10
        write(ring, f"pod-{number}", at, {named("a", pod=f"{number}"): 1.0, named("b"): float(number)})
        ring.append(f"pod-{number}", at + 1, [], [])
        lanes.append(len(ring._lanes))
    assert max(lanes) == max(lanes[:30]) < 40
    last = read(ring.select((Matcher("__name__", MatchOp.EQUAL, "a"),), 0, 20 * HOUR))
    assert last[named("a", pod="199")] == [(199 * HOUR // 10, 1.0), (199 * HOUR // 10 + 1, "stale")]
    assert len(last) <= 12, "samples of a target that is gone go to no other one"


def test_a_target_that_returns_after_it_was_forgotten_is_a_new_one() -> None:
    ring = Ring(retention=HOUR)
    for at in (0, 3 * HOUR, 6 * HOUR):
        write(ring, "other", at, {named("b"): 1.0})
        write(ring, "t", at, {named("a"): at / HOUR})
        ring.append("t", at + 1, [], [])
    assert read(ring.select((Matcher("__name__", MatchOp.EQUAL, "a"),), 0, 9 * HOUR)) == {
        named("a"): [(6 * HOUR, 6.0), (6 * HOUR + 1, "stale")]
    }


def test_numbers_of_series_are_given_anew_when_many_are_gone() -> None:
    ring = Ring(retention=60_000)
    write(ring, "t", 0, {named("a", i=str(i)): 1.0 for i in range(3000)})
    epoch = ring.epoch
    for time in range(1000, 300_000, 10_000):
        write(ring, "t", time, {named("b", i=str(i)): float(time) for i in range(5)})
    assert ring.epoch > epoch
    found = read(ring.select(EVERYTHING, 0, HOUR))
    assert set(found) == {named("b", i=str(i)) for i in range(5)}
    assert all(samples[-1] == (291_000, 291_000.0) for samples in found.values())


def test_short_of_memory_the_oldest_samples_go_and_that_is_counted() -> None:
    ring = Ring(retention=HOUR, memory_limit=2_000_000)
    series = {named("a", i=str(i)): 1.0 for i in range(1000)}
    for time in range(0, HOUR, 15_000):
        write(ring, "t", time, series)
        assert ring.memory < 3_000_000
    assert ring.counters.forgotten > 0
    assert 120_000 <= ring.keeps < HOUR
    found = read(ring.select(EVERYTHING, 0, HOUR))
    assert len(found) == 1000
    assert all(samples[-1][0] == HOUR - 15_000 for samples in found.values())


def test_memory_is_that_of_all_lanes_whoever_came_and_went() -> None:
    ring = Ring(retention=100_000)
    rng = random.Random(5)
    for step in range(120):
        target = f"t{rng.randrange(12)}" if step < 60 else "t0"
        write(ring, target, step * 5_000, {named("a", i=str(i), of=target): 1.0 for i in range(rng.randrange(90))})
        lanes = sum(lane.nbytes for lane in ring._lanes)
        assert ring.memory == lanes + SERIES_COST * len(ring._index)


def test_no_more_series_than_allowed() -> None:
    ring = Ring(max_series=2)
    ring.series(named("a"))
    ring.series(named("b"))
    with pytest.raises(Full):
        ring.series(named("c"))
    assert ring.series(named("a")) == ring.series(named("a"))
    assert ring.counters.refused_series == 1


def test_no_more_series_than_allowed_after_a_body_that_could_not_be_read() -> None:
    ring = Ring(max_series=3)
    numbers = [ring.series(named(name)) for name in ("a", "b")]  # and then the body ended
    write(ring, "other", 1000, {named("c"): 1.0})
    write(ring, "other", 1500, {named("c"): 1.0, named("d"): 1.0})
    assert ring.live_series == 2
    ring.append("t", 2000, numbers, [1.0, 2.0])
    assert ring.live_series == 3
    assert ring.counters.refused_series == 1
    ring.append("t", 3000, [], [], (numbers, [3000, 3000], [1.0, 2.0]))
    assert ring.live_series == 3
    found = {dict(each.labels)["__name__"] for each in ring.select(EVERYTHING, 0, HOUR)}
    assert found == {"a", "c", "d"}


def test_what_a_query_reads_does_not_change_under_it() -> None:
    ring = Ring(retention=20_000)
    a = named("a")
    for time in range(0, 20_000, 1000):
        write(ring, "t", time, {a: float(time)})
    (given,) = ring.select(EVERYTHING, 0, HOUR)
    before = given.values.copy()
    for time in range(20_000, 200_000, 1000):
        write(ring, "t", time, {a: float(time), named("new", at=str(time)): 1.0})
    assert (given.values == before).all()


class Plain:
    """The same as a ring, slowly: lists of samples by labels."""

    def __init__(self) -> None:
        self.samples: dict[Labels, list[tuple[int, float | str]]] = {}
        self.present: dict[str, set[Labels]] = {}

    def append(self, target: str, time: int, samples: dict[Labels, float]) -> None:
        for gone in self.present.get(target, set()) - set(samples):
            self.samples[gone].append((time, "stale"))
        for each, value in samples.items():
            self.samples.setdefault(each, []).append((time, value))
        self.present[target] = set(samples)

    def read(self, start: int, end: int) -> dict[Labels, list[tuple[int, float | str]]]:
        cut = {k: [s for s in samples if start <= s[0] <= end] for k, samples in self.samples.items()}
        return {k: samples for k, samples in cut.items() if samples}


@pytest.mark.parametrize("seed", range(8))
def test_as_a_plain_list_of_samples(seed: int) -> None:
    rng = random.Random(seed)
    retention = rng.choice([30_000, 90_000, HOUR])
    ring, plain = Ring(retention=retention), Plain()
    times = dict.fromkeys("xyz", 0)
    names = [f"m{i}" for i in range(6)]
    for _ in range(400):
        target = rng.choice("xyz")
        times[target] = now = max(times[target] + rng.randint(1, 2000), max(times.values()) - 5000)
        chosen = [name for name in names if rng.random() < 0.7] if rng.random() < 0.9 else []
        samples = {named(name, target=target): float(rng.randint(0, 9)) for name in chosen}
        write(ring, target, now, samples)
        plain.append(target, now, samples)
        if rng.random() < 0.1:
            # What is younger than the retention is there for certain; a little more may be.
            since = max(times.values()) - retention + 1
            start, end = sorted((rng.randint(since, now), rng.randint(since, now)))
            assert read(ring.select(EVERYTHING, start, end)).items() >= {}.items()
            inside = {
                key: [s for s in found if start <= s[0] <= end]
                for key, found in read(ring.select(EVERYTHING, start, end)).items()
            }
            assert inside == plain.read(start, end)


CASES = [
    ("a=x", (("a", MatchOp.EQUAL, "x"),)),
    ("a missing", (("a", MatchOp.EQUAL, ""),)),
    ("a!=x", (("a", MatchOp.NOT_EQUAL, "x"),)),
    ("a there", (("a", MatchOp.NOT_EQUAL, ""),)),
    ("a=~x|y", (("a", MatchOp.REGEX, "x|y"),)),
    ("a=~|x", (("a", MatchOp.REGEX, "|x"),)),
    ("a=~.*", (("a", MatchOp.REGEX, ".*"),)),
    ("a=~.+", (("a", MatchOp.REGEX, ".+"),)),
    ("a!~x.*", (("a", MatchOp.NOT_REGEX, "x.*"),)),
    ("a!~.+", (("a", MatchOp.NOT_REGEX, ".+"),)),
    ("both", (("a", MatchOp.NOT_EQUAL, "x"), ("b", MatchOp.REGEX, "1?"))),
    ("name", (("__name__", MatchOp.EQUAL, "n"), ("a", MatchOp.REGEX, "x+"), ("b", MatchOp.NOT_EQUAL, "2"))),
    ("same label twice", (("a", MatchOp.REGEX, "x+"), ("a", MatchOp.NOT_EQUAL, "xx"))),
    ("nowhere", (("c", MatchOp.EQUAL, "x"),)),
]


@pytest.mark.parametrize(("name", "given"), CASES, ids=[name for name, _ in CASES])
def test_matchers_choose_as_a_look_at_each_series_does(
    name: str, given: tuple[tuple[str, MatchOp, str], ...]
) -> None:
    import re

    series = [
        tuple(pair for pair in labels(__name__=metric, a=a, b=b) if pair[1])
        for metric in ("n", "m")
        for a in ("", "x", "xx", "y")
        for b in ("", "1", "2")
    ]
    storage = FixedStorage((each, [0], [1.0]) for each in series)

    def fits(each: Labels, label: str, op: MatchOp, value: str) -> bool:
        found = dict(each).get(label, "")
        same = found == value if op in (MatchOp.EQUAL, MatchOp.NOT_EQUAL) else bool(re.fullmatch(value, found))
        return same == (op in (MatchOp.EQUAL, MatchOp.REGEX))

    matchers = [Matcher(*each) for each in given]
    assert set(read(storage.select(matchers, 0, 0))) == {
        each for each in series if all(fits(each, *matcher) for matcher in given)
    }


def test_a_fixed_storage_sorts_and_counts_double_samples() -> None:
    storage = FixedStorage([(named("a"), [3, 1, 2, 1], [3.0, 1.0, STALE, 9.0])])
    assert read(storage.select(EVERYTHING, 0, 9)) == {named("a"): [(1, 1.0), (2, "stale"), (3, 3.0)]}
    assert storage.duplicates == 1
    assert storage.span == (1, 3)
