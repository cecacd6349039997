"""What kubelet and node controller say of the node that is in trouble."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from sources.demo.cluster import PRESSURES, NodePlan, Plan
from sources.demo.life import Note
from sources.demo.story import NEVER

_RECLAIMS = {"disk": "ephemeral-storage", "memory": "memory"}
_CLEAN = {"disk": "NodeHasNoDiskPressure", "memory": "NodeHasSufficientMemory"}
_NO_IMAGES = (
    "Failed to garbage collect required amount of images. Attempted to free 21474836480 bytes, "
    "but only found 0 bytes eligible to free."
)


def node_notes(plan: Plan) -> Iterator[Note]:
    """All of it, in the order of time."""
    node = plan.node(plan.trouble.node)
    if node is None:
        return
    notes = [note for note in _all(plan, node) if note.at < NEVER]
    yield from sorted(notes, key=lambda note: note.at)


def _all(plan: Plan, node: NodePlan) -> Iterator[Note]:
    trouble = plan.trouble
    what = trouble.resource
    if what:
        if what == "disk":
            yield _note(node, trouble.pressure - 20, "FreeDiskSpaceFailed", _NO_IMAGES, warning=True)
        yield _status(node, trouble.pressure, f"NodeHas{PRESSURES[what]}")
        for offset in range(2, 62, 10):
            text = f"Attempting to reclaim {_RECLAIMS[what]}"
            yield _note(node, trouble.pressure + offset, "EvictionThresholdMet", text, warning=True)
        yield _status(node, trouble.relieved, _CLEAN[what])
    yield _status(node, trouble.lost, "NodeNotReady", "node-controller")
    yield _status(node, trouble.back, "NodeReady")


def _status(node: NodePlan, at: float, reason: str, source: str = "kubelet") -> Note:
    return _note(node, at, reason, f"Node {node.name} status is now: {reason}", source)


def _note(
    node: NodePlan, at: float, reason: str, text: str, source: str = "kubelet", warning: bool = False
) -> Note:
    host = node.name if source == "kubelet" else ""
    severity: Literal["Normal", "Warning"] = "Warning" if warning else "Normal"
    return Note(at, "Node", "", node.name, node.name, severity, reason, text, source, host)
