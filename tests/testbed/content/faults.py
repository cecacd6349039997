"""Pods whose status is written by hand, one for each state an on-call engineer meets.

They sit on a node without a kubelet, so what is written stays. `STATES` says what `kubectl get pods` prints in its
STATUS column for each of them; tests compare against it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.testbed.content.nodes import HAND
from tests.testbed.content.statuses import Clock, container_status, status_of
from tests.testbed.content.workloads import container, resources

Object = dict[str, Any]
SMALL = resources("50m", "64Mi", "100m", "128Mi")

# (namespace, pod) -> STATUS as kubectl prints it
STATES = {
    ("shop", "payments-0"): "CrashLoopBackOff",
    ("shop", "catalog-image-typo"): "ImagePullBackOff",
    ("shop", "search-warming-up"): "Init:0/1",
    ("shop", "search-init-broken"): "Init:CrashLoopBackOff",
    ("shop", "cart-not-ready"): "Running",
    ("team-a", "import-done"): "Completed",
    ("team-a", "report-failed"): "Error",
    ("team-a", "cache-warmer-oom"): "OOMKilled",
    ("team-b", "batch-evicted"): "Evicted",
    ("team-b", "drain-me"): "Terminating",
    ("team-b", "wants-900-cpus"): "Pending",
    ("team-b", "gated"): "SchedulingGated",
    ("team-b", "no-config"): "CreateContainerConfigError",
    ("team-b", "mesh-sidecar"): "Running",
    ("team-b", "volume-stuck"): "ContainerCreating",
}
TERMINATING = ("team-b", "drain-me")  # deleted after creation; a finalizer keeps it
# Pods whose Warning events are repeated as a kubelet would: (namespace, pod) -> (container, reason, message)
BACKOFFS = {
    ("shop", "payments-0"): (
        "payments",
        "BackOff",
        "Back-off restarting failed container payments in pod payments-0",
    ),
    ("shop", "catalog-image-typo"): (
        "catalog",
        "Failed",
        'Failed to pull image "registry.example/catalog:1.19.19": not found',
    ),
    ("shop", "cart-not-ready"): (
        "cart",
        "Unhealthy",
        "Readiness probe failed: HTTP probe failed with statuscode: 503",
    ),
}


@dataclass(frozen=True)
class Fault:
    """A pod to create, and the status to write over it (None: leave it to the control plane)."""

    pod: Object
    status: Object | None


def _pod(namespace: str, name: str, containers: list[Object], placed: bool = True, **spec: Any) -> Object:
    app = name.rsplit("-", 1)[0]
    body: Object = {"containers": containers, "restartPolicy": "Always", **spec}
    if placed:
        # Tolerates everything, so that nothing evicts it when the node's lease was late once.
        body |= {"nodeName": HAND, "tolerations": [{"operator": "Exists"}]}
    labels = {"app.kubernetes.io/name": app, "testbed/fault": "true"}
    meta = {"name": name, "namespace": namespace, "labels": labels}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": body}


def faults(now: datetime) -> list[Fault]:
    """All hand-made pods; times in their status lie before `now`."""
    clock = Clock(now)
    return [*_waiting(clock), *_initialising(clock), *_ended(clock), *_unplaced(), *_running(clock)]


def _waiting(clock: Clock) -> list[Fault]:
    crash = container_status(
        "payments",
        {
            "waiting": {
                "reason": "CrashLoopBackOff",
                "message": "back-off 5m0s restarting failed container=payments pod=payments-0_shop",
            }
        },
        restarts=17,
        lastState={"terminated": clock.ended(1, "Error", minutes=4)},
    )
    pull = container_status(
        "catalog",
        {
            "waiting": {
                "reason": "ImagePullBackOff",
                "message": 'Back-off pulling image "registry.example/catalog:1.19.19"',
            }
        },
    )
    config = container_status(
        "main", {"waiting": {"reason": "CreateContainerConfigError", "message": 'configmap "settings" not found'}}
    )
    creating = container_status("db", {"waiting": {"reason": "ContainerCreating"}})
    return [
        Fault(
            _pod("shop", "payments-0", [container("payments", "payments:2.2.1", resources=SMALL)]),
            status_of(clock, "Running", [crash]),
        ),
        Fault(
            _pod("shop", "catalog-image-typo", [container("catalog", "catalog:1.19.19", resources=SMALL)]),
            status_of(clock, "Pending", [pull]),
        ),
        Fault(_pod("team-b", "no-config", [container("main", "main:1")]), status_of(clock, "Pending", [config])),
        Fault(_pod("team-b", "volume-stuck", [container("db", "db:1")]), status_of(clock, "Pending", [creating])),
    ]


def _initialising(clock: Clock) -> list[Fault]:
    main = container_status("search", {"waiting": {"reason": "PodInitializing"}})
    warming = container_status("warm-up", {"running": {"startedAt": clock.ago(minutes=9)}})
    broken = container_status(
        "warm-up",
        {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 40s restarting failed container=warm-up"}},
        restarts=4,
        lastState={"terminated": clock.ended(2, "Error", seconds=30)},
    )
    containers = [container("search", "search:7", resources=SMALL)]
    spec: Object = {"initContainers": [container("warm-up", "warm-up:7")]}
    return [
        Fault(
            _pod("shop", "search-warming-up", containers, **spec),
            status_of(clock, "Pending", [main], initContainerStatuses=[warming]),
        ),
        Fault(
            _pod("shop", "search-init-broken", containers, **spec),
            status_of(clock, "Pending", [main], initContainerStatuses=[broken]),
        ),
    ]


def _ended(clock: Clock) -> list[Fault]:
    def once(namespace: str, name: str) -> Object:
        return _pod(namespace, name, [container("task", "task:1", resources=SMALL)], restartPolicy="Never")

    def task(code: int, reason: str) -> list[Object]:
        return [container_status("task", {"terminated": clock.ended(code, reason, minutes=25)})]

    evicted = status_of(
        clock,
        "Failed",
        [],
        reason="Evicted",
        message="The node was low on resource: memory. Threshold quantity: 100Mi, available: 61Mi.",
    )
    return [
        Fault(once("team-a", "import-done"), status_of(clock, "Succeeded", task(0, "Completed"))),
        Fault(once("team-a", "report-failed"), status_of(clock, "Failed", task(3, "Error"))),
        Fault(once("team-a", "cache-warmer-oom"), status_of(clock, "Failed", task(137, "OOMKilled"))),
        Fault(once("team-b", "batch-evicted"), evicted),
    ]


def _unplaced() -> list[Fault]:
    greedy = [container("main", "main:1", resources=resources("900", "1Gi"))]
    gated: Object = {"schedulingGates": [{"name": "testbed.example/quota"}]}
    return [
        Fault(_pod("team-b", "wants-900-cpus", greedy, placed=False), None),
        Fault(_pod("team-b", "gated", [container("main", "main:1")], placed=False, **gated), None),
    ]


def _running(clock: Clock) -> list[Fault]:
    def up(name: str, ready: bool = True, restarts: int = 0, **more: Any) -> Object:
        state = {"running": {"startedAt": clock.ago(hours=2)}}
        return container_status(name, state, ready=ready, restarts=restarts, **more)

    terminating = _pod("team-b", "drain-me", [container("main", "main:1", resources=SMALL)])
    terminating["metadata"]["finalizers"] = ["testbed.example/hold"]
    sidecar: Object = {"initContainers": [container("mesh", "mesh:1.29", restartPolicy="Always", resources=SMALL)]}
    restarted = {"lastState": {"terminated": clock.ended(137, "OOMKilled", hours=2)}}
    return [
        Fault(terminating, status_of(clock, "Running", [up("main")], ready=True)),
        Fault(
            _pod("shop", "cart-not-ready", [container("cart", "cart:4", resources=SMALL)]),
            status_of(clock, "Running", [up("cart", ready=False, restarts=2, **restarted)]),
        ),
        Fault(
            _pod("team-b", "mesh-sidecar", [container("main", "main:1", resources=SMALL)], **sidecar),
            status_of(clock, "Running", [up("main")], ready=True, initContainerStatuses=[up("mesh")]),
        ),
    ]
