"""The demo's feeds: what a live cluster would send, from one look at the simulation to the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from sources.contract import Change, Clock, Delete, Feed, Snapshot, Status, Upsert
from sources.demo import objects
from sources.demo.alerts import AlertBook
from sources.demo.life import Life
from sources.demo.simulation import EventBook, Simulation, Told
from sources.demo.usage import usages
from sources.model import Alert, Kind, NodeUsage, PodUsage, Silence, Thing, kind_of

TICK = 1.0
"""Seconds of the real clock between two looks at the simulated cluster."""
_SIGN_OF_LIFE = 5
_PAGE = 100
_USAGE_EVERY = 15
"""Simulated seconds between two measurements of a node; each node has its own moment."""
T = TypeVar("T", bound=Thing)


class Feeds:
    """The five feeds over one simulation; each generator keeps its own place."""

    def __init__(
        self, simulation: Simulation, alerts: AlertBook, clock: Clock, now: Callable[[], float], steady: bool
    ) -> None:
        """`now` is the simulated moment; `steady` if it keeps its distance from our clock."""
        self._simulation = simulation
        self._alerts = alerts
        self._clock = clock
        self._now = now
        self._steady = steady

    async def nodes(self) -> Feed:
        simulation = self._simulation
        plans = simulation.plan.nodes
        now = self._now()
        known = {plan.name: simulation.node(plan, now) for plan in plans}
        for page in self._opening("node", [objects.node_model(plan, known[plan.name]) for plan in plans]):
            yield page
        while True:
            now = await self._tick()
            changes: list[Change] = []
            for plan in plans:
                stage = simulation.node(plan, now)
                if stage != known[plan.name]:
                    known[plan.name] = stage
                    changes.append(Upsert(objects.node_model(plan, stage)))
            if changes := self._told(changes):
                yield changes

    async def pods(self) -> Feed:
        known = self._pods(self._now())
        things = [objects.pod_model(life, life.stages[index], up) for life, index, up in known.values()]
        for page in self._opening("pod", things):
            yield page
        while True:
            current = self._pods(await self._tick())
            changes: list[Change] = [Delete("pod", key) for key in known if key not in current]
            for key, look in current.items():
                if known.get(key) != look:
                    life, index, up = look
                    changes.append(Upsert(objects.pod_model(life, life.stages[index], up)))
            known = current
            if changes := self._told(changes):
                yield changes

    def _pods(self, now: float) -> dict[str, tuple[Life, int, bool]]:
        """Key to the pod, its stage and whether its node answers: all that decides how it is shown."""
        down = self._simulation.plan.trouble.down
        return {life.key: (life, index, not down(life.node, now)) for life, index in self._simulation.pods(now)}

    async def events(self) -> Feed:
        book = EventBook(self._simulation.plan.seed)
        seen = self._now()
        for note in self._simulation.notes(float("-inf"), seen):
            book.add(note)
        book.expire(seen)
        for page in self._opening("event", [objects.event_model(told) for told in book.all()]):
            yield page
        while True:
            now = await self._tick()
            told: dict[str, Told] = {}
            for note in self._simulation.notes(seen, now):
                event = book.add(note)
                told.pop(event.uid, None)
                told[event.uid] = event
            seen = max(seen, now)
            changes: list[Change] = [Upsert(objects.event_model(event)) for event in told.values()]
            changes += [Delete("event", event.uid) for event in book.expire(now)]
            if changes := self._told(changes):
                yield changes

    async def usage(self) -> Feed:
        names = [plan.name for plan in self._simulation.plan.nodes]
        before = self._now()
        things = list(usages(self._simulation, before, set(names)))
        yield [self._loading(0, len(things))]
        yield [
            Snapshot("node_usage", "", tuple(thing for thing in things if isinstance(thing, NodeUsage))),
            Snapshot("pod_usage", "", tuple(thing for thing in things if isinstance(thing, PodUsage))),
            self._live(),
        ]
        known = {(kind_of(thing), thing.key) for thing in things}
        while True:
            now = await self._tick()
            due = {name for index, name in enumerate(names) if _passed(before, now, index)}
            before = now
            things = list(usages(self._simulation, now, due))
            known.update((kind_of(thing), thing.key) for thing in things)
            gone = known - self._measured(now)
            known -= gone
            changes: list[Change] = [Delete(kind, key) for kind, key in sorted(gone)]
            changes += map(Upsert, things)
            if changes := self._told(changes):
                yield changes

    def _measured(self, now: float) -> set[tuple[Kind, str]]:
        """What the metrics API can have something about."""
        plan = self._simulation.plan
        up = {node.name for node in plan.nodes if not plan.trouble.down(node.name, now)}
        found: set[tuple[Kind, str]] = {("node_usage", name) for name in up}
        for life, index in self._simulation.pods(now):
            if life.node in up and life.stages[index].state.kind == "running":
                found.add(("pod_usage", life.key))
        return found

    async def alerts(self) -> Feed:
        yield [self._loading(0, None)]
        known: dict[tuple[Kind, str], Alert | Silence] = {}
        moment = self._now()
        first = True
        while True:
            await self._alerts.advance(moment)
            current: dict[tuple[Kind, str], Alert | Silence] = {
                ("alert", alert.key): alert for alert in self._alerts.alerts()
            }
            current.update((("silence", silence.key), silence) for silence in self._alerts.silences(moment))
            if first:
                alerts = tuple(thing for thing in current.values() if isinstance(thing, Alert))
                silences = tuple(thing for thing in current.values() if isinstance(thing, Silence))
                yield [Snapshot("alert", "", alerts), Snapshot("silence", "", silences), self._live()]
                first = False
            else:
                changes: list[Change] = [Delete(kind, key) for kind, key in known if (kind, key) not in current]
                changes += [Upsert(thing) for key, thing in current.items() if known.get(key) != thing]
                if changes := self._told(changes):
                    yield changes
            known = current
            moment = await self._tick()

    # -- what they share -------------------------------------------------------------------------------

    async def _tick(self) -> float:
        await self._clock.sleep(TICK)
        return self._now()

    def _offset(self) -> float | None:
        offset = self._now() - self._clock.now()
        return None if abs(offset) < 1.5 else round(offset, 3)

    def _loading(self, done: int, total: int | None) -> Status:
        return Status("loading", done=done, total=total, clock_offset=self._offset(), via="demo")

    def _live(self) -> Status:
        return Status("live", clock_offset=self._offset(), via="demo")

    def _told(self, changes: list[Change]) -> list[Change]:
        """With the clock's new offset where simulated time runs faster or slower than ours; if there is nothing to
        tell, now and then a sign of life, as the watch of a real server gives."""
        quiet = not changes and int(self._now()) % _SIGN_OF_LIFE == 0
        return [*changes, self._live()] if quiet or not self._steady else changes

    def _opening(self, kind: Kind, things: Sequence[T]) -> list[list[Change]]:
        """What a feed begins with: rows as they load, then the complete picture."""
        total = len(things)
        pages: list[list[Change]] = [[self._loading(0, total)]]
        for begin in range(0, total, _PAGE):
            page = things[begin : begin + _PAGE]
            pages.append([*map(Upsert, page), self._loading(begin + len(page), total)])
        pages.append([Snapshot(kind, "", tuple(things)), self._live()])
        return pages


def _passed(before: float, now: float, index: int) -> bool:
    """Whether a node's moment lies in (before, now]."""
    return (now - index) // _USAGE_EVERY > (before - index) // _USAGE_EVERY
