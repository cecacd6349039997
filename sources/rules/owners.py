"""Which workload a pod belongs to, as people name it: the Deployment, not its ReplicaSet."""

from __future__ import annotations

from functools import lru_cache

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
    if meta is None or not meta.owner_references:
        return None
    references = wire.present(meta.owner_references)
    found = next((ref for ref in references if ref.controller), references[0] if references else None)
    if found is None or not found.kind or not found.name:
        return None
    labels = meta.labels or {}
    return _owner(
        found.kind, found.name, labels.get("pod-template-hash"), labels.get("rollouts-pod-template-hash")
    )


@lru_cache(maxsize=16_384)  # replicas share one Owner
def _owner(kind: str, name: str, template_hash: str | None, rollout_hash: str | None) -> Owner:
    if kind == "ReplicaSet":
        for label, workload in ((template_hash, "Deployment"), (rollout_hash, "Rollout")):
            suffix = f"-{label or ''}"
            if len(suffix) > 1 and name.endswith(suffix) and len(name) > len(suffix):
                return Owner(workload, name.removesuffix(suffix))
    if kind == "Job":
        cron_job, dash, minutes = name.rpartition("-")
        digits = len(minutes) == 8 and minutes.isascii() and minutes.isdecimal()
        if cron_job and dash and digits and int(minutes) in _CRON_MINUTES:
            return Owner("CronJob", cron_job)
    return Owner(kind, name)
