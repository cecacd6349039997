"""A cluster read through its API server: what is scraped, which rights are missing, and how both are said."""

from __future__ import annotations

import httpx

from sources.scrape.targets import KUBELET
from tests.unit.scrape.staged import Staged, rows, source
from tests.unit.scrape.usual import cluster


async def test_a_cluster_is_read_through_its_api_server() -> None:
    scrape = source(cluster())
    status = await scrape.collect()
    assert (status.state, status.missing) == ("live", ())
    available = 'kube_deployment_status_replicas_available{namespace="kube-system", deployment="coredns"}'
    (series,) = (await scrape.query(available)).series
    assert dict(series.labels)["pod"] == "ksm-1"
    (series,) = (await scrape.query('container_memory_usage_bytes{node="a"}')).series
    assert (dict(series.labels)["pod"], dict(series.labels)["job"]) == ("web-1", "kubelet")
    assert len((await scrape.query('up{job="kubelet"} == 1')).series) == 8
    assert rows(await scrape.query("topmast_node_cpu_cores")) == {"node=a": 0.25}
    assert rows(await scrape.query("topmast_pod_memory_bytes")) == {"namespace=shop,pod=web-1": 2048.0}
    working = await scrape.query(
        'kube_summary_node_memory_working_set_bytes{node="a", metrics_path="/stats/summary"}'
    )
    assert [each.values for each in working.series] == [(600.0,)]
    (series,) = (await scrape.query("reqs_total")).series
    assert dict(series.labels) | {"instance": "10.0.0.2:9000", "node": "b"} == dict(series.labels)
    await scrape.close()


async def test_a_right_that_is_missing_is_named_and_asked_for_once() -> None:
    staged = cluster()
    for node in ("a", "b"):
        for path, _ in KUBELET:
            staged.forbid(f"/api/v1/nodes/{node}/proxy{path}", "get nodes/proxy")
    scrape = source(staged, max_targets=50)
    status = await scrape.collect()
    assert (status.state, status.missing) == ("partial", ("get nodes/proxy",))
    asked = len(staged.asked)
    await scrape.collect()
    assert not [path for path in staged.asked[asked:] if "/nodes/a/proxy" in path or "/nodes/b/proxy" in path]
    assert len((await scrape.query('up{job="kubelet"}')).series) == 0, "what we may not ask is not down"
    await scrape.close()


async def test_what_the_api_server_says_of_a_target_is_told() -> None:
    staged = cluster()
    said = {"kind": "Status", "message": "address not allowed", "code": 400}
    staged.put("/api/v1/nodes/a/proxy/metrics", httpx.Response(400, json=said))
    scrape = source(staged)
    status = await scrape.collect()
    assert status.missing == ("node a/metrics down: the API server answered 400 address not allowed",)
    assert (status.state, status.detail.partition(",")[0]) == ("partial", "10 of 11 targets")
    await scrape.close()


async def test_without_rights_for_the_cluster_the_own_namespaces_are_read() -> None:
    staged = cluster()
    staged.seen = ("shop",)
    staged.forbid("/api/v1/nodes", "list nodes")
    staged.forbid("/api/v1/services", "list services")
    annotated, _ = staged.answers["/api/v1/pods"]["items"]
    staged.forbid("/api/v1/pods", "list pods")
    staged.items("/api/v1/namespaces/shop/pods", annotated)
    staged.items("/api/v1/namespaces/shop/services")
    staged.forbid("/apis/metrics.k8s.io/v1beta1/nodes", "list nodes")
    staged.forbid("/apis/metrics.k8s.io/v1beta1/pods", "list pods")
    staged.items("/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods")
    scrape = source(staged)
    status = await scrape.collect()
    assert status.state == "partial"
    assert set(status.missing) == {"list nodes", "list services", "list pods"}
    assert len((await scrape.query("reqs_total")).series) == 1
    await scrape.close()


async def test_nothing_that_may_be_read_is_forbidden_not_empty() -> None:
    staged = Staged()
    for what in ("nodes", "services", "pods"):
        staged.forbid(f"/api/v1/{what}", f"list {what}")
    scrape = source(staged, usage=False)
    status = await scrape.collect()
    assert (status.state, set(status.missing)) == ("denied", {"list nodes", "list services", "list pods"})
    assert all(check.fix for check in await scrape.check() if check.ok is False)
    await scrape.close()
