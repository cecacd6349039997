"""The node pane."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from sources.model import ObjectRef
from sources.rules.nodes import node_problem
from sources.rules.resources import Allocated, allocated
from sources.rules.why import node_why
from tui.panes.marked_pane import MarkedPane
from tui.sheets.nodes import NODES, NodeLine
from tui.sheets.past import Past
from tui.subject import Subject

OF_PODS = ("pods", "cpureq%", "memreq%")
"""Columns that change as pods come and go, without a change of their node."""


class NodesPane(MarkedPane[NodeLine]):
    """Nodes with their usage, as `kubectl get nodes` and `kubectl top nodes` print them."""

    title = "Nodes"
    what = "nodes"
    feed_names = ("nodes",)
    kind = "node"
    usage_kind = "node_usage"
    sheet = NODES

    def keys(self) -> Iterable[str]:
        return self.session.world.nodes.keys()

    def every(self) -> Sequence[str]:
        return self.session.world.nodes.every()

    def total(self) -> int:
        return len(self.session.world.nodes)

    def row(self, key: str) -> NodeLine | None:
        world = self.session.world
        node = world.nodes.get(key)
        if node is None:
            return None
        return NodeLine(
            node,
            world.node_usage.get(key),
            Past(world, "node_usage", key, self.session.now),
            world.count_pods_on(key),
            partial(self._requested, key),
            self.seen.is_fresh(key, node.created),
        )

    def _requested(self, key: str) -> Allocated:
        return allocated(self.session.world.pods_on(key))

    def problem(self, row: NodeLine) -> str:
        return node_problem(row.node)

    def why(self, row: NodeLine) -> str:
        return node_why(row.node)

    def settled(self, row: NodeLine) -> bool:
        return True

    def effort(self) -> int:
        return len(self.session.world.pods) if self.sort in OF_PODS else 0

    def recheck(self) -> None:
        if self.sort in OF_PODS:
            self.catch_up.add(self.keys())
        super().recheck()

    def default_order(self, row: NodeLine) -> tuple[Any, ...]:
        return (row.node.name,)

    def last_event(self, key: str) -> float:
        node = self.session.world.nodes.get(key)
        return node.created or 0.0 if node is not None else 0.0

    def subject_of(self, row: NodeLine) -> Subject | None:
        return Subject(ObjectRef("Node", row.node.name))
