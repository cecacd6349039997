"""What the simulated exporters expose: each metric family with its help text and its series.

Names, types and labels are those of node_exporter, the kubelet's cAdvisor and kube-state-metrics. A series is a
function of time that gives None while the series does not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias

from msgspec import Struct

from sources.demo import traffic
from sources.demo.catalog import Container
from sources.demo.cluster import GI, MI, NodePlan
from sources.demo.life import Life, Stage
from sources.demo.simulation import Simulation
from sources.demo.usage import pod_use
from sources.demo.waves import Wave, wave
from sources.model import NANO

Gauge: TypeAlias = Callable[[float], float | None]
SeriesOf: TypeAlias = Iterator[tuple[dict[str, str], Gauge]]


class Family(Struct, frozen=True):
    """A metric: `series` gives those that may have samples between two moments."""

    name: str
    type: Literal["counter", "gauge", "histogram"]
    help: str
    series: Callable[[Simulation, float, float], SeriesOf]


# -- nodes -------------------------------------------------------------------------------------------------


def _per_node(value: Callable[[Simulation, NodePlan], Callable[[float], float]]) -> Callable[..., SeriesOf]:
    def series(simulation: Simulation, start: float, end: float) -> SeriesOf:
        for node in simulation.plan.nodes:
            yield _node_labels(node), _while_up(simulation, node.name, value(simulation, node))

    return series


def _node_labels(node: NodePlan) -> dict[str, str]:
    return {"instance": f"{node.ip}:9100", "job": "node-exporter", "node": node.name}


def _while_up(simulation: Simulation, node: str, value: Callable[[float], float]) -> Gauge:
    trouble = simulation.plan.trouble
    if node != trouble.node:
        return value
    return lambda t: None if trouble.down(node, t) else value(t)


_MODES = (
    ("user", 0.70), ("system", 0.20), ("iowait", 0.05), ("softirq", 0.03), ("steal", 0.01),
    ("irq", 0.005), ("nice", 0.005), ("idle", -1.0),
)  # fmt: skip


def _node_cpu(simulation: Simulation, start: float, end: float) -> SeriesOf:
    for node in simulation.plan.nodes:
        use = simulation.plan.node_cpu[node.name]
        for cpu in range(node.cpu):
            for mode, share in _MODES:
                labels = _node_labels(node) | {"cpu": str(cpu), "mode": mode}
                yield labels, _while_up(simulation, node.name, _mode(use, node, share))


def _mode(use: Wave, node: NodePlan, share: float) -> Callable[[float], float]:
    scale = 1 / NANO / node.cpu
    if share < 0:
        return lambda t: t - node.created - use.integral(node.created, t) * scale
    return lambda t: use.integral(node.created, t) * scale * share


def _memory_available(simulation: Simulation, node: NodePlan) -> Callable[[float], float]:
    use = simulation.plan.node_memory[node.name]
    return lambda t: node.memory * GI - use.at(t)


def _memory_active(simulation: Simulation, node: NodePlan) -> Callable[[float], float]:
    use = simulation.plan.node_memory[node.name]
    return lambda t: 0.82 * use.at(t)


def _load(simulation: Simulation, node: NodePlan) -> Callable[[float], float]:
    use = simulation.plan.node_cpu[node.name]
    return lambda t: 1.15 * use.at(t) / NANO


def _network(direction: str) -> Callable[..., SeriesOf]:
    def series(simulation: Simulation, start: float, end: float) -> SeriesOf:
        for node in simulation.plan.nodes:
            flow = wave(simulation.plan.rng(node.name, direction), node.cpu * 1.6e6)
            value = _since(flow, node.created)
            yield _node_labels(node) | {"device": "eth0"}, _while_up(simulation, node.name, value)

    return series


def _since(flow: Wave, origin: float) -> Callable[[float], float]:
    return lambda t: flow.integral(origin, t)


def _filesystem(avail: bool) -> Callable[..., SeriesOf]:
    def series(simulation: Simulation, start: float, end: float) -> SeriesOf:
        for node in simulation.plan.nodes:
            labels = _node_labels(node) | {"device": "/dev/nvme0n1p1", "fstype": "ext4", "mountpoint": "/"}
            size = 100.0 * GI
            free = _free(simulation, node)
            yield labels, _while_up(simulation, node.name, _times(size, free) if avail else _always(size))

    return series


def _times(factor: float, value: Callable[[float], float]) -> Callable[[float], float]:
    return lambda t: factor * value(t)


def _always(value: float) -> Callable[[float], float]:
    return lambda t: value


def _free(simulation: Simulation, node: NodePlan) -> Callable[[float], float]:
    """The free share of the disk: the bad node's fills up, is cleaned, and fills again."""
    trouble = simulation.plan.trouble
    if node.name != trouble.node:
        return wave(simulation.plan.rng(node.name, "disk"), 0.52, 0.3).at
    evicted, relieved = trouble.evictions + 40 - trouble.pressure, trouble.relieved - trouble.pressure

    def free(t: float) -> float:
        phase = trouble.phase(t)
        if phase < 0:
            return min(0.42, 0.095 + 0.325 * -phase / 3600)
        if phase < evicted:
            return 0.095 - 0.02 * phase / evicted
        if phase < relieved:
            return 0.075 + 0.30 * (phase - evicted) / (relieved - evicted)
        return 0.375 - 0.28 * (phase - relieved) / (trouble.cycle - relieved)

    return free


def _node_condition(simulation: Simulation, start: float, end: float) -> SeriesOf:
    for node in simulation.plan.nodes:
        for condition in ("Ready", "DiskPressure", "MemoryPressure", "PIDPressure"):
            for status in ("true", "false", "unknown"):
                labels = {"condition": condition, "node": node.name, "status": status} | _KSM
                yield labels, _condition_is(simulation, node, condition, status)


def _condition_is(simulation: Simulation, node: NodePlan, condition: str, status: str) -> Gauge:
    def value(t: float) -> float:
        stage = simulation.node(node, t)
        if not stage.ready:
            return float(status == "unknown")
        true = condition == "Ready" or (condition == "DiskPressure" and stage.pressed)
        return float(status == ("true" if true else "false"))

    return value


def _allocatable(simulation: Simulation, start: float, end: float) -> SeriesOf:
    for node in simulation.plan.nodes:
        yield {"node": node.name, "resource": "cpu", "unit": "core"} | _KSM, _always(node.cpu_allocatable / NANO)
        yield {"node": node.name, "resource": "memory", "unit": "byte"} | _KSM, _always(node.memory_allocatable)
        yield {"node": node.name, "resource": "pods", "unit": "integer"} | _KSM, _always(110.0)


def _unschedulable(simulation: Simulation, start: float, end: float) -> SeriesOf:
    for node in simulation.plan.nodes:
        yield {"node": node.name} | _KSM, _always(float(node.cordoned))


# -- pods --------------------------------------------------------------------------------------------------

_KSM = {"instance": "10.244.7.21:8080", "job": "kube-state-metrics"}
_PHASES = ("Pending", "Running", "Succeeded", "Failed", "Unknown")


def _lives(simulation: Simulation, start: float, end: float) -> Iterator[Life]:
    """The pods that existed at some moment between two."""
    for life in simulation.lives:
        if life.at <= end:
            life.extend(end)
            if life.gone is None or life.gone > start:
                yield life


def _container(value: Callable[[Life, Stage, float], float | None]) -> Callable[..., SeriesOf]:
    """One series for the first container of each pod, from the kubelet of its node."""

    def series(simulation: Simulation, start: float, end: float) -> SeriesOf:
        trouble = simulation.plan.trouble
        for life in _lives(simulation, start, end):
            labels = {
                "container": life.workload.containers[0].name,
                "image": life.image,
                "job": "kubelet",
                "namespace": life.namespace,
                "node": life.node,
                "pod": life.name,
            }
            gauge = _staged(life, value)
            yield labels, _hidden(gauge, life.node, trouble.down) if life.node == trouble.node else gauge

    return series


def _hidden(gauge: Gauge, node: str, down: Callable[[str, float], bool]) -> Gauge:
    return lambda t: None if down(node, t) else gauge(t)


def _staged(life: Life, value: Callable[[Life, Stage, float], float | None]) -> Gauge:
    def gauge(t: float) -> float | None:
        index = life.index(t)
        return value(life, life.stages[index], t) if index >= 0 else None

    return gauge


def _cpu_seconds(life: Life, stage: Stage, t: float) -> float | None:
    return life.cpu.integral(stage.state.started, t) / NANO if stage.state.kind == "running" else None


def _working_set(life: Life, stage: Stage, t: float) -> float | None:
    use = pod_use(life, stage, t)
    return use.memory if use else None


def _memory_limit(life: Life, stage: Stage, t: float) -> float | None:
    return float(life.workload.containers[0].memory_limit * MI) if stage.state.kind == "running" else None


def _ksm_pod(life: Life) -> dict[str, str]:
    return {"namespace": life.namespace, "pod": life.name, "uid": life.uid} | _KSM


def _phase(simulation: Simulation, start: float, end: float) -> SeriesOf:
    for life in _lives(simulation, start, end):
        for phase in _PHASES:
            yield _ksm_pod(life) | {"phase": phase}, _staged(life, _phase_is(phase))


def _phase_is(phase: str) -> Callable[[Life, Stage, float], float]:
    return lambda life, stage, t: float(stage.phase == phase)


def _pod_info(simulation: Simulation, start: float, end: float) -> SeriesOf:
    for life in _lives(simulation, start, end):
        kind = {"Deployment": "ReplicaSet", "CronJob": "Job", "Static": "Node"}.get(life.workload.kind)
        labels = {
            "created_by_kind": kind or life.workload.kind,
            "created_by_name": life.controller,
            "node": life.node,
            "pod_ip": life.ip,
        }
        yield _ksm_pod(life) | labels, _staged(life, lambda life, stage, t: 1.0)


def _main_container(value: Callable[[Life, Stage, float], float | None]) -> Callable[..., SeriesOf]:
    def series(simulation: Simulation, start: float, end: float) -> SeriesOf:
        for life in _lives(simulation, start, end):
            labels = _ksm_pod(life) | {"container": life.workload.containers[0].name}
            yield labels, _staged(life, value)

    return series


def _restarts(life: Life, stage: Stage, t: float) -> float | None:
    return float(stage.restarts) if stage.scheduled else None


def _container_ready(life: Life, stage: Stage, t: float) -> float | None:
    return float(stage.ready) if stage.scheduled else None


def _waiting_reason(simulation: Simulation, start: float, end: float) -> SeriesOf:
    """As in kube-state-metrics, a series exists only while its reason holds."""
    yield from _reasons(simulation, start, end, lambda stage: stage.state.reason * (stage.state.kind == "waiting"))


def _terminated_reason(simulation: Simulation, start: float, end: float) -> SeriesOf:
    yield from _reasons(simulation, start, end, lambda stage: stage.last.reason if stage.last else "")


def _reasons(simulation: Simulation, start: float, end: float, of: Callable[[Stage], str]) -> SeriesOf:
    for life in _lives(simulation, start, end):
        for reason in sorted({of(stage) for stage in life.stages} - {""}):
            labels = _ksm_pod(life) | {"container": life.workload.containers[0].name, "reason": reason}
            yield labels, _staged(life, _reason_is(of, reason))


def _reason_is(of: Callable[[Stage], str], reason: str) -> Callable[[Life, Stage, float], float | None]:
    return lambda life, stage, t: 1.0 if of(stage) == reason else None


def _resources(cpu: Callable[[Container], int], memory: Callable[[Container], int]) -> Callable[..., SeriesOf]:
    def series(simulation: Simulation, start: float, end: float) -> SeriesOf:
        for life in _lives(simulation, start, end):
            for container in life.workload.containers:
                labels = _ksm_pod(life) | {"container": container.name, "node": life.node}
                for resource, unit, amount in (
                    ("cpu", "core", cpu(container) / 1000),
                    ("memory", "byte", memory(container) * float(MI)),
                ):
                    if amount:
                        yield labels | {"resource": resource, "unit": unit}, _staged(life, _fixed(amount))

    return series


def _fixed(amount: float) -> Callable[[Life, Stage, float], float]:
    return lambda life, stage, t: amount


# -- workloads and targets ---------------------------------------------------------------------------------


def _deployments(available: bool) -> Callable[..., SeriesOf]:
    def series(simulation: Simulation, start: float, end: float) -> SeriesOf:
        lives: dict[str, list[Life]] = {}
        for life in _lives(simulation, start, end):
            lives.setdefault(life.workload.key, []).append(life)
        for workload in simulation.plan.workloads:
            if workload.kind == "Deployment":
                labels = {"deployment": workload.name, "namespace": workload.namespace} | _KSM
                replicas = float(workload.replicas)
                yield labels, _ready(lives.get(workload.key, [])) if available else _always(replicas)

    return series


def _ready(lives: list[Life]) -> Gauge:
    return lambda t: float(sum(stage.ready for life in lives if (stage := life.stage(t)) is not None))


def targets(simulation: Simulation) -> Iterator[tuple[str, str, str, str]]:
    """What is scraped: job, address, metrics path, and the node that it goes away with ("" for none)."""
    for node in simulation.plan.nodes:
        yield "node-exporter", f"{node.ip}:9100", "/metrics", node.name
        yield "kubelet", f"{node.ip}:10250", "/metrics/cadvisor", node.name
        if node.control_plane:
            yield "apiserver", f"{node.ip}:6443", "/metrics", node.name
    yield "kube-state-metrics", _KSM["instance"], "/metrics", ""
    for index in range(2):
        yield "prometheus-k8s", f"10.244.{9 + index}.14:9090", "/metrics", ""
    yield "kafka-exporter", "10.244.12.33:9308", "/metrics", "-"


def target_up(simulation: Simulation, node: str, t: float) -> bool:
    """Whether a scrape works: those of a lost node fail, and the Kafka exporter's always does."""
    return node != "-" and not simulation.plan.trouble.down(node, t)


def _up(simulation: Simulation, start: float, end: float) -> SeriesOf:
    for job, address, _, node in targets(simulation):
        labels = {"instance": address, "job": job} | ({"node": node} if len(node) > 1 else {})
        yield labels, _is_up(simulation, node)


def _is_up(simulation: Simulation, node: str) -> Gauge:
    return lambda t: float(target_up(simulation, node, t))


def _none(simulation: Simulation, start: float, end: float) -> SeriesOf:
    return iter(())


_BOOT = "Unix time of the node's start."
FAMILIES: tuple[Family, ...] = (
    Family("ALERTS", "gauge", "", _none),  # the store asks whoever evaluates the rules
    Family("container_cpu_usage_seconds_total", "counter", "CPU time consumed, seconds.", _container(_cpu_seconds)),
    Family("container_memory_working_set_bytes", "gauge", "Current working set.", _container(_working_set)),
    Family("container_spec_memory_limit_bytes", "gauge", "Memory limit of the container.", _container(_memory_limit)),
    Family("http_request_duration_seconds_bucket", "histogram", "Latency of requests.", traffic.buckets),
    Family("http_request_duration_seconds_count", "histogram", "Latency of requests.", traffic.counts),
    Family("http_request_duration_seconds_sum", "histogram", "Latency of requests.", traffic.sums),
    Family("http_requests_total", "counter", "Requests by status code.", traffic.requests),
    Family("kube_deployment_spec_replicas", "gauge", "Wanted pods of a deployment.", _deployments(False)),
    Family("kube_deployment_status_replicas_available", "gauge", "Available pods.", _deployments(True)),
    Family("kube_node_spec_unschedulable", "gauge", "Whether a node is cordoned.", _unschedulable),
    Family("kube_node_status_allocatable", "gauge", "What a node offers to pods.", _allocatable),
    Family("kube_node_status_condition", "gauge", "The conditions of a node.", _node_condition),
    Family("kube_pod_container_resource_limits", "gauge", "Limits of containers.",
           _resources(lambda c: c.cpu_limit, lambda c: c.memory_limit)),
    Family("kube_pod_container_resource_requests", "gauge", "Requests of containers.",
           _resources(lambda c: c.cpu_request, lambda c: c.memory_request)),
    Family("kube_pod_container_status_last_terminated_reason", "gauge", "Why it last ended.", _terminated_reason),
    Family("kube_pod_container_status_ready", "gauge", "Whether it is ready.", _main_container(_container_ready)),
    Family("kube_pod_container_status_restarts_total", "counter", "Restarts.", _main_container(_restarts)),
    Family("kube_pod_container_status_waiting_reason", "gauge", "Why it waits.", _waiting_reason),
    Family("kube_pod_info", "gauge", "Where a pod runs and whose it is.", _pod_info),
    Family("kube_pod_status_phase", "gauge", "The phase of a pod.", _phase),
    Family("node_boot_time_seconds", "gauge", _BOOT, _per_node(lambda s, node: _always(node.created))),
    Family("node_cpu_seconds_total", "counter", "Seconds the CPUs spent in each mode.", _node_cpu),
    Family("node_filesystem_avail_bytes", "gauge", "Space free to everybody.", _filesystem(True)),
    Family("node_filesystem_size_bytes", "gauge", "Size of the file system.", _filesystem(False)),
    Family("node_load1", "gauge", "1 minute load average.", _per_node(_load)),
    Family("node_memory_Active_bytes", "gauge", "Active memory.", _per_node(_memory_active)),
    Family("node_memory_MemAvailable_bytes", "gauge", "Memory available.", _per_node(_memory_available)),
    Family("node_memory_MemTotal_bytes", "gauge", "Memory in all.",
           _per_node(lambda s, node: _always(float(node.memory * GI)))),
    Family("node_network_receive_bytes_total", "counter", "Bytes received.", _network("receive")),
    Family("node_network_transmit_bytes_total", "counter", "Bytes sent.", _network("transmit")),
    Family("up", "gauge", "Whether the target could be scraped.", _up),
)  # fmt: skip
