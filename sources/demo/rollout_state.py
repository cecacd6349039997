"""How the rollout of a Deployment is getting on: whether it has exceeded its deadline."""

from __future__ import annotations

from sources.demo.catalog import Workload
from sources.demo.cluster import Plan

DEADLINE = 120.0
"""`progressDeadlineSeconds` of the demo's Deployments."""
_STUCK = ("wrong-image", "crash", "too-big", "never-ready")


def overdue(plan: Plan, workload: Workload, t: float) -> bool:
    """Whether the Deployment says ProgressDeadlineExceeded at a moment."""
    part = workload.part
    if part is None or part.plot not in _STUCK:
        return False
    return plan.start + part.begins + DEADLINE <= t < plan.start + part.ends
