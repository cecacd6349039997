"""A pod: state and why, what happened, containers, usage, what belongs to it."""

from __future__ import annotations

from collections.abc import Sequence

from sources.model import ObjectRef, Pod
from sources.rules.duration import age, format_utc
from sources.rules.pods import ready_text, restarts_text
from sources.rules.why import pod_why
from sources.text import clean
from sources.world import World
from tui.describe.alerts import alert_lines
from tui.describe.containers import containers, scheduling, volumes
from tui.describe.events import events_of
from tui.describe.parts import conditions, metadata_lines
from tui.describe.related import related_lines, troubled_lines
from tui.describe.seen import Seen
from tui.describe.usage import Bound, usage_entries
from tui.sheets.pods import PodLine, owner_text, status_style
from tui.sheets.sheet import Look
from tui.subject import Subject
from tui.widgets.document import Entry, Text


def describe_pod(world: World, seen: Seen, look: Look) -> Sequence[Entry]:
    """From the row, which is live, and the object as it was fetched last."""
    ref = seen.ref
    key = f"{ref.namespace}/{ref.name}"
    pod = world.pods.get(key)
    if pod is None:
        return [Text("", f"pod {clean(key)} is gone", "bad"), *events_of(world, ref, look)]
    line = PodLine(pod, world.pod_usage.get(key))
    return [
        *_state(pod, line, look, pod_why(pod, world.events_about("Pod", pod.namespace, pod.name), look.now)),
        *troubled_lines(world, seen, look),
        *alert_lines(seen.alerts, look),
        *containers(seen.raw, look),
        *events_of(world, ref, look, _owners(pod, seen)),
        *usage_entries(
            world,
            "pod_usage",
            key,
            line.usage,
            look,
            (Bound("r", "request", pod.cpu_request), Bound("l", "limit", pod.cpu_limit)),
            (Bound("r", "request", pod.memory_request), Bound("l", "limit", pod.memory_limit)),
        ),
        *related_lines(world, seen, look),
        *conditions(seen, look),
        *volumes(seen.raw),
        *scheduling(seen.raw),
        *metadata_lines(seen),
    ]


def _state(pod: Pod, line: PodLine, look: Look, why: str) -> list[Text]:
    style = status_style(line, look)
    mark = f"{look.glyph('▲', '!')} " if style in ("bad", "warn") else ""
    lines = [Text("Status", clean(f"{mark}{pod.status}"), style)]
    if why:
        lines.append(Text("Because", clean(why), "warn"))
    if pod.deleted is not None:
        lines.append(Text("Deletion", f"asked for {age(pod.deleted, look.now)} ago", "warn"))
    owner = Subject(ObjectRef(pod.owner.kind, pod.owner.name, pod.namespace)) if pod.owner else None
    node = Subject(ObjectRef("Node", pod.node)) if pod.node else None
    return [
        *lines,
        Text("Ready", ready_text(pod.ready, pod.total)),
        Text("Restarts", restarts_text(pod.restarts, pod.last_restart, look.now)),
        Text("Node", clean(pod.node) or "not scheduled", "", node),
        Text("Owner", clean(owner_text(pod)), "", owner),
        Text("IP", clean(pod.ip) or "-"),
        Text("Age", f"{age(pod.created, look.now)} ({format_utc(pod.created)})"),
    ]


def _owners(pod: Pod, seen: Seen) -> list[ObjectRef]:
    found = [ObjectRef(pod.owner.kind, pod.owner.name, pod.namespace)] if pod.owner else []
    if seen.related is not None:
        found += [one.ref for one in seen.related.relations if one.role == "owner"]
    return found
