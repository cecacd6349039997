"""The staged cluster that most tests of the scraper read, and time that passes for it step by step."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from sources.scrape import ScrapeSource
from sources.testing import ManualClock, settle
from tests.unit.scrape.staged import METRICS, Staged

SUMMARY = {"node": {"memory": {"time": "2023-11-14T22:13:20Z", "workingSetBytes": 600}}}


def cluster() -> Staged:
    """Two nodes, kube-state-metrics behind a service, an annotated pod, a metrics API."""
    staged = Staged()
    staged.items("/api/v1/nodes", {"metadata": {"name": "a"}}, {"metadata": {"name": "b"}})
    for node in ("a", "b"):
        staged.put(
            f"/api/v1/nodes/{node}/proxy/metrics/resource", b"node_cpu_usage_seconds_total 5 1700000000000\n"
        )
        staged.put(f"/api/v1/nodes/{node}/proxy/metrics", b"kubelet_running_pods 3\n")
        staged.put(
            f"/api/v1/nodes/{node}/proxy/metrics/cadvisor",
            b'container_memory_usage_bytes{namespace="shop",pod="web-1"} 5 1700000000000\n',
        )
        staged.put(f"/api/v1/nodes/{node}/proxy/stats/summary", SUMMARY)
    state = {"metadata": {"name": "kube-state-metrics", "namespace": "kube-system"}}
    staged.items(
        "/api/v1/services",
        {**state, "spec": {"ports": [{"name": "http-metrics", "port": 8080}], "selector": {"app": "ksm"}}},
        {"metadata": {"name": "other", "namespace": "shop"}, "spec": {"ports": [{"port": 80}]}},
    )
    pod = {
        "metadata": {"name": "ksm-1", "namespace": "kube-system"},
        "spec": {"nodeName": "a", "containers": [{"ports": [{"name": "http-metrics", "containerPort": 8080}]}]},
        "status": {"phase": "Running", "podIP": "10.0.0.1"},
    }
    staged.items("/api/v1/namespaces/kube-system/pods", pod)
    staged.put(
        "/api/v1/namespaces/kube-system/pods/ksm-1:8080/proxy/metrics",
        b'kube_deployment_status_replicas_available{namespace="kube-system",deployment="coredns"} 2\n',
    )
    annotated = {"name": "web-1", "namespace": "shop", "annotations": {"prometheus.io/scrape": "true"}}
    staged.items("/api/v1/pods", {"metadata": annotated}, {"metadata": {"name": "db-1", "namespace": "shop"}})
    staged.put(
        "/api/v1/namespaces/shop/pods/web-1",
        {
            "metadata": annotated,
            "spec": {"nodeName": "b", "containers": [{"ports": [{"containerPort": 9000}]}]},
            "status": {"phase": "Running", "podIP": "10.0.0.2"},
        },
    )
    staged.put("/api/v1/namespaces/shop/pods/web-1:9000/proxy/metrics", METRICS)
    staged.put("/apis/metrics.k8s.io", {"versions": [{"version": "v2"}, {"version": "v1beta1"}]})
    usage = {"timestamp": "2023-11-14T22:13:10Z", "window": "10s"}
    staged.items(
        "/apis/metrics.k8s.io/v1beta1/nodes",
        {"metadata": {"name": "a"}, **usage, "usage": {"cpu": "250m", "memory": "1Ki"}},
    )
    staged.items(
        "/apis/metrics.k8s.io/v1beta1/pods",
        {
            "metadata": {"name": "web-1", "namespace": "shop"},
            **usage,
            "containers": [{"usage": {"cpu": "100m", "memory": "2Ki"}}],
        },
    )
    return staged


@asynccontextmanager
async def running(scrape: ScrapeSource) -> AsyncIterator[Callable[[int], Awaitable[None]]]:
    """The feed runs; the given function lets so many seconds pass, each with all that happens in it."""
    clock = scrape._context.clock
    assert isinstance(clock, ManualClock)

    async def listen() -> None:
        async for _ in scrape.samples():
            pass

    async def passing(seconds: int) -> None:
        for _ in range(seconds):
            await clock.advance(1)
            for _ in range(4):  # what is in the writer's thread comes back before time goes on
                await asyncio.get_running_loop().run_in_executor(scrape._writer, lambda: None)
                await settle()

    task = asyncio.create_task(listen())
    try:
        await passing(2)
        yield passing
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await scrape.close()
