"""What kube-state-metrics tells of autoscalers, and the kubelets of volumes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from sources.demo.autoscalers import AUTOSCALERS, Autoscaler, busy, limited, most
from sources.demo.claims import Claim, capacity, claims, used
from sources.demo.node_series import while_up
from sources.demo.series import KSM, Gauge, SeriesOf
from sources.demo.simulation import Simulation

_OfScaler: TypeAlias = Callable[[Simulation, Autoscaler, float], float | None]


def scaler(value: _OfScaler, **more: str) -> Callable[..., SeriesOf]:
    """One series for each autoscaler."""

    def series(simulation: Simulation, start: float, end: float) -> SeriesOf:
        for each in AUTOSCALERS:
            labels = {"horizontalpodautoscaler": each.name, "namespace": each.namespace} | more | KSM
            yield labels, _of(simulation, each, value)

    return series


def _of(simulation: Simulation, each: Autoscaler, value: _OfScaler) -> Gauge:
    return lambda t: value(simulation, each, t)


def current(simulation: Simulation, each: Autoscaler, t: float) -> float:
    pods = simulation.pods(t)
    return float(sum(life.workload.key == each.key and not life.stages[i].deleted for life, i in pods))


def at_least(simulation: Simulation, each: Autoscaler, t: float) -> float:
    return float(each.least)


def at_most(simulation: Simulation, each: Autoscaler, t: float) -> float:
    return float(most(simulation.plan, each, t))


def wished(simulation: Simulation, each: Autoscaler, t: float) -> float:
    return float(each.target)


def measured(simulation: Simulation, each: Autoscaler, t: float) -> float | None:
    return busy(simulation, each, t)


def is_limited(simulation: Simulation, each: Autoscaler, t: float) -> float:
    return float(limited(simulation.plan, each, t))


def volume(value: Callable[[Simulation, Claim], Callable[[float], float]]) -> Callable[..., SeriesOf]:
    """One series for each volume, from the kubelet of its node."""

    def series(simulation: Simulation, start: float, end: float) -> SeriesOf:
        for claim in claims(simulation.plan):
            labels = {
                "job": "kubelet",
                "namespace": claim.namespace,
                "node": claim.node,
                "persistentvolumeclaim": claim.name,
            }
            yield labels, while_up(simulation, claim.node, value(simulation, claim))

    return series


def volume_size(simulation: Simulation, claim: Claim) -> Callable[[float], float]:
    return lambda t: capacity(simulation.plan, claim, t)


def volume_used(simulation: Simulation, claim: Claim) -> Callable[[float], float]:
    return used(simulation.plan, claim)


def volume_free(simulation: Simulation, claim: Claim) -> Callable[[float], float]:
    taken = used(simulation.plan, claim)
    return lambda t: capacity(simulation.plan, claim, t) - taken(t)
