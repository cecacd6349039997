"""The pod pane."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sources.model import ObjectRef
from sources.rules.pods import pod_problem
from sources.world import Frame
from tui.panes.table_pane import TablePane
from tui.sheets.pods import PODS, PodLine
from tui.subject import Subject


class PodsPane(TablePane[PodLine]):
    """Pods with their usage, as `kubectl get pods` and `kubectl top pods` print them."""

    title = "Pods"
    what = "pods"
    feed_names = ("pods",)
    with_usage = True
    sheet = PODS

    def keys(self) -> Iterable[str]:
        return self.session.world.pods.keys()

    def total(self) -> int:
        return len(self.session.world.pods)

    def row(self, key: str) -> PodLine | None:
        world = self.session.world
        pod = world.pods.get(key)
        if pod is None:
            return None
        return PodLine(pod, world.pod_usage.get(key), world.cpu_trend("pod_usage", key))

    def namespace(self, row: PodLine) -> str:
        return row.pod.namespace

    def problem(self, row: PodLine) -> str:
        return pod_problem(row.pod, self.session.now)

    def concerned(self, frame: Frame) -> frozenset[str]:
        none: frozenset[str] = frozenset()
        return frame.keys.get("pod", none) | frame.keys.get("pod_usage", none)

    def default_order(self, row: PodLine) -> tuple[Any, ...]:
        return (row.pod.namespace, row.pod.name)

    def subject_of(self, row: PodLine) -> Subject | None:
        return Subject(ObjectRef("Pod", row.pod.name, row.pod.namespace))
