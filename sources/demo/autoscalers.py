"""The autoscalers of the demo: their bounds over time, how busy their pods are, and when they would like more."""

from __future__ import annotations

from msgspec import Struct

from sources.demo.cluster import Plan
from sources.demo.simulation import Simulation
from sources.demo.usage import pod_use

_HIGHER = 20


class Autoscaler(Struct, frozen=True):
    """One HorizontalPodAutoscaler on CPU: `target` is a percentage of the request."""

    namespace: str
    name: str
    least: int
    most: int
    target: int

    @property
    def key(self) -> str:
        return f"{self.namespace}/{self.name}"


AUTOSCALERS = (
    Autoscaler("search", "query", 6, 14, 70),
    Autoscaler("shop", "frontend", 6, 24, 90),
    Autoscaler("batch", "thumbnailer", 4, 16, 130),
)


def _part_ends(plan: Plan, scaler: Autoscaler) -> float | None:
    part = next((part for part in plan.scenario.parts if part.workload == scaler.key), None)
    return plan.start + part.ends if part is not None and part.plot == "autoscaled" else None


def most(plan: Plan, scaler: Autoscaler, t: float) -> int:
    """The maximum at a moment: somebody raises it when the incident is put right."""
    ends = _part_ends(plan, scaler)
    return _HIGHER if ends is not None and t >= ends else scaler.most


def limited(plan: Plan, scaler: Autoscaler, t: float) -> bool:
    """Whether it is at its maximum and would like more."""
    part = next((part for part in plan.scenario.parts if part.workload == scaler.key), None)
    if part is None or part.plot != "autoscaled":
        return False
    reached = next((moment for moment, number in part.scale if number >= scaler.most), part.begins)
    return plan.start + reached <= t < plan.start + part.ends


def busy(simulation: Simulation, scaler: Autoscaler, t: float) -> float | None:
    """What its pods use of their CPU request, in percent; None while none runs."""
    uses = []
    for life, index in simulation.pods(t):
        if life.workload.key == scaler.key and (use := pod_use(life, life.stages[index], t)) is not None:
            uses.append(use.cpu / 1e6 / life.workload.containers[0].cpu_request)
    return 100.0 * sum(uses) / len(uses) if uses else None
