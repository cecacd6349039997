"""Fill the cluster with the content of the test bed; again and again gives the same cluster."""

import hashlib
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from tests.testbed.content import faults, metrics_api, monitoring, nodes, rights, workloads
from tests.testbed.errors import TestBedError
from tests.testbed.kubeapi import Api, ApiError, Object, path_of

MARKER = {"name": "testbed-content", "namespace": "kube-system"}


def wait_for(what: str, ready: Callable[[], bool], seconds: float = 120, every: float = 0.3) -> None:
    """Poll until `ready()`. Raises TestBedError that says what was waited for."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise TestBedError(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(every)


def populate(api: Api, ports: dict[str, int], proxied: str | None) -> None:
    """Create everything unless this very content is there already. Workloads get their pods from the controllers;
    `settle` waits for those."""
    mark = _digest(ports, proxied)
    if _marked(api) == mark:
        return
    now = datetime.now(UTC)
    for obj in workloads.namespaces():
        api.apply(obj)
    for obj in rights.rights():
        api.apply(obj)
    _nodes(api, now, ports["kwok"])
    for name in ("default", "kube-system", *workloads.NAMESPACES):
        wait_for(f"the default service account of namespace {name}", partial(_has_account, api, name))
    _faults(api, now)
    if proxied:
        for pod in monitoring.pods(ports):
            api.apply(pod)
            _apply_status(api, pod, monitoring.pod_status(pod, proxied, now))
        for service in monitoring.services(ports):
            api.apply(service)
    for obj in workloads.workloads():
        api.apply(obj)
    api.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": MARKER, "data": {"content": mark}})


def metrics(api: Api, wanted: bool) -> None:
    """Have the metrics API, or not."""
    for definition in metrics_api.definitions():
        if wanted:
            api.apply(definition)
            continue
        try:
            meta = definition["metadata"]
            api.request("DELETE", path_of(definition["kind"], definition["apiVersion"], None, meta["name"]))
        except ApiError as error:
            if error.code != 404:
                raise
    kinds = ("NodeMetrics", "PodMetrics")
    wait_for(
        f"the metrics API to {'appear' if wanted else 'go'}",
        lambda: all(_served(api, kind) == wanted for kind in kinds),
        seconds=60,
    )


def settle(api: Api, with_metrics: bool) -> None:
    """Wait until the workloads' pods run, the nodes are what they should be, and samples are there."""
    wait_for("the workloads' pods to run", lambda: _settled(api), seconds=180, every=1)
    if with_metrics:
        samples = metrics_api.VERSION
        wait_for("the first metrics samples", lambda: len(api.list("PodMetrics", samples)) > 40, every=1)


def _settled(api: Api) -> bool:
    for kind in ("Deployment", "StatefulSet"):
        for owner in api.list(kind, "apps/v1"):
            if owner["status"].get("readyReplicas", 0) < owner["spec"]["replicas"]:
                return False
    return all(
        owner["status"].get("numberReady", 0) >= max(1, owner["status"].get("desiredNumberScheduled", 0))
        for owner in api.list("DaemonSet", "apps/v1")
    )


def _served(api: Api, kind: str) -> bool:
    try:
        api.list(kind, metrics_api.VERSION, query="limit=1")
    except ApiError as error:
        if error.code != 404:
            raise
        return False
    return True


def _digest(ports: dict[str, int], proxied: str | None) -> str:
    fixed = datetime(2026, 1, 1, tzinfo=UTC)
    everything: list[Any] = [
        *workloads.namespaces(),
        *rights.rights(),
        *(nodes.status(node, n, "", 0) for n, node in enumerate(nodes.nodes())),
        *nodes.nodes(),
        *((fault.pod, fault.status) for fault in faults.faults(fixed)),
        *workloads.workloads(),
        monitoring.services(ports),
        proxied,
        ports["kwok"],
    ]
    return hashlib.sha256(json.dumps(everything, sort_keys=True).encode()).hexdigest()[:16]


def _marked(api: Api) -> str:
    try:
        marker = api.request("GET", path_of("ConfigMap", "v1", MARKER["namespace"], MARKER["name"]))
    except ApiError as error:
        if error.code != 404:
            raise
        return ""
    found: str = marker["data"]["content"]
    return found


def _has_account(api: Api, namespace: str) -> bool:
    try:
        api.request("GET", path_of("ServiceAccount", "v1", namespace, "default"))
    except ApiError as error:
        if error.code != 404:
            raise
        return False
    return True


def _apply_status(api: Api, obj: Object, status: Object) -> None:
    meta = {key: obj["metadata"][key] for key in ("name", "namespace") if key in obj["metadata"]}
    api.apply({"apiVersion": obj["apiVersion"], "kind": obj["kind"], "metadata": meta, "status": status}, "status")


def _nodes(api: Api, now: datetime, kubelet_port: int) -> None:
    stamp = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    for number, node in enumerate(nodes.nodes()):
        api.apply(node)
        _apply_status(api, node, nodes.status(node, number, stamp, kubelet_port))


def _faults(api: Api, now: datetime) -> None:
    for fault in faults.faults(now):
        meta = fault.pod["metadata"]
        api.apply(fault.pod)
        if fault.status:
            _apply_status(api, fault.pod, fault.status)
        if (meta["namespace"], meta["name"]) == faults.TERMINATING:
            api.request("DELETE", path_of("Pod", "v1", meta["namespace"], meta["name"]))
