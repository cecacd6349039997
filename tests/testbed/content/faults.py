"""Pods whose status is written by hand, one for each state an on-call engineer meets.

They sit on a node without a kubelet, so what is written stays. `STATES` says what `kubectl get pods` prints in its
STATUS column for each of them; tests compare against it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.testbed.content.nodes import HAND
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


class _Clock:
    """Times before now, as the API writes them."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def ago(self, **delta: float) -> str:
        return (self.now - timedelta(**delta)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def ended(self, code: int, reason: str, **delta: float) -> Object:
        """A terminated state that began a minute before it ended."""
        start = (self.now - timedelta(**delta) - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {"exitCode": code, "reason": reason, "startedAt": start, "finishedAt": self.ago(**delta)}


def _container_status(name: str, state: Object, *, ready: bool = False, restarts: int = 0, **more: Any) -> Object:
    return {
        "name": name,
        "image": f"registry.example/{name}",
        "imageID": "",
        "ready": ready,
        "restartCount": restarts,
        "started": "running" in state,
        "state": state,
        **more,
    }


def _status(clock: _Clock, phase: str, containers: list[Object], ready: bool = False, **more: Any) -> Object:
    flag = "True" if ready else "False"
    initialized = "False" if any(not c["ready"] for c in more.get("initContainerStatuses", [])) else "True"
    return {
        "phase": phase,
        "startTime": clock.ago(hours=3),
        "hostIP": "10.1.0.18",
        "podIP": "10.244.8.8",
        "podIPs": [{"ip": "10.244.8.8"}],
        "containerStatuses": containers,
        "conditions": [
            {"type": "Initialized", "status": initialized, "lastTransitionTime": clock.ago(hours=3)},
            {"type": "Ready", "status": flag, "lastTransitionTime": clock.ago(minutes=20)},
            {"type": "ContainersReady", "status": flag, "lastTransitionTime": clock.ago(minutes=20)},
            {"type": "PodScheduled", "status": "True", "lastTransitionTime": clock.ago(hours=3)},
        ],
        **more,
    }


def faults(now: datetime) -> list[Fault]:
    """All hand-made pods; times in their status lie before `now`."""
    clock = _Clock(now)
    return [*_waiting(clock), *_initialising(clock), *_ended(clock), *_unplaced(), *_running(clock)]


def _waiting(clock: _Clock) -> list[Fault]:
    crash = _container_status(
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
    pull = _container_status(
        "catalog",
        {
            "waiting": {
                "reason": "ImagePullBackOff",
                "message": 'Back-off pulling image "registry.example/catalog:1.19.19"',
            }
        },
    )
    config = _container_status(
        "main", {"waiting": {"reason": "CreateContainerConfigError", "message": 'configmap "settings" not found'}}
    )
    creating = _container_status("db", {"waiting": {"reason": "ContainerCreating"}})
    return [
        Fault(
            _pod("shop", "payments-0", [container("payments", "payments:2.2.1", resources=SMALL)]),
            _status(clock, "Running", [crash]),
        ),
        Fault(
            _pod("shop", "catalog-image-typo", [container("catalog", "catalog:1.19.19", resources=SMALL)]),
            _status(clock, "Pending", [pull]),
        ),
        Fault(_pod("team-b", "no-config", [container("main", "main:1")]), _status(clock, "Pending", [config])),
        Fault(_pod("team-b", "volume-stuck", [container("db", "db:1")]), _status(clock, "Pending", [creating])),
    ]


def _initialising(clock: _Clock) -> list[Fault]:
    main = _container_status("search", {"waiting": {"reason": "PodInitializing"}})
    warming = _container_status("warm-up", {"running": {"startedAt": clock.ago(minutes=9)}})
    broken = _container_status(
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
            _status(clock, "Pending", [main], initContainerStatuses=[warming]),
        ),
        Fault(
            _pod("shop", "search-init-broken", containers, **spec),
            _status(clock, "Pending", [main], initContainerStatuses=[broken]),
        ),
    ]


def _ended(clock: _Clock) -> list[Fault]:
    def once(namespace: str, name: str) -> Object:
        return _pod(namespace, name, [container("task", "task:1", resources=SMALL)], restartPolicy="Never")

    def task(code: int, reason: str) -> list[Object]:
        return [_container_status("task", {"terminated": clock.ended(code, reason, minutes=25)})]

    evicted = _status(
        clock,
        "Failed",
        [],
        reason="Evicted",
        message="The node was low on resource: memory. Threshold quantity: 100Mi, available: 61Mi.",
    )
    return [
        Fault(once("team-a", "import-done"), _status(clock, "Succeeded", task(0, "Completed"))),
        Fault(once("team-a", "report-failed"), _status(clock, "Failed", task(3, "Error"))),
        Fault(once("team-a", "cache-warmer-oom"), _status(clock, "Failed", task(137, "OOMKilled"))),
        Fault(once("team-b", "batch-evicted"), evicted),
    ]


def _unplaced() -> list[Fault]:
    greedy = [container("main", "main:1", resources=resources("900", "1Gi"))]
    gated: Object = {"schedulingGates": [{"name": "testbed.example/quota"}]}
    return [
        Fault(_pod("team-b", "wants-900-cpus", greedy, placed=False), None),
        Fault(_pod("team-b", "gated", [container("main", "main:1")], placed=False, **gated), None),
    ]


def _running(clock: _Clock) -> list[Fault]:
    def up(name: str, ready: bool = True, restarts: int = 0, **more: Any) -> Object:
        state = {"running": {"startedAt": clock.ago(hours=2)}}
        return _container_status(name, state, ready=ready, restarts=restarts, **more)

    terminating = _pod("team-b", "drain-me", [container("main", "main:1", resources=SMALL)])
    terminating["metadata"]["finalizers"] = ["testbed.example/hold"]
    sidecar: Object = {"initContainers": [container("mesh", "mesh:1.29", restartPolicy="Always", resources=SMALL)]}
    restarted = {"lastState": {"terminated": clock.ended(137, "OOMKilled", hours=2)}}
    return [
        Fault(terminating, _status(clock, "Running", [up("main")], ready=True)),
        Fault(
            _pod("shop", "cart-not-ready", [container("cart", "cart:4", resources=SMALL)]),
            _status(clock, "Running", [up("cart", ready=False, restarts=2, **restarted)]),
        ),
        Fault(
            _pod("team-b", "mesh-sidecar", [container("main", "main:1", resources=SMALL)], **sidecar),
            _status(clock, "Running", [up("main")], ready=True, initContainerStatuses=[up("mesh")]),
        ),
    ]
