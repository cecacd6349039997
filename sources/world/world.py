"""The present: tables with their indexes, the trend of usage, the state of each feed, and what changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Literal, NamedTuple, TypeAlias

from sources.contract import Batch, Status
from sources.model import Alert, Event, Kind, Node, NodeUsage, Owner, Pod, PodUsage, Silence, Thing, kind_of
from sources.world.history import History, share_texts
from sources.world.minutes import Then
from sources.world.restarts import Restarts
from sources.world.tables import Fold, Moved, Rows, Table
from sources.world.usage import Usage, node_usage, pod_usage

Used: TypeAlias = Literal["node_usage", "pod_usage"]


class FeedState(NamedTuple):
    """How a feed is doing, and when anything last arrived from it (epoch seconds, our clock)."""

    source: str
    feed: str
    status: Status
    heard: float


class Frame(NamedTuple):
    """What changed since the last frame; `keys` has an entry only for kinds that changed, `appeared` for those
    with rows that were not there before."""

    keys: Mapping[Kind, frozenset[str]]
    statuses: bool
    appeared: Mapping[Kind, frozenset[str]] = {}

    def __bool__(self) -> bool:
        return bool(self.keys) or self.statuses


class World:
    """A fold over changes. Apply batches, then `drain` the frame that says which keys changed."""

    def __init__(self, history: History | None = None) -> None:
        self.history = history or History()
        self.feeds: dict[tuple[str, str], FeedState] = {}
        self._changed: dict[Kind, set[str]] = defaultdict(set)
        self._appeared: dict[Kind, set[str]] = defaultdict(set)
        self.nodes: Table[Node] = Table(self._mover("node"))
        self.pods: Table[Pod] = Table(self._mover("pod", self._index_pod))
        self.events: Table[Event] = Table(self._mover("event", self._index_event))
        self.alerts: Table[Alert] = Table(self._mover("alert"))
        self.silences: Table[Silence] = Table(self._mover("silence"))
        self.node_usage = Usage(node_usage, self._changed["node_usage"].add, _namer(self.nodes))
        self.pod_usage = Usage(pod_usage, self._changed["pod_usage"].add, _namer(self.pods))
        self._fold = Fold(
            {
                "node": self.nodes,
                "pod": self.pods,
                "event": self.events,
                "node_usage": self.node_usage,
                "pod_usage": self.pod_usage,
                "alert": self.alerts,
                "silence": self.silences,
            }
        )
        self._statuses_changed = False
        self._pods_by_node: dict[str, list[str]] = {}
        self._pods_by_namespace: dict[str, list[str]] = {}
        self._events_by_object: dict[tuple[str, str, str], set[str]] = {}
        self._restarts = Restarts()
        self.clock_offset = 0.0
        """The API server's clock minus ours in seconds; differences below two seconds are noise."""
        self._moment = 0.0
        """When the batch that is being folded arrived, by the cluster's clock..."""
        self._arrived = 0.0
        """...and by ours."""
        self._loading = False
        """Whether it is of a first list, whose rows were there all the time: that they appear is no history."""

    # -- tables

    def table(self, kind: Kind) -> Rows:
        """The table of a kind."""
        return self._fold.tables[kind]

    def _usage(self, kind: Used) -> Usage[NodeUsage] | Usage[PodUsage]:
        return self.node_usage if kind == "node_usage" else self.pod_usage

    # -- folding

    def apply(self, batch: Batch) -> None:
        """Takes a batch in: tables, indexes, statuses, history."""
        for _step in self.applying(batch):
            pass

    def applying(self, batch: Batch) -> Iterator[None]:
        """The same in steps; no other batch may be begun before its end."""
        self._moment = self.node_usage.moment = self.pod_usage.moment = batch.at + self.clock_offset
        self._arrived = batch.at
        place = (batch.source, batch.feed)
        known = self.feeds.get(place)
        self._loading = known is not None and known.status.state == "loading"
        yield from self._fold.applying(batch)
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
        if known is None or known.status != status:
            self._compare_clocks()
        self.history.forget(batch.at)

    def _compare_clocks(self) -> None:
        offsets = [
            feed.status.clock_offset for feed in self.feeds.values() if feed.status.clock_offset is not None
        ]
        offset = offsets[0] if offsets else 0.0
        self.clock_offset = offset if abs(offset) > 2 else 0.0

    @property
    def changed(self) -> bool:
        """Whether there is anything to `drain`."""
        return self._statuses_changed or any(self._changed.values()) or any(self._appeared.values())

    def drain(self) -> Frame:
        """What changed since the last call."""
        frame = Frame(_frozen(self._changed), self._statuses_changed, _frozen(self._appeared))
        for keys in (*self._changed.values(), *self._appeared.values()):
            keys.clear()
        self._statuses_changed = False
        return frame

    def at(self, moment: float) -> World:
        """The World as it was at `moment`, as far as the history reaches."""
        past = World(History(self.history.max_changes, self.history.max_age))
        kept = {kind: table for kind, table in self._fold.tables.items() if not isinstance(table, Usage)}
        rows = self.history.rows_at(moment, kept)
        for row in chain(rows, self.node_usage.rows_at(moment), self.pod_usage.rows_at(moment)):
            past.table(kind_of(row)).put("past", row)
        past.history.changes.clear()
        past.drain()
        return past

    # -- indexes

    def pods_on(self, node: str) -> Iterable[Pod]:
        """The pods that are bound to a node."""
        return self._rows(self.pods, self._pods_by_node.get(node, ()))

    def pods_in(self, namespace: str) -> Iterable[Pod]:
        return self._rows(self.pods, self._pods_by_namespace.get(namespace, ()))

    def pods_of(self, namespace: str, owner: Owner) -> Iterable[Pod]:
        """The pods of a workload. Looked for: an index would weigh more than this is asked."""
        return [pod for pod in self.pods_in(namespace) if pod.owner == owner]

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

    def cpu_trend(self, kind: Used, key: str) -> tuple[float, ...]:
        """The last samples of CPU, in nanocores, oldest first."""
        return self._usage(kind).cpu_trend(key)

    def memory_trend(self, kind: Used, key: str) -> tuple[float, ...]:
        """The last samples of memory, in bytes, oldest first."""
        return self._usage(kind).memory_trend(key)

    def usage_then(self, kind: Used, key: str, now: float) -> Then | None:
        """The oldest sample of the hour up to `now` (cluster's clock); None before there are two minutes."""
        return self._usage(kind).then(key, now)

    def usage_hour(self, kind: Used, key: str, now: float) -> list[tuple[float, float] | None]:
        """CPU and memory of the hour up to `now` (cluster's clock), a sample a minute, oldest first."""
        return self._usage(kind).hour(key, now)

    def restarts_lately(self, pod: str, now: float) -> int:
        """How often a pod restarted within `RESTART_WINDOW` before `now` (cluster's clock)."""
        return self._restarts.within(pod, now)

    def _mover(self, kind: Kind, follow: Moved = lambda _key, _before, _after: None) -> Moved:
        changed, appeared, history = self._changed[kind], self._appeared[kind], self.history

        def moved(key: str, before: Thing | None, after: Thing | None) -> None:
            if before is not None and after is not None:
                share_texts(before, after)
                key = after.key
            if before is not None or not self._loading:
                history.note(self._arrived, kind, key, before)
            changed.add(key)
            if before is None:
                appeared.add(key)
            follow(key, before, after)

        return moved

    def _index_pod(self, key: str, before: Thing | None, after: Thing | None) -> None:
        old = before if isinstance(before, Pod) else None
        new = after if isinstance(after, Pod) else None
        _rebind(self._pods_by_node, key, old.node if old else "", new.node if new else "")
        _rebind(self._pods_by_namespace, key, old.namespace if old else "", new.namespace if new else "")
        self._restarts.note(key, old, new, self._moment)

    def _index_event(self, key: str, before: Thing | None, after: Thing | None) -> None:
        def about(event: Thing | None) -> tuple[str, str, str] | None:
            if not isinstance(event, Event):
                return None
            return event.about.kind, event.about.namespace, event.about.name

        _move(self._events_by_object, key, about(before), about(after))


def _frozen(keys: Mapping[Kind, set[str]]) -> Mapping[Kind, frozenset[str]]:
    return {kind: frozenset(each) for kind, each in keys.items() if each}


def _namer(table: Table[Any]) -> Callable[[str], str]:
    """Gives the key that the row of a table has itself."""

    def named(key: str) -> str:
        row = table.get(key)
        return key if row is None else str(row.key)

    return named


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


def _rebind(index: dict[str, list[str]], key: str, before: str, after: str) -> None:
    """Takes a pod from one list to another; "" is none. In lists: for some hundred keys each, sets would take many
    times the room."""
    if before == after:
        return
    if before:
        bound = index[before]
        bound.remove(key)
        if not bound:
            del index[before]
    if after:
        index.setdefault(after, []).append(key)
