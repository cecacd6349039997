"""Which workload a pod belongs to, as people name it: the Deployment, not its ReplicaSet."""

from __future__ import annotations

from sources.model import Owner
from sources.rules import wire

# A CronJob's controller ends a Job's name in the scheduled minute since the epoch
# (pkg/controller/cronjob/utils.go, getJobName). These bounds are 2019 to 2084; a date such as 20260401 is outside.
_CRON_MINUTES = range(26_000_000, 60_000_000)


def owner_of(meta: wire.ObjectMeta | None) -> Owner | None:
    """The owner of a pod, from its controlling owner reference (meta/v1) and its labels; None for a bare pod.

    A ReplicaSet's name is its Deployment's name and the pod-template-hash label; Argo Rollouts uses a label of
    its own. Without that label the ReplicaSet stands for itself.
    """
    references = wire.present(meta.owner_references) if meta else []
    found = next((ref for ref in references if ref.controller), references[0] if references else None)
    if meta is None or found is None or not found.kind or not found.name:
        return None
    labels = meta.labels or {}
    if found.kind == "ReplicaSet":
        for label, kind in (("pod-template-hash", "Deployment"), ("rollouts-pod-template-hash", "Rollout")):
            suffix = f"-{labels.get(label) or ''}"
            if len(suffix) > 1 and found.name.endswith(suffix) and len(found.name) > len(suffix):
                return Owner(kind, found.name.removesuffix(suffix))
    if found.kind == "Job":
        name, dash, minutes = found.name.rpartition("-")
        digits = len(minutes) == 8 and minutes.isascii() and minutes.isdecimal()
        if name and dash and digits and int(minutes) in _CRON_MINUTES:
            return Owner("CronJob", name)
    return Owner(found.kind, found.name)
