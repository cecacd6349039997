"""The demo source: deterministic, consistent with itself, and in trouble from the first minute on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from sources.contract import (
    STREAMS,
    Batch,
    Change,
    Context,
    Misconfigured,
    NotFound,
    Source,
    Status,
    Upsert,
)
from sources.demo import DemoConfig, DemoSource
from sources.demo.answers import PAINTING
from sources.model import Alert, Event, Node, Pod, PodUsage, Silence
from sources.rules.alerts import join
from sources.testing import ManualClock, SourceContract
from tests.unit.demo.watching import START, fold, watched

pytestmark = pytest.mark.usefixtures("inline_threads")


class TestDemoContract(SourceContract):
    @pytest.fixture(autouse=True)
    def _nothing_to_paint(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sources.demo.answers.PAINTING", 0.0)

    @asynccontextmanager
    async def source(self) -> AsyncIterator[Source]:
        made = DemoSource(DemoConfig(), Context("demo", ManualClock(START)))
        try:
            yield made
        finally:
            await made.close()


async def written(seconds: float, **config: Any) -> bytes:
    async with watched(*STREAMS, **config) as demo:
        await demo.run(seconds)
        return b"".join(
            msgspec.json.encode(Batch("demo", name, 0.0, tuple(demo.changes[name]))) for name in STREAMS
        )


async def test_the_same_seed_gives_the_same_batches_and_another_seed_others() -> None:
    first = await written(40)
    assert first == await written(40)
    assert first != await written(40, seed=2)


async def test_folded_changes_are_what_a_new_feed_begins_with() -> None:
    async with watched("nodes", "pods", "events", "alerts") as demo:
        await demo.run(285)  # disk pressure, evictions, a lost node; rules are evaluated just now
        for name in demo.changes:
            opened: list[Change] = []
            async for batch in getattr(demo.source, name)():
                opened += batch
                if any(isinstance(change, Status) and change.state == "live" for change in batch):
                    break
            assert fold(demo.changes[name]) == fold(opened), name


async def test_every_kind_of_trouble_appears_within_ten_minutes() -> None:
    async with watched("nodes", "pods", "events", "alerts") as demo:
        await demo.run(600)
        told = {
            name: [c.object for c in changes if isinstance(c, Upsert)] for name, changes in demo.changes.items()
        }
    pods = [pod for pod in told["pods"] if isinstance(pod, Pod)]
    assert {pod.status for pod in pods} >= {
        "Running", "CrashLoopBackOff", "ErrImagePull", "ImagePullBackOff", "OOMKilled", "Completed",
        "ContainerCreating", "Pending", "Terminating", "Evicted",
    }  # fmt: skip
    nodes = [node for node in told["nodes"] if isinstance(node, Node)]
    assert {node.status for node in nodes} >= {"Ready", "NotReady", "Ready,SchedulingDisabled"}
    assert any("DiskPressure" in node.pressures for node in nodes)
    assert nodes[-1].status == "Ready"
    assert nodes[-1].pressures == ()
    reasons = {event.reason for event in told["events"] if isinstance(event, Event)}
    assert reasons >= {
        "Scheduled", "Pulling", "Pulled", "Created", "Started", "Killing", "BackOff", "Failed",
        "FailedScheduling", "NodeNotReady", "NodeHasDiskPressure", "Evicted", "ScalingReplicaSet",
        "SuccessfulCreate", "SuccessfulDelete",
    }  # fmt: skip
    alerts = [alert for alert in told["alerts"] if isinstance(alert, Alert)]
    lost = [(alert.origin, alert.state) for alert in alerts if alert.name == "KubeNodeNotReady"]
    assert lost[0] == ("prometheus", "pending")
    assert {("prometheus", "firing"), ("alertmanager", "firing")} <= set(lost)
    assert "KubeNodeNotReady" not in {
        a.name for a in fold(demo.changes["alerts"]).values() if isinstance(a, Alert)
    }
    assert any(alert.silenced_by for alert in alerts if alert.name == "KubeContainerWaiting")
    assert any(alert.inhibited_by for alert in alerts if alert.name == "KubeNodeUnreachable")


async def test_little_is_wrong_when_the_screen_opens() -> None:
    async with watched("pods", "alerts") as demo:
        await demo.run(PAINTING)
        pods = [pod for pod in fold(demo.changes["pods"]).values() if isinstance(pod, Pod)]
        alerts = [alert for alert in fold(demo.changes["alerts"]).values() if isinstance(alert, Alert)]
    assert 250 <= len(pods) <= 350
    assert {pod.name.rpartition("-")[0] for pod in pods if pod.status not in ("Running", "Completed")} == {
        "model-training"
    }
    assert {alert.name for alert in alerts} == {"Watchdog", "TargetDown", "KubePodNotReady", "PodUnschedulable"}


async def test_repeated_events_count_up_under_the_same_uid() -> None:
    async with watched("events") as demo:
        await demo.run(120)
        seen: dict[str, list[tuple[int, float]]] = {}
        for change in demo.changes["events"]:
            if isinstance(change, Upsert) and isinstance(change.object, Event):
                event = change.object
                seen.setdefault(event.uid, []).append((event.count, event.last or 0.0))
    grown = [counts for counts in seen.values() if counts[-1][0] > counts[0][0]]
    assert len(grown) > 5
    assert all(counts == sorted(counts) for counts in seen.values())


async def test_restarts_of_a_crash_loop_grow() -> None:
    async with watched("pods") as demo:
        await demo.run(400)
        restarts: dict[str, list[int]] = {}
        for change in demo.changes["pods"]:
            if isinstance(change, Upsert) and isinstance(change.object, Pod):
                restarts.setdefault(change.object.key, []).append(change.object.restarts)
    crashing = {
        key: counts for key, counts in restarts.items() if key.startswith("payments/ledger") and len(counts) > 3
    }
    assert crashing
    assert all(counts == sorted(counts) and counts[-1] > counts[0] for counts in crashing.values())


async def test_speed_moves_simulated_time_and_says_how_far_it_is_ahead() -> None:
    async with watched("nodes", speed=60) as demo:
        await demo.run(5)
        assert demo.source.now() == START + 300
        status = [change for change in demo.changes["nodes"] if isinstance(change, Status)][-1]
        assert status.clock_offset == 295.0
        assert any(
            isinstance(c, Upsert) and "DiskPressure" in getattr(c.object, "pressures", ())
            for c in demo.changes["nodes"]
        )


async def test_the_metrics_agree_with_the_inventory() -> None:
    async with watched("pods", "usage") as demo:
        await demo.run(230)
        now = demo.source.now()
        pods = [pod for pod in fold(demo.changes["pods"]).values() if isinstance(pod, Pod)]
        running = sum(pod.phase == "Running" for pod in pods)
        ask = demo.source.query
        counted = await ask('sum(kube_pod_status_phase{phase="Running"})', at=now)
        assert abs(counted.series[0].values[0] - running) <= 6  # the last scrape was some seconds ago
        down = await ask("count by (job) (up == 0)")
        assert {dict(s.labels)["job"]: s.values[0] for s in down.series} == {
            "kubelet": 1.0, "node-exporter": 1.0, "kafka-exporter": 1.0,
        }  # fmt: skip
        busy = await ask("sum by (node) (rate(node_cpu_seconds_total[2m]))")
        cores = {dict(series.labels)["node"]: series.values[0] for series in busy.series}
        assert cores["worker-a1"] == pytest.approx(8.0)
        used = await ask('sum by (pod) (rate(container_cpu_usage_seconds_total{pod="postgres-0"}[1m]))')
        usage = fold(demo.changes["usage"])["pod_usage", "payments/postgres-0"]
        assert isinstance(usage, PodUsage)
        assert used.series[0].values[0] * 1e9 == pytest.approx(usage.cpu, rel=0.3)


async def test_an_hour_of_history_is_there_at_once() -> None:
    demo = DemoSource(DemoConfig(start=START), Context("demo", ManualClock(START)))
    result = await demo.query_range("sum(rate(http_requests_total[5m]))", START - 3600, START, 60)
    assert len(result.series[0].times) == 61
    assert min(result.series[0].values) > 100
    future = await demo.query_range("up", START + 600, START + 1200, 60)
    assert future.series == ()


async def test_alerts_are_a_series_too() -> None:
    demo = DemoSource(DemoConfig(start=START), Context("demo", ManualClock(START)))
    result = await demo.query('count by (alertname) (ALERTS{alertstate="firing"})')
    assert {dict(series.labels)["alertname"] for series in result.series} >= {"Watchdog", "TargetDown"}


async def test_labels_values_series_and_metadata() -> None:
    demo = DemoSource(DemoConfig(start=START), Context("demo", ManualClock(START)))
    assert {"__name__", "namespace", "pod", "node", "le"} <= set(await demo.labels())
    assert list(await demo.labels(["up"])) == ["__name__", "instance", "job", "node"]
    assert "shop" in await demo.label_values("namespace", ["kube_pod_info"])
    assert len(await demo.label_values("__name__", limit=3)) == 3
    assert len(await demo.series(['up{job="node-exporter"}'])) == 12
    kinds = {entry.name: entry.type for entry in await demo.metadata()}
    assert kinds["http_request_duration_seconds"] == "histogram"
    assert kinds["node_cpu_seconds_total"] == "counter"


async def test_targets_and_rules() -> None:
    demo = DemoSource(DemoConfig(start=START), Context("demo", ManualClock(START)))
    down = [target for target in await demo.targets() if target.health == "down"]
    assert [target.pool for target in down] == ["kafka-exporter"]
    assert down[0].last_error
    assert {rule.name: rule.state for rule in await demo.rules()}["Watchdog"] == "firing"


async def test_objects_are_whole_and_what_is_not_there_is_said() -> None:
    demo = DemoSource(DemoConfig(start=START), Context("demo", ManualClock(START)))
    pod = await demo.get_object("Pod", "payments", "postgres-0")
    assert pod["spec"]["containers"][0]["resources"]["requests"] == {"cpu": "1000m", "memory": "4096Mi"}
    assert pod["status"]["containerStatuses"][0]["state"]["running"]
    node = await demo.get_object("Node", "", "worker-a1")
    assert {condition["type"] for condition in node["status"]["conditions"]} >= {"Ready", "DiskPressure"}
    owner = pod["metadata"]["ownerReferences"][0]
    assert (await demo.get_object(owner["kind"], "payments", owner["name"]))["metadata"]["uid"] == owner["uid"]
    with pytest.raises(NotFound, match='Pod "nobody" in namespace shop'):
        await demo.get_object("Pod", "shop", "nobody")


@pytest.mark.parametrize("wrong", [{"nodes": 3}, {"speed": 0}, {"speed": -1}, {"start": 12}, {"scenario": "fire"}])
def test_what_cannot_be_simulated_is_refused(wrong: dict[str, object]) -> None:
    config = msgspec.convert(wrong, DemoConfig)
    with pytest.raises(Misconfigured, match=f"demo: {next(iter(wrong))} is"):
        DemoSource(config, Context("demo"))


@pytest.mark.parametrize("nodes", [4, 7, 40])
async def test_other_sizes_work(nodes: int) -> None:
    async with watched(*STREAMS, nodes=nodes) as demo:
        await demo.run(70)
        assert sum(isinstance(thing, Node) for thing in fold(demo.changes["nodes"]).values()) == nodes


async def test_the_two_origins_of_an_alert_join_to_one() -> None:
    async with watched("alerts") as demo:
        await demo.run(240)
        things = list(fold(demo.changes["alerts"]).values())
    alerts = [thing for thing in things if isinstance(thing, Alert)]
    silences = [thing for thing in things if isinstance(thing, Silence)]
    joined = join(alerts, silences)
    assert len(joined) == sum(alert.origin == "prometheus" for alert in alerts)
    assert {"silenced", "inhibited", "firing"} <= {alert.state for alert in joined}


async def test_what_events_are_about_can_be_opened() -> None:
    async with watched("events") as demo:
        await demo.run(30)
        events = [event for event in fold(demo.changes["events"]).values() if isinstance(event, Event)]
        kinds = {event.about.kind: event.about for event in events}
        assert {"Pod", "ReplicaSet", "Deployment", "Job", "CronJob"} <= set(kinds)
        for kind in ("ReplicaSet", "Deployment", "Job", "CronJob"):
            about = kinds[kind]
            found = await demo.source.get_object(kind, about.namespace, about.name)
            assert found["metadata"]["uid"] == about.uid
