"""What is gone takes no room: pods, events, nodes and namespaces come and go for hours under ever new names."""

from __future__ import annotations

from array import array
from collections import Counter, deque
from collections.abc import Iterable

import pytest

from sources.contract import Batch, Change, Delete, Snapshot, Upsert
from sources.kubernetes.api import PODS
from sources.kubernetes.store import Store
from sources.kubernetes.watchstream import EventMeta
from sources.model import Alert, Event, NodeUsage, Owner, PodUsage
from sources.rules.eventfold import EventFolds
from sources.rules.eventnoise import Tally
from sources.rules.eventtimes import EventTimes
from sources.world import World
from tests.pilot.staged import NOW, event, node, pod

PLAIN = (dict, set, frozenset, list, deque, tuple, array, bytearray)


def entries(*roots: object) -> Counter[str]:
    """How many entries the containers below some objects have, by attribute."""
    found: Counter[str] = Counter()
    known: set[int] = set()
    waiting: list[tuple[str, object]] = [("", root) for root in roots]
    while waiting:
        name, thing = waiting.pop()
        if id(thing) in known:
            continue
        known.add(id(thing))
        if isinstance(thing, PLAIN):
            found[name] += len(thing)
            inside = [*thing.keys(), *thing.values()] if isinstance(thing, dict) else thing
            if not isinstance(thing, array | bytearray):
                waiting += [(name, each) for each in inside]
        elif type(thing).__module__.startswith("sources."):
            names = [*getattr(thing, "__dict__", ()), *getattr(type(thing), "__slots__", ())]
            waiting += [(f"{type(thing).__name__}.{each}", getattr(thing, each)) for each in names]
    return found


class Generations:
    """Each call is ten minutes: what was there goes, and as much comes under other names."""

    def __init__(self) -> None:
        self.world, self.store = World(), Store(PODS, "")
        self.world.history.shrink(100)
        self.times, self.tally = EventTimes(), Tally()
        self.folds = EventFolds(lambda namespace, name: None, self.times)
        self._number = 0
        self._gone: list[Change] = []
        self._events: list[Event] = []

    def next(self) -> None:
        self._number += 1
        number, now = self._number, NOW + 600.0 * self._number
        space = f"run-{number}"
        pods = [
            pod(
                f"{space}/web-{i}",
                uid=f"{number}-{i}",
                node=f"node-{number}",
                owner=Owner("Job", space),
                restarts=1,
                last_restart=now,
            )
            for i in range(8)
        ]
        told = [event(f"{number}-{i}", one.key, last=now, message=f"at {number}") for i, one in enumerate(pods)]
        more = [event(each.uid, pods[i].key, last=now + 60, count=3) for i, each in enumerate(told)]
        self._put(now, "pods", *self._gone, *map(Upsert, (node(f"node-{number}"), *pods, *told, *more)))
        self._put(
            now,
            "usage",
            Snapshot("node_usage", "", (NodeUsage(f"node-{number}", 1, 1, now, 15.0),)),
            Snapshot("pod_usage", "", tuple(PodUsage(space, each.name, 1, 1, now, 15.0) for each in pods)),
        )
        self._put(now, "alerts", Snapshot("alert", "", (Alert("p", space, (("pod", space),), "firing"),)))
        for key, one in ((each.key, each) for each in (*told, *more)):
            self.tally.put(key, one)
            self.folds.put(one, self.times.observe(key, one, now))
        for old in self._events:
            self.times.observe(old.key, None, now)
            self.tally.put(old.key, None)
            self.folds.drop(old.key)
        self.store.add(pods)
        for change in self._gone:
            if isinstance(change, Delete) and change.kind == "pod":
                namespace, _, name = change.key.partition("/")
                self.store.remove(EventMeta(name=name, namespace=namespace))
        self._events = more
        self._gone = [
            Delete("node", f"node-{number}"),
            *(Delete("pod", each.key) for each in pods),
            *(Delete("event", each.key) for each in more),
        ]

    def _put(self, now: float, feed: str, *changes: Change) -> None:
        self.world.apply(Batch("kubernetes", feed, now, changes))
        self.world.drain()

    def held(self) -> Counter[str]:
        return entries(self.world, self.store, self.times, self.tally, self.folds)


@pytest.fixture(scope="module")
def held() -> Iterable[tuple[Counter[str], Counter[str]]]:
    generations = Generations()
    for _ in range(20):
        generations.next()
    before = generations.held()
    for _ in range(20):
        generations.next()
    return before, generations.held()


def test_what_is_gone_takes_no_room(held) -> None:
    before, after = held
    assert {name: (before[name], count) for name, count in after.items() if count > before[name]} == {}


def test_that_is_looked_for_everywhere(held) -> None:
    before, _ = held
    for name in ("World._pods_by_namespace", "History.changes", "Usage._slots", "Minutes._columns"):
        assert before[name] > 0, name
