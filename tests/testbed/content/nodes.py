"""The nodes: simulated ones that kwok keeps alive, one kept by hand for faulty pods, one that is lost."""

from typing import Any

Object = dict[str, Any]

HAND = "hand-1"  # no kubelet and no kwok: what is written into its pods' status stays there
LOST = "lost-1"  # nobody renews its lease: NotReady
UNMEASURED = "worker-6"  # never gets a NodeMetrics object
OLDER_KUBELET = "v1.36.3"
KUBELET = "v1.37.2"
GIB = 1024**3


def node(
    name: str,
    *,
    kwok: bool = True,
    roles: tuple[str, ...] = (),
    taints: tuple[tuple[str, str, str], ...] = (),
    cpu: int = 8,
    memory_gib: int = 32,
    zone: str = "zone-a",
    unschedulable: bool = False,
    labels: dict[str, str] | None = None,
) -> Object:
    """A Node object; `kwok` if the simulated kubelet is to keep it alive."""
    meta_labels = {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "topology.kubernetes.io/region": "region-1",
        "topology.kubernetes.io/zone": zone,
        "node.kubernetes.io/instance-type": f"c{cpu}.m{memory_gib}",
        "type": "kwok" if kwok else "unmanaged",
        **{f"node-role.kubernetes.io/{role}": "" for role in roles},
        **(labels or {}),
    }
    spec: Object = {
        "podCIDR": "",
        "taints": [{"key": key, "value": value, "effect": effect} for key, value, effect in taints],
    }
    if unschedulable:
        spec["unschedulable"] = True
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": meta_labels},
        "spec": {key: value for key, value in spec.items() if value},
    }


def nodes() -> list[Object]:
    """All Node objects: a control plane, workers (one cordoned, one dedicated), one by hand, one lost."""
    control = ("node-role.kubernetes.io/control-plane", "", "NoSchedule")
    return [
        node("control-plane-1", roles=("control-plane",), taints=(control,), cpu=4, memory_gib=16),
        node("worker-1", roles=("worker",), zone="zone-a"),
        node("worker-2", roles=("worker",), zone="zone-b"),
        node("worker-3", roles=("worker",), zone="zone-c", cpu=16, memory_gib=64),
        node("worker-4", roles=("worker",), zone="zone-a", cpu=4, memory_gib=8),
        node("worker-5", roles=("worker",), zone="zone-b", unschedulable=True),
        node(UNMEASURED, zone="zone-c"),  # no role at all: kubectl prints <none>
        node(
            "gpu-1",
            roles=("worker", "gpu"),
            taints=(("dedicated", "gpu", "NoSchedule"),),
            cpu=32,
            memory_gib=128,
            zone="zone-b",
        ),
        node(HAND, kwok=False, roles=("worker",), taints=(("testbed/hand", "true", "NoSchedule"),)),
        node(LOST, kwok=False, roles=("worker",), zone="zone-c"),
    ]


def status(node: Object, number: int, now: str, kubelet_port: int) -> Object:
    """The node's status as a kubelet would write it; sizes come from its instance type label.
    `kubelet_port` is where the simulated kubelet answers on loopback (logs, node proxy)."""
    name = node["metadata"]["name"]
    cpu, memory_gib = (int(part[1:]) for part in _instance(node).split("."))
    kubelet = OLDER_KUBELET if name in ("worker-4", LOST) else KUBELET
    memory_kib = memory_gib * GIB // 1024
    capacity = {"cpu": str(cpu), "memory": f"{memory_kib}Ki", "pods": "110", "ephemeral-storage": "100Gi"}
    # A kubelet keeps some for itself and for the system.
    allocatable = {
        **capacity,
        "cpu": f"{cpu * 1000 - 80}m",
        "memory": f"{memory_kib - 512 * 1024}Ki",
        "ephemeral-storage": "95Gi",
    }
    if "gpu" in name:
        capacity["nvidia.com/gpu"] = allocatable["nvidia.com/gpu"] = "4"
    return {
        "capacity": capacity,
        "allocatable": allocatable,
        "addresses": [
            {"type": "InternalIP", "address": f"10.1.0.{number + 10}"},
            {"type": "Hostname", "address": name},
            # The API server is told to prefer this one when it calls a kubelet.
            {"type": "InternalDNS", "address": "localhost"},
        ],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": kubelet_port}},
        "nodeInfo": {
            "architecture": "amd64",
            "bootID": f"boot-{number}",
            "containerRuntimeVersion": "containerd://2.1.4",
            "kernelVersion": "6.12.43-amd64",
            "kubeProxyVersion": "",
            "kubeletVersion": kubelet,
            "machineID": f"machine-{number}",
            "operatingSystem": "linux",
            "osImage": "Debian GNU/Linux 13 (trixie)",
            "systemUUID": f"uuid-{number}",
        },
        "conditions": conditions(name, now),
    }


def conditions(name: str, now: str) -> list[Object]:
    """Node conditions; worker-4 has memory pressure, the lost node is as the node controller leaves it."""
    if name == LOST:
        long_ago = "2026-01-01T00:00:00Z"
        return [
            {
                "type": kind,
                "status": "Unknown",
                "reason": "NodeStatusUnknown",
                "message": "Kubelet stopped posting node status.",
                "lastHeartbeatTime": long_ago,
                "lastTransitionTime": now,
            }
            for kind in ("MemoryPressure", "DiskPressure", "PIDPressure", "Ready")
        ]
    pressure = name == "worker-4"
    facts = [
        ("MemoryPressure", pressure, "KubeletHasSufficientMemory", "KubeletHasInsufficientMemory"),
        ("DiskPressure", False, "KubeletHasNoDiskPressure", "KubeletHasDiskPressure"),
        ("PIDPressure", False, "KubeletHasSufficientPID", "KubeletHasInsufficientPID"),
        ("Ready", True, "KubeletNotReady", "KubeletReady"),
    ]
    return [
        {
            "type": kind,
            "status": "True" if value else "False",
            "reason": yes if value else no,
            "message": "kubelet is posting ready status" if kind == "Ready" else f"kubelet says {kind} is {value}",
            "lastHeartbeatTime": now,
            "lastTransitionTime": now,
        }
        for kind, value, no, yes in facts
    ]


def _instance(node: Object) -> str:
    label: str = node["metadata"]["labels"]["node.kubernetes.io/instance-type"]
    return label
