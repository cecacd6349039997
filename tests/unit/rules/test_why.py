"""What is told as the cause of a row."""

from __future__ import annotations

from typing import Any

import pytest

from sources.model import Condition, Event, Node, ObjectRef, Pod
from sources.rules.why import node_why, pod_why

NOW = 1_772_366_400.0
UNREADY = "containers with unready status: [web]"


def pod(status: str = "Running", **fields: Any) -> Pod:
    made = {"namespace": "shop", "name": "web-0", "total": 1, "created": NOW - 3600, "node": "n1", **fields}
    return Pod(**made, status=status)


def event(reason: str, message: str, last: float, kind: str = "Warning") -> Event:
    return Event(reason, "shop", reason, kind, reason, message, ObjectRef("Pod", "web-0", "shop"), last=last)


def test_a_sound_pod_has_nothing_to_tell_however_loud_it_was() -> None:
    sound = pod(ready=1, message="restarted after exit 1")
    assert pod_why(sound, [event("BackOff", "old", NOW - 3000)], NOW) == ""


def test_the_message_that_names_a_cause_goes_before_events() -> None:
    crashing = pod("CrashLoopBackOff", message="exit 1: no PAYMENTS_URL")
    assert pod_why(crashing, [event("BackOff", "Back-off restarting", NOW)], NOW) == "exit 1: no PAYMENTS_URL"


def test_of_a_pod_that_is_not_ready_the_last_warning_is_told() -> None:
    events = [
        event("Unhealthy", "Readiness probe failed: 503", NOW - 5),
        event("FailedScheduling", "0/3 nodes", NOW - 3500),
        event("Pulled", "image is there", NOW - 1, "Normal"),
    ]
    assert pod_why(pod(message=UNREADY), events, NOW) == "Unhealthy: Readiness probe failed: 503"
    assert pod_why(pod(message=UNREADY), [], NOW) == UNREADY
    assert pod_why(pod(), [], NOW) == "0/1 ready"


def test_what_each_node_lacks_is_told_without_the_preemption() -> None:
    says = "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available: not helpful."
    refused = pod("Pending", node="", message=says)
    assert pod_why(refused, [], NOW) == "0/3 nodes are available: 3 Insufficient cpu."


READY = Condition("Ready", "True", "KubeletReady", "kubelet is posting ready status")
GONE = Condition("Ready", "Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.")
PRESSED = Condition("DiskPressure", "True", "KubeletHasDiskPressure", "kubelet has disk pressure")
CALM = Condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has memory")


@pytest.mark.parametrize(
    ("status", "conditions", "why"),
    [
        ("Ready", (CALM, READY), ""),
        ("NotReady", (CALM, GONE), "NodeStatusUnknown: Kubelet stopped posting node status."),
        ("Ready", (PRESSED, READY), "KubeletHasDiskPressure: kubelet has disk pressure"),
        ("Ready,SchedulingDisabled", (CALM, READY), "SchedulingDisabled"),
    ],
)
def test_a_node_tells_the_conditions_that_are_wrong(
    status: str, conditions: tuple[Condition, ...], why: str
) -> None:
    assert node_why(Node("n1", status=status, conditions=conditions)) == why
