"""How an object of the cluster is doing, in a few words, from its JSON: replicas, phase, size, schedule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from sources.rules.shapes import maps, number, text

Raw: TypeAlias = Mapping[str, Any]


class Standing(NamedTuple):
    """`note` in a few words; `trouble` where something is missing or failed."""

    note: str = ""
    trouble: bool = False


def standing(raw: Raw) -> Standing:
    """By kind; nothing is said of kinds that have no state."""
    say = _BY_KIND.get(text(raw, "kind"))
    return say(raw) if say is not None else Standing()


def _replicas(raw: Raw) -> Standing:
    wanted = number(raw, "spec", "replicas")
    wanted = 1 if wanted is None else wanted
    ready = number(raw, "status", "readyReplicas") or 0
    if not wanted and not ready:
        return Standing("scaled to 0")
    return Standing(f"{ready}/{wanted} ready", ready < wanted)


def _daemon_set(raw: Raw) -> Standing:
    wanted = number(raw, "status", "desiredNumberScheduled") or 0
    ready = number(raw, "status", "numberReady") or 0
    return Standing(f"{ready}/{wanted} ready", ready < wanted)


def _job(raw: Raw) -> Standing:
    failed = [each for each in maps(raw, "status", "conditions") if _true(each, "Failed")]
    if failed:
        return Standing(f"failed: {text(failed[0], 'reason') or text(failed[0], 'message')}", True)
    done, wanted = number(raw, "status", "succeeded") or 0, number(raw, "spec", "completions")
    return Standing(f"{done}/{1 if wanted is None else wanted} complete")


def _cron_job(raw: Raw) -> Standing:
    rest = ", suspended" if text(raw, "spec", "suspend") == "true" else ""
    return Standing(f"{text(raw, 'spec', 'schedule')}{rest}")


def _autoscaler(raw: Raw) -> Standing:
    low, high = number(raw, "spec", "minReplicas"), number(raw, "spec", "maxReplicas")
    now = number(raw, "status", "currentReplicas") or 0
    full = high is not None and now >= high
    said = f"{now} of {1 if low is None else low}-{'?' if high is None else high} replicas"
    return Standing(f"{said}, at its maximum" if full else said, full)


def _claim(raw: Raw) -> Standing:
    phase = text(raw, "status", "phase") or "Unknown"
    size = text(raw, "status", "capacity", "storage") or text(raw, "spec", "resources", "requests", "storage")
    parts = (phase, size, text(raw, "spec", "storageClassName"))
    return Standing(" ".join(part for part in parts if part), phase != "Bound")


def _volume(raw: Raw) -> Standing:
    phase = text(raw, "status", "phase")
    return Standing(f"{phase} {text(raw, 'spec', 'capacity', 'storage')}".strip(), phase == "Failed")


def _service(raw: Raw) -> Standing:
    ports = [
        f"{text(port, 'port')}/{text(port, 'protocol') or 'TCP'}"
        for port in maps(raw, "spec", "ports")
        if text(port, "port")
    ]
    kind = text(raw, "spec", "type") or "ClusterIP"
    headless = text(raw, "spec", "clusterIP") == "None"
    return Standing(f"{'headless' if headless else kind} {','.join(ports)}".strip())


def _ingress(raw: Raw) -> Standing:
    hosts = [text(rule, "host") or "*" for rule in maps(raw, "spec", "rules")]
    return Standing(", ".join(dict.fromkeys(hosts)))


def _pod(raw: Raw) -> Standing:
    phase = text(raw, "status", "phase")
    return Standing(text(raw, "status", "reason") or phase, phase in ("Failed", "Unknown"))


def _true(condition: Raw, kind: str) -> bool:
    return text(condition, "type") == kind and text(condition, "status") == "True"


_BY_KIND: Mapping[str, Callable[[Raw], Standing]] = {
    "Deployment": _replicas,
    "ReplicaSet": _replicas,
    "StatefulSet": _replicas,
    "ReplicationController": _replicas,
    "DaemonSet": _daemon_set,
    "Job": _job,
    "CronJob": _cron_job,
    "HorizontalPodAutoscaler": _autoscaler,
    "PersistentVolumeClaim": _claim,
    "PersistentVolume": _volume,
    "Service": _service,
    "Ingress": _ingress,
    "Pod": _pod,
}
