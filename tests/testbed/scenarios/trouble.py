"""Nodes in trouble: lost, under disk pressure, out of memory."""

from tests.testbed.content.statuses import Object, container_status
from tests.testbed.content.workloads import container, deployment, resources
from tests.testbed.scenarios.play import Player

_REPLICAS = 4
_EVICTED = 2


def _only_on(node: str) -> Object:
    mine = [{"key": "testbed/incident", "operator": "Exists"}]
    return {"nodeSelector": {"kubernetes.io/hostname": node}, "tolerations": mine}


def node_not_ready(play: Player) -> None:
    """Nobody renews the node's lease: the node controller finds out by itself, and marks its pods."""
    node, app = "incident-lost", "storefront"
    play.node(node, kwok=False)
    small = resources("50m", "64Mi")
    play.apply(
        deployment(play.namespace, app, _REPLICAS, [container(app, "storefront:5", resources=small)],
                   **_only_on(node))
    )  # fmt: skip
    for pod in play.placed(app, _REPLICAS, node):
        state = {"running": {"startedAt": play.clock.ago()}}
        play.write(pod, "Running", [container_status(app, state, ready=True)], ready=True)
    play.until("Node", "v1", node, "Ready", "Unknown")


def disk_pressure(play: Player) -> None:
    """Somebody's temporary files fill the node's disk."""
    _pressed(
        play, "incident-disk", "DiskPressure", "KubeletHasDiskPressure", "ephemeral-storage",
        "Threshold quantity: 10Gi, available: 9436Mi. Container report-builder was using 41984Mi, request is 0",
    )  # fmt: skip


def evictions(play: Player) -> None:
    """One pod without a limit takes the node's memory."""
    _pressed(
        play, "incident-memory", "MemoryPressure", "KubeletHasInsufficientMemory", "memory",
        "Threshold quantity: 100Mi, available: 61404Ki. Container report-builder was using 18022Mi, request is 0",
    )  # fmt: skip


def _pressed(play: Player, node: str, condition: str, reason: str, short: str, why: str) -> None:
    """The node controller answers with its taint; what is evicted finds no other node."""
    app = "report-builder"
    play.node(node, kwok=True)
    play.apply(
        deployment(play.namespace, app, _REPLICAS, [container(app, "report-builder:1.6.0")], **_only_on(node))
    )
    pods = play.running(app, _REPLICAS)
    text = f"kubelet has {'disk pressure' if short != 'memory' else 'insufficient memory'}"
    play.press(node, condition, reason, text)
    about = play.api.list("Node", "v1", query=f"fieldSelector=metadata.name%3D{node}")[0] | {"kind": "Node"}
    play.tell(about, f"NodeHas{condition}" if short != "memory" else "NodeHasInsufficientMemory",
              f"Node {node} status is now: {condition}", type="Normal")  # fmt: skip
    play.tell(about, "EvictionThresholdMet", f"Attempting to reclaim {short}", count=6)
    message = f"The node was low on resource: {short}. {why}, has larger consumption of {short}. "
    for pod in pods[:_EVICTED]:
        play.write(pod, "Failed", [], reason="Evicted", message=message)  # the kubelet leaves no containers
        play.tell(pod, "Evicted", message)
