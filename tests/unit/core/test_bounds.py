"""What goes when there is too much: events in a storm, the past when memory is short; and how memory is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources.contract import Batch, Status, Upsert
from sources.memory import left
from sources.model import Event, ObjectRef
from sources.world import World
from sources.world.bounds import DESPERATE, ENOUGH, FEW_CHANGES, SHORT, Bounds
from sources.world.narrowing import fewer


def event(number: int, kind: str = "Normal") -> Event:
    return Event(f"e{number}", "a", f"x.{number}", kind, "R", "m", ObjectRef("Pod", "x", "a"), last=float(number))


def stormy(count: int, warnings: set[int]) -> World:
    world = World()
    told = tuple(Upsert(event(n, "Warning" if n in warnings else "Normal")) for n in range(count))
    world.apply(Batch("k", "events", 100.0, (Status("live"), *told)))
    return world


@pytest.mark.fault(38)
def test_of_too_many_events_the_oldest_normal_ones_go_first_and_are_counted() -> None:
    bounds, world = Bounds(most_events=10), stormy(12, warnings={0, 1, 2})
    bounds.hold(world)
    assert sorted(world.events.keys()) == sorted(f"e{n}" for n in (0, 1, 2, 7, 8, 9, 10, 11))
    assert bounds.shed == 4
    assert world.feeds["k", "events"].heard == 100.0, "that some went is no sign of life"
    bounds.hold(world)
    assert bounds.shed == 4


@pytest.mark.fault(38)
def test_of_nothing_but_warnings_the_oldest_go() -> None:
    bounds, world = Bounds(most_events=10), stormy(11, warnings=set(range(11)))
    bounds.hold(world)
    assert sorted(world.events.keys()) == sorted(f"e{n}" for n in range(3, 11))


@pytest.mark.fault(44)
def test_short_memory_drops_the_past_and_most_events_until_there_is_enough_again() -> None:
    bounds, world = Bounds(), stormy(6_000, warnings=set())
    bounds.look(world, None)
    bounds.look(world, SHORT)
    assert (bounds.short, len(world.events), len(world.history.changes)) == (False, 6_000, 6_000)
    assert not bounds.look(world, DESPERATE - 1), "that may help"
    assert bounds.short
    assert len(world.events) == 4_000
    assert len(world.history.changes) == FEW_CHANGES
    assert not bounds.look(world, DESPERATE)
    assert bounds.look(world, DESPERATE - 1)
    bounds.look(world, ENOUGH - 1)
    assert bounds.short, "not back and forth"
    bounds.look(world, ENOUGH)
    assert not bounds.short
    assert world.history.changes.maxlen == world.history.max_changes


@pytest.mark.fault(44)
def test_what_is_looked_at_where_there_is_no_room_for_all() -> None:
    counts = {"bulk": 900, "cart": 60, "pay": 40, "shop": 100, "web": 100}
    faulty = ["shop/a", "shop/b", "cart/c", "bulk/d"]
    assert fewer(counts, ("web", "pay"), faulty) == ("web", "pay"), "somebody chose"
    assert fewer(counts, (), faulty) == ("shop", "cart"), "in trouble, a quarter of all pods at most"
    assert fewer(counts, (), faulty, ("web", "pay")) == ("shop", "cart", "web", "pay")
    assert fewer(counts, (), ["bulk/d"]) == ("bulk",), "one at least"
    assert fewer({"bulk": 900}, (), ["bulk/d"]) == ()
    assert fewer({"bulk": 900}, ("bulk",), []) == ()
    assert fewer({}, (), []) == ()


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.fault(44)
def test_what_is_left_is_what_the_narrowest_group_allows(tmp_path: Path) -> None:
    proc, groups = tmp_path / "proc", tmp_path / "cgroup"
    assert left(proc, groups) is None
    put(proc / "meminfo", "MemTotal:  4096 kB\nMemAvailable:  2048 kB\n")
    assert left(proc, groups) == 2 << 20
    put(proc / "self/cgroup", "0::/user.slice/session.scope\n")
    put(groups / "user.slice/session.scope/memory.max", "max\n")
    put(groups / "user.slice/session.scope/memory.current", "100\n")
    assert left(proc, groups) == 2 << 20
    put(groups / "user.slice/memory.max", "5000\n")
    put(groups / "user.slice/memory.current", "4000\n")
    put(groups / "user.slice/memory.stat", "anon 3000\ninactive_file 500\n")
    assert left(proc, groups) == 1500


@pytest.mark.fault(44)
def test_the_older_control_groups_tell_it_too(tmp_path: Path) -> None:
    proc, groups = tmp_path / "proc", tmp_path / "cgroup"
    put(proc / "self/cgroup", "3:cpu:/x\n4:memory:/elsewhere\n0::/\n")
    put(groups / "memory/memory.limit_in_bytes", "9223372036854771712\n")
    put(groups / "memory/memory.usage_in_bytes", "4000\n")
    assert left(proc, groups) is None
    put(groups / "memory/memory.limit_in_bytes", "5000\n")
    assert left(proc, groups) == 1000
