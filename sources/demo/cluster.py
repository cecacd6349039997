"""The static plan of the demo cluster: its nodes, its workloads, which node each pod is on when it opens."""

from __future__ import annotations

import heapq
import random
from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from sources.demo.catalog import CATALOG, Workload
from sources.demo.story import NEVER, NodeTrouble, Part, Scenario
from sources.demo.waves import DAY, Wave, scaled, uid, wave
from sources.model import NANO

MI = 1 << 20
GI = 1 << 30
VERSION = "v1.34.2"
TOLERATED = 300.0
"""Seconds for which pods tolerate a lost node (Kubernetes' default)."""
REGION = "eu-west-1"
PRESSURES = {"disk": "DiskPressure", "memory": "MemoryPressure"}
"""What a node that is short of something says."""
_INSTANCES = (("m6i.2xlarge", 8, 32), ("m6i.4xlarge", 16, 64), ("r6i.2xlarge", 8, 64))


class NodePlan(Struct, frozen=True, gc=False):
    """A node as bought: `cpu` in cores, `memory` in GiB."""

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
    """When which node is in trouble: as in `NodeTrouble`, in epoch seconds. Nobody is, if `node` is ""."""

    node: str = ""
    resource: str = ""
    pressure: float = NEVER
    evictions: float = NEVER
    lost: float = NEVER
    back: float = NEVER
    relieved: float = NEVER

    def down(self, node: str, t: float) -> bool:
        """Whether a node does not answer at a moment."""
        return node == self.node and self.lost <= t < self.back

    def pressed(self, node: str, t: float) -> bool:
        """Whether a node is short of its `resource` at a moment."""
        return node == self.node and self.pressure <= t < self.relieved


class Plan(Struct, frozen=True):
    """Everything that does not change while the demo runs."""

    seed: int
    start: float
    nodes: tuple[NodePlan, ...]
    workloads: tuple[Workload, ...]
    placement: Mapping[str, tuple[str, ...]]
    """Workload key to the nodes of its pods."""
    scenario: Scenario
    trouble: Trouble
    evicted: Mapping[tuple[str, int], float]
    """Workload key and pod index of those that pressure drives out of the bad node, and when."""
    drained: frozenset[tuple[str, int]]
    """Those that are replaced elsewhere because their node was lost for too long."""
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


def build(seed: int, count: int, start: float, scenario: Scenario) -> Plan:
    """The plan for a seed, a number of nodes (4 at least), the moment at which it opens, and what happens."""
    nodes = _nodes(seed, count, start)
    scale = count / 12
    parts = {part.workload: part for part in scenario.parts}
    workloads = tuple(_sized(workload, scale, nodes, parts.get(workload.key)) for workload in CATALOG)
    placement = _place(seed, nodes, workloads)
    trouble = _trouble(scenario.node, placement, start)
    leaving = [
        (workload.key, index)
        for workload in workloads
        if workload.kind == "Deployment" and workload.script == "steady" and workload.part is None
        for index, node in enumerate(placement[workload.key])
        if node == trouble.node
    ]
    rng = random.Random(f"{seed}/evictions")
    evicted: dict[tuple[str, int], float] = {}
    if scenario.node is not None and trouble.evictions < NEVER:
        culprit = (scenario.node.culprit, 0)
        chosen = [culprit, *(each for each in leaving[1::3] if each != culprit)][:5]
        # The kubelet ranks by use above request: the neighbours without much of one go first, the culprit last.
        for place, each in enumerate(reversed(chosen)):
            evicted[each] = trouble.evictions + place * 11.0 + rng.uniform(0.0, 4.0)
    long_lost = trouble.back - trouble.lost > TOLERATED
    cpu, memory = _use(seed, nodes, workloads, placement)
    return Plan(
        seed, start, nodes, workloads, placement, scenario, trouble, evicted,
        frozenset(leaving if long_lost else ()), cpu, memory,
    )  # fmt: skip


def _trouble(node: NodeTrouble | None, placement: Mapping[str, tuple[str, ...]], start: float) -> Trouble:
    """The trouble is where the culprit's first pod is."""
    if node is None:
        return Trouble()
    moments = (node.pressure, node.evictions, node.lost, node.back, node.relieved)
    return Trouble(placement[node.culprit][0], node.resource, *(start + moment for moment in moments))


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


def _sized(workload: Workload, scale: float, nodes: tuple[NodePlan, ...], part: Part | None) -> Workload:
    """The workload with as many pods as a cluster of this size has; one that has a part keeps its number."""
    if part is not None:
        return replace(workload, part=part)
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
