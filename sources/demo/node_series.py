"""What node_exporter and kube-state-metrics tell of the simulated nodes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache

from sources.demo.cluster import GI, PRESSURES, NodePlan
from sources.demo.series import KSM, Gauge, SeriesOf, always
from sources.demo.simulation import Simulation
from sources.demo.usage import node_memory
from sources.demo.waves import Wave, wave
from sources.model import NANO


def per_node(value: Callable[[Simulation, NodePlan], Callable[[float], float]]) -> Callable[..., SeriesOf]:
    def series(simulation: Simulation, start: float, end: float) -> SeriesOf:
        for node in simulation.plan.nodes:
            yield _node_labels(node), while_up(simulation, node.name, value(simulation, node))

    return series


def _node_labels(node: NodePlan) -> dict[str, str]:
    return {"instance": f"{node.ip}:9100", "job": "node-exporter", "node": node.name}


def while_up(simulation: Simulation, node: str, value: Callable[[float], float]) -> Gauge:
    """What is scraped from a node, which gives nothing while it is lost."""
    trouble = simulation.plan.trouble
    if node != trouble.node:
        return value
    return lambda t: None if trouble.down(node, t) else value(t)


_MODES = (
    ("user", 0.70), ("system", 0.20), ("iowait", 0.05), ("softirq", 0.03), ("steal", 0.01),
    ("irq", 0.005), ("nice", 0.005), ("idle", -1.0),
)  # fmt: skip


def node_cpu(simulation: Simulation, start: float, end: float) -> SeriesOf:
    for node in simulation.plan.nodes:
        used = _used(simulation.plan.node_cpu[node.name], node)
        common = _node_labels(node)
        gauges = [(mode, while_up(simulation, node.name, _mode(used, node, share))) for mode, share in _MODES]
        for cpu in range(node.cpu):
            for mode, gauge in gauges:
                yield common | {"cpu": str(cpu), "mode": mode}, gauge


def _used(use: Wave, node: NodePlan) -> Callable[[float], float]:
    """Seconds that each CPU was busy; computed once a moment for all CPUs and modes."""
    return lru_cache(maxsize=4096)(lambda t: use.integral(node.created, t) / NANO / node.cpu)


def _mode(used: Callable[[float], float], node: NodePlan, share: float) -> Callable[[float], float]:
    if share < 0:
        return lambda t: t - node.created - used(t)
    return lambda t: used(t) * share


def memory_available(simulation: Simulation, node: NodePlan) -> Callable[[float], float]:
    use = node_memory(simulation.plan, node)
    return lambda t: node.memory * GI - use(t)


def memory_active(simulation: Simulation, node: NodePlan) -> Callable[[float], float]:
    use = node_memory(simulation.plan, node)
    return lambda t: 0.82 * use(t)


def load(simulation: Simulation, node: NodePlan) -> Callable[[float], float]:
    use = simulation.plan.node_cpu[node.name]
    return lambda t: 1.15 * use.at(t) / NANO


def network(direction: str) -> Callable[..., SeriesOf]:
    def series(simulation: Simulation, start: float, end: float) -> SeriesOf:
        for node in simulation.plan.nodes:
            flow = wave(simulation.plan.rng(node.name, direction), node.cpu * 1.6e6)
            value = _since(flow, node.created)
            yield _node_labels(node) | {"device": "eth0"}, while_up(simulation, node.name, value)

    return series


def _since(flow: Wave, origin: float) -> Callable[[float], float]:
    return lambda t: flow.integral(origin, t)


def filesystem(avail: bool) -> Callable[..., SeriesOf]:
    def series(simulation: Simulation, start: float, end: float) -> SeriesOf:
        for node in simulation.plan.nodes:
            labels = _node_labels(node) | {"device": "/dev/nvme0n1p1", "fstype": "ext4", "mountpoint": "/"}
            size = 100.0 * GI
            free = _free(simulation, node)
            yield labels, while_up(simulation, node.name, _times(size, free) if avail else always(size))

    return series


def _times(factor: float, value: Callable[[float], float]) -> Callable[[float], float]:
    return lambda t: factor * value(t)


def _free(simulation: Simulation, node: NodePlan) -> Callable[[float], float]:
    """The free share of the disk: the bad node's fills up in the hour before the incident, and is cleaned."""
    trouble = simulation.plan.trouble
    if trouble.resource != "disk" or node.name != trouble.node:
        return wave(simulation.plan.rng(node.name, "disk"), 0.52, 0.3).at
    cleaned = trouble.relieved - 50.0

    def free(t: float) -> float:
        if t < trouble.pressure:
            return min(0.5, 0.095 + 0.405 * (trouble.pressure - t) / 2400)
        if t < cleaned:
            return max(0.071, 0.095 - 0.024 * (t - trouble.pressure) / 60)
        return min(0.52, 0.071 + 0.449 * (t - cleaned) / 60)

    return free


def node_condition(simulation: Simulation, start: float, end: float) -> SeriesOf:
    for node in simulation.plan.nodes:
        for condition in ("Ready", "DiskPressure", "MemoryPressure", "PIDPressure"):
            for status in ("true", "false", "unknown"):
                labels = {"condition": condition, "node": node.name, "status": status} | KSM
                yield labels, _condition_is(simulation, node, condition, status)


def _condition_is(simulation: Simulation, node: NodePlan, condition: str, status: str) -> Gauge:
    def value(t: float) -> float:
        stage = simulation.node(node, t)
        if not stage.ready:
            return float(status == "unknown")
        true = condition == "Ready" or (stage.short != "" and condition == PRESSURES[stage.short])
        return float(status == ("true" if true else "false"))

    return value


def allocatable(simulation: Simulation, start: float, end: float) -> SeriesOf:
    for node in simulation.plan.nodes:
        yield {"node": node.name, "resource": "cpu", "unit": "core"} | KSM, always(node.cpu_allocatable / NANO)
        yield {"node": node.name, "resource": "memory", "unit": "byte"} | KSM, always(node.memory_allocatable)
        yield {"node": node.name, "resource": "pods", "unit": "integer"} | KSM, always(110.0)


def unschedulable(simulation: Simulation, start: float, end: float) -> SeriesOf:
    for node in simulation.plan.nodes:
        yield {"node": node.name} | KSM, always(float(node.cordoned))


def taints(simulation: Simulation, start: float, end: float) -> SeriesOf:
    """As in kube-state-metrics, a series exists only while the taint does."""
    trouble = simulation.plan.trouble
    if trouble.node:
        key = "node.kubernetes.io/unreachable"
        labels = {"effect": "NoSchedule", "key": key, "node": trouble.node} | KSM
        yield labels, lambda t: 1.0 if trouble.down(trouble.node, t) else None


def evictions(simulation: Simulation, start: float, end: float) -> SeriesOf:
    """The kubelet counts from its first eviction on."""
    plan = simulation.plan
    signal = {"disk": "nodefs.available", "memory": "memory.available"}.get(plan.trouble.resource)
    node = plan.node(plan.trouble.node)
    if signal is not None and node is not None:
        moments = sorted(plan.evicted.values())
        labels = {"eviction_signal": signal, "instance": f"{node.ip}:10250", "job": "kubelet", "node": node.name}
        yield labels, while_up(simulation, node.name, lambda t: float(bisect_right(moments, t)))
