"""Every scenario shows its cause where people look for it, and is over in the end."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from sources.contract import Context, Snapshot, Upsert
from sources.demo import DemoConfig, DemoSource
from sources.demo.scenarios import BY_NAME, DEFAULT, SCENARIOS, listing
from sources.model import Alert, Event, Node, Pod, Silence
from sources.rules.alerts import join
from sources.testing import ManualClock
from tests.testbed.scenarios import SCENARIOS as PLAYED
from tests.unit.demo.watching import START, Watched, fold, watched

BACKGROUND = {"Watchdog", "TargetDown", "KubePodNotReady", "PodUnschedulable"}
SPEED = 20
SEEN, OVER = 300, 900
"""Seconds after the start at which the incident must show, and at which it must be over."""

pytestmark = pytest.mark.usefixtures("inline_threads")


class Shows(NamedTuple):
    """What can be found while it lasts: pods in a state, alerts, words of an event, and a query with an answer."""

    pods: tuple[tuple[str, str], ...]
    alerts: tuple[str, ...]
    events: tuple[tuple[str, str], ...]
    query: str


NO_SPACE = "No space left on device"
CAUSES = {
    "outage": Shows(
        (("assets", "ImagePullBackOff"), ("ledger", "CrashLoopBackOff"), ("report-builder", "Evicted")),
        ("KubeContainerWaiting", "ContainerOOMKilled", "KubeNodeNotReady", "HighErrorRate"),
        (("Failed", "nginx:1.19.19: not found"), ("Evicted", "report-builder was using 41984Mi")),
        "kube_node_status_condition{condition='Ready',status='unknown'} == 1",
    ),
    "wrong-image": Shows(
        (("assets", "ImagePullBackOff"),),
        ("KubeContainerWaiting", "KubeDeploymentRolloutStuck"),
        (("Failed", "nginx:1.19.19: not found"),),
        "kube_pod_container_status_waiting_reason{reason='ImagePullBackOff'} == 1",
    ),
    "crash-loop": Shows(
        (("checkout", "CrashLoopBackOff"),),
        ("KubePodCrashLooping", "HighErrorRate"),
        (("BackOff", "restarting failed container checkout"),),
        "increase(kube_pod_container_status_restarts_total{namespace='shop'}[5m]) > 2",
    ),
    "oom-kill": Shows(
        (("ledger", "CrashLoopBackOff"),),
        ("ContainerOOMKilled", "HighErrorRate"),
        (("BackOff", "restarting failed container ledger"),),
        "kube_pod_container_status_last_terminated_reason{reason='OOMKilled'} == 1",
    ),
    "unschedulable": Shows(
        (("indexer", "Pending"),),
        ("PodUnschedulable", "KubeDeploymentRolloutStuck"),
        (("FailedScheduling", "8 Insufficient cpu"),),
        "kube_pod_container_resource_requests{resource='cpu',namespace='search'} > 40",
    ),
    "node-not-ready": Shows(
        (),
        ("KubeNodeNotReady", "KubeNodeUnreachable", "TargetDown"),
        (("NodeNotReady", "Node is not ready"),),
        "kube_node_spec_taint{key='node.kubernetes.io/unreachable'} == 1",
    ),
    "disk-pressure": Shows(
        (("report-builder", "Evicted"),),
        ("KubeNodePressure", "NodeFilesystemAlmostOutOfSpace"),
        (("Evicted", "low on resource: ephemeral-storage"), ("NodeHasDiskPressure", "")),
        "node_filesystem_avail_bytes / node_filesystem_size_bytes < 0.1",
    ),
    "pvc-full": Shows(
        (("postgres", "CrashLoopBackOff"),),
        ("KubePersistentVolumeFillingUp", "KubePodCrashLooping"),
        (("BackOff", "restarting failed container postgres"),),
        "kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes < 0.01",
    ),
    "failing-readiness": Shows(
        (),
        ("HighErrorRate",),
        (("Unhealthy", "Readiness probe failed"),),
        "sum by (namespace) (kube_pod_container_status_ready{namespace='team-atlas',container='gateway'}) == 0",
    ),
    "cpu-throttling": Shows(
        (),
        ("CPUThrottlingHigh",),
        (("ScalingReplicaSet", "fraud-scorer"),),
        "rate(container_cpu_cfs_throttled_periods_total[2m]) / rate(container_cpu_cfs_periods_total[2m]) > 0.7",
    ),
    "evictions": Shows(
        (("report-builder", "Evicted"),),
        (),
        (("Evicted", "low on resource: memory"), ("EvictionThresholdMet", "memory")),
        "kubelet_evictions > 2",
    ),
    "hpa-at-max": Shows(
        (),
        ("KubeHpaMaxedOut",),
        (("SuccessfulRescale", "New size: 14"),),
        "kube_horizontalpodautoscaler_status_current_replicas == kube_horizontalpodautoscaler_spec_max_replicas",
    ),
    "bad-rollout": Shows(
        (),
        ("KubeDeploymentRolloutStuck", "HighErrorRate"),
        (("Unhealthy", "statuscode: 500"),),
        "kube_deployment_status_condition{condition='Progressing',status='false'} == 1",
    ),
}


def all_of(demo: Watched, feed: str, wanted: type[Any]) -> list[Any]:
    return [thing for thing in fold(demo.changes[feed]).values() if isinstance(thing, wanted)]


def ever(demo: Watched, feed: str) -> list[Any]:
    """Every object that a feed ever told."""
    found: list[Any] = []
    for change in demo.changes[feed]:
        found += [change.object] if isinstance(change, Upsert) else ()
        found += change.objects if isinstance(change, Snapshot) else ()
    return found


@pytest.mark.parametrize("name", [scenario.name for scenario in SCENARIOS])
async def test_a_scenario_shows_its_cause_and_is_over_in_the_end(name: str) -> None:
    shows = CAUSES[name]
    async with watched("nodes", "pods", "events", "alerts", speed=SPEED, scenario=name) as demo:
        await demo.run(SEEN / SPEED)
        pods = {(pod.name, pod.status) for pod in ever(demo, "pods")}
        for workload, status in shows.pods:
            assert any(pod.startswith(workload) and said == status for pod, said in pods), (workload, status)
        firing = {alert.name for alert in all_of(demo, "alerts", Alert) if alert.state == "firing"}
        assert firing >= set(shows.alerts)
        events: list[Event] = all_of(demo, "events", Event)
        for reason, words in shows.events:
            assert any(event.reason == reason and words in event.message for event in events), (reason, words)
        assert (await demo.source.query(shows.query)).series
        await demo.run((OVER - SEEN) / SPEED)
        left = {pod.status for pod in all_of(demo, "pods", Pod) if not pod.name.startswith("model-training")}
        assert left <= {"Running", "Completed", "ContainerCreating", "Terminating", "Pending"}
        assert all(not node.pressures and "NotReady" not in node.status for node in all_of(demo, "nodes", Node))
        assert {alert.name for alert in all_of(demo, "alerts", Alert)} <= BACKGROUND


async def test_a_pod_that_does_not_get_ready_and_one_that_dies_say_why() -> None:
    async with watched("pods", speed=SPEED, scenario="pvc-full") as demo:
        await demo.run(SEEN / SPEED)
        pod = await demo.source.get_object("Pod", "payments", "postgres-0")
        assert NO_SPACE in pod["status"]["containerStatuses"][0]["lastState"]["terminated"]["message"]
        claim = pod["spec"]["volumes"][0]["persistentVolumeClaim"]["claimName"]
        before = await demo.source.get_object("PersistentVolumeClaim", "payments", claim)
        await demo.run((OVER - SEEN) / SPEED)
        after = await demo.source.get_object("PersistentVolumeClaim", "payments", claim)
    assert (before["status"]["capacity"], after["status"]["capacity"]) == (
        {"storage": "200Gi"},
        {"storage": "400Gi"},
    )


async def test_a_stuck_rollout_says_so_in_its_deployment() -> None:
    async with watched("pods", speed=SPEED, scenario="bad-rollout") as demo:
        await demo.run(SEEN / SPEED)
        stuck = await demo.source.get_object("Deployment", "payments", "payments-api")
        await demo.run((OVER - SEEN) / SPEED)
        well = await demo.source.get_object("Deployment", "payments", "payments-api")
    conditions = [{c["type"]: c["reason"] for c in each["status"]["conditions"]} for each in (stuck, well)]
    assert [each["Progressing"] for each in conditions] == ["ProgressDeadlineExceeded", "NewReplicaSetAvailable"]
    assert stuck["status"]["availableReplicas"] < stuck["spec"]["replicas"] == well["status"]["availableReplicas"]


async def test_an_autoscaler_says_that_it_would_like_more() -> None:
    async with watched("pods", speed=SPEED, scenario="hpa-at-max") as demo:
        await demo.run(SEEN / SPEED)
        scaler = await demo.source.get_object("HorizontalPodAutoscaler", "search", "query")
        await demo.run((OVER - SEEN) / SPEED)
        later = await demo.source.get_object("HorizontalPodAutoscaler", "search", "query")
    use = [
        each["status"]["currentMetrics"][0]["resource"]["current"]["averageUtilization"]
        for each in (scaler, later)
    ]
    assert scaler["status"]["currentReplicas"] == scaler["spec"]["maxReplicas"] == 14
    assert "TooManyReplicas" in {condition["reason"] for condition in scaler["status"]["conditions"]}
    assert use[0] > scaler["spec"]["metrics"][0]["resource"]["target"]["averageUtilization"]
    assert use[1] < use[0]
    assert later["status"]["currentReplicas"] == 20


async def test_memory_climbs_to_the_limit_before_the_kernel_kills() -> None:
    demo = DemoSource(DemoConfig(start=START), Context("demo", ManualClock(START)))
    share = "container_memory_working_set_bytes{container='ledger'} / container_spec_memory_limit_bytes"
    result = await demo.query_range(share, START - 210, START, 30)
    climbing = [series.values for series in result.series if len(series.values) >= 5 and series.values[-1] > 0.8]
    assert len(climbing) >= 5
    assert all(list(values) == sorted(values) for values in climbing)


async def test_the_silence_names_who_made_it_and_why() -> None:
    async with watched("alerts", speed=SPEED) as demo:
        await demo.run(12)
        before = {silence.comment for silence in all_of(demo, "alerts", Silence) if silence.state == "active"}
        await demo.run(SEEN / SPEED - 12)
        alerts, silences = all_of(demo, "alerts", Alert), all_of(demo, "alerts", Silence)
    made = [silence for silence in silences if "INC-2041" in silence.comment]
    assert [(silence.state, silence.created_by) for silence in made] == [("active", "sam@example.com")]
    assert made[0].comment not in before
    states = {alert.name: alert.state for alert in join(alerts, silences)}
    assert states["KubeContainerWaiting"] == "silenced"
    assert states["KubeNodeUnreachable"] == "inhibited"


def test_the_list_has_every_scenario_once_and_fits_a_terminal() -> None:
    names = [line.split()[0] for line in listing()]
    assert names == [scenario.name for scenario in SCENARIOS]
    assert names[0] == DEFAULT
    assert set(names) == set(BY_NAME) == set(CAUSES)
    assert set(names) - {DEFAULT} == set(PLAYED), "the test bed plays the same incidents"
    assert all(len(line) <= 100 for line in listing())
