"""Any other object: its state by kind, the essentials of its spec, its pods, conditions, what belongs to it."""

from __future__ import annotations

from collections.abc import Sequence

from sources.rules.duration import age, format_utc, parse_time
from sources.rules.shapes import at, mapping, maps, number, strings, text
from sources.rules.standing import standing
from sources.text import clean
from sources.world import World
from tui.describe.alerts import alert_lines
from tui.describe.events import events_of
from tui.describe.parts import conditions, heading, joined, metadata_lines
from tui.describe.related import pod_lines, related_lines
from tui.describe.seen import Raw, Seen
from tui.sheets.sheet import Look
from tui.widgets.document import Entry, Text
from tui.words import counted

# Parts of a spec worth a line where they are there, whatever the kind: label, path.
_ESSENTIALS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Schedule", ("spec", "schedule")),
    ("Suspended", ("spec", "suspend")),
    ("Paused", ("spec", "paused")),
    ("Strategy", ("spec", "strategy", "type")),
    ("Strategy", ("spec", "updateStrategy", "type")),
    ("Type", ("spec", "type")),
    ("Cluster IP", ("spec", "clusterIP")),
    ("External name", ("spec", "externalName")),
    ("Class", ("spec", "storageClassName")),
    ("Class", ("spec", "ingressClassName")),
    ("Volume", ("spec", "volumeName")),
    ("Capacity", ("status", "capacity", "storage")),
    ("Reclaim policy", ("spec", "persistentVolumeReclaimPolicy")),
    ("Completions", ("spec", "completions")),
    ("Parallelism", ("spec", "parallelism")),
    ("Backoff limit", ("spec", "backoffLimit")),
    ("Phase", ("status", "phase")),
)  # fmt: skip
_COUNTS = (
    "replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas",
    "desiredNumberScheduled", "currentNumberScheduled", "numberReady", "numberUnavailable", "currentReplicas",
    "desiredReplicas", "active", "succeeded", "failed",
)  # fmt: skip
_NAMES = 40
"""Keys of a ConfigMap or a Secret that are named."""


def describe_object(world: World, seen: Seen, look: Look) -> Sequence[Entry]:
    """What the object itself says; without it, what is known of its events and its pods."""
    ref, raw = seen.ref, seen.raw
    lines = [Text("Kind", clean(ref.kind)), Text("Name", clean(ref.name))]
    if ref.namespace:
        lines.append(Text("Namespace", clean(ref.namespace)))
    if raw is not None:
        lines = [*_state(raw, look), *lines, *_spec(raw)]
    owners = [one.ref for one in seen.related.relations if one.role == "owner"] if seen.related else []
    return [
        *lines,
        *alert_lines(seen.alerts, look),
        *_metrics(raw),
        *conditions(seen, look),
        *events_of(world, ref, look, owners),
        *pod_lines(world, seen.pods, look),
        *related_lines(world, seen, look),
        *_template(raw),
        *_keys(raw),
        *metadata_lines(seen),
    ]


def _state(raw: Raw, look: Look) -> list[Text]:
    how = standing(raw)
    lines = []
    if how.note:
        mark = f"{look.glyph('▲', '!')} " if how.trouble else ""
        lines.append(Text("State", clean(f"{mark}{how.note}"), "warn" if how.trouble else "ok"))
    deleted = parse_time(text(raw, "metadata", "deletionTimestamp"))
    if deleted is not None:
        held = at(raw, "metadata", "finalizers")
        by = f"; held by {joined([str(each) for each in held])}" if isinstance(held, list) and held else ""
        lines.append(Text("Deletion", clean(f"asked for {age(deleted, look.now)} ago{by}"), "warn"))
    return lines


def _spec(raw: Raw) -> list[Text]:
    lines = []
    counts = [
        f"{number(raw, 'status', name)} {_words(name)}"
        for name in _COUNTS
        if number(raw, "status", name) is not None
    ]
    wanted = number(raw, "spec", "replicas")
    if wanted is not None or counts:
        asked = [f"{wanted} wanted"] if wanted is not None else []
        lines.append(Text("Replicas", clean(joined([*asked, *counts]))))
    lines += [Text(label, clean(text(raw, *path))) for label, path in _ESSENTIALS if text(raw, *path)]
    limits = (number(raw, "spec", "minReplicas"), number(raw, "spec", "maxReplicas"))
    if limits[1] is not None:
        lines.append(Text("Bounds", f"{1 if limits[0] is None else limits[0]} to {limits[1]} replicas"))
    selector = strings(raw, "spec", "selector", "matchLabels") or strings(raw, "spec", "selector")
    if selector:
        lines.append(Text("Selector", clean(joined([f"{name}={value}" for name, value in selector.items()]))))
    for port in maps(raw, "spec", "ports"):
        name = f"{text(port, 'name')} " if text(port, "name") else ""
        goal = f" to {text(port, 'targetPort')}" if text(port, "targetPort") else ""
        lines.append(Text("Port", clean(f"{name}{text(port, 'port')}/{text(port, 'protocol') or 'TCP'}{goal}")))
    for rule in maps(raw, "spec", "rules"):
        for path in maps(rule, "http", "paths"):
            service = mapping(path, "backend", "service")
            goal = f"{text(service, 'name')}:{text(service, 'port', 'number') or text(service, 'port', 'name')}"
            lines.append(Text("Route", clean(f"{text(rule, 'host') or '*'}{text(path, 'path')} to {goal}")))
    created = parse_time(text(raw, "metadata", "creationTimestamp"))
    if created is not None:
        lines.append(Text("Created", format_utc(created)))
    return lines


def _words(name: str) -> str:
    """ "updatedReplicas" as "updated"; what is counted stands in front anyway."""
    plain = {"replicas": "there", "desiredNumberScheduled": "wanted", "currentNumberScheduled": "scheduled",
             "numberReady": "ready", "numberUnavailable": "unavailable"}  # fmt: skip
    return plain.get(name) or name.removesuffix("Replicas")


def _metrics(raw: Raw | None) -> list[Text]:
    """What an autoscaler measures, beside what it aims at."""
    if text(raw, "kind") != "HorizontalPodAutoscaler":
        return []
    current = {_metric(each): each for each in maps(raw, "status", "currentMetrics")}
    lines = []
    for goal in maps(raw, "spec", "metrics"):
        name = _metric(goal)
        kind = text(goal, "type").lower()
        part = text(goal, "type")[:1].lower() + text(goal, "type")[1:]
        wanted = _amount(mapping(goal, part, "target"))
        now = _amount(mapping(current.get(name, {}), part, "current")) or "unknown"
        lines.append(Text(clean(name or kind), clean(f"{now} of {wanted or '?'}")))
    return [*heading("Metrics"), *lines] if lines else []


def _metric(raw: Raw) -> str:
    part = text(raw, "type")[:1].lower() + text(raw, "type")[1:]
    return text(raw, part, "name") or text(raw, part, "metric", "name")


def _amount(raw: Raw) -> str:
    share = text(raw, "averageUtilization")
    return f"{share}%" if share else text(raw, "averageValue") or text(raw, "value")


def _template(raw: Raw | None) -> list[Text]:
    """The containers that a workload makes."""
    lines = []
    spec = mapping(raw, "spec", "template", "spec") or mapping(
        raw, "spec", "jobTemplate", "spec", "template", "spec"
    )
    for each in maps(spec, "containers"):
        lines.append(Text(clean(text(each, "name")), clean(text(each, "image"))))
    return [*heading("Containers"), *lines] if lines else []


def _keys(raw: Raw | None) -> list[Text]:
    """The names of what a ConfigMap or a Secret holds, and how much; what it holds is for `y`."""
    held = {**mapping(raw, "data"), **mapping(raw, "binaryData")}
    if text(raw, "kind") not in ("ConfigMap", "Secret") or not held:
        return []
    names = sorted(held)
    lines = [
        Text(
            clean(str(name)),
            clean(value if value.startswith("<masked") else counted(len(value), "character")),
            "dim",
        )
        for name in names[:_NAMES]
        if isinstance(value := held[name], str)
    ]
    rest = [Text("", f"... and {len(names) - _NAMES} more", "dim")] if len(names) > _NAMES else []
    return [*heading(f"Keys ({len(names)})"), *lines, *rest]
