"""The metrics API: found, polled, missing, coming and going."""

from __future__ import annotations

import asyncio
from math import inf

import pytest

from sources.kubernetes import pages, usage
from sources.kubernetes.access import ROUND, Access
from tests.unit.kubernetes.fakes import REFUSED, Body, dump, listing, refusal, settle

GROUP = "/apis/metrics.k8s.io"
NODES = f"{GROUP}/v1beta1/nodes"
PODS = f"{GROUP}/v1beta1/pods"
AT = "2026-01-02T03:04:05Z"


def group(*versions):
    return dump({"kind": "APIGroup", "versions": [{"groupVersion": f"x/{v}", "version": v} for v in versions]})


def node_metrics(name, cpu="250500000n", memory="1234567Ki"):
    usage = {"cpu": cpu, "memory": memory}
    return {"metadata": {"name": name}, "timestamp": AT, "window": "15.5s", "usage": usage}


def pod_metrics(name, namespace="shop"):
    containers = [{"name": "a", "usage": {"cpu": "1m", "memory": "1Mi"}}] * 2
    meta = {"name": name, "namespace": namespace}
    return {"metadata": meta, "timestamp": AT, "window": "15s", "containers": containers}


@pytest.fixture
def metrics(rig):
    rig.api.script(GROUP, group("v1beta1"))
    rig.api.script(NODES, listing(node_metrics("n1"), kind="NodeMetricsList"))
    rig.api.script(PODS, listing(pod_metrics("p1"), pod_metrics("p2"), kind="PodMetricsList"))
    return rig


async def test_samples_with_their_own_moment_every_interval(metrics):
    metrics.start_usage()
    await settle()
    assert [(s.kind, s.scope, len(s.objects)) for s in metrics.sink.snapshots] == [
        ("node_usage", "", 1),
        ("pod_usage", "", 2),
    ]
    sample = metrics.sink.snapshots[0].objects[0]
    assert (sample.cpu, sample.memory, sample.window) == (250_500_000, 1234567 * 1024, 15.5)
    assert sample.at == 1767323045.0
    assert metrics.sink.snapshots[1].objects[0].cpu == 2_000_000
    assert metrics.sink.status.state == "live"
    await metrics.clock.advance(46)
    assert len(metrics.api.asked(NODES)) == 4
    assert len(metrics.api.asked(GROUP)) == 1


async def test_samples_of_pods_wait_for_the_pods_and_those_of_nodes_do_not(metrics):
    listed = asyncio.Event()

    async def pods() -> None:
        await listed.wait()

    metrics.start_usage(pods=pods)
    await settle()
    assert [s.kind for s in metrics.sink.snapshots] == ["node_usage"]
    assert not metrics.api.asked(PODS)
    listed.set()
    await settle()
    assert [s.kind for s in metrics.sink.snapshots] == ["node_usage", "pod_usage"]


async def test_a_narrower_look_takes_back_what_others_use(metrics):
    path = f"{GROUP}/v1beta1/namespaces/shop/pods"
    metrics.api.script(path, listing(pod_metrics("p1"), kind="PodMetricsList"))
    access = Access()
    metrics.start_usage(access)
    await settle()
    access.narrow(("shop",))
    await settle()
    said = [(s.scope, len(s.objects)) for s in metrics.sink.snapshots if s.kind == "pod_usage"]
    assert said == [("", 2), ("", 0), ("shop", 1)]
    access.narrow(())
    await settle()
    assert [s.scope for s in metrics.sink.snapshots][-1] == ""
    assert len(metrics.sink.snapshots[-1].objects) == 2


async def test_many_samples_come_in_parts(metrics, monkeypatch):
    """Those of 150,000 pods as one would weigh as much as a fifth of the pods."""
    monkeypatch.setattr(pages.in_parts, "__defaults__", (2,))
    monkeypatch.setattr(usage, "FLOW", inf)  # that pause is none of this clock's
    pods = [pod_metrics(f"p{number}") for number in range(5)]

    class InBlocks(Body):
        async def blocks(self):
            async for block in super().blocks():
                for at in range(0, len(block), 200):
                    yield block[at : at + 200]

    metrics.api.script(PODS, lambda _params: InBlocks(listing(*pods, kind="PodMetricsList")))
    metrics.start_usage()
    await settle()
    parts = [each for each in metrics.sink.snapshots if each.kind == "pod_usage"]
    assert len(parts) > 1
    assert [(part.first, part.last) for part in parts] == [(part is parts[0], part is parts[-1]) for part in parts]
    assert [pod.name for part in parts for pod in part.objects] == [f"p{number}" for number in range(5)]


async def test_a_long_poll_is_followed_by_a_long_rest(metrics):
    """150,000 samples take seconds: they must not take them from everything else, again and again."""

    class Slow(Body):
        async def blocks(self):
            await metrics.clock.sleep(20.0)
            async for block in super().blocks():
                yield block

    metrics.api.script(PODS, lambda _params: Slow(listing(pod_metrics("p1"), kind="PodMetricsList")))
    metrics.start_usage()
    await metrics.clock.advance(21)
    assert len(metrics.api.asked(PODS)) == 1
    await metrics.clock.advance(70)
    assert len(metrics.api.asked(PODS)) == 1
    await metrics.clock.advance(15)
    assert len(metrics.api.asked(PODS)) == 2


async def test_that_it_waited_for_the_pods_makes_a_poll_no_longer(metrics):
    """The pods of a large cluster take half a minute: their use is not to be as old as four times that."""
    listed = asyncio.Event()

    async def pods() -> None:
        await listed.wait()

    metrics.start_usage(pods=pods)
    await settle()
    await metrics.clock.advance(30)
    listed.set()
    await settle()
    assert len(metrics.api.asked(PODS)) == 1
    await metrics.clock.advance(16)
    assert len(metrics.api.asked(PODS)) == 2


async def test_many_rows_are_read_less_often(metrics, monkeypatch):
    monkeypatch.setattr(usage, "ROWS", 0.1)
    metrics.start_usage()
    await settle()
    await metrics.clock.advance(29)
    assert len(metrics.api.asked(PODS)) == 1
    await metrics.clock.advance(2)
    assert len(metrics.api.asked(PODS)) == 2, "three rows, one in ten seconds"


async def test_a_refresh_asks_again_for_what_was_refused(metrics):
    """A server that starts refuses everybody; its return nudges."""
    metrics.api.script(NODES, refusal(403, "Forbidden"), listing(node_metrics("n1")))
    metrics.api.script(PODS, refusal(403, "Forbidden"), listing(pod_metrics("p1")))
    for path in ("/api/v1/namespaces", f"{GROUP}/v1beta1/namespaces/default/pods"):
        metrics.api.script(path, refusal(403, "Forbidden"))
    metrics.start_usage()
    await metrics.clock.advance(2)
    assert metrics.sink.status.state == "denied"
    metrics.cluster.nudge.now()
    await settle(200)
    assert metrics.sink.status.state == "live"


@pytest.mark.parametrize(
    ("versions", "used"), [(("v1", "v1beta1"), "v1"), (("v1beta1", "v1"), "v1beta1"), (("v9", "v1"), "v1")]
)
async def test_the_first_version_we_know_of_those_listed(metrics, versions, used):
    metrics.api.script(GROUP, group(*versions))
    for resource in ("nodes", "pods"):
        metrics.api.script(f"{GROUP}/{used}/{resource}", listing(kind="List"))
    metrics.start_usage()
    await settle()
    assert metrics.api.asked(f"{GROUP}/{used}/nodes")


@pytest.mark.parametrize("answer", [refusal(404, "NotFound"), group("v2alpha1"), group()])
@pytest.mark.fault(14)
async def test_absent_and_looked_for_every_five_minutes(metrics, answer):
    metrics.api.script(GROUP, answer)
    metrics.start_usage()
    await settle()
    assert metrics.sink.status.state == "absent"
    assert metrics.sink.status.detail.startswith("metrics API not available (metrics.k8s.io")
    await metrics.clock.advance(299)
    assert len(metrics.api.asked(GROUP)) == 1
    metrics.api.script(GROUP, group("v1beta1"))
    await metrics.clock.advance(2)
    assert metrics.sink.status.state == "live"


@pytest.mark.fault(14)
async def test_a_service_that_is_not_up_yet_is_asked_sooner(metrics):
    metrics.api.script(GROUP, refusal(503, "ServiceUnavailable"))
    metrics.start_usage()
    await settle()
    assert metrics.sink.status.state == "absent"
    metrics.api.script(GROUP, group("v1beta1"))
    await metrics.clock.advance(31)
    assert metrics.sink.status.state == "live"


async def test_later_trouble_leaves_the_last_samples_as_stale(metrics):
    metrics.start_usage()
    await settle()
    metrics.api.script(NODES, REFUSED)
    await metrics.clock.advance(16)
    assert metrics.sink.status.state == "stale"
    assert metrics.sink.names


async def test_uninstalled_later_takes_the_numbers_back(metrics):
    metrics.start_usage()
    await settle()
    metrics.api.script(NODES, refusal(404))
    await metrics.clock.advance(16)
    assert metrics.sink.status.state == "absent"
    assert metrics.sink.names == []


@pytest.mark.fault(41)
async def test_a_sample_that_is_none_is_left_out(metrics):
    bad = node_metrics("n2", cpu="lots")
    metrics.api.script(NODES, listing(node_metrics("n1"), bad, kind="NodeMetricsList"))
    metrics.start_usage()
    await settle()
    assert [sample.name for sample in metrics.sink.snapshots[0].objects] == ["n1"]


async def test_pods_without_nodes_is_partial(metrics):
    metrics.api.script(NODES, refusal(403, "Forbidden", missing="list nodes.metrics.k8s.io"))
    metrics.start_usage()
    await settle()
    assert metrics.sink.status.state == "partial"
    assert metrics.sink.status.missing == ("list nodes.metrics.k8s.io",)
    await metrics.clock.advance(60)
    assert len(metrics.api.asked(NODES)) == 1  # what is forbidden is not asked again at every poll


async def test_namespace_by_namespace_where_the_cluster_is_forbidden(metrics):
    metrics.api.script(NODES, refusal(403))
    metrics.api.script(PODS, refusal(403))
    metrics.api.script("/api/v1/namespaces", refusal(403))
    shop, blog = (f"{GROUP}/v1beta1/namespaces/{n}/pods" for n in ("shop", "blog"))
    metrics.api.script(shop, listing(pod_metrics("p1"), kind="PodMetricsList"))
    metrics.api.script(blog, listing(pod_metrics("p9", "blog"), kind="PodMetricsList"))
    access = Access(own="shop")
    metrics.start_usage(access)
    await settle()
    assert [(s.scope, len(s.objects)) for s in metrics.sink.snapshots] == [("shop", 1)]
    assert metrics.sink.status.state == "partial"
    access.include("blog")
    await settle()
    assert metrics.sink.names == ["blog/p9", "shop/p1"]


async def test_the_samples_of_a_namespace_that_is_no_more_go_with_it(metrics):
    metrics.api.script(NODES, refusal(403))
    metrics.api.script(PODS, refusal(403))
    names = ({"metadata": {"name": name}} for name in ("shop", "blog"))
    metrics.api.script("/api/v1/namespaces", listing(*names, kind="NamespaceList"))
    for name in ("shop", "blog"):
        path = f"{GROUP}/v1beta1/namespaces/{name}/pods"
        metrics.api.script(path, listing(pod_metrics("p1", name), kind="PodMetricsList"))
    metrics.start_usage(Access(api=metrics.api, own="shop"))
    await settle(200)
    assert metrics.sink.names == ["blog/p1", "shop/p1"]
    metrics.api.script("/api/v1/namespaces", listing({"metadata": {"name": "shop"}}, kind="NamespaceList"))
    await metrics.clock.advance(ROUND + 60)
    assert metrics.sink.names == ["shop/p1"]


async def test_nothing_allowed_is_denied_and_not_asked_often(metrics):
    metrics.api.script(NODES, refusal(403, missing="list nodes.metrics.k8s.io"))
    metrics.api.script(PODS, refusal(403))
    metrics.api.script("/api/v1/namespaces", refusal(403))
    metrics.api.script(f"{GROUP}/v1beta1/namespaces/default/pods", refusal(403))
    metrics.start_usage()
    await settle()
    assert metrics.sink.status.state == "denied"
    assert "list nodes.metrics.k8s.io" in metrics.sink.status.missing
    before = len(metrics.api.requests)
    await metrics.clock.advance(29)
    assert len(metrics.api.requests) == before
