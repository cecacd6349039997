"""The classic incidents on the real control plane, seen through our own Kubernetes source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from sources.model import Event, Node, Pod
from tests.live.following import following
from tests.testbed import Bed, ports, scenarios


class Symptom(NamedTuple):
    """`pods`: how many have which status and how many of their containers ready; `event`: reason and words;
    `node`: its name and what it says."""

    pods: tuple[tuple[int, str, int], ...]
    event: tuple[str, str]
    node: tuple[str, str] = ("", "")


SYMPTOMS = {
    "wrong-image": Symptom(
        ((3, "Running", 1), (2, "ImagePullBackOff", 0)), ("Failed", "nginx:1.19.19: not found")
    ),
    "crash-loop": Symptom(((3, "Running", 1), (2, "CrashLoopBackOff", 0)), ("BackOff", "container checkout")),
    "oom-kill": Symptom(((3, "Running", 1), (2, "CrashLoopBackOff", 0)), ("BackOff", "container ledger")),
    "unschedulable": Symptom(((3, "Running", 1), (2, "Pending", 0)), ("FailedScheduling", "Insufficient cpu")),
    "node-not-ready": Symptom(
        ((4, "Running", 1),), ("NodeNotReady", "Node is not ready"), ("incident-lost", "NotReady")
    ),
    "disk-pressure": Symptom(
        ((2, "Evicted", 0), (2, "Pending", 0)), ("Evicted", "ephemeral-storage"), ("incident-disk", "DiskPressure")
    ),
    "pvc-full": Symptom(((1, "CrashLoopBackOff", 0),), ("BackOff", "container postgres")),
    "failing-readiness": Symptom(((3, "Running", 0),), ("Unhealthy", "Readiness probe failed")),
    "cpu-throttling": Symptom(((3, "Running", 1),), ("ScalingReplicaSet", "fraud-scorer")),
    "evictions": Symptom(
        ((2, "Evicted", 0), (2, "Pending", 0)), ("Evicted", "memory"), ("incident-memory", "MemoryPressure")
    ),
    "hpa-at-max": Symptom(((4, "Running", 1),), ("SuccessfulRescale", "New size: 4")),
    "bad-rollout": Symptom(((3, "Running", 1), (2, "Running", 0)), ("Unhealthy", "statuscode: 500")),
}


@pytest.fixture(scope="module")
def stage(bed: Bed) -> Iterator[Bed]:
    """The bed; nothing of a scenario is left behind, even when one of them failed."""
    try:
        yield bed
    finally:
        scenarios.stop(bed.api())


def test_every_scenario_has_a_symptom() -> None:
    assert set(SYMPTOMS) == set(scenarios.SCENARIOS)


@pytest.mark.parametrize("name", list(scenarios.SCENARIOS))
async def test_a_scenario_is_seen_through_the_source(stage: Bed, name: str) -> None:
    symptom = SYMPTOMS[name]
    player = scenarios.play(stage.api(), name, ports.load(stage.state)["kwok"])
    async with following(stage.kubeconfig("viewer"), "nodes", "pods", "events") as (_, nodes, pods, events):
        for feed in (nodes, pods, events):
            await feed.settled()

        def shown() -> list[Pod]:
            return [pod for pod in pods.rows("pod").values() if pod.namespace == player.namespace]

        def told() -> list[Event]:
            every: list[Event] = list(events.rows("event").values())
            return [event for event in every if event.about.namespace == player.namespace]

        for number, status, ready in symptom.pods:
            await pods.until(
                lambda status=status, ready=ready, number=number: (
                    sum(pod.status == status and pod.ready == ready for pod in shown()) >= number
                )
            )
        reason, words = symptom.event
        await events.until(lambda: any(event.reason == reason and words in event.message for event in told()))
        if symptom.node[0]:
            node: Node = nodes.rows("node")[symptom.node[0]]
            assert symptom.node[1] in (node.status, *node.pressures)


def test_what_was_played_can_be_removed(stage: Bed) -> None:
    scenarios.play(stage.api(), "failing-readiness", ports.load(stage.state)["kwok"])
    assert "failing-readiness" in scenarios.stop(stage.api())
    assert "incident" not in stage.kubectl_run("get", "namespaces,nodes,persistentvolumes", "--no-headers")
