"""The objects that belong to the one looked at, each a line that can be opened."""

from __future__ import annotations

from collections.abc import Iterable

from sources.model import ObjectRef
from sources.rules.pods import ready_text
from sources.rules.related import Relation
from sources.text import clean
from sources.world import World
from tui.describe.parts import heading
from tui.describe.seen import Seen
from tui.sheets.pods import PodLine, status_style
from tui.sheets.sheet import Look
from tui.subject import Subject
from tui.widgets.document import Text
from tui.words import counted

MOST_PODS = 60
SHORT = {
    "HorizontalPodAutoscaler": "autoscaler",
    "PersistentVolumeClaim": "claim",
    "PersistentVolume": "volume",
    "ServiceAccount": "account",
    "ReplicationController": "controller",
}
"""Kinds that are longer than the room for them."""


def related_lines(world: World, seen: Seen, look: Look) -> list[Text]:
    """What is known, "loading" before it is, and what could not be looked for."""
    title = heading("Related")
    if seen.related is None:
        return [*title, Text("", "loading", "wait")] if seen.loading else []
    lines = [_line(relation, world, look) for relation in seen.related.relations]
    lines += [Text("not seen", clean(f"{look.glyph('×', 'x')} {each}"), "warn") for each in seen.related.unseen]
    return [*title, *(lines or [Text("", "nothing that is known", "dim")])]


def troubled_lines(world: World, seen: Seen, look: Look) -> list[Text]:
    """Of what belongs to it what is in trouble itself, to be said early: a full autoscaler, a lost node. Not its
    owners, whose trouble it is."""
    found = seen.related.relations if seen.related is not None else ()
    lines = [_line(each, world, look) for each in found if each.role != "owner"]
    return [line for line in lines if line.style]


def _line(relation: Relation, world: World, look: Look) -> Text:
    ref, note, trouble = relation.ref, relation.note, relation.trouble
    node = world.nodes.get(ref.name) if ref.kind == "Node" else None
    if node is not None:
        note, trouble = node.status, node.status != "Ready"
    role = "" if relation.role in ("node", ref.kind.lower(), SHORT.get(ref.kind)) else f"  ({relation.role})"
    mark = look.glyph("▲", "!") if trouble else " "
    text = f"{mark} {ref.name}{f'  {note}' if note else ''}{role}"
    return Text(clean(SHORT.get(ref.kind, ref.kind)).lower(), clean(text), "warn" if trouble else "", Subject(ref))


def pod_lines(world: World, keys: Iterable[str], look: Look, with_namespace: bool = False) -> list[Text]:
    """Pods with their state, the faulty ones first; each can be opened."""
    known = [pod for key in keys if (pod := world.pods.get(key)) is not None]
    rows = sorted(
        ((status_style(PodLine(pod), look), pod) for pod in known),
        key=lambda row: (row[0] not in ("bad", "warn"), row[1].namespace, row[1].name),
    )
    lines = []
    for style, pod in rows[:MOST_PODS]:
        mark = look.glyph("▲", "!") if style in ("bad", "warn") else " "
        name = f"{pod.namespace}/{pod.name}" if with_namespace else pod.name
        said = f"{mark} {name}  {ready_text(pod.ready, pod.total)}"
        if pod.restarts:
            said += f"  {counted(pod.restarts, 'restart')}"
        target = Subject(ObjectRef("Pod", pod.name, pod.namespace))
        lines.append(Text(clean(pod.status), clean(said), style, target))
    if len(rows) > MOST_PODS:
        lines.append(Text("", f"... and {len(rows) - MOST_PODS} more", "dim"))
    return [*heading(f"Pods ({len(rows)})"), *lines] if rows else []
