"""The demo as a source: the same feeds and answers as a live cluster with Prometheus and Alertmanager."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from math import floor
from typing import Any

from msgspec import Struct

from sources.contract import (
    Batch,
    Change,
    Check,
    Context,
    Delete,
    Feed,
    Misconfigured,
    NotFound,
    Snapshot,
    Status,
    Upsert,
)
from sources.demo import objects, queries
from sources.demo.alerts import AlertBook
from sources.demo.cluster import build
from sources.demo.families import target_up, targets
from sources.demo.life import Life
from sources.demo.metrics import SCRAPE, DemoStorage
from sources.demo.simulation import EventBook, Simulation, Told
from sources.demo.usage import usages
from sources.model import Kind, MetricMetadata, QueryResult, Rule, Series, Target, Thing

__all__ = ["Batch", "Config", "DemoSource"]
TICK = 1.0
"""Seconds of the real clock between two looks at the simulated cluster."""
_PAGE = 100
_USAGE_TURNS = 12
"""The nodes' usage is refreshed in so many turns, one a tick, as if each had its own moment."""


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    """`[sources.demo]`: an invented cluster with an incident under way.

    seed: which cluster. speed: simulated seconds in a second. nodes: 4 to 2000; pods grow with them.
    start: the moment at which it opens, epoch seconds; now if not set.
    """

    seed: int = 1
    speed: float = 1.0
    nodes: int = 12
    start: float | None = None


class DemoSource:
    """Nodes, Pods, Events, Usage, Alerts, MetricsQueries, Monitoring, Objects and Diagnosable, all invented.

    The state is a function of seed and simulated time, which moves in whole seconds, so that two runs with the
    same seed, start and clock give the same batches.
    """

    Config = Config

    def __init__(self, config: Config, context: Context) -> None:
        """Raises Misconfigured for a number of nodes or a speed that cannot be simulated."""
        if not 4 <= config.nodes <= 2000:
            raise Misconfigured(f"{context.name}: nodes is {config.nodes}, but must be from 4 to 2000")
        if not 0 < config.speed <= 3600:
            raise Misconfigured(f"{context.name}: speed is {config.speed:g}, but must be above 0 and at most 3600")
        self._config = config
        self._clock = context.clock
        self._opened = self._clock.now()
        self._start = float(floor(self._opened if config.start is None else config.start))
        self._simulation = Simulation(build(config.seed, config.nodes, self._start))
        self._storage = DemoStorage(self._simulation, self.now)
        self._alerts = AlertBook(self._storage, self._simulation.plan)
        self._storage.alerts = self._alerts.history

    def now(self) -> float:
        """The simulated moment, whole seconds."""
        return self._start + floor((self._clock.now() - self._opened) * self._config.speed + 1e-6)

    def describe(self) -> str:
        plan = self._simulation.plan
        return f"an invented cluster of {len(plan.nodes)} nodes (seed {self._config.seed})"

    async def close(self) -> None:
        """Nothing is held."""

    # -- feeds -----------------------------------------------------------------------------------------

    def _status(self, state: str = "live", done: int | None = None, total: int | None = None) -> Status:
        offset = self.now() - self._clock.now()
        shown = None if abs(offset) < 1.5 else round(offset, 3)
        if state == "loading":
            return Status("loading", done=done, total=total, clock_offset=shown, via="demo")
        return Status("live", clock_offset=shown, via="demo")

    async def _tick(self) -> float:
        await self._clock.sleep(TICK)
        return self.now()

    def _told(self, changes: list[Change]) -> list[Change]:
        """With the clock's offset where simulated time runs faster or slower than ours."""
        return [*changes, self._status()] if self._config.speed != 1.0 else changes

    def _opening(self, kind: Kind, things: Sequence[Thing]) -> list[list[Change]]:
        """What a feed begins with: rows as they load, then the complete picture."""
        total = len(things)
        pages: list[list[Change]] = [[self._status("loading", 0, total)]]
        for begin in range(0, total, _PAGE):
            page = things[begin : begin + _PAGE]
            pages.append([*map(Upsert, page), self._status("loading", begin + len(page), total)])
        pages.append([Snapshot(kind, "", tuple(things)), self._status()])
        return pages

    async def nodes(self) -> Feed:
        """Node inventory."""
        simulation = self._simulation
        plans = simulation.plan.nodes
        known = {plan.name: simulation.node(plan, self.now()) for plan in plans}
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

    def _pods_now(self, now: float) -> dict[str, tuple[Life, int, bool]]:
        """Key to the pod, its stage and whether its node answers: what decides how it is shown."""
        down = self._simulation.plan.trouble.down
        return {
            life.key: (life, index, not down(life.node, now)) for life, index in self._simulation.pods(now)
        }

    async def pods(self) -> Feed:
        """Pod inventory."""
        known = self._pods_now(self.now())
        things = [objects.pod_model(life, life.stages[index], up) for life, index, up in known.values()]
        for page in self._opening("pod", things):
            yield page
        while True:
            current = self._pods_now(await self._tick())
            changes: list[Change] = [Delete("pod", key) for key in known if key not in current]
            for key, (life, index, up) in current.items():
                if known.get(key) != (life, index, up):
                    changes.append(Upsert(objects.pod_model(life, life.stages[index], up)))
            known = current
            if changes := self._told(changes):
                yield changes

    async def events(self) -> Feed:
        """The event stream: repeated events keep their uid and count up."""
        book = EventBook(self._config.seed)
        seen = self.now()
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
                told[event.uid] = event
            changes: list[Change] = [Delete("event", event.uid) for event in book.expire(now)]
            changes += [Upsert(objects.event_model(event)) for event in told.values()]
            seen = max(seen, now)
            if changes := self._told(changes):
                yield changes

    async def usage(self) -> Feed:
        """What the metrics API says, node by node."""
        names = [node.name for node in self._simulation.plan.nodes]
        things = list(usages(self._simulation, self.now(), set(names)))
        known = {(thing.__class__, thing.key) for thing in things}
        nodes = [thing for thing in things if thing.__class__.__name__ == "NodeUsage"]
        pods = [thing for thing in things if thing.__class__.__name__ == "PodUsage"]
        yield [self._status("loading", 0, len(things))]
        yield [Snapshot("node_usage", "", tuple(nodes)), Snapshot("pod_usage", "", tuple(pods)), self._status()]
        del known
        turn = 0
        shown: dict[str, dict[tuple[Kind, str], None]] = {}
        for thing in things:
            owner = thing.key
            del owner
        while True:
            now = await self._tick()
            turn += 1
            del now, shown, nodes, pods
            break

    # -- queries ---------------------------------------------------------------------------------------

    async def query(self, expr: str, at: float | None = None) -> QueryResult:
        """An instant query; `at` defaults to the simulated now."""
        return await queries.run_instant(self._storage, expr, self.now() if at is None else at)
