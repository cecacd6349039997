"""Node columns: each object states the text that kubectl prints for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sources.model import NANO, Node
from sources.rules.decode import decode_node
from sources.rules.duration import age, parse_time

_FILE = json.loads((Path(__file__).parent / "objects" / "nodes.json").read_text())
NOW = parse_time(_FILE["now"]) or 0.0
CASES = {case["case"]: case for case in _FILE["cases"]}


def decoded(case: str, **changes: Any) -> Node:
    obj = json.loads(json.dumps(CASES[case]["object"]))
    obj["status"].update(changes)
    return decode_node(json.dumps(obj))


@pytest.mark.parametrize("case", CASES)
def test_columns_are_what_kubectl_prints(case: str) -> None:
    node = decoded(case)
    shown = {"STATUS": node.status, "ROLES": node.roles, "AGE": age(node.created, NOW), "VERSION": node.version}
    assert shown == CASES[case]["kubectl"]


def test_wide_columns_and_amounts() -> None:
    node = decoded("Ready")
    assert (node.internal_ip, node.external_ip) == ("10.0.0.1", "")
    assert (node.os_image, node.kernel, node.runtime) == (
        "Debian GNU/Linux 12",
        "6.1.0 (arm64)",
        "containerd://2.0.0",
    )
    assert (node.cpu_allocatable, node.cpu_capacity) == (3_920_000_000, 4 * NANO)
    assert (node.memory_allocatable, node.memory_capacity) == (15 * 2**30, 16 * 2**30)
    assert node.pods_allocatable == 110


def test_kernel_without_architecture() -> None:
    assert decoded("Ready", nodeInfo={"kernelVersion": "6.1.0"}).kernel == "6.1.0"
    assert decoded("Ready", nodeInfo={"architecture": "arm64"}).kernel == ""


def test_unknown_amounts_are_none_not_zero() -> None:
    node = decoded("Ready", allocatable=None, capacity={"cpu": "lots", "memory": None})
    amounts = (node.cpu_allocatable, node.memory_allocatable, node.pods_allocatable)
    assert (*amounts, node.cpu_capacity, node.memory_capacity) == (None,) * 5


def test_pressures_are_those_that_are_true() -> None:
    conditions = [
        {"type": "NetworkUnavailable", "status": "True"},
        {"type": "PIDPressure", "status": "Unknown"},
        {"type": "DiskPressure", "status": "True"},
        {"type": "Ready", "status": "True"},
        {"type": "FrequentKubeletRestart", "status": "True"},
    ]
    assert decoded("Ready", conditions=conditions).pressures == ("DiskPressure", "NetworkUnavailable")


def test_conditions_and_taints_are_kept() -> None:
    node = decoded("Cordoned")
    assert [(c.type, c.status) for c in node.conditions][-1] == ("Ready", "True")
    assert node.conditions[-1].since == parse_time("2026-02-20T12:00:10Z")
    assert node.taints == ("node.kubernetes.io/unschedulable:NoSchedule",)


def test_taint_with_a_value() -> None:
    raw = {
        "metadata": {"name": "n"},
        "spec": {"taints": [{"key": "gpu", "value": "yes", "effect": "NoExecute"}, None]},
    }
    assert decode_node(json.dumps(raw)).taints == ("gpu=yes:NoExecute",)
