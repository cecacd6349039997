"""The simulated things as Kubernetes' JSON, and through the common rules to the types of the model."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from time import gmtime
from typing import Any

import msgspec

from sources import model
from sources.demo.catalog import Container
from sources.demo.claims import claim_name
from sources.demo.cluster import VERSION, NodePlan
from sources.demo.life import Life, Stage, State
from sources.demo.offspring import controller_uid
from sources.demo.simulation import NodeStage, Told
from sources.rules.decode import decode_event, decode_node, decode_pod

Json = dict[str, Any]
_encode = msgspec.json.Encoder().encode


def pod_model(life: Life, stage: Stage, node_ready: bool = True) -> model.Pod:
    """The pod as a live source would give it."""
    return decode_pod(_encode(pod_object(life, stage, node_ready)))


def node_model(plan: NodePlan, stage: NodeStage) -> model.Node:
    """The node as a live source would give it."""
    return decode_node(_encode(node_object(plan, stage)))


def event_model(told: Told) -> model.Event:
    """The event as a live source would give it."""
    return decode_event(_encode(event_object(told)))


def stamp(t: float) -> str:
    """A moment as Kubernetes writes it: UTC, whole seconds."""
    return _stamp(int(t))


@lru_cache(maxsize=4096)
def _stamp(t: int) -> str:
    year, month, day, hour, minute, second = gmtime(t)[:6]
    return f"{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"


def pod_object(life: Life, stage: Stage, node_ready: bool = True) -> Json:
    """core/v1 Pod."""
    workload = life.workload
    meta: Json = {
        "name": life.name,
        "namespace": life.namespace,
        "uid": life.uid,
        "creationTimestamp": stamp(life.at),
        "labels": pod_labels(life),
        "ownerReferences": [_owner(life)],
    }
    if stage.deleted is not None:
        meta |= {"deletionTimestamp": stamp(stage.deleted), "deletionGracePeriodSeconds": 30}
    spec: Json = {
        "containers": [_container(life, container) for container in workload.containers],
        "restartPolicy": "Never" if workload.kind in ("Job", "CronJob") else "Always",
        "serviceAccountName": workload.name,
        "terminationGracePeriodSeconds": 30,
    }
    if workload.volume:
        claim = {"claimName": claim_name(workload, int(life.name.rpartition("-")[2]))}
        spec["volumes"] = [{"name": "data", "persistentVolumeClaim": claim}]
    status: Json = {"phase": stage.phase, "conditions": _pod_conditions(life, stage, node_ready)}
    if stage.scheduled:
        spec["nodeName"] = life.node
        if not stage.reason:  # the kubelet leaves nothing of an evicted pod's containers
            status["containerStatuses"] = [
                _container_status(life, stage, container, index)
                for index, container in enumerate(workload.containers)
            ]
        if stage.state.kind != "waiting" or stage.restarts:
            status |= {"podIP": life.ip, "podIPs": [{"ip": life.ip}], "startTime": stamp(life.at)}
    if stage.reason:
        status |= {"reason": stage.reason, "message": stage.message}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec, "status": status}


def pod_labels(life: Life) -> dict[str, str]:
    """The labels that the controllers and people's templates set."""
    workload = life.workload
    labels = {"app.kubernetes.io/name": workload.name}
    if workload.kind == "Deployment":
        labels["pod-template-hash"] = life.controller.rpartition("-")[2]
    elif workload.kind == "StatefulSet":
        labels["statefulset.kubernetes.io/pod-name"] = life.name
    elif workload.kind in ("Job", "CronJob"):
        labels["batch.kubernetes.io/job-name"] = life.controller
    elif workload.kind == "Static":
        labels |= {"component": workload.name, "tier": "control-plane"}
    if not workload.namespace.startswith(("kube-", "monitoring", "cert-", "ingress-")):
        labels["app.kubernetes.io/part-of"] = workload.namespace
    return labels


def _owner(life: Life) -> Json:
    kind = life.workload.kind
    if kind == "Static":
        return {"apiVersion": "v1", "kind": "Node", "name": life.node, "uid": life.node, "controller": True}
    owner = {"Deployment": "ReplicaSet", "CronJob": "Job"}.get(kind, kind)
    group = "batch/v1" if owner == "Job" else "apps/v1"
    name = life.controller
    owner_uid = controller_uid(owner, life.namespace, name)
    return {"apiVersion": group, "kind": owner, "name": name, "uid": owner_uid, "controller": True}


def _image(life: Life, container: Container) -> str:
    return life.image if container is life.workload.containers[0] else container.image


def _container(life: Life, container: Container) -> Json:
    requests: Json = {}
    limits: Json = {}
    if container.cpu_request:
        requests["cpu"] = f"{container.cpu_request}m"
    if container.memory_request:
        requests["memory"] = f"{container.memory_request}Mi"
    if container.cpu_limit:
        limits["cpu"] = f"{container.cpu_limit}m"
    if container.memory_limit:
        limits["memory"] = f"{container.memory_limit}Mi"
    return {
        "name": container.name,
        "image": _image(life, container),
        "imagePullPolicy": "IfNotPresent",
        "resources": {"requests": requests, "limits": limits},
    }


def _state(state: State) -> Json:
    if state.kind == "running":
        return {"running": {"startedAt": stamp(state.started)}}
    if state.kind == "waiting":
        found = {"reason": state.reason or "ContainerCreating"}
        return {"waiting": found | ({"message": state.message} if state.message else {})}
    ended = {
        "exitCode": state.exit_code,
        "reason": state.reason,
        "startedAt": stamp(state.started),
        "finishedAt": stamp(state.finished),
    }
    return {"terminated": ended | ({"message": state.message} if state.message else {})}


def _container_status(life: Life, stage: Stage, container: Container, index: int) -> Json:
    state, ready = stage.state, stage.ready
    if index:  # a side-car runs quietly as soon as the pod has started at all, whatever the first container does
        crashing = stage.phase == "Running"
        state = State("running", started=life.at + 2) if crashing else state
        ready = crashing
    status: Json = {
        "name": container.name,
        "image": _image(life, container),
        "ready": ready,
        "started": state.kind == "running",
        "restartCount": 0 if index else stage.restarts,
        "state": _state(state),
        "lastState": _state(stage.last) if stage.last and not index else {},
    }
    return status


def _condition(name: str, true: bool, since: float, reason: str = "", message: str = "") -> Json:
    condition = {"type": name, "status": "True" if true else "False", "lastTransitionTime": stamp(since)}
    if reason:
        condition["reason"] = reason
    if message:
        condition["message"] = message
    return condition


def _pod_conditions(life: Life, stage: Stage, node_ready: bool) -> list[Json]:
    if not stage.scheduled:
        if not stage.message:
            return []
        return [_condition("PodScheduled", False, life.at, "Unschedulable", stage.message)]
    done = stage.phase == "Succeeded"
    ready = stage.ready and node_ready
    why, text = ("PodCompleted", "") if done else ("ContainersNotReady", "")
    if not ready and not done:
        text = f"containers with unready status: [{life.workload.containers[0].name}]"
    if ready:
        why, text = "", ""
    return [
        _condition("PodReadyToStartContainers", not done and stage.phase != "Failed", life.at + 1),
        _condition("Initialized", True, life.at + 1),
        _condition("Ready", ready, stage.at, why, text),
        _condition("ContainersReady", stage.ready, stage.at, why, text),
        _condition("PodScheduled", True, life.at),
    ]


def node_object(plan: NodePlan, stage: NodeStage) -> Json:
    """core/v1 Node."""
    labels = {
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": plan.name,
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": plan.instance,
        "topology.kubernetes.io/region": plan.zone[:-1],
        "topology.kubernetes.io/zone": plan.zone,
    }
    taints: list[Json] = []
    spec: Json = {"podCIDR": f"10.244.{sum(plan.name.encode()) % 250}.0/24"}
    if plan.control_plane:
        labels["node-role.kubernetes.io/control-plane"] = ""
        taints.append({"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"})
    if plan.cordoned:
        spec["unschedulable"] = True
        taints.append({"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"})
    if stage.short:
        taints.append({"key": f"node.kubernetes.io/{stage.short}-pressure", "effect": "NoSchedule"})
    if not stage.ready:
        for effect in ("NoSchedule", "NoExecute"):
            taints.append({"key": "node.kubernetes.io/unreachable", "effect": effect})
    if taints:
        spec["taints"] = taints
    memory, held = plan.memory << 20, plan.memory << 16
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": plan.name,
            "uid": plan.uid,
            "creationTimestamp": stamp(plan.created),
            "labels": labels,
        },
        "spec": spec,
        "status": {
            "capacity": {"cpu": str(plan.cpu), "memory": f"{memory}Ki", "pods": "110"},
            "allocatable": {"cpu": f"{plan.cpu * 1000 - 80}m", "memory": f"{memory - held}Ki", "pods": "110"},
            "conditions": _node_conditions(plan, stage),
            "addresses": [
                {"type": "InternalIP", "address": plan.ip},
                {"type": "Hostname", "address": plan.name},
            ],
            "nodeInfo": {
                "architecture": "amd64",
                "operatingSystem": "linux",
                "kubeletVersion": VERSION,
                "osImage": "Ubuntu 24.04.3 LTS",
                "kernelVersion": "6.8.0-87-generic",
                "containerRuntimeVersion": "containerd://2.1.5",
            },
        },
    }


def _node_conditions(plan: NodePlan, stage: NodeStage) -> list[Json]:
    created = plan.created + 40
    kinds = (
        ("MemoryPressure", True, "KubeletHasInsufficientMemory", "kubelet has insufficient memory", stage.since)
        if stage.short == "memory"
        else ("MemoryPressure", False, "KubeletHasSufficientMemory", "kubelet has enough memory", created),
        ("DiskPressure", True, "KubeletHasDiskPressure", "kubelet has disk pressure", stage.since)
        if stage.short == "disk"
        else ("DiskPressure", False, "KubeletHasNoDiskPressure", "kubelet has no disk pressure", created),
        ("PIDPressure", False, "KubeletHasSufficientPID", "kubelet has sufficient PID available", created),
        ("Ready", True, "KubeletReady", "kubelet is posting ready status", stage.since),
    )
    if stage.ready:
        return [_condition(name, true, since, reason, text) for name, true, reason, text, since in kinds]
    return [
        _condition(name, False, stage.since, "NodeStatusUnknown", "Kubelet stopped posting node status.")
        | {"status": "Unknown"}
        for name, _, _, _, _ in kinds
    ]


def event_object(told: Told) -> Json:
    """core/v1 Event."""
    note = told.note
    about: Json = {"kind": note.kind, "name": note.name, "uid": note.uid}
    if note.namespace:
        about["namespace"] = note.namespace
    if note.field:
        about["fieldPath"] = note.field
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {
            "name": told.name,
            "namespace": note.namespace or "default",
            "uid": told.uid,
            "creationTimestamp": stamp(told.first),
        },
        "involvedObject": about,
        "type": note.type,
        "reason": note.reason,
        "message": note.message,
        "count": told.count,
        "firstTimestamp": stamp(told.first),
        "lastTimestamp": stamp(told.last),
        "source": {"component": note.source} | ({"host": note.host} if note.host else {}),
        "reportingComponent": note.source,
        "reportingInstance": note.host,
    }


def controller_object(kind: str, lives: Sequence[Life], ready: int) -> Json:
    """The ReplicaSet or Job between a workload and its pods."""
    life = lives[0]
    workload = life.workload
    owner = {"apiVersion": "apps/v1" if kind == "ReplicaSet" else "batch/v1", "kind": workload.kind}
    owner |= {"name": workload.name, "uid": controller_uid(workload.kind, workload.namespace, workload.name)}
    labels = pod_labels(life)
    return {
        "apiVersion": owner["apiVersion"],
        "kind": kind,
        "metadata": {
            "name": life.controller,
            "namespace": life.namespace,
            "uid": controller_uid(kind, life.namespace, life.controller),
            "creationTimestamp": stamp(min(each.at for each in lives)),
            "labels": labels,
            "ownerReferences": [owner | {"controller": True}] if workload.kind != kind else [],
        },
        "spec": {"template": {"metadata": {"labels": labels}}},
        "status": {"readyReplicas": ready} if kind == "ReplicaSet" else {},
    }
