"""The workloads themselves as Kubernetes' JSON, with the conditions that say how a rollout is getting on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sources.demo.autoscalers import Autoscaler, busy, limited, most
from sources.demo.catalog import Workload
from sources.demo.life import Life
from sources.demo.objects import stamp
from sources.demo.offspring import controller_uid, replicas
from sources.demo.rollout_state import DEADLINE, overdue
from sources.demo.simulation import Simulation

Json = dict[str, Any]


def workload_object(simulation: Simulation, workload: Workload, t: float) -> Json:
    """apps/v1 Deployment, StatefulSet or DaemonSet, batch/v1 Job or CronJob at a moment."""
    plan = simulation.plan
    pods = [(life, life.stages[index]) for life, index in simulation.pods(t) if life.workload.key == workload.key]
    ready = sum(stage.ready for _, stage in pods)
    lives = [life for life, _ in pods]
    batch = workload.kind in ("Job", "CronJob")
    wanted = replicas(workload, t, plan.start)
    status: Json = {}
    spec: Json = {}
    if not batch:
        spec = {"replicas": wanted}
        status = {"replicas": len(pods), "readyReplicas": ready, "availableReplicas": ready}
        status["unavailableReplicas"] = max(0, wanted - ready)
    if workload.kind == "Deployment":
        spec["progressDeadlineSeconds"] = int(DEADLINE)
        status["conditions"] = _conditions(simulation, workload, lives, ready, wanted, t)
    return {
        "apiVersion": "batch/v1" if batch else "apps/v1",
        "kind": workload.kind,
        "metadata": {
            "name": workload.name,
            "namespace": workload.namespace,
            "uid": controller_uid(workload.kind, workload.namespace, workload.name),
            "creationTimestamp": stamp(min((life.at for life in lives), default=plan.start)),
            "labels": {"app.kubernetes.io/name": workload.name},
        },
        "spec": spec,
        "status": status,
    }


def _conditions(
    simulation: Simulation, workload: Workload, lives: Sequence[Life], ready: int, wanted: int, t: float
) -> list[Json]:
    enough = ready >= wanted - wanted // 4
    newest = max(lives, key=lambda life: life.at).controller if lives else workload.name
    late = overdue(simulation.plan, workload, t)
    if late:
        why, text = "ProgressDeadlineExceeded", f'ReplicaSet "{newest}" has timed out progressing.'
    elif ready >= wanted:
        why, text = "NewReplicaSetAvailable", f'ReplicaSet "{newest}" has successfully progressed.'
    else:
        why, text = "ReplicaSetUpdated", f'ReplicaSet "{newest}" is progressing.'
    return [
        {
            "type": "Available",
            "status": str(enough),
            "reason": "MinimumReplicasAvailable" if enough else "MinimumReplicasUnavailable",
            "message": f"Deployment {'has' if enough else 'does not have'} minimum availability.",
        },
        {"type": "Progressing", "status": str(not late), "reason": why, "message": text},
    ]


def autoscaler_object(simulation: Simulation, scaler: Autoscaler, t: float) -> Json:
    """autoscaling/v2 HorizontalPodAutoscaler at a moment."""
    plan = simulation.plan
    workload = next(each for each in plan.workloads if each.key == scaler.key)
    current = sum(life.workload.key == scaler.key for life, _ in simulation.pods(t))
    held = limited(plan, scaler, t)
    use = busy(simulation, scaler, t)
    measured = {"averageUtilization": round(use)} if use is not None else {}
    limited_why = "TooManyReplicas" if held else "DesiredWithinRange"
    limited_text = (
        "the desired replica count is more than the maximum replica count"
        if held
        else "the desired count is within the acceptable range"
    )
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {
            "name": workload.name,
            "namespace": workload.namespace,
            "uid": controller_uid("HorizontalPodAutoscaler", workload.namespace, workload.name),
        },
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": workload.name},
            "minReplicas": scaler.least,
            "maxReplicas": most(plan, scaler, t),
            "metrics": [
                {
                    "type": "Resource",
                    "resource": {
                        "name": "cpu",
                        "target": {"type": "Utilization", "averageUtilization": scaler.target},
                    },
                }
            ],
        },
        "status": {
            "currentReplicas": current,
            "desiredReplicas": current,
            "currentMetrics": [{"type": "Resource", "resource": {"name": "cpu", "current": measured}}],
            "conditions": [
                {"type": "AbleToScale", "status": "True", "reason": "ReadyForNewScale"},
                {"type": "ScalingActive", "status": "True", "reason": "ValidMetricFound"},
                {"type": "ScalingLimited", "status": str(held), "reason": limited_why, "message": limited_text},
            ],
        },
    }
