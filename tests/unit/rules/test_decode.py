"""Decoded objects: owners, shared values and what a pod costs."""

from __future__ import annotations

import gc
import json
import tracemalloc
from typing import Any

import pytest

from sources.model import Owner, Pod
from sources.rules.decode import decode_pod
from sources.rules.interning import Interner


def raw(number: int = 0, **meta: Any) -> str:
    owner = {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "name": "web-7d9f8b6c5d",
        "uid": "r",
        "controller": True,
    }
    resources = {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"cpu": "1", "memory": "256Mi"}}
    status = {
        "name": "app",
        "ready": True,
        "restartCount": 2,
        "state": {"running": {"startedAt": "2026-03-01T11:00:00Z"}},
        "lastState": {"terminated": {"exitCode": 1, "finishedAt": "2026-03-01T10:59:00Z"}},
    }
    return json.dumps(
        {
            "metadata": {
                "name": f"web-7d9f8b6c5d-{number:05}",
                "namespace": "shop",
                "uid": f"6f1d7a52-97a3-4c0e-8d0f-{number:012}",
                "creationTimestamp": "2026-03-01T11:00:00Z",
                "labels": {"app": "web", "pod-template-hash": "7d9f8b6c5d"},
                "ownerReferences": [owner],
                **meta,
            },
            "spec": {"nodeName": f"node-{number % 50}", "containers": [{"name": "app", "resources": resources}]},
            "status": {
                "phase": "Running",
                "podIP": f"10.1.{number // 250}.{number % 250}",
                "containerStatuses": [status],
            },
        }
    )


def test_every_field_of_a_pod() -> None:
    assert decode_pod(raw()) == Pod(
        namespace="shop",
        name="web-7d9f8b6c5d-00000",
        uid="6f1d7a52-97a3-4c0e-8d0f-000000000000",
        phase="Running",
        status="Running",
        ready=1,
        total=1,
        restarts=2,
        last_restart=1_772_362_740.0,
        created=1_772_362_800.0,
        node="node-0",
        ip="10.1.0.0",
        owner=Owner("Deployment", "web"),
        message="restarted after exit 1",
        labels=(("app", "web"), ("pod-template-hash", "7d9f8b6c5d")),
        cpu_request=100_000_000,
        cpu_limit=1_000_000_000,
        memory_request=128 * 2**20,
        memory_limit=256 * 2**20,
    )


def reference(kind: str, name: str, controller: bool | None = True) -> dict[str, Any]:
    return {"kind": kind, "name": name, "controller": controller}


@pytest.mark.parametrize(
    ("references", "labels", "owner"),
    [
        ([], {}, None),
        (None, {}, None),
        ([reference("ReplicaSet", "web-abc")], {"pod-template-hash": "abc"}, Owner("Deployment", "web")),
        ([reference("ReplicaSet", "a-b-abc")], {"pod-template-hash": "abc"}, Owner("Deployment", "a-b")),
        ([reference("ReplicaSet", "web-abc")], {"rollouts-pod-template-hash": "abc"}, Owner("Rollout", "web")),
        ([reference("ReplicaSet", "web-abc")], {}, Owner("ReplicaSet", "web-abc")),
        ([reference("ReplicaSet", "web-abc")], {"pod-template-hash": "xyz"}, Owner("ReplicaSet", "web-abc")),
        ([reference("ReplicaSet", "-abc")], {"pod-template-hash": "abc"}, Owner("ReplicaSet", "-abc")),
        ([reference("StatefulSet", "db")], {}, Owner("StatefulSet", "db")),
        ([reference("Node", "node-1")], {}, Owner("Node", "node-1")),
        ([reference("Job", "backup-29539440")], {}, Owner("CronJob", "backup")),
        ([reference("Job", "backup-20260301")], {}, Owner("Job", "backup-20260301")),  # a date, not a minute
        ([reference("Job", "backup-295394400")], {}, Owner("Job", "backup-295394400")),
        ([reference("Job", "migrate")], {}, Owner("Job", "migrate")),
        ([reference("X", "x", False), reference("DaemonSet", "log")], {}, Owner("DaemonSet", "log")),
        ([reference("X", "x", None)], {}, Owner("X", "x")),
        ([None, {"kind": "X", "name": None}], {}, None),
    ],
)
def test_owner_as_people_name_it(references: Any, labels: dict[str, str], owner: Owner | None) -> None:
    assert decode_pod(raw(ownerReferences=references, labels=labels)).owner == owner


def test_replicas_share_what_repeats() -> None:
    one, two = decode_pod(raw(1)), decode_pod(raw(51))
    for field in ("namespace", "node", "status", "phase", "labels", "owner", "memory_limit"):
        assert getattr(one, field) is getattr(two, field), field
    assert decode_pod(raw(2, labels={"z": "1", "a": None})).labels == (("a", ""), ("z", "1"))
    assert decode_pod(raw(3, labels={"a": "", "z": "1"})).labels == (("a", ""), ("z", "1"))


def test_a_pod_costs_less_than_a_kilobyte() -> None:
    texts = [raw(number) for number in range(2000)]
    decode_pod(texts[0])
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        kept = [decode_pod(text) for text in texts]
        gc.collect()
        each = (tracemalloc.get_traced_memory()[0] - before) / len(kept)
    finally:
        tracemalloc.stop()
    assert each < 1024


def test_interning_is_bounded_and_keeps_types_apart() -> None:
    table = Interner(limit=10)
    for number in range(1000):
        assert table.text(f"text-{number}") == f"text-{number}"
    assert len(table) <= 10
    assert table.one(1) == 1
    assert isinstance(table.one(1.0), float)
    assert isinstance(table.one(True), bool)
    assert table.text(None) == table.text("") == ""
    assert table.labels(None) == table.labels({}) == ()


def test_one_label_is_not_taken_for_the_pairs_of_a_set_that_has_it() -> None:
    table = Interner()
    several = table.labels({"app": "web", "tier": "front"})
    assert table.labels({"app": "web"}) == (("app", "web"),)
    assert table.labels({"tier": "front"})[0] is several[1]
