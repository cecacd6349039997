"""What `topmast get` lists: for each resource its rows, kubectl's columns, and the orders to choose from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from sources.model import Event, Kind, Labels, Node, NodeUsage, Pod, PodUsage
from sources.rules.alerts import DisplayAlert, join
from sources.rules.duration import age
from sources.rules.events import target
from sources.rules.pods import ready_text, restarts_text
from sources.world import World

NONE = "<none>"
UNKNOWN = "<unknown>"


class NodeLine(NamedTuple):
    node: Node
    usage: NodeUsage | None


class PodLine(NamedTuple):
    pod: Pod
    usage: PodUsage | None


class Column(NamedTuple):
    """A header and what stands below it; the moment is for ages, epoch seconds."""

    title: str
    text: Callable[[Any, float], str]


class Listing(NamedTuple):
    """One resource. Rows are any type; the functions know it."""

    name: str
    feeds: tuple[str, ...]
    kinds: frozenset[Kind]
    """Tables whose changes may change a row."""
    namespaced: bool
    rows: Callable[[World], Iterable[Any]]
    key: Callable[[Any], str]
    namespace: Callable[[Any], str]
    labels: Callable[[Any], Labels]
    order: Callable[[Any], Any]
    columns: tuple[Column, ...]
    wide: tuple[Column, ...]
    orders: Mapping[str, Callable[[Any], Any]]
    """For --sort-by: word to rank; None sorts last. Amounts are negated: the largest is wanted first."""
    metered: bool = False
    """Whether CPU and memory in use belong to its rows."""


def _minus(value: float | None) -> float | None:
    return None if value is None else -value


def _node_lines(world: World) -> Iterable[NodeLine]:
    return (NodeLine(node, world.node_usage.get(node.name)) for node in world.nodes)


def _pod_lines(world: World) -> Iterable[PodLine]:
    return (PodLine(pod, world.pod_usage.get(pod.key)) for pod in world.pods)


_NODE_COLUMNS = (
    Column("NAME", lambda row, _: row.node.name),
    Column("STATUS", lambda row, _: row.node.status),
    Column("ROLES", lambda row, _: row.node.roles),
    Column("AGE", lambda row, now: age(row.node.created, now)),
    Column("VERSION", lambda row, _: row.node.version),
)
NODES = Listing(
    name="nodes",
    feeds=("nodes",),
    kinds=frozenset({"node"}),
    namespaced=False,
    rows=_node_lines,
    key=lambda row: row.node.key,
    namespace=lambda row: "",
    labels=lambda row: row.node.labels,
    order=lambda row: row.node.name,
    columns=_NODE_COLUMNS,
    wide=(
        *_NODE_COLUMNS,
        Column("INTERNAL-IP", lambda row, _: row.node.internal_ip or NONE),
        Column("EXTERNAL-IP", lambda row, _: row.node.external_ip or NONE),
        Column("OS-IMAGE", lambda row, _: row.node.os_image or UNKNOWN),
        Column("KERNEL-VERSION", lambda row, _: row.node.kernel or UNKNOWN),
        Column("CONTAINER-RUNTIME", lambda row, _: row.node.runtime or UNKNOWN),
    ),
    orders={
        "name": lambda row: row.node.name,
        "status": lambda row: row.node.status,
        "roles": lambda row: row.node.roles,
        "age": lambda row: row.node.created,
        "version": lambda row: row.node.version,
        "cpu": lambda row: _minus(row.usage and row.usage.cpu),
        "memory": lambda row: _minus(row.usage and row.usage.memory),
    },
    metered=True,
)

_POD_COLUMNS = (
    Column("NAME", lambda row, _: row.pod.name),
    Column("READY", lambda row, _: ready_text(row.pod.ready, row.pod.total)),
    Column("STATUS", lambda row, _: row.pod.status),
    Column("RESTARTS", lambda row, now: restarts_text(row.pod.restarts, row.pod.last_restart, now)),
    Column("AGE", lambda row, now: age(row.pod.created, now)),
)
PODS = Listing(
    name="pods",
    feeds=("pods",),
    kinds=frozenset({"pod"}),
    namespaced=True,
    rows=_pod_lines,
    key=lambda row: row.pod.key,
    namespace=lambda row: row.pod.namespace,
    labels=lambda row: row.pod.labels,
    # The server's own order, in which kubectl prints: that of the keys in etcd.
    order=lambda row: row.pod.key,
    columns=_POD_COLUMNS,
    wide=(
        *_POD_COLUMNS,
        Column("IP", lambda row, _: row.pod.ip or NONE),
        Column("NODE", lambda row, _: row.pod.node or NONE),
        Column("NOMINATED NODE", lambda row, _: row.pod.nominated_node or NONE),
        Column("READINESS GATES", lambda row, _: row.pod.readiness_gates or NONE),
    ),
    orders={
        "namespace": lambda row: row.pod.namespace,
        "name": lambda row: row.pod.name,
        "ready": lambda row: row.pod.ready - row.pod.total,
        "status": lambda row: row.pod.status,
        "restarts": lambda row: -row.pod.restarts,
        "age": lambda row: row.pod.created,
        "ip": lambda row: row.pod.ip or None,
        "node": lambda row: row.pod.node or None,
        "cpu": lambda row: _minus(row.usage and row.usage.cpu),
        "memory": lambda row: _minus(row.usage and row.usage.memory),
    },
    metered=True,
)

_EVENT_START = (
    Column("LAST SEEN", lambda row, now: age(row.last, now)),
    Column("TYPE", lambda row, _: row.type),
    Column("REASON", lambda row, _: row.reason),
    Column("OBJECT", lambda row, _: target(row.about.kind, row.about.name)),
)
_EVENT_MESSAGE = Column("MESSAGE", lambda row, _: row.message.strip())


def _event_order(event: Event) -> tuple[float, str, str]:
    return (event.last if event.last is not None else float("-inf"), event.namespace, event.name)


EVENTS = Listing(
    name="events",
    feeds=("events",),
    kinds=frozenset({"event"}),
    namespaced=True,
    rows=lambda world: world.events,
    key=lambda row: row.key,
    namespace=lambda row: row.namespace,
    labels=lambda row: (),
    order=_event_order,
    columns=(*_EVENT_START, _EVENT_MESSAGE),
    wide=(
        *_EVENT_START,
        Column("SOURCE", lambda row, _: row.source),
        _EVENT_MESSAGE,
        Column("FIRST SEEN", lambda row, now: age(row.first, now)),
        Column("COUNT", lambda row, _: str(row.count)),
        Column("NAME", lambda row, _: row.name),
    ),
    orders={
        "last": _event_order,
        "first": lambda row: row.first,
        "type": lambda row: row.type,
        "reason": lambda row: row.reason,
        "object": lambda row: target(row.about.kind, row.about.name),
        "count": lambda row: -row.count,
        "namespace": lambda row: row.namespace,
        "name": lambda row: row.name,
    },
)


def _muted(alert: DisplayAlert, now: float) -> str:
    """Who silenced it and until when, what inhibits it, or which time interval mutes it."""
    if alert.silences:
        longest = alert.silences[0]
        until = "" if longest.ends is None else f" (ends in {age(2 * now - longest.ends, now)})"
        return (longest.created_by or longest.id) + until
    return ", ".join(alert.silenced_by or alert.muted_by or alert.inhibited_by) or NONE


def _about(alert: DisplayAlert) -> str:
    from tui.sheets.alerts import about

    return about(alert)


_ALERT_COLUMNS = (
    Column("STATE", lambda row, _: row.state),
    Column("SEVERITY", lambda row, _: row.severity or NONE),
    Column("ALERT", lambda row, _: row.name),
    Column("ABOUT", lambda row, _: _about(row)),
    Column("AGE", lambda row, now: age(row.since, now)),
    Column("SILENCED/INHIBITED BY", _muted),
)


def _rank(alert: DisplayAlert) -> Any:
    from sources.rules.alerts import order

    return order(alert)


ALERTS = Listing(
    name="alerts",
    feeds=("alerts",),
    kinds=frozenset({"alert", "silence"}),
    namespaced=False,
    rows=lambda world: join(world.alerts, world.silences),
    key=lambda row: row.key,
    namespace=lambda row: row.label("namespace"),
    labels=lambda row: row.labels,
    order=_rank,
    columns=_ALERT_COLUMNS,
    wide=(
        *_ALERT_COLUMNS,
        Column("RECEIVERS", lambda row, _: ",".join(row.receivers) or NONE),
        Column("REPORTED BY", lambda row, _: ",".join(row.origins)),
        Column("SUMMARY", lambda row, _: row.annotation("summary")),
    ),
    orders={
        "state": lambda row: (row.state, row.severity_rank),
        "severity": lambda row: row.severity_rank,
        "alert": lambda row: row.name,
        "about": _about,
        "age": lambda row: row.since,
        "namespace": lambda row: row.label("namespace"),
    },
)

LISTINGS: Mapping[str, Listing] = {each.name: each for each in (NODES, PODS, EVENTS, ALERTS)}

_KUBECTL_PATHS = {
    "metadata.name": "name",
    "metadata.namespace": "namespace",
    "metadata.creationtimestamp": "age",
    "lasttimestamp": "last",
    "firsttimestamp": "first",
    "count": "count",
    "spec.nodename": "node",
    "status.phase": "status",
    "status.containerstatuses[0].restartcount": "restarts",
    "last seen": "last",
    "mem": "memory",
}
"""What hands type after --sort-by because kubectl wants it."""


def sort_word(text: str) -> str:
    """The word of `Listing.orders` behind a column's name or one of kubectl's usual paths."""
    word = text.strip().strip("{}").lstrip(".").lower()
    return _KUBECTL_PATHS.get(word, word)
