"""PromQL without a Prometheus: real exporters and a real API server, read by topmast itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from sources.contract import Context, Source
from sources.kubernetes import KubernetesSource
from sources.prometheus import PrometheusConfig, PrometheusSource
from sources.scrape import ScrapeConfig, ScrapeSource
from sources.testing import SourceContract
from tests.testbed import Bed

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


class TestScrape(SourceContract):
    @pytest.fixture(autouse=True)
    def _bed(self, bed: Bed) -> None:
        self.bed = bed

    @asynccontextmanager
    async def source(self) -> AsyncIterator[Source]:
        async with scraping(self.bed, "admin", urls=(self.bed.node_exporter_url,)) as made:
            yield made
