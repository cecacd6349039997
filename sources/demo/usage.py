"""What pods and nodes use at a moment, and the matching counters since a container's start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from sources.demo.cluster import GI, MI, NodePlan, Plan
from sources.demo.life import Life, Stage
from sources.demo.scripts import leak_time
from sources.demo.simulation import Simulation
from sources.model import NodeUsage, PodUsage

WINDOW = 15.0
"""Seconds over which the metrics API averages here."""
_YOUNG = 20.0  # metrics-server needs two scrapes of a container before it says anything


class Use(NamedTuple):
    """One pod: nanocores, bytes, and core-seconds since its container started."""

    cpu: float
    memory: float
    cpu_seconds: float


def pod_use(life: Life, stage: Stage, t: float) -> Use | None:
    """What a pod uses at a moment; None while its container does not run."""
    memory = memory_use(life, stage, t)
    if memory is None:
        return None
    return Use(life.cpu.at(t), memory, life.cpu.integral(stage.state.started, t) / 1e9)


def memory_use(life: Life, stage: Stage, t: float) -> float | None:
    """Bytes alone, where nobody asks for the rest."""
    if stage.state.kind != "running":
        return None
    memory = life.memory.at(t)
    if life.leak:
        limit = life.workload.containers[0].memory_limit * MI
        leaked = (t - stage.state.started) / leak_time(life, stage.restarts)
        memory += (limit - memory) * min(1.0, max(0.0, leaked))
    if life.swell is not None:
        memory += life.swell.at(t)
    return memory


def node_memory(plan: Plan, node: NodePlan) -> Callable[[float], float]:
    """Bytes in use on a node over time; on the bad one nearly all of them, until pods are evicted."""
    use, trouble = plan.node_memory[node.name].at, plan.trouble
    if trouble.resource != "memory" or node.name != trouble.node:
        return use
    most = node.memory * GI - 62 * MI

    def swollen(t: float) -> float:
        usual = use(t)
        grown = min(1.0, max(0.0, (t - trouble.pressure + 300.0) / 300.0))
        freed = min(1.0, max(0.0, (t - trouble.evictions - 50.0) / 8.0))
        return usual + (most - usual) * grown * (1.0 - freed)

    return swollen


def usages(simulation: Simulation, t: float, nodes: set[str]) -> Iterator[NodeUsage | PodUsage]:
    """What the metrics API says of some nodes and their pods at a moment; a lost node and its pods are absent."""
    plan = simulation.plan
    nodes = {name for name in nodes if not plan.trouble.down(name, t)}
    for node in plan.nodes:
        name = node.name
        if name not in nodes:
            continue
        yield NodeUsage(name, int(plan.node_cpu[name].at(t)), int(node_memory(plan, node)(t)), t, WINDOW)
    for life, index in simulation.pods(t):
        if life.node not in nodes:
            continue
        stage = life.stages[index]
        use = pod_use(life, stage, t)
        if use is not None and t - stage.state.started >= _YOUNG:
            yield PodUsage(life.namespace, life.name, int(use.cpu), int(use.memory), t, WINDOW)
