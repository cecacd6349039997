"""PromQL without a Prometheus: real exporters and a real API server, read by topmast itself."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
import trustme

from sources.contract import Context, Source
from sources.kubernetes import KubernetesSource
from sources.prometheus import PrometheusConfig, PrometheusSource
from sources.scrape import ScrapeConfig, ScrapeSource
from sources.testing import SourceContract
from tests.testbed import Bed, loopback

MONITORING = "prometheus-kube-prometheus-stack-prometheus-0"


@asynccontextmanager
async def scraping(bed: Bed, user: str | None = None, **given: Any) -> AsyncIterator[ScrapeSource]:
    """Scrapes exporters by URL and, with a user, that user's cluster."""
    cluster = None
    if user is not None:
        settings = KubernetesSource.Config(kubeconfig=str(bed.kubeconfig(user)))
        cluster = KubernetesSource(settings, Context("kubernetes"))  # type: ignore[arg-type]  # its own Config
    peers = [cluster] if cluster is not None else []
    config = ScrapeConfig(**{"when": "always", "timeout": 5.0, **given})
    source = ScrapeSource(config, Context("scrape", peers=lambda: peers))
    try:
        yield source
    finally:
        await source.close()
        if cluster is not None:
            await cluster.close()


SEEDS = (
    "node_memory_Active_bytes",
    'node_memory_Active_bytes{instance=~".*:[0-9]+"}',
    "topk(3, rate(node_cpu_seconds_total[1m]))",
    "avg(node_cpu_seconds_total) by (instance)",
    "sum(node_cpu_seconds_total) without (cpu, mode)",
    "node_cpu_seconds_total[1m]",
    "up == 1 and on (instance) node_memory_Active_bytes > 1",
    "histogram_quantile(0.9, sum by (le) (rate(prometheus_http_request_duration_seconds_bucket[1m])))",
)


async def test_a_newcomers_queries_over_real_exporters(bed: Bed) -> None:
    async with scraping(bed, urls=(bed.node_exporter_url, bed.prometheus_url)) as source:
        await source.collect()
        await asyncio.sleep(2)  # two samples some time apart: exporters have no event for that
        status = await source.collect()
        assert (status.state, status.missing) == ("live", ())
        for expr in SEEDS:
            found = await source.query(expr)
            assert found.series, expr
        assert all(len(each.values) == 2 for each in (await source.query("node_cpu_seconds_total[1m]")).series)
        types = {each.name: each.type for each in await source.metadata()}
        assert types["node_cpu_seconds_total"] == "counter"


async def test_what_is_scraped_is_what_prometheus_scrapes(bed: Bed) -> None:
    """The same target read by the real server: the same metrics with the same labels."""
    url = bed.prometheus_url.removeprefix("http://")
    server = PrometheusSource(PrometheusConfig(url=bed.prometheus_url), Context("prometheus"))
    made_at_the_first_use = "prometheus_(target|sd|http|rule|notifications)_.*|promhttp_.*|net_conntrack_.*"
    others = f"up|scrape_.*|ALERTS.*|{made_at_the_first_use}"
    ours = f'{{instance="{url}", __name__!~"{others}"}}'
    async with scraping(bed, urls=(bed.prometheus_url,)) as source:
        await source.collect()
        mine = {
            tuple(pair for pair in each.labels if pair[0] not in ("job", "instance"))
            for each in (await source.query(ours)).series
        }
        theirs = {
            tuple(pair for pair in each.labels if pair[0] not in ("job", "instance"))
            for each in (await server.query(ours)).series
        }
        await server.close()
    assert len(mine) > 200
    assert mine == theirs


async def test_an_annotated_pod_is_read_through_the_api_server(bed: Bed) -> None:
    pod = ("pod", MONITORING, "--namespace=monitoring")
    bed.kubectl_run("annotate", *pod, "prometheus.io/scrape=true", "--overwrite")
    try:
        async with scraping(bed, "admin", kubelets=False) as source:
            status = await source.collect()
            (series,) = (await source.query("prometheus_build_info")).series
            assert dict(series.labels)["pod"] == MONITORING
            assert dict(series.labels)["namespace"] == "monitoring"
            assert status.state in ("live", "partial")
    finally:
        bed.kubectl_run("annotate", *pod, "prometheus.io/scrape-")


KSM_SEEDS = (
    'kube_deployment_status_replicas_available{namespace="kube-system", deployment="coredns"}',
    'kube_pod_status_ready{condition="true"} == 1 '
    'and on (namespace, pod) kube_pod_container_resource_requests{resource="cpu"} > 0',
    "sum by (phase) (kube_pod_status_phase)",
)


@pytest.mark.parametrize("proxied", [False, True], ids=["by its URL", "through its pod's proxy"])
async def test_kube_state_metrics_of_the_cluster(bed: Bed, proxied: bool) -> None:
    if proxied and not loopback.has(loopback.address_of(bed.state)):
        pytest.skip("no address here that the API server proxies to")
    given: dict[str, Any] = {"user": "admin"} if proxied else {"urls": (bed.kube_state_metrics_url,)}
    async with scraping(bed, kubelets=False, usage=False, **given) as source:
        await source.collect()
        for expr in KSM_SEEDS:
            assert (await source.query(expr)).series, expr
        (series,) = (await source.query(KSM_SEEDS[0])).series
        (coredns,) = [
            item for item in bed.api().list("Deployment", "apps/v1") if item["metadata"]["name"] == "coredns"
        ]
        assert series.values == (coredns["status"]["availableReplicas"],)
        service = dict(series.labels).get("service")
        assert service == ("kube-prometheus-stack-kube-state-metrics" if proxied else None)


async def test_what_was_pushed_keeps_its_job_and_instance(bed: Bed) -> None:
    labels = "/metrics/job/nightly/instance/db-1"
    async with httpx.AsyncClient(base_url=bed.pushgateway_url) as client:
        pushed = await client.put(labels, content=b"# TYPE backup_rows gauge\nbackup_rows 42\n")
        pushed.raise_for_status()
        try:
            async with scraping(bed, pushgateways=(bed.pushgateway_url,)) as source:
                await source.collect()
                (series,) = (await source.query("backup_rows")).series
                assert dict(series.labels) == {"__name__": "backup_rows", "job": "nightly", "instance": "db-1"}
                assert series.values == (42.0,)
        finally:
            await client.delete(labels)


async def test_the_metrics_api_as_series(bed: Bed) -> None:
    async with scraping(bed, "admin", kubelets=False, annotated=False) as source:
        await source.collect()
        nodes = {dict(each.labels)["node"] for each in (await source.query("topmast_node_cpu_cores")).series}
        listed = {item["metadata"]["name"] for item in bed.api().list("NodeMetrics", "metrics.k8s.io/v1beta1")}
        assert nodes == listed
        assert (await source.query("sum by (namespace) (topmast_pod_memory_bytes)")).series


async def test_simulated_kubelets_that_give_nothing_are_down_and_the_rest_goes_on(bed: Bed) -> None:
    async with scraping(bed, "admin", urls=(bed.node_exporter_url,)) as source:
        status = await source.collect()
        assert status.state == "partial"
        assert (await source.query("node_memory_Active_bytes")).series
        assert (await source.query('count(up{job="kubelet"})')).series


@pytest.mark.parametrize(
    ("user", "missing"),
    [("viewer", {"get nodes/proxy"}), ("nobody", {"list nodes", "list pods", "list services"})],
)
async def test_rights_that_are_missing_are_named(bed: Bed, user: str, missing: set[str]) -> None:
    async with scraping(bed, user, urls=(bed.node_exporter_url,)) as source:
        status = await source.collect()
        assert status.state == "partial"
        assert missing <= set(status.missing)
        assert (await source.query("node_memory_Active_bytes")).series


KUBELET = {
    "/metrics/resource": b"node_cpu_usage_seconds_total 5 %d\n",
    "/metrics": b"# TYPE kubelet_running_pods gauge\nkubelet_running_pods 3\n",
    "/metrics/cadvisor": b'container_cpu_usage_seconds_total{namespace="shop",pod="web-1",container="app"} 7 %d\n',
    "/stats/summary": b'{"node": {"fs": {"usedBytes": 40, "capacityBytes": 100}}, "pods": []}',
}


class _Kubelet(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        text = KUBELET.get(self.path, b"")
        body = text % (time.time() * 1000) if b"%d" in text else text
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def kubelet(bed: Bed) -> Iterator[str]:
    """A node whose kubelet answers over TLS at an address that the API server may go to; its name."""
    address = loopback.address_of(bed.state)
    if not loopback.has(address):
        pytest.skip("no address here that the API server proxies to")
    server = ThreadingHTTPServer((address, 0), _Kubelet)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(address).configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "scraped"}}
    port = server.server_address[1]
    status = {
        "addresses": [{"type": "InternalIP", "address": address}],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": port}},
    }
    bed.api().apply(node)
    bed.api().apply({**node, "status": status}, "status")
    yield "scraped"
    bed.kubectl_run("delete", "node", "scraped")
    server.shutdown()
    server.server_close()


async def test_a_kubelet_is_read_through_its_nodes_proxy(bed: Bed, kubelet: str) -> None:
    async with scraping(bed, "admin", annotated=False, usage=False) as source:
        await source.collect()
        up = await source.query(f'up{{job="kubelet", node="{kubelet}"}}')
        assert {dict(each.labels)["metrics_path"]: each.values[-1] for each in up.series} == dict.fromkeys(
            KUBELET, 1.0
        )
        (series,) = (await source.query("container_cpu_usage_seconds_total")).series
        own = {"namespace": "shop", "pod": "web-1", "container": "app"}
        ours = {"job": "kubelet", "instance": kubelet, "node": kubelet, "metrics_path": "/metrics/cadvisor"}
        assert dict(series.labels) == {"__name__": "container_cpu_usage_seconds_total", **own, **ours}
        assert series.values == (7.0,)
        share = "kube_summary_node_fs_used_bytes / kube_summary_node_fs_capacity_bytes"
        (series,) = (await source.query(share)).series
        assert (dict(series.labels)["node"], series.values) == (kubelet, (0.4,))


class TestScrape(SourceContract):
    @pytest.fixture(autouse=True)
    def _bed(self, bed: Bed) -> None:
        self.bed = bed

    @asynccontextmanager
    async def source(self) -> AsyncIterator[Source]:
        async with scraping(self.bed, "admin", urls=(self.bed.node_exporter_url,)) as made:
            yield made
