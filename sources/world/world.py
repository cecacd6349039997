"""The present: tables with their indexes, the trend of usage, the state of each feed, and what changed."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sources.contract import Batch, Status
from sources.model import Alert, Event, Kind, Node, NodeUsage, Owner, Pod, PodUsage, Silence, Thing
from sources.world.history import History
from sources.world.tables import Fold, Moved, Table

TREND = 24
"""Samples of usage that are kept for each node and pod: six minutes at the usual 15 s."""


class FeedState(NamedTuple):
    """How a feed is doing, and when anything last arrived from it (epoch seconds, our clock)."""

    source: str
    feed: str
    status: Status
    heard: float


class Frame(NamedTuple):
    """What changed since the last frame; `keys` has an entry only for kinds that changed."""

    keys: Mapping[Kind, frozenset[str]]
    statuses: bool

    def __bool__(self) -> bool:
        return bool(self.keys) or self.statuses


class World:
    """A fold over changes. Apply batches, then `drain` the frame that says which keys changed."""

    def __init__(self, history: History | None = None) -> None:
        self.history = history or History()
        self.feeds: dict[tuple[str, str], FeedState] = {}
        self._changed: dict[Kind, set[str]] = defaultdict(set)
        self._fold = Fold(self._mover)
        self._statuses_changed = False
        self._pods_by_node: dict[str, set[str]] = {}
        self._pods_by_namespace: dict[str, set[str]] = {}
        self._pods_by_owner: dict[tuple[str, Owner], set[str]] = {}
        self._events_by_object: dict[tuple[str, str, str], set[str]] = {}
        self._trends: dict[tuple[Kind, str], array[float]] = {}

    # -- tables

    @property
    def nodes(self) -> Table[Node]:
        return self._table("node")

    @property
    def pods(self) -> Table[Pod]:
        return self._table("pod")

    @property
    def events(self) -> Table[Event]:
        return self._table("event")

    @property
    def alerts(self) -> Table[Alert]:
        return self._table("alert")

    @property
    def silences(self) -> Table[Silence]:
        return self._table("silence")

    @property
    def node_usage(self) -> Table[NodeUsage]:
        return self._table("node_usage")

    @property
    def pod_usage(self) -> Table[PodUsage]:
        return self._table("pod_usage")

    def _table(self, kind: Kind) -> Table:  # type: ignore[type-arg]  # the properties above name the type
        return self._fold.tables[kind]

    # -- folding

    def apply(self, batch: Batch) -> None:
        """Takes a batch in: tables, indexes, statuses, history."""
        self._fold.apply(batch)
        place = (batch.source, batch.feed)
        known = self.feeds.get(place)
        status = known.status if known is not None else Status("connecting")
        heard = known.heard if known is not None else batch.at
        for change in batch.changes:
            if isinstance(change, Status):
                self._statuses_changed = self._statuses_changed or change != status
                status = change
                if change.state in ("live", "partial"):
                    heard = batch.at  # a sign of life: what is known is still so
            else:
                heard = batch.at
        if known is None:
            self._statuses_changed = True
        self.feeds[place] = FeedState(batch.source, batch.feed, status, heard)
        self.history.append(batch)

    def drain(self) -> Frame:
        """What changed since the last call."""
        frame = Frame(
            {kind: frozenset(keys) for kind, keys in self._changed.items() if keys}, self._statuses_changed
        )
        self._changed.clear()
        self._statuses_changed = False
        return frame

    def at(self, moment: float) -> World:
        """The World as it was at `moment`, as far as the history reaches."""
        past = World(History(self.history.max_changes, self.history.max_age))
        fold = self.history.at(moment)
        for kind, table in fold.tables.items():
            for row in table:
                past._fold.tables[kind].put("past", row)
        past.drain()
        return past

    # -- indexes

    def pods_on(self, node: str) -> Iterable[Pod]:
        """The pods that are bound to a node."""
        return self._rows(self.pods, self._pods_by_node.get(node, ()))

    def pods_in(self, namespace: str) -> Iterable[Pod]:
        return self._rows(self.pods, self._pods_by_namespace.get(namespace, ()))

    def pods_of(self, namespace: str, owner: Owner) -> Iterable[Pod]:
        return self._rows(self.pods, self._pods_by_owner.get((namespace, owner), ()))

    def events_about(self, kind: str, namespace: str, name: str) -> Iterable[Event]:
        """The events whose involved object is this one, in no order."""
        return self._rows(self.events, self._events_by_object.get((kind, namespace, name), ()))

    @property
    def namespaces(self) -> Mapping[str, int]:
        """Namespaces that have pods, with how many."""
        return {name: len(keys) for name, keys in self._pods_by_namespace.items()}

    def count_pods_on(self, node: str) -> int:
        return len(self._pods_by_node.get(node, ()))

    @staticmethod
    def _rows(table: Table, keys: Iterable[str]) -> Iterable:  # type: ignore[type-arg]  # typed by its callers
        return [row for key in keys if (row := table.get(key)) is not None]

    def cpu_trend(self, kind: Kind, key: str) -> tuple[float, ...]:
        """The last samples of CPU, in nanocores, oldest first; `kind` is "node_usage" or "pod_usage"."""
        return tuple(self._trends.get((kind, key), ())[0::2])

    def memory_trend(self, kind: Kind, key: str) -> tuple[float, ...]:
        """The last samples of memory, in bytes, oldest first."""
        return tuple(self._trends.get((kind, key), ())[1::2])

    def _mover(self, kind: Kind) -> Moved:
        changed = self._changed
        if kind == "pod":

            def moved(key: str, before: Thing | None, after: Thing | None) -> None:
                changed["pod"].add(key)
                self._index_pod(key, before, after)
        elif kind == "event":

            def moved(key: str, before: Thing | None, after: Thing | None) -> None:
                changed["event"].add(key)
                self._index_event(key, before, after)
        elif kind in ("node_usage", "pod_usage"):

            def moved(key: str, before: Thing | None, after: Thing | None) -> None:
                changed[kind].add(key)
                self._extend_trend(kind, key, after)
        else:

            def moved(key: str, before: Thing | None, after: Thing | None) -> None:
                changed[kind].add(key)

        return moved

    def _index_pod(self, key: str, before: Thing | None, after: Thing | None) -> None:
        old = before if isinstance(before, Pod) else None
        new = after if isinstance(after, Pod) else None
        _move(self._pods_by_node, key, old and old.node, new and new.node)
        _move(self._pods_by_namespace, key, old and old.namespace, new and new.namespace)
        _move(
            self._pods_by_owner,
            key,
            (old.namespace, old.owner) if old and old.owner else None,
            (new.namespace, new.owner) if new and new.owner else None,
        )

    def _index_event(self, key: str, before: Thing | None, after: Thing | None) -> None:
        def about(event: Thing | None) -> tuple[str, str, str] | None:
            if not isinstance(event, Event):
                return None
            return event.about.kind, event.about.namespace, event.about.name

        _move(self._events_by_object, key, about(before), about(after))

    def _extend_trend(self, kind: Kind, key: str, after: Thing | None) -> None:
        if not isinstance(after, (NodeUsage, PodUsage)):
            self._trends.pop((kind, key), None)
            return
        trend = self._trends.setdefault((kind, key), array("f"))
        trend.extend((after.cpu, after.memory))
        if len(trend) > 2 * TREND:
            del trend[: len(trend) - 2 * TREND]


def _move(index: dict, key: str, old: object, new: object) -> None:  # type: ignore[type-arg]  # any index
    """Takes a key from one entry of an index to another; None and "" are no entry."""
    if old == new:
        return
    if old:
        held = index.get(old)
        if held is not None:
            held.discard(key)
            if not held:
                del index[old]
    if new:
        index.setdefault(new, set()).add(key)
