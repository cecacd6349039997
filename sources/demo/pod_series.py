"""What cAdvisor and kube-state-metrics tell of the simulated pods and deployments."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sources.demo.catalog import Container, Workload
from sources.demo.cluster import MI, Plan
from sources.demo.life import Life, Stage
from sources.demo.offspring import replicas
from sources.demo.rollout_state import overdue
from sources.demo.series import KSM, Gauge, SeriesOf
from sources.demo.simulation import Simulation
from sources.model import NANO

_PHASES = ("Pending", "Running", "Succeeded", "Failed", "Unknown")


def _lives(simulation: Simulation, start: float, end: float) -> Iterator[Life]:
    """The pods that existed at some moment between two."""
    for life in simulation.lives:
        if life.at <= end:
            life.extend(end)
            if life.gone is None or life.gone > start:
                yield life


def container(value: Callable[[Life, Stage, float], float | None]) -> Callable[..., SeriesOf]:
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


def cpu_seconds(life: Life, stage: Stage, t: float) -> float | None:
    return life.cpu.integral(stage.state.started, t) / NANO if stage.state.kind == "running" else None


def memory_limit(life: Life, stage: Stage, t: float) -> float | None:
    return float(life.workload.containers[0].memory_limit * MI) if stage.state.kind == "running" else None


def disk_used(life: Life, stage: Stage, t: float) -> float | None:
    if stage.state.kind != "running":
        return None
    return 14.0 * MI + (life.disk.at(t) if life.disk is not None else 0.0)


_PERIODS = 10.0  # the kernel's scheduler looks at a limit every 100 ms


def cpu_periods(life: Life, stage: Stage, t: float) -> float | None:
    """Only containers with a CPU limit have periods."""
    if stage.state.kind != "running" or not life.workload.containers[0].cpu_limit:
        return None
    return _PERIODS * (t - stage.state.started)


def throttled_periods(life: Life, stage: Stage, t: float) -> float | None:
    periods = cpu_periods(life, stage, t)
    return None if periods is None else periods * life.throttled


def _ksm_pod(life: Life) -> dict[str, str]:
    return {"namespace": life.namespace, "pod": life.name, "uid": life.uid} | KSM


def phase(simulation: Simulation, start: float, end: float) -> SeriesOf:
    for life in _lives(simulation, start, end):
        common = _ksm_pod(life)
        for phase in _PHASES:
            yield common | {"phase": phase}, _staged(life, _phase_is(phase))


def _phase_is(phase: str) -> Callable[[Life, Stage, float], float]:
    return lambda life, stage, t: float(stage.phase == phase)


def pod_info(simulation: Simulation, start: float, end: float) -> SeriesOf:
    for life in _lives(simulation, start, end):
        kind = {"Deployment": "ReplicaSet", "CronJob": "Job", "Static": "Node"}.get(life.workload.kind)
        labels = {
            "created_by_kind": kind or life.workload.kind,
            "created_by_name": life.controller,
            "node": life.node,
            "pod_ip": life.ip,
        }
        yield _ksm_pod(life) | labels, _staged(life, lambda life, stage, t: 1.0)


def main_container(value: Callable[[Life, Stage, float], float | None]) -> Callable[..., SeriesOf]:
    def series(simulation: Simulation, start: float, end: float) -> SeriesOf:
        for life in _lives(simulation, start, end):
            labels = _ksm_pod(life) | {"container": life.workload.containers[0].name}
            yield labels, _staged(life, value)

    return series


def restarts(life: Life, stage: Stage, t: float) -> float | None:
    return float(stage.restarts) if stage.scheduled else None


def container_ready(life: Life, stage: Stage, t: float) -> float | None:
    return float(stage.ready) if stage.scheduled else None


def waiting_reason(simulation: Simulation, start: float, end: float) -> SeriesOf:
    """As in kube-state-metrics, a series exists only while its reason holds."""
    yield from _reasons(simulation, start, end, lambda stage: stage.state.reason * (stage.state.kind == "waiting"))


def terminated_reason(simulation: Simulation, start: float, end: float) -> SeriesOf:
    yield from _reasons(simulation, start, end, lambda stage: stage.last.reason if stage.last else "")


def _reasons(simulation: Simulation, start: float, end: float, of: Callable[[Stage], str]) -> SeriesOf:
    for life in _lives(simulation, start, end):
        for reason in sorted({of(stage) for stage in life.stages} - {""}):
            labels = _ksm_pod(life) | {"container": life.workload.containers[0].name, "reason": reason}
            yield labels, _staged(life, _reason_is(of, reason))


def _reason_is(of: Callable[[Stage], str], reason: str) -> Callable[[Life, Stage, float], float | None]:
    return lambda life, stage, t: 1.0 if of(stage) == reason else None


def resources(cpu: Callable[[Container], int], memory: Callable[[Container], int]) -> Callable[..., SeriesOf]:
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


def unscheduled(simulation: Simulation, start: float, end: float) -> SeriesOf:
    """As in kube-state-metrics, a series exists only while no node can be found."""
    for life in _lives(simulation, start, end):
        if any(stage.message and not stage.scheduled for stage in life.stages):
            yield _ksm_pod(life), _staged(life, lambda life, stage, t: None if stage.scheduled else 1.0)


def deployments(value: Callable[[Plan, Workload, list[Life], float], float]) -> Callable[..., SeriesOf]:
    """One series for each Deployment."""

    def series(simulation: Simulation, start: float, end: float) -> SeriesOf:
        lives: dict[str, list[Life]] = {}
        for life in _lives(simulation, start, end):
            lives.setdefault(life.workload.key, []).append(life)
        for workload in simulation.plan.workloads:
            if workload.kind == "Deployment":
                labels = {"deployment": workload.name, "namespace": workload.namespace} | KSM
                yield labels, _of(simulation.plan, workload, lives.get(workload.key, []), value)

    return series


def _of(
    plan: Plan, workload: Workload, lives: list[Life], value: Callable[[Plan, Workload, list[Life], float], float]
) -> Gauge:
    return lambda t: value(plan, workload, lives, t)


def wanted(plan: Plan, workload: Workload, lives: list[Life], t: float) -> float:
    return float(replicas(workload, t, plan.start))


def available(plan: Plan, workload: Workload, lives: list[Life], t: float) -> float:
    down = plan.trouble.down
    return float(
        sum(stage.ready and not down(life.node, t) for life in lives if (stage := life.stage(t)) is not None)
    )


def progressing(simulation: Simulation, start: float, end: float) -> SeriesOf:
    """The condition Progressing of each Deployment that an incident is about, and nothing of the others."""
    plan = simulation.plan
    for workload in plan.workloads:
        if workload.kind == "Deployment" and workload.part is not None:
            for status in ("true", "false"):
                labels = {"condition": "Progressing", "deployment": workload.name, "status": status}
                yield labels | {"namespace": workload.namespace} | KSM, _progresses(plan, workload, status)


def _progresses(plan: Plan, workload: Workload, status: str) -> Gauge:
    return lambda t: float(overdue(plan, workload, t) == (status == "false"))
