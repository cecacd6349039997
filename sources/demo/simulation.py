"""The simulated cluster at any moment: a function of seed and time, read from the plan's generators."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from random import Random

from msgspec import Struct

from sources.demo.cluster import NodePlan, Plan
from sources.demo.life import Life, Note, Stage
from sources.demo.lives import births
from sources.demo.node_notes import node_notes
from sources.demo.offspring import Birth
from sources.demo.waves import uid

KEPT = 3 * 3600.0
"""Seconds for which removed pods are remembered, so that graphs can look back."""
EVENT_TTL = 3600.0
"""How long the API server keeps an event after it was last seen (its default)."""


class NodeStage(Struct, frozen=True, gc=False):
    """What changes about a node; `since` is when it did."""

    ready: bool = True
    short: str = ""
    """The resource that it is short of: "disk", "memory" or ""."""
    since: float = 0.0


class Told(Struct, frozen=True, gc=False):
    """An event: a note and how often and when it was observed."""

    uid: str
    name: str
    note: Note
    count: int
    first: float
    last: float


class Simulation:
    """The plan's pods, nodes and events over time."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.lives: list[Life] = []
        self.loose: list[Note] = []
        """Notes about anything but pods."""
        self._streams: list[Iterator[Birth]] = [births(plan, workload) for workload in plan.workloads]
        self._streams.append(node_notes(plan))
        self._ahead: list[Birth | None] = [next(stream, None) for stream in self._streams]
        self._read_to = float("-inf")
        self._swept = plan.start

    def extend(self, t: float) -> None:
        """Reads all generators up to a moment."""
        if t <= self._read_to:
            return
        self._read_to = t
        for index, item in enumerate(self._ahead):
            if item is None or item.at > t:
                continue
            stream = self._streams[index]
            while item is not None and item.at <= t:
                if isinstance(item, Life):
                    self.lives.append(item)
                else:
                    self.loose.append(item)
                item = next(stream, None)
            self._ahead[index] = item
        if t - self._swept > 600.0:
            self._swept = t
            self.lives = [life for life in self.lives if life.gone is None or life.gone > t - KEPT]
            self.loose = [note for note in self.loose if note.at > t - KEPT]

    def pods(self, t: float) -> list[tuple[Life, int]]:
        """The pods that exist at a moment, each with the index of its stage."""
        self.extend(t)
        return [(life, index) for life in self.lives if (index := life.index(t)) >= 0]

    def pod(self, namespace: str, name: str, t: float) -> tuple[Life, Stage] | None:
        """One pod at a moment."""
        self.extend(t)
        for life in self.lives:
            if life.name == name and life.namespace == namespace and (stage := life.stage(t)):
                return life, stage
        return None

    def notes(self, after: float, until: float) -> list[Note]:
        """What was told in the window (after, until], oldest first."""
        self.extend(until)
        parts = [life.notes_between(after, until) for life in self.lives]
        parts.append([note for note in self.loose if after < note.at <= until])
        parts.append(self._lost_pods(after, until))
        notes = chain.from_iterable(parts)
        return sorted(notes, key=lambda note: (note.at, note.namespace, note.name, note.reason))

    def _lost_pods(self, after: float, until: float) -> list[Note]:
        """The node controller marks the pods of a lost node."""
        trouble = self.plan.trouble
        at = trouble.lost + 0.5
        if not after < at <= until:
            return []
        return [
            Note(
                at, "Pod", life.namespace, life.name, life.uid, "Warning", "NodeNotReady", "Node is not ready",
                "node-controller",
            )
            for life, index in self.pods(at)
            if life.node == trouble.node and life.stages[index].phase == "Running"
        ]  # fmt: skip

    def node(self, plan: NodePlan, t: float) -> NodeStage:
        """The changing part of a node at a moment."""
        trouble = self.plan.trouble
        if plan.name != trouble.node:
            return NodeStage(since=plan.created + 40)
        moments = (trouble.pressure, trouble.lost, trouble.back, trouble.relieved)
        since = max((moment for moment in moments if moment <= t), default=plan.created + 40)
        short = trouble.resource if trouble.pressed(plan.name, t) else ""
        return NodeStage(not trouble.down(plan.name, t), short, since)


class EventBook:
    """Folds notes into events as the recorder of client-go does: the same thing again counts up."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._told: dict[tuple[str, str, str, str], Told] = {}

    def add(self, note: Note) -> Told:
        """The event as it is after one more occurrence."""
        key = (note.uid, note.reason, note.message, note.field)
        known = self._told.get(key)
        if known is None:
            told = self._new(note, key)
        else:
            told = Told(known.uid, known.name, known.note, known.count + 1, known.first, note.at)
        self._told[key] = told
        return told

    def expire(self, now: float) -> list[Told]:
        """Forgets the events that the API server no longer has, and returns them."""
        old = [(key, told) for key, told in self._told.items() if told.last < now - EVENT_TTL]
        for key, _ in old:
            del self._told[key]
        return [told for _, told in old]

    def all(self) -> list[Told]:
        """All events, oldest first."""
        return sorted(self._told.values(), key=lambda told: (told.last, told.uid))

    def _new(self, note: Note, key: tuple[str, str, str, str]) -> Told:
        rng = Random("/".join((str(self._seed), *key, str(note.at))))
        return Told(uid(rng), f"{note.name}.{rng.getrandbits(60):016x}", note, 1, note.at, note.at)
