"""Which pods and nodes the faults-only filter shows."""

from __future__ import annotations

from typing import Any

import pytest

from sources.model import Node, Pod
from sources.rules.nodes import node_problem
from sources.rules.pods import RESTART_WINDOW, STARTING_GRACE, TERMINATING_GRACE, pod_problem, pod_settled

NOW = 1_772_366_400.0


def pod(status: str = "Running", **fields: Any) -> Pod:
    return Pod(
        **{"namespace": "shop", "name": "web-0", "ready": 1, "total": 1, "created": NOW - 3600, **fields},
        status=status,
    )


@pytest.mark.parametrize("status", ["Running", "Completed", "Succeeded", "SchedulingGated"])
def test_sound_pods(status: str) -> None:
    assert pod_problem(pod(status), NOW) == ""


@pytest.mark.parametrize("status", ["Completed", "Succeeded"])
def test_finished_pods_are_never_ready_and_no_problem(status: str) -> None:
    assert pod_problem(pod(status, ready=0, restarts=2, last_restart=NOW - 5), NOW) == ""


@pytest.mark.parametrize(
    "status",
    [
        *(
            "CrashLoopBackOff",
            "ImagePullBackOff",
            "ErrImagePull",
            "CreateContainerConfigError",
            "Error",
            "Evicted",
        ),
        *("OOMKilled", "Unknown", "NotReady", "ContainerStatusUnknown", "ExitCode:1", "Init:Error", "NodeLost"),
        *("Init:CrashLoopBackOff", "Init:ExitCode:1", "Init:Signal:9", "SomethingNew"),
    ],
)
def test_faults_count_from_the_first_second(status: str) -> None:
    assert pod_problem(pod(status, ready=0, created=NOW - 1), NOW) == status


@pytest.mark.parametrize("status", ["Pending", "ContainerCreating", "PodInitializing", "Init:0/2", "Init:1/2"])
def test_starting_pods_have_a_grace_period(status: str) -> None:
    assert pod_problem(pod(status, ready=0, created=NOW - STARTING_GRACE + 1), NOW) == ""
    assert pod_problem(pod(status, ready=0, created=NOW - STARTING_GRACE), NOW) == status
    assert pod_problem(pod(status, ready=0, created=None), NOW) == status


def test_a_pod_without_status_says_so() -> None:
    assert pod_problem(pod("", ready=0), NOW) == "no status"


def test_refusal_by_the_scheduler_counts_at_once() -> None:
    refused = pod("Pending", ready=0, created=NOW - 1, message="0/3 nodes are available")
    assert pod_problem(refused, NOW) == "Pending"
    assert pod_problem(pod("Pending", ready=0, created=NOW - 1, message="pulling", node="node-1"), NOW) == ""


def test_running_and_not_ready() -> None:
    assert pod_problem(pod(ready=1, total=2), NOW) == "1/2 ready"
    assert pod_problem(pod(ready=1, total=2, created=NOW - 5), NOW) == ""


def test_fresh_restarts() -> None:
    assert pod_problem(pod(restarts=3, last_restart=NOW - RESTART_WINDOW), NOW) == "restarted 10m ago"
    assert pod_problem(pod(restarts=3, last_restart=NOW - RESTART_WINDOW - 1), NOW) == ""
    assert pod_problem(pod(restarts=3), NOW) == ""
    assert (
        pod_problem(pod("CrashLoopBackOff", ready=0, restarts=3, last_restart=NOW - 5), NOW) == "CrashLoopBackOff"
    )


def test_terminating_pods_may_take_their_time() -> None:
    assert pod_problem(pod("Terminating", ready=0, deleted=NOW - TERMINATING_GRACE), NOW) == ""
    assert pod_problem(pod("Terminating", ready=0, deleted=NOW - 600), NOW) == "Terminating for 10m"
    assert pod_problem(pod("Terminating", restarts=1, last_restart=NOW - 1, deleted=NOW - 1), NOW) == ""


@pytest.mark.parametrize(
    ("node", "problem"),
    [
        (Node("n", status="Ready"), ""),
        (Node("n", status="NotReady"), "NotReady"),
        (Node("n", status="Unknown"), "Unknown"),
        (Node("n", status="Ready,SchedulingDisabled"), "SchedulingDisabled"),
        (Node("n", status="NotReady,SchedulingDisabled"), "NotReady, SchedulingDisabled"),
        (Node("n", status="Ready", pressures=("MemoryPressure", "DiskPressure")), "MemoryPressure, DiskPressure"),
    ],
)
def test_nodes(node: Node, problem: str) -> None:
    assert node_problem(node) == problem


@pytest.mark.parametrize(
    ("row", "moves"),
    [
        (pod("Running"), False),
        (pod("Running", created=NOW - 5), True),
        (pod("CrashLoopBackOff"), False),
        (pod("Running", restarts=1, last_restart=NOW - 100), True),
        (pod("Running", restarts=1, last_restart=NOW - 1000), False),
        (pod("Terminating", deleted=NOW - 5), True),
        (pod("Terminating", deleted=NOW - 500), False),
    ],
)
def test_only_what_time_alone_can_change_is_unsettled(row: Pod, moves: bool) -> None:
    assert pod_settled(row, NOW) is not moves
    later = [bool(pod_problem(row, NOW + after)) for after in range(0, 2000, 50)]
    assert moves or len(set(later)) == 1
