"""The node pane."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from sources.model import ObjectRef
from sources.rules.nodes import node_problem
from sources.rules.resources import Allocated, allocated
from sources.world import Frame
from tui.panes.table_pane import TablePane
from tui.sheets.nodes import NODES, NodeLine
from tui.subject import Subject


class NodesPane(TablePane[NodeLine]):
    """Nodes with their usage, as `kubectl get nodes` and `kubectl top nodes` print them."""

    title = "Nodes"
    what = "nodes"
    feed_names = ("nodes",)
    with_usage = True
    sheet = NODES

    def keys(self) -> Iterable[str]:
        return self.session.world.nodes.keys()

    def total(self) -> int:
        return len(self.session.world.nodes)

    def row(self, key: str) -> NodeLine | None:
        world = self.session.world
        node = world.nodes.get(key)
        if node is None:
            return None
        trend = world.cpu_trend("node_usage", key)
        return NodeLine(
            node, world.node_usage.get(key), trend, world.count_pods_on(key), partial(self._requested, key)
        )

    def _requested(self, key: str) -> Allocated:
        return allocated(self.session.world.pods_on(key))

    def problem(self, row: NodeLine) -> str:
        return node_problem(row.node)

    def concerned(self, frame: Frame) -> frozenset[str]:
        none: frozenset[str] = frozenset()
        return frame.keys.get("node", none) | frame.keys.get("node_usage", none)

    def effort(self) -> int:
        return len(self.session.world.pods) if self.sort == "requested" else self.total()

    def recheck(self) -> None:
        super().recheck()
        if self.sort in ("pods", "requested"):
            # Pods come and go without a change of their node.
            self.rebuild()

    def default_order(self, row: NodeLine) -> tuple[Any, ...]:
        return (row.node.name,)

    def subject_of(self, row: NodeLine) -> Subject | None:
        return Subject(ObjectRef("Node", row.node.name))
