"""The summary that Enter opens: what is known of a node, a pod or an alert, as lines. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sources.model import Event, Labels, ObjectRef
from sources.rules import wire
from sources.rules.alerts import DisplayAlert
from sources.rules.duration import age, format_utc, human_duration
from sources.rules.pods import exit_text, ready_text, restarts_text, state_text
from sources.text import clean
from sources.world import World
from tui.sheets.amounts import cpu, memory
from tui.sheets.events import about
from tui.sheets.nodes import NodeLine
from tui.sheets.pods import PodLine, owner_text, status_style
from tui.sheets.sheet import Look
from tui.widgets.spark import sparkline

MOST_EVENTS = 30


class Text(NamedTuple):
    """A line of the summary: `label` in front, `text` with a style; a label with "#" is a heading."""

    label: str
    text: str = ""
    style: str = ""


Raw = Mapping[str, Any]


def heading(title: str) -> list[Text]:
    return [Text(""), Text("#", title, "accent")]


def describe_pod(world: World, ref: ObjectRef, raw: Raw | None, look: Look) -> list[Text]:
    """A pod: state, containers, conditions, usage, recent events."""
    key = f"{ref.namespace}/{ref.name}"
    pod = world.pods.get(key)
    if pod is None:
        return [
            Text("", f"pod {clean(key)} is gone", "bad"),
            *events_of(world, "Pod", ref.namespace, ref.name, look),
        ]
    line = PodLine(pod, world.pod_usage.get(key), world.cpu_trend("pod_usage", key))
    lines = [
        Text("Status", clean(pod.status), status_style(line, look)),
        Text("Ready", ready_text(pod.ready, pod.total)),
        Text("Restarts", restarts_text(pod.restarts, pod.last_restart, look.now)),
        Text("Node", clean(pod.node) or "not scheduled"),
        Text("Owner", clean(owner_text(pod))),
        Text("IP", clean(pod.ip) or "-"),
        Text("Age", f"{age(pod.created, look.now)} ({format_utc(pod.created)})"),
    ]
    if pod.message:
        lines.insert(1, Text("Because", clean(pod.message), "warn"))
    if pod.deleted is not None:
        lines.append(Text("Deletion", f"asked for {age(pod.deleted, look.now)} ago", "warn"))
    lines += usage_lines(
        world,
        "pod_usage",
        key,
        line.usage,
        look,
        f"request {cpu(pod.cpu_request)}, limit {cpu(pod.cpu_limit)}",
        f"request {memory(pod.memory_request)}, limit {memory(pod.memory_limit)}",
    )
    lines += containers(raw, look)
    lines += conditions(raw, look)
    lines += events_of(world, "Pod", pod.namespace, pod.name, look)
    return lines


def describe_node(world: World, ref: ObjectRef, raw: Raw | None, look: Look) -> list[Text]:
    """A node: state, conditions, capacity, usage, what runs on it, recent events."""
    node = world.nodes.get(ref.name)
    if node is None:
        return [Text("", f"node {clean(ref.name)} is gone", "bad"), *events_of(world, "Node", "", ref.name, look)]
    line = NodeLine(node, world.node_usage.get(node.key))
    lines = [
        Text("Status", clean(node.status), "ok" if node.status == "Ready" else "bad"),
        Text("Roles", clean(node.roles)),
        Text("Version", clean(node.version)),
        Text("Addresses", clean(", ".join(filter(None, (node.internal_ip, node.external_ip)))) or "-"),
        Text("System", clean(", ".join(filter(None, (node.os_image, node.kernel, node.runtime)))) or "-"),
        Text("Taints", clean(", ".join(node.taints)) or "none"),
        Text("Age", f"{age(node.created, look.now)} ({format_utc(node.created)})"),
    ]
    lines += usage_lines(
        world,
        "node_usage",
        node.key,
        line.usage,
        look,
        f"of {cpu(node.cpu_allocatable)} allocatable, {line.cpu_share}%" if line.usage else "",
        f"of {memory(node.memory_allocatable)} allocatable, {line.memory_share}%" if line.usage else "",
    )
    lines += heading("Conditions")
    for condition in node.conditions:
        good = (condition.status == "True") == (condition.type == "Ready")
        lines.append(
            Text(
                clean(condition.type),
                clean(f"{condition.status}  {condition.reason}: {condition.message}")
                + (f" (since {age(condition.since, look.now)})" if condition.since else ""),
                "" if good else "bad",
            )
        )
    pods = sorted(world.pods_on(node.name), key=lambda pod: (pod.namespace, pod.name))
    lines += heading(f"Pods ({len(pods)})")
    for pod in pods:
        style = status_style(PodLine(pod), look)
        ready = ready_text(pod.ready, pod.total)
        lines.append(Text("", clean(f"{pod.status:<18} {ready:>5}  {pod.namespace}/{pod.name}"), style))
    lines += events_of(world, "Node", "", node.name, look)
    return lines


def describe_object(world: World, ref: ObjectRef, raw: Raw | None, look: Look) -> list[Text]:
    """Any other object: its conditions, labels and recent events."""
    lines = [Text("Kind", clean(ref.kind)), Text("Name", clean(ref.name))]
    if ref.namespace:
        lines.append(Text("Namespace", clean(ref.namespace)))
    labels = ((raw or {}).get("metadata") or {}).get("labels") or {}
    lines += label_lines("Labels", tuple(sorted(labels.items())))
    lines += conditions(raw, look)
    lines += events_of(world, ref.kind, ref.namespace, ref.name, look)
    return lines


def describe_alert(alert: DisplayAlert | None, look: Look) -> list[Text]:
    """An alert: state, who mutes it and until when, its rule, labels and annotations."""
    if alert is None:
        return [Text("", "this alert is resolved: nobody reports it any more", "ok")]
    lines = [
        Text("State", f"{alert.state}, for {age(alert.since, look.now)}"),
        Text("Severity", clean(alert.severity) or "none given"),
        Text("Reported by", ", ".join(alert.origins)),
    ]
    if alert.value:
        lines.append(Text("Value", clean(alert.value)))
    if alert.receivers:
        lines.append(Text("Receivers", clean(", ".join(alert.receivers))))
    known = {silence.id for silence in alert.silences}
    for silence in alert.silences:
        left = human_duration(max(0.0, silence.ends - look.now)) if silence.ends is not None else "?"
        said = f"by {silence.created_by}, {left} left: {silence.comment}"
        lines.append(Text("Silenced", clean(said), "warn"))
    lines += [Text("Silenced", f"by {clean(each)}", "warn") for each in alert.silenced_by if each not in known]
    lines += [Text("Inhibited", f"by alert {clean(each)}", "warn") for each in alert.inhibited_by]
    lines += [Text("Muted", f"by interval {clean(each)}", "warn") for each in alert.muted_by]
    lines += label_lines("Annotations", alert.annotations)
    if alert.rule:
        lines += [*heading("Rule"), Text("", clean(alert.rule), "strong")]
    lines += label_lines("Labels", alert.labels)
    return lines


def label_lines(title: str, labels: Labels) -> list[Text]:
    return [*heading(title), *(Text(clean(name), clean(value)) for name, value in labels)] if labels else []


def usage_lines(
    world: World, kind: Any, key: str, usage: Any, look: Look, of_cpu: str, of_memory: str
) -> list[Text]:
    """Usage now and its trend, with the age of the sample; what is not measured is said, not shown as zero."""
    lines = heading("Usage")
    if usage is None:
        return [*lines, Text("", "not measured (no sample from the metrics API)", "dim")]
    window = f" over {human_duration(usage.window)}" if usage.window else ""
    measured = f"measured {age(usage.at, look.now)} ago{window}"
    trends = (world.cpu_trend(kind, key), world.memory_trend(kind, key))
    for label, now, of, trend in (
        ("CPU", cpu(usage.cpu), of_cpu, trends[0]),
        ("Memory", memory(usage.memory), of_memory, trends[1]),
    ):
        lines.append(Text(label, f"{now:>8}  {sparkline(trend, 24, lo=0, glyphs=look.glyphs)}  {of}"))
    return [*lines, Text("", measured, "dim")]


def containers(raw: Raw | None, look: Look) -> list[Text]:
    """State of each container, init containers first, in the kubelet's words."""
    if raw is None:
        return []
    pod = wire.decode(wire.Pod, _json(raw))
    status = pod.status or wire.PodStatus()
    spec = raw.get("spec") or {}
    images = {
        each.get("name"): each.get("image")
        for each in (*(spec.get("initContainers") or ()), *(spec.get("containers") or ()))
    }
    lines = heading("Containers")
    for title, group in (("init ", status.init_container_statuses), ("", status.container_statuses)):
        for each in wire.present(group):
            ready = "ready" if each.ready else "not ready"
            text = f"{state_text(each.state, look.now)}, {ready}, {each.restart_count or 0} restarts"
            if each.last_state is not None and each.last_state.terminated is not None:
                text += f", before that {exit_text(each.last_state.terminated)}"
            style = "" if each.ready or title else "warn"
            lines.append(Text(clean(f"{title}{each.name}"), clean(text), style))
            if images.get(each.name):
                lines.append(Text("", clean(str(images[each.name])), "dim"))
    return lines if len(lines) > 2 else [*lines, Text("", "none has started yet", "dim")]


def conditions(raw: Raw | None, look: Look) -> list[Text]:
    found = ((raw or {}).get("status") or {}).get("conditions") or []
    if not found:
        return []
    lines = heading("Conditions")
    for each in found:
        text = f"{each.get('status')}  {each.get('reason') or ''} {each.get('message') or ''}".rstrip()
        lines.append(
            Text(clean(str(each.get("type"))), clean(text), "" if each.get("status") == "True" else "warn")
        )
    return lines


def events_of(world: World, kind: str, namespace: str, name: str, look: Look) -> list[Text]:
    """The last events of an object, newest first."""
    found = sorted(world.events_about(kind, namespace, name), key=lambda event: (-(event.last or 0.0), event.uid))
    lines = heading(f"Events ({len(found)})")
    lines += event_lines(found[:MOST_EVENTS], look)
    if len(found) > MOST_EVENTS:
        lines.append(Text("", f"... and {len(found) - MOST_EVENTS} older", "dim"))
    return lines if found else [*lines, Text("", "none that is still kept by the cluster", "dim")]


def event_lines(events: Iterable[Event], look: Look, with_object: bool = False) -> Sequence[Text]:
    lines = []
    for event in events:
        count = f" x{event.count}" if event.count > 1 else ""
        subject = f"{about(event)}: " if with_object else ""
        lines.append(
            Text(
                age(event.last, look.now),
                clean(f"{event.reason}{count}  {subject}{event.message}"),
                "warn" if event.type == "Warning" else "",
            )
        )
    return lines


def _json(raw: Raw) -> bytes:
    import msgspec

    return msgspec.json.encode(raw)
