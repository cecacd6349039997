"""From an alert to what the panes should show for it: namespace, pod, node, and the rule's expression."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sources.model import ObjectRef
from sources.rules.alerts import DisplayAlert
from sources.rules.related import labelled
from sources.world import World

NARROWING = ("namespace", "pod", "node", "instance", "deployment", "statefulset", "daemonset", "job_name",
             "persistentvolumeclaim", "horizontalpodautoscaler")  # fmt: skip
"""Labels that tell an alert's own series from those of its neighbours; others may be the rule's."""
_PLAIN = re.compile(r"[\w.-]{1,300}")


class Turn(NamedTuple):
    """Where to turn the panes. `namespaces` is None where it says nothing of them; `filters` and `cursors` go by
    the ids of the panes; `expr` is the rule's, "" where nobody tells it."""

    what: str
    active: str
    namespaces: tuple[str, ...] | None = None
    filters: Mapping[str, str] = {}
    cursors: Mapping[str, str] = {}
    expr: str = ""
    labels: Mapping[str, str] = {}


def turn_to(alert: DisplayAlert, world: World) -> Turn | None:
    """None where the alert names nothing that can be shown, and has no rule to graph."""
    objects = {ref.kind: ref for ref in reversed(labelled(alert.labels))}
    namespace = alert.label("namespace")
    filters: dict[str, str] = {}
    cursors: dict[str, str] = {}
    node = objects["Node"].name if "Node" in objects else _node_of(alert.label("instance"), world)
    what, active = namespace or alert.name, "pods" if namespace else "console"
    if "Pod" in objects:
        ref = objects["Pod"]
        key = f"{ref.namespace}/{ref.name}"
        what = key
        pod = world.pods.get(key)
        if pod is not None:
            cursors["pods"], node = key, pod.node
        owner = pod.owner.name if pod is not None and pod.owner is not None else ""
        # Its siblings stay in sight: is it one pod, or all of them?
        if pod is not None and pod.owner is not None:
            filters["pods"] = _filter("owner", f"{pod.owner.kind}/{pod.owner.name}$")
        filters["events"] = _filter("name", f"/{owner or ref.name}")
    elif workload := next((objects[kind] for kind in _WORKLOADS if kind in objects), None):
        what = f"{workload.namespace}/{workload.name}"
        filters["pods"] = _filter("owner", f"{workload.kind}/{workload.name}$")
        filters["events"] = _filter("name", f"/{workload.name}")
    elif node:
        what, active = f"node {node}", "nodes"
        filters["pods"], filters["events"] = _filter("node", f"^{node}$"), _filter("name", f"/{node}$")
        namespace = ""  # all that runs on it, whosever it is
    elif other := next((ref for ref in labelled(alert.labels) if ref.kind != "Namespace"), None):
        what = f"{other.namespace}/{other.name}" if other.namespace else other.name
        filters["events"] = _filter("name", f"/{other.name}")
    if node:
        cursors["nodes"] = node
    if not namespace and not node and not alert.rule:
        return None
    return Turn(
        what,
        active,
        (namespace,) if namespace else () if node else None,
        {pane: text for pane, text in filters.items() if text},
        cursors,
        alert.rule,
        {name: value for name in NARROWING if (value := alert.label(name))},
    )


_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "ReplicaSet")


def alerts_about(alerts: Iterable[DisplayAlert], ref: ObjectRef) -> list[DisplayAlert]:
    """The alerts whose labels name the object, the gravest first."""
    found = [
        alert
        for alert in alerts
        if any(value == ref.name for _, value in alert.labels) and _same(ref, labelled(alert.labels))
    ]
    return sorted(found, key=lambda alert: (not alert.is_trouble, alert.severity_rank, alert.name, alert.key))


def _same(ref: ObjectRef, others: Iterable[ObjectRef]) -> bool:
    return any((one.kind, one.namespace, one.name) == (ref.kind, ref.namespace, ref.name) for one in others)


def _filter(column: str, expression: str) -> str:
    """A filter on one column; "" for what no name of an object can look like, since a filter has a syntax."""
    inner = expression.strip("^$").replace("/", "")
    return f"{column}:{expression.replace('.', '[.]')}" if _PLAIN.fullmatch(inner) else ""


def _node_of(instance: str, world: World) -> str:
    """The node that an exporter's address belongs to."""
    host = instance.rpartition(":")[0] or instance
    if not host:
        return ""
    return next((node.name for node in world.nodes if host in (node.name, node.internal_ip)), "")
