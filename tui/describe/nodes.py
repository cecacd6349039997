"""A node: state, conditions, usage, what runs on it, what happened."""

from __future__ import annotations

from collections.abc import Sequence

from sources.model import Node
from sources.rules.duration import age, format_utc
from sources.rules.resources import allocated
from sources.text import clean
from sources.world import World
from tui.describe.alerts import alert_lines
from tui.describe.events import events_of
from tui.describe.parts import heading, metadata_lines
from tui.describe.related import pod_lines
from tui.describe.seen import Seen
from tui.describe.usage import Bound, usage_entries
from tui.sheets.amounts import cpu, memory
from tui.sheets.nodes import NodeLine
from tui.sheets.sheet import Look
from tui.widgets.document import Entry, Text
from tui.words import counted


def describe_node(world: World, seen: Seen, look: Look) -> Sequence[Entry]:
    """From the row and its pods, which are live, and the object as it was fetched last."""
    ref = seen.ref
    node = world.nodes.get(ref.name)
    if node is None:
        return [Text("", f"node {clean(ref.name)} is gone", "bad"), *events_of(world, ref, look)]
    line = NodeLine(node, world.node_usage.get(node.key))
    pods = list(world.pods_on(node.name))
    asked = allocated(pods)
    return [
        *_state(node, look),
        *alert_lines(seen.alerts, look),
        *_conditions(node, look),
        *usage_entries(
            world,
            "node_usage",
            node.key,
            line.usage,
            look,
            (Bound("a", "allocatable", node.cpu_allocatable),),
            (Bound("a", "allocatable", node.memory_allocatable),),
        ),
        Text(
            "Requested",
            f"CPU {cpu(asked.cpu_request)}, memory {memory(asked.memory_request)} by {counted(len(pods), 'pod')}",
        ),
        *events_of(world, ref, look),
        *pod_lines(world, (pod.key for pod in pods), look, with_namespace=True),
        *metadata_lines(seen),
    ]


def _state(node: Node, look: Look) -> list[Text]:
    fine = node.status == "Ready"
    mark = "" if fine else f"{look.glyph('▲', '!')} "
    return [
        Text("Status", clean(f"{mark}{node.status}"), "ok" if fine else "bad"),
        Text("Roles", clean(node.roles)),
        Text("Version", clean(node.version)),
        Text("Addresses", clean(", ".join(filter(None, (node.internal_ip, node.external_ip)))) or "-"),
        Text("System", clean(", ".join(filter(None, (node.os_image, node.kernel, node.runtime)))) or "-"),
        Text("Taints", clean(", ".join(node.taints)) or "none"),
        Text("Age", f"{age(node.created, look.now)} ({format_utc(node.created)})"),
    ]


def _conditions(node: Node, look: Look) -> list[Text]:
    lines = heading("Conditions")
    for condition in node.conditions:
        good = condition.status == ("True" if condition.type == "Ready" else "False")  # Unknown is neither
        mark = " " if good else look.glyph("▲", "!")
        since = f" for {age(condition.since, look.now)}" if condition.since else ""
        said = f"{mark} {condition.status}{since}  {condition.reason}: {condition.message}"
        lines.append(Text(clean(condition.type), clean(said), "" if good else "bad"))
    return lines
