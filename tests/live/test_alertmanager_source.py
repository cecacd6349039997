"""The Alertmanager source against a real server, and joined with what the real Prometheus says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sources.alertmanager import AlertmanagerConfig, AlertmanagerSource
from sources.contract import Context, Snapshot, Status
from sources.kubernetes import KubernetesSource
from sources.model import Alert, Silence
from sources.prometheus import PrometheusConfig, PrometheusSource
from sources.rules.alerts import DisplayAlert, heartbeat, join
from tests.testbed import Bed


@asynccontextmanager
async def connected(config: AlertmanagerConfig) -> AsyncIterator[AlertmanagerSource]:
    source = AlertmanagerSource(config, Context("alertmanager"))
    try:
        yield source
    finally:
        await source.close()


async def picture(source: AlertmanagerSource | PrometheusSource) -> tuple[list[Alert], list[Silence], Status]:
    feed = source.alerts()
    await anext(feed)
    batch = await anext(feed)
    status = batch[-1]
    assert isinstance(status, Status)
    things = [each for change in batch if isinstance(change, Snapshot) for each in change.objects]
    alerts = [each for each in things if isinstance(each, Alert)]
    return alerts, [each for each in things if isinstance(each, Silence)], status


async def test_alerts_silences_and_inhibitions(bed: Bed) -> None:
    async with connected(AlertmanagerConfig(url=bed.alertmanager_url)) as source:
        async with asyncio.timeout(90):
            while True:
                alerts, silences, status = await picture(source)
                found = {alert.name: alert for alert in alerts}
                if {"TestBedDiskFilling", "TestBedNodeUnreachable", "TestBedPodCrashLooping"} <= set(found):
                    break
                await asyncio.sleep(0.2)
        active = {silence.id: silence for silence in silences if silence.state == "active"}
        (by,) = found["TestBedDiskFilling"].silenced_by
        assert active[by].matchers[0].value == "TestBedDiskFilling"
        assert active[by].created_by
        assert found["TestBedNodeUnreachable"].inhibited_by
        assert found["TestBedPodCrashLooping"].receivers == ("on-call",)
        assert found["TestBedPodCrashLooping"].rule == "vector(17)"
        assert status.state == "live"


async def test_groups_status_check(bed: Bed) -> None:
    async with connected(AlertmanagerConfig(url=bed.alertmanager_url)) as source:
        groups = await source.groups()
        assert {group.receiver for group in groups} <= {"nobody", "on-call"}
        assert all(group.alerts for group in groups)
        (status,) = await source.status()
        assert status.version.startswith("0.")
        assert [check.ok for check in await source.check()] == [True, True]


async def test_a_peer_that_is_away(bed: Bed) -> None:
    config = AlertmanagerConfig(url=bed.alertmanager_url, peers=(bed.alertmanager_url, "http://127.0.0.1:1"))
    async with connected(config) as source:
        alerts, _, status = await picture(source)
        assert len({alert.fingerprint for alert in alerts}) == len(alerts)
        assert status.state == "partial"
        assert "connection refused" in status.missing[0]


async def test_found_behind_the_service_proxy(bed: Bed) -> None:
    cluster = KubernetesSource(
        KubernetesSource.Config(kubeconfig=str(bed.kubeconfig("viewer"))),  # type: ignore[arg-type]  # its own Config
        Context("kubernetes"),
    )
    source = AlertmanagerSource(AlertmanagerConfig(), Context("alertmanager", peers=lambda: [cluster]))
    try:
        _, _, status = await picture(source)
        assert (status.state, status.via) == ("live", "service monitoring/kube-prometheus-stack-alertmanager:9093")
    finally:
        await source.close()
        await cluster.close()


async def test_each_alert_once_with_both_systems_words(bed: Bed) -> None:
    prometheus = PrometheusSource(PrometheusConfig(url=bed.prometheus_url), Context("prometheus"))
    async with connected(AlertmanagerConfig(url=bed.alertmanager_url)) as source:
        try:
            async with asyncio.timeout(90):
                while True:
                    ours, _, _ = await picture(prometheus)
                    theirs, silences, _ = await picture(source)
                    shown: dict[str, DisplayAlert] = {each.name: each for each in join(ours + theirs, silences)}
                    firing = [alert for alert in ours if alert.state == "firing"]
                    if len(firing) >= 5 and len(theirs) >= len(firing):
                        break
                    await asyncio.sleep(0.2)
        finally:
            await prometheus.close()
    both = ("prometheus", "alertmanager")
    assert (shown["TestBedDiskFilling"].state, shown["TestBedDiskFilling"].origins) == ("silenced", both)
    assert shown["TestBedDiskFilling"].silenced_until is not None
    assert shown["TestBedDiskFilling"].label("cluster") == "testbed"
    assert (shown["TestBedNodeUnreachable"].state, shown["TestBedNodeUnreachable"].origins) == ("inhibited", both)
    assert (shown["TestBedSlowRollout"].state, shown["TestBedSlowRollout"].origins) == ("pending", ("prometheus",))
    assert len(join(ours + theirs)) == len(ours)
    assert heartbeat(shown.values()).origins == both
