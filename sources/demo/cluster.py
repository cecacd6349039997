"""The static plan of the demo cluster: its nodes, its workloads, which node each pod is on when it opens."""

from __future__ import annotations

import heapq
import random
from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from sources.demo.catalog import CATALOG, Workload
from sources.demo.waves import DAY, Wave, scaled, uid, wave
from sources.model import NANO

MI = 1 << 20
GI = 1 << 30
VERSION = "v1.34.2"
REGION = "eu-west-1"
_INSTANCES = (("m6i.2xlarge", 8, 32), ("m6i.4xlarge", 16, 64), ("r6i.2xlarge", 8, 64))


class NodePlan(Struct, frozen=True, gc=False):
    """A node as bought: `cpu` in cores, `memory` in GiB; `busy` is its use of CPU in nanocores."""

    name: str
    uid: str
    control_plane: bool
    zone: str
    instance: str
    cpu: int
    memory: int
    created: float
    ip: str
    cordoned: bool = False

    @property
    def cpu_allocatable(self) -> int:
        """Nanocores, after what is reserved for the system."""
        return self.cpu * NANO - NANO * 8 // 100

    @property
    def memory_allocatable(self) -> int:
        """Bytes, after what is reserved for the system."""
        return self.memory * GI - (self.memory * GI // 16)


class Trouble(NamedTuple):
    """When the bad node is in trouble: moments of the first time, which comes back every `cycle` seconds."""

    node: str
    pressure: float
    evictions: float
    lost: float
    back: float
    relieved: float
    cycle: float

    def phase(self, t: float) -> float:
        """Seconds since the cycle began that `t` falls in; negative before the first."""
        begun = self.pressure
        return t - begun if t < begun else (t - begun) % self.cycle

    def down(self, node: str, t: float) -> bool:
        """Whether a node does not answer at a moment."""
        return node == self.node and self.lost <= self.pressure + self.phase(t) < self.back

    def pressed(self, node: str, t: float) -> bool:
        """Whether a node is under disk pressure at a moment."""
        return node == self.node and self.pressure <= self.pressure + self.phase(t) < self.relieved


class Plan(Struct, frozen=True):
    """Everything that does not change while the demo runs."""

    seed: int
    start: float
    nodes: tuple[NodePlan, ...]
    workloads: tuple[Workload, ...]
    placement: Mapping[str, tuple[str, ...]]
    """Workload key to the nodes of its pods."""
    evicted: frozenset[tuple[str, int]]
    """Workload key and pod index of those that disk pressure drives out."""
    trouble: Trouble
    node_cpu: Mapping[str, Wave]
    """Nanocores in use."""
    node_memory: Mapping[str, Wave]
    """Bytes in use (working set)."""

    def rng(self, *parts: object) -> random.Random:
        """A generator of its own for each thing, so that one more workload does not change the others."""
        return random.Random("/".join(str(part) for part in (self.seed, *parts)))

    def node(self, name: str) -> NodePlan | None:
        return next((node for node in self.nodes if node.name == name), None)

    @property
    def schedulable(self) -> tuple[str, ...]:
        """Where new pods go: never the bad node, which spares us a model of taints."""
        return tuple(
            node.name
            for node in self.nodes
            if not node.control_plane and not node.cordoned and node.name != self.trouble.node
        )


def build(seed: int, count: int, start: float) -> Plan:
    """The plan for a seed, a number of nodes (4 at least) and the moment at which the demo opens."""
    nodes = _nodes(seed, count, start)
    workers = [node for node in nodes if not node.control_plane]
    bad = workers[min(4, len(workers) - 1)].name
    scale = count / 12
    workloads = tuple(_sized(workload, scale, nodes) for workload in CATALOG)
    placement = _place(seed, nodes, workloads)
    trouble = Trouble(bad, start + 45, start + 60, start + 200, start + 385, start + 440, 2700.0)
    evicted = [
        (workload.key, index)
        for workload in workloads
        if workload.kind == "Deployment" and workload.script == "steady"
        for index, node in enumerate(placement[workload.key])
        if node == bad
    ]
    cpu, memory = _use(seed, nodes, workloads, placement)
    return Plan(
        seed, start, nodes, workloads, placement, frozenset(evicted[1::3][:4] or evicted[:1]), trouble, cpu, memory
    )


def _nodes(seed: int, count: int, start: float) -> tuple[NodePlan, ...]:
    rng = random.Random(f"{seed}/nodes")
    masters = 3 if count >= 8 else 1
    nodes = []
    for index in range(count):
        control = index < masters
        ordinal = index if control else index - masters
        zone = "abc"[ordinal % 3 if control else ordinal // 3 % 3]
        instance, cpu, memory = ("m6i.xlarge", 4, 16) if control else _INSTANCES[ordinal % 3]
        name = f"cp-{ordinal + 1}" if control else f"worker-{zone}{ordinal % 3 + 1 + ordinal // 9 * 3}"
        nodes.append(
            NodePlan(
                name=name,
                uid=uid(rng),
                control_plane=control,
                zone=f"{REGION}{zone}",
                instance=instance,
                cpu=cpu,
                memory=memory,
                created=start - rng.uniform(9, 140) * DAY,
                ip=f"10.0.{index // 200}.{index % 200 + 10}",
                cordoned=not control and ordinal == 8,
            )
        )
    return tuple(nodes)


def _sized(workload: Workload, scale: float, nodes: tuple[NodePlan, ...]) -> Workload:
    """The workload with as many pods as a cluster of this size has."""
    if workload.kind == "DaemonSet":
        return replace(workload, replicas=len(nodes))
    if workload.kind == "Static":
        return replace(workload, replicas=sum(node.control_plane for node in nodes))
    if workload.script == "steady":
        return replace(workload, replicas=max(1, round(workload.replicas * scale)))
    return workload


def _place(seed: int, nodes: tuple[NodePlan, ...], workloads: tuple[Workload, ...]) -> dict[str, tuple[str, ...]]:
    """Least requested first, as the scheduler would."""
    rng = random.Random(f"{seed}/placement")
    heap = [(rng.random() / 100, node.name, node.cpu) for node in nodes if not node.control_plane]
    heapq.heapify(heap)
    placement: dict[str, tuple[str, ...]] = {}
    for workload in workloads:
        if workload.kind == "DaemonSet":
            placement[workload.key] = tuple(node.name for node in nodes)
        elif workload.kind == "Static":
            placement[workload.key] = tuple(node.name for node in nodes if node.control_plane)
        else:
            chosen = []
            weight = max(workload.containers[0].cpu_request, 20) / 1000
            for _ in range(workload.replicas):
                load, name, cpu = heap[0]
                heapq.heapreplace(heap, (load + weight / cpu, name, cpu))
                chosen.append(name)
            placement[workload.key] = tuple(chosen)
    return placement


def _use(
    seed: int,
    nodes: tuple[NodePlan, ...],
    workloads: tuple[Workload, ...],
    placement: Mapping[str, tuple[str, ...]],
) -> tuple[dict[str, Wave], dict[str, Wave]]:
    """What each node uses: its pods' usual use and the system's own, so that node and pods tell one story."""
    cpu = {node.name: 0.12 * node.cpu * NANO / 4 for node in nodes}
    memory = {node.name: 0.9 * GI + 0.02 * node.memory * GI for node in nodes}
    for workload in workloads:
        for name in placement[workload.key]:
            cpu[name] += workload.cpu * NANO / 1000
            memory[name] += workload.memory * MI
    rng = random.Random(f"{seed}/node use")
    shapes = {node.name: (wave(rng, 1.0, 0.6), wave(rng, 1.0, 0.05)) for node in nodes}
    for node in nodes:
        cpu[node.name] = min(cpu[node.name], 0.62 * node.cpu * NANO)
        memory[node.name] = min(memory[node.name], 0.72 * node.memory * GI)
    return (
        {name: scaled(shapes[name][0], base) for name, base in cpu.items()},
        {name: scaled(shapes[name][1], base) for name, base in memory.items()},
    )
