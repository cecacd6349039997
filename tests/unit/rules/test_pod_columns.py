"""Pod columns: each object states the text that kubectl prints for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sources.model import Pod
from sources.rules import pods, wire
from sources.rules.decode import decode_pod
from sources.rules.duration import age, parse_time

_FILE = json.loads((Path(__file__).parent / "objects" / "pods.json").read_text())
NOW = parse_time(_FILE["now"]) or 0.0
CASES = {case["case"]: case for case in _FILE["cases"]}


def recorded(case: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(CASES[case]["object"]))
    return found


def decoded(case: str, **changes: Any) -> Pod:
    obj = recorded(case)
    obj["status"].update(changes)
    return decode_pod(json.dumps(obj))


@pytest.mark.parametrize("case", CASES)
def test_columns_are_what_kubectl_prints(case: str) -> None:
    pod = decoded(case)
    assert {
        "READY": pods.ready_text(pod.ready, pod.total),
        "STATUS": pod.status,
        "RESTARTS": pods.restarts_text(pod.restarts, pod.last_restart, NOW),
        "AGE": age(pod.created, NOW),
    } == CASES[case]["kubectl"]


def test_wide_columns() -> None:
    pod = decoded("Readiness gates do not change READY", nominatedNodeName="node-9")
    assert (pod.readiness_gates, pod.nominated_node, pod.ip, pod.node) == ("1/2", "node-9", "10.1.0.7", "node-1")
    plain = decoded("Running", podIPs=None)
    assert (plain.readiness_gates, plain.nominated_node, plain.ip) == ("", "", "10.1.0.7")
    assert decoded("Running", podIPs=[{"ip": "fd00::7"}, {"ip": "10.1.0.7"}]).ip == "fd00::7"
    assert decoded("Running", podIPs=[], podIP=None).ip == ""


def test_a_gate_is_judged_by_the_first_condition_of_its_type() -> None:
    obj = recorded("Readiness gates do not change READY")
    obj["status"]["conditions"].insert(0, {"type": "example.com/lb", "status": "False"})
    assert decode_pod(json.dumps(obj)).readiness_gates == "0/2"


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("Running", ""),
        ("Completed", ""),
        ("Pending, not scheduled", "0/3 nodes are available: 3 Insufficient cpu."),
        ("Evicted", "The node was low on resource: memory."),
        ("ImagePullBackOff", 'Back-off pulling image "nginx:1.19.19"'),
        ("CreateContainerConfigError", 'secret "db" not found'),
        ("CrashLoopBackOff", "exit 1"),
        ("Init:CrashLoopBackOff", "setup: exit 1"),
        ("OOMKilled", "OOMKilled (exit 137)"),
        ("Signal:11", "signal 11"),
    ],
)
def test_message_says_why_it_does_not_run(case: str, message: str) -> None:
    assert decoded(case).message == message


def test_a_crash_says_what_the_container_said_and_of_several_containers_which() -> None:
    obj = recorded("CrashLoopBackOff")
    status = obj["status"]["containerStatuses"][0]
    status["lastState"]["terminated"]["message"] = "fatal: PAYMENTS_URL is not set\n"
    assert decode_pod(json.dumps(obj)).message == "exit 1: fatal: PAYMENTS_URL is not set"
    obj["status"]["containerStatuses"] = [{"name": "proxy", "ready": True, "state": {"running": {}}}, status]
    assert decode_pod(json.dumps(obj)).message == "app: exit 1: fatal: PAYMENTS_URL is not set"


def test_an_image_that_cannot_be_pulled_goes_before_how_the_container_ended() -> None:
    obj = recorded("ImagePullBackOff")
    obj["status"]["containerStatuses"][0]["lastState"] = {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}
    says = 'Back-off pulling image "nginx:1.19.19"; before: OOMKilled (exit 137)'
    assert decode_pod(json.dumps(obj)).message == says


@pytest.mark.parametrize(("code", "message"), [(137, "restarted after OOMKilled (exit 137)"), (0, "")])
def test_a_pod_that_runs_again_says_what_ended_it(code: int, message: str) -> None:
    obj = recorded("Running")
    ended = {"exitCode": code, "reason": "OOMKilled" if code else "Completed"}
    obj["status"]["containerStatuses"][0] |= {"restartCount": 1, "lastState": {"terminated": ended}}
    assert decode_pod(json.dumps(obj)).message == message


def test_long_messages_are_cut() -> None:
    assert len(decoded("Evicted", message="x" * 5000).message) == pods.MESSAGE_LIMIT


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (None, "Waiting"),
        ({}, "Waiting"),
        ({"waiting": {}}, "Waiting"),
        ({"waiting": {"reason": "CrashLoopBackOff"}}, "Waiting: CrashLoopBackOff"),
        ({"running": {}}, "Running"),
        ({"running": {"startedAt": "2026-03-01T11:30:00Z"}}, "Running for 30m"),
        ({"terminated": {"exitCode": 0, "reason": "Completed"}}, "Terminated: Completed (exit 0)"),
        (
            {"terminated": {"exitCode": 137, "reason": "OOMKilled", "finishedAt": "2026-03-01T11:55:00Z"}},
            "Terminated: OOMKilled (exit 137) 5m ago",
        ),
        ({"terminated": {"exitCode": 137, "signal": 9}}, "Terminated: signal 9"),
    ],
)
def test_container_state_in_a_line(state: Any, text: str) -> None:
    raw = json.dumps({"status": {"containerStatuses": [{"state": state}]}})
    status = wire.decode(wire.Pod, raw).status
    assert status is not None
    assert pods.state_text(wire.present(status.container_statuses)[0].state, NOW) == text


def test_deletion_was_asked_for_before_the_grace_period() -> None:
    assert decoded("Terminating").deleted == NOW - 60
    assert decoded("Running").deleted is None
