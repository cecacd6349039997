"""How an object is doing, in a few words."""

from __future__ import annotations

from typing import Any

import pytest

from sources.rules.standing import standing


@pytest.mark.parametrize(
    ("raw", "note", "trouble"),
    [
        ({"kind": "Deployment", "spec": {"replicas": 3}, "status": {"readyReplicas": 1}}, "1/3 ready", True),
        ({"kind": "Deployment", "spec": {"replicas": 0}, "status": {}}, "scaled to 0", False),
        ({"kind": "StatefulSet", "spec": {}, "status": {"readyReplicas": 1}}, "1/1 ready", False),
        ({"kind": "DaemonSet", "status": {"desiredNumberScheduled": 4, "numberReady": 3}}, "3/4 ready", True),
        ({"kind": "Job", "status": {"succeeded": 1}, "spec": {"completions": 2}}, "1/2 complete", False),
        (
            {"kind": "Job", "status": {"conditions": [{"type": "Failed", "status": "True", "reason": "Backoff"}]}},
            "failed: Backoff",
            True,
        ),
        ({"kind": "CronJob", "spec": {"schedule": "* * * * *", "suspend": True}}, "* * * * *, suspended", False),
        ({"kind": "PersistentVolumeClaim", "status": {"phase": "Lost"}}, "Lost", True),
        (
            {"kind": "Service", "spec": {"clusterIP": "None", "ports": [{"port": 5432}]}},
            "headless 5432/TCP",
            False,
        ),
        ({"kind": "Ingress", "spec": {"rules": [{"host": "a.example"}, {}]}}, "a.example, *", False),
        ({"kind": "Anything"}, "", False),
        ({"kind": "Deployment", "spec": "x", "status": [1]}, "0/1 ready", True),
        ({"kind": "HorizontalPodAutoscaler", "spec": {"maxReplicas": "9"}}, "0 of 1-? replicas", False),
    ],
)
def test_standing(raw: dict[str, Any], note: str, trouble: bool) -> None:
    assert standing(raw) == (note, trouble)
