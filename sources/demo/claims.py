"""The volumes of the stateful pods: their claims, how full they are, and what is said while one is enlarged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

from msgspec import Struct

from sources.demo.catalog import Workload
from sources.demo.cluster import GI, Plan
from sources.demo.life import Note
from sources.demo.offspring import controller_uid, told
from sources.demo.waves import wave

_LEAST_FREE = 0.0004
_RESIZES = 18.0
"""Seconds that enlarging takes."""
_GROWS = 0.4
"""The share of the volume that is filled in 1000 seconds before it is full."""


class Claim(Struct, frozen=True):
    """One PersistentVolumeClaim, and the pod and node that use it."""

    namespace: str
    name: str
    pod: str
    node: str
    workload: Workload
    index: int


def claim_name(workload: Workload, index: int) -> str:
    """As a StatefulSet's template "data" names it."""
    return f"data-{workload.name}-{index}"


def claims(plan: Plan) -> Iterator[Claim]:
    """All claims of the cluster."""
    for workload in plan.workloads:
        if workload.volume:
            for index, node in enumerate(plan.placement[workload.key]):
                name = claim_name(workload, index)
                yield Claim(workload.namespace, name, f"{workload.name}-{index}", node, workload, index)


def _filled(claim: Claim) -> bool:
    part = claim.workload.part
    return part is not None and part.plot == "volume-full" and claim.index == 0


def capacity(plan: Plan, claim: Claim, t: float) -> float:
    """Bytes; the full volume is twice as large once it was enlarged."""
    size = claim.workload.volume * float(GI)
    part = claim.workload.part
    larger = part is not None and _filled(claim) and t >= plan.start + part.ends + _RESIZES
    return 2 * size if larger else size


def used(plan: Plan, claim: Claim) -> Callable[[float], float]:
    """Bytes in use over time: it breathes a little, or fills up until nothing is left."""
    size = claim.workload.volume * float(GI)
    part = claim.workload.part
    if part is None or not _filled(claim):
        rng = plan.rng(claim.namespace, claim.name)
        return wave(rng, size * rng.uniform(0.34, 0.66), 0.1).at
    full = plan.start + part.begins
    return lambda t: size * (1.0 - _LEAST_FREE - min(0.5, max(0.0, (full - t) / 1000.0 * _GROWS)))


def expanded(workload: Workload, name: str, at: float) -> Iterator[Note]:
    """What is said from the moment at which somebody asks for a larger volume."""
    says: tuple[tuple[float, Literal["Normal", "Warning"], str, str, str], ...] = (
        (0.2, "Normal", "Resizing", "External resizer is resizing volume", "external-resizer ebs.csi.aws.com"),
        (9.0, "Normal", "FileSystemResizeRequired", "Require file system resize of volume on node",
         "external-resizer ebs.csi.aws.com"),
        (_RESIZES, "Normal", "FileSystemResizeSuccessful", "MountVolume.NodeExpandVolume succeeded for volume",
         "kubelet"),
    )  # fmt: skip
    volume = volume_name(workload.namespace, name)
    for after, severity, reason, text, source in says:
        claim = "PersistentVolumeClaim"
        yield told(at + after, workload, claim, name, reason, f"{text} {volume}", source, severity)


def volume_name(namespace: str, name: str) -> str:
    """The name of the volume behind a claim."""
    return f"pvc-{controller_uid('PersistentVolumeClaim', namespace, name)}"


def claim_object(plan: Plan, claim: Claim, t: float) -> dict[str, Any]:
    """core/v1 PersistentVolumeClaim."""
    size = f"{int(capacity(plan, claim, t) / GI)}Gi"
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": claim.name,
            "namespace": claim.namespace,
            "uid": controller_uid("PersistentVolumeClaim", claim.namespace, claim.name),
            "labels": {"app.kubernetes.io/name": claim.workload.name},
        },
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": size}},
            "storageClassName": "gp3",
            "volumeName": volume_name(claim.namespace, claim.name),
        },
        "status": {"phase": "Bound", "accessModes": ["ReadWriteOnce"], "capacity": {"storage": size}},
    }
