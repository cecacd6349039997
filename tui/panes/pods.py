"""The pod pane."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sources.model import ObjectRef
from sources.rules.pods import pod_problem, pod_settled
from sources.rules.why import pod_why
from tui.panes.grouping import GroupingPane
from tui.sheets.past import Past
from tui.sheets.pods import PODS, PodLine, strain
from tui.subject import Subject


class PodsPane(GroupingPane):
    """Pods with their usage, as `kubectl get pods` and `kubectl top pods` print them."""

    title = "Pods"
    what = "pods"
    feed_names = ("pods",)
    kind = "pod"
    usage_kind = "pod_usage"
    sheet = PODS

    def keys(self) -> Iterable[str]:
        return self.session.world.pods.keys()

    def every(self) -> Sequence[str]:
        return self.session.world.pods.every()

    def total(self) -> int:
        return len(self.session.world.pods)

    def row(self, key: str) -> PodLine | None:
        world = self.session.world
        pod = world.pods.get(key)
        if pod is None:
            return None
        now = self.session.now
        past = Past(world, "pod_usage", key, now)
        return PodLine(pod, world.pod_usage.get(key), past, now, self.seen.is_fresh(key, pod.created))

    def namespace(self, row: PodLine) -> str:
        return row.pod.namespace

    def problem(self, row: PodLine) -> str:
        return pod_problem(row.pod, self.session.now)

    def why(self, row: PodLine) -> str:
        pod = row.pod
        events = self.session.world.events_about("Pod", pod.namespace, pod.name)
        return pod_why(pod, events, self.session.now) or strain(row)

    def settled(self, row: PodLine) -> bool:
        return pod_settled(row.pod, self.session.now)

    def last_event(self, key: str) -> float:
        pod = self.session.world.pods.get(key)
        return max(pod.created or 0.0, pod.last_restart or 0.0) if pod is not None else 0.0

    def subject_of(self, row: PodLine) -> Subject | None:
        return Subject(ObjectRef("Pod", row.pod.name, row.pod.namespace))
