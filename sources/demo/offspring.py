"""Pods as their controllers make them: names, nodes, usage, and what the controllers say about it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import Literal, TypeAlias

from sources.demo.catalog import Workload
from sources.demo.cluster import MI, Plan
from sources.demo.life import Life, Note
from sources.demo.waves import DAY, Pushed, Wave, code, scaled, uid, wave
from sources.model import NANO

Birth: TypeAlias = Life | Note
_HOUR = 3600.0
_MILLI = NANO / 1000


def controller_uid(kind: str, namespace: str, name: str) -> str:
    """The uid of an object that only stands behind pods: always the same for the same name."""
    return uid(random.Random(f"{kind}/{namespace}/{name}"))


def told(
    at: float,
    workload: Workload,
    kind: str,
    name: str,
    reason: str,
    message: str,
    source: str,
    severity: Literal["Normal", "Warning"] = "Normal",
) -> Note:
    """A note about a controller's object."""
    owner = controller_uid(kind, workload.namespace, name)
    return Note(at, kind, workload.namespace, name, owner, severity, reason, message, source)


def new_life(
    plan: Plan,
    workload: Workload,
    rng: random.Random,
    name: str,
    node: str,
    born: float,
    controller: str = "",
    old: bool = False,
) -> Life:
    """A pod without a script yet."""
    own = random.Random(rng.getrandbits(64))
    size = own.uniform(0.75, 1.25)
    usual = wave(own, workload.cpu * size * _MILLI, workload.roughness)
    loaded = workload.part is not None and workload.part.load
    cpu: Wave | Pushed = Pushed(usual, per_pod(workload, plan.start)) if loaded else usual
    memory = scaled(wave(own, 1.0, 0.12), workload.memory * own.uniform(0.88, 1.08) * MI)
    life = Life(workload, name, uid(own), node, born, own, cpu, memory, controller, old)
    limit = workload.containers[0].cpu_limit
    if limit:
        life.throttled = max(0.0, workload.cpu * size / limit - 0.5) * 0.2
    return life


def per_pod(workload: Workload, start: float) -> tuple[tuple[float, float], ...]:
    """How busy one pod is from each moment on: the load in all over the number of pods that share it."""
    part = workload.part
    if part is None:
        return ()
    moments = sorted({moment for moment, _ in (*part.load, *part.scale)})
    steps = []
    for moment in moments:
        load = next((factor for begins, factor in reversed(part.load) if begins <= moment), 1.0)
        steps.append((start + moment, load * workload.replicas / replicas(workload, start + moment, start)))
    return tuple(steps)


def replicas(workload: Workload, t: float, start: float) -> int:
    """How many pods the workload should have at a moment."""
    scale = workload.part.scale if workload.part is not None else ()
    return next((number for begins, number in reversed(scale) if start + begins <= t), workload.replicas)


def in_order(items: Iterable[Birth]) -> list[Birth]:
    return sorted(items, key=lambda item: item.at)


def deployed(
    plan: Plan, workload: Workload, rng: random.Random, template: str, at: float, node: str | None = None
) -> Life:
    """A new pod of a Deployment's ReplicaSet."""
    name = f"{workload.name}-{template}-{code(rng, 5)}"
    where = rng.choice(plan.schedulable) if node is None else node
    return new_life(plan, workload, rng, name, where, at, f"{workload.name}-{template}")


def old_pods(
    plan: Plan, workload: Workload, rng: random.Random, nodes: Sequence[str], template: str
) -> list[Life]:
    """The pods that were there long before the demo."""
    since = rng.uniform(0.2, 26.0) * DAY
    lives = []
    for index, node in enumerate(nodes):
        found = plan.node(node)
        age = min(since * rng.uniform(0.2, 1.0) + 2 * _HOUR, plan.start - (found.created if found else plan.start))
        name = _pod_name(workload, rng, index, template, node)
        controller = f"{workload.name}-{template}" if workload.kind == "Deployment" else workload.name
        lives.append(new_life(plan, workload, rng, name, node, plan.start - age, controller, old=True))
    return lives


def _pod_name(workload: Workload, rng: random.Random, index: int, template: str, node: str) -> str:
    if workload.kind == "StatefulSet":
        return f"{workload.name}-{index}"
    if workload.kind == "Static":
        return f"{workload.name}-{node}"
    if workload.kind == "DaemonSet":
        return f"{workload.name}-{code(rng, 5)}"
    return f"{workload.name}-{template}-{code(rng, 5)}"


def made(life: Life) -> Note:
    """What is said of a pod that was created."""
    batch = life.workload.kind in ("Job", "CronJob")
    source, kind = ("job-controller", "Job") if batch else ("replicaset-controller", "ReplicaSet")
    text = f"Created pod: {life.name}"
    return told(life.at, life.workload, kind, life.controller, "SuccessfulCreate", text, source)


def removed(life: Life, at: float) -> Note:
    """What is said of a pod that its ReplicaSet deleted."""
    text = f"Deleted pod: {life.name}"
    source = "replicaset-controller"
    return told(at, life.workload, "ReplicaSet", life.controller, "SuccessfulDelete", text, source)


def scaling(at: float, workload: Workload, template: str, before: int, after: int) -> Note:
    """What is said of a ReplicaSet whose size changes."""
    way = "up" if after > before else "down"
    text = f"Scaled {way} replica set {workload.name}-{template} from {before} to {after}"
    return told(at, workload, "Deployment", workload.name, "ScalingReplicaSet", text, "deployment-controller")
