"""The Prometheus source against real servers of both generations, directly and through the API server."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from sources.contract import (
    Change,
    Context,
    Denied,
    MetricsQueries,
    Monitoring,
    NotSupported,
    QueryError,
    Snapshot,
    Status,
    Unavailable,
)
from sources.kubernetes import KubernetesSource
from sources.model import Alert
from sources.prometheus import PrometheusConfig, PrometheusSource, align
from tests.testbed import Bed

HEAVY = "count_over_time((go_goroutines * 2)[1h:1ms])"
"""Seconds of work that looks at its cancellation between the steps of the inner expression."""


@pytest.fixture(params=["new", "old"])
def url(request: pytest.FixtureRequest, bed: Bed) -> str:
    return bed.prometheus_url if request.param == "new" else bed.prometheus_old_url


@asynccontextmanager
async def connected(url: str, **config: Any) -> AsyncIterator[PrometheusSource]:
    source = PrometheusSource(PrometheusConfig(url=url, **config), Context("prometheus"))
    try:
        yield source
    finally:
        await source.close()


@asynccontextmanager
async def through_the_cluster(bed: Bed, user: str) -> AsyncIterator[PrometheusSource]:
    config = KubernetesSource.Config(kubeconfig=str(bed.kubeconfig(user)))
    cluster = KubernetesSource(config, Context("kubernetes"))  # type: ignore[arg-type]  # its own Config
    source = PrometheusSource(PrometheusConfig(), Context("prometheus", peers=lambda: [cluster]))
    try:
        yield source
    finally:
        await source.close()
        await cluster.close()


async def until(condition: Callable[[], Any], seconds: float = 60) -> Any:
    """Waits for a real server to get there."""
    async with asyncio.timeout(seconds):
        while not (found := await condition()):  # noqa: ASYNC110  # another process gives no event to wait for
            await asyncio.sleep(0.1)
    return found


async def first_picture(source: PrometheusSource) -> tuple[dict[str, Alert], Status]:
    feed = source.alerts()
    await anext(feed)
    batch: Sequence[Change] = await anext(feed)
    snapshot, status = batch[0], batch[-1]
    assert isinstance(snapshot, Snapshot)
    assert isinstance(status, Status)
    return {each.name: each for each in snapshot.objects if isinstance(each, Alert)}, status


async def test_capabilities(url: str) -> None:
    async with connected(url) as source:
        assert isinstance(source, MetricsQueries)
        assert isinstance(source, Monitoring)


async def test_instant_queries(url: str) -> None:
    async with connected(url) as source:
        up = await source.query("up")
        assert up.type == "vector"
        assert {dict(series.labels)["job"] for series in up.series} >= {"prometheus", "gone"}
        specials = await source.query('label_replace(vector(1/0), "a", "x", "", "") or vector(0/0)')
        assert {repr(series.values[0]) for series in specials.series} == {"inf", "nan"}
        assert (await source.query('"text"')).text == "text"
        assert (await source.query("42", at=1e9)).series[0].times == (1e9,)


async def test_range_queries_on_aligned_steps(url: str) -> None:
    async with connected(url) as source:
        now = (await source.query("time()")).series[0].values[0]
        start, end = align(now - 60, now, 15)
        result = await source.query_range("vector(1)", start, end, 15)
        assert result.series[0].times == tuple(start + 15 * step for step in range(5))
        assert (await source.query_range("vector(1) < 0", start, end, 15)).series == ()


@pytest.mark.parametrize(
    ("expr", "type_", "position"),
    [
        ("up +", "bad_data", (1, 5)),
        ('sum(\n  {job="é가"} foo)', "bad_data", (2, 14)),
        ("up * on() up", "execution", (None, None)),
    ],
)
async def test_refusals_carry_type_and_position(
    url: str, expr: str, type_: str, position: tuple[int | None, int | None]
) -> None:
    async with connected(url) as source:
        with pytest.raises(QueryError) as caught:
            await source.query(expr)
        assert (caught.value.type, (caught.value.line, caught.value.column)) == (type_, position)


async def test_the_servers_own_timeout(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # On a busy machine the older server notices its timeout late; we must not give up before it does.
    monkeypatch.setattr("sources.prometheus.source.GRACE", 60.0)
    async with connected(url, timeout=0.2) as source:
        with pytest.raises(QueryError) as caught:
            await source.query(HEAVY)
        assert caught.value.type == "timeout"


async def test_the_server_and_we_agree_on_the_longest_range(url: str) -> None:
    async with connected(url) as source:
        await source.query_range("1", 0, 11_000, 1)
        async with httpx.AsyncClient(base_url=url, trust_env=False) as plain:
            params = {"query": "1", "start": "0", "end": "11001", "step": "1"}
            assert (await plain.get("/api/v1/query_range", params=params)).status_code == 400
        with pytest.raises(QueryError, match="at least 2 s"):
            await source.query_range("1", 0, 11_001, 1)


async def test_a_cancelled_query_is_cancelled_on_the_server(url: str) -> None:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as plain, connected(url) as source:

        async def metric(pattern: str) -> float:
            text = (await plain.get("/metrics")).text
            return sum(float(value) for value in re.findall(rf"^{pattern} (\S+)$", text, re.MULTILINE))

        # 499 since Prometheus 2.43, before that 503, both only when the client has gone.
        gone = r'prometheus_http_requests_total\{code="(?:499|503)",handler="/api/v1/query"\}'

        async def running() -> bool:
            return await metric("prometheus_engine_queries") >= 1

        before = await metric(gone)

        async def counted() -> bool:
            return await metric(gone) > before

        task = asyncio.create_task(source.query(HEAVY))
        await until(running)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(counted)


async def test_names_values_series_metadata(url: str) -> None:
    async with connected(url) as source:
        assert {"job", "instance"} <= set(await source.labels())
        assert len(await source.labels(limit=2)) == 2
        assert "gone" in await source.label_values("job", ['up{job="gone"}'])
        (series,) = await source.series(['up{job="gone"}'])
        assert dict(series.labels)["__name__"] == "up"
        (entry,) = await source.metadata("go_goroutines")
        assert (entry.type, bool(entry.help)) == ("gauge", True)


async def test_a_label_name_outside_the_old_alphabet_arrives_as_a_name(url: str) -> None:
    async with connected(url) as source:
        assert await source.label_values("http.status/é") == []


async def test_rules_targets_version(url: str) -> None:
    async with connected(url) as source:
        rules = {rule.name: rule for rule in await source.rules()}
        assert rules["TestBedSlowRollout"].duration == 30 * 86400
        assert rules["testbed:broken"].type == "recording"

        async def broken() -> bool:
            found = {rule.name: rule for rule in await source.rules()}["testbed:broken"]
            return found.health == "err" and bool(found.last_error)

        await until(broken)
        targets = {target.pool: target for target in await source.targets()}
        assert targets["gone"].health in ("down", "unknown")
        assert (await source.build_info())["version"].startswith(("2.", "3."))


async def test_alerts_with_their_rules(url: str) -> None:
    async with connected(url, interval=1) as source:

        async def complete() -> Any:
            alerts, status = await first_picture(source)
            return (alerts, status) if {"Watchdog", "TestBedSlowRollout"} <= set(alerts) else None

        alerts, status = await until(complete)
        assert status.state == "live"
        assert abs(status.clock_offset) <= 2
        assert alerts["TestBedSlowRollout"].state == "pending"
        assert (alerts["Watchdog"].state, alerts["Watchdog"].rule) == ("firing", "vector(1)")
        assert "TestBedNever" not in alerts
        assert alerts["Watchdog"].annotation("runbook_url")


async def test_check(url: str) -> None:
    async with connected(url) as source:
        checks = {check.name: check for check in await source.check()}
        assert checks["query"].ok
        assert "version" in checks["version"].detail
        assert "testbed:broken" in checks["rules"].detail


async def test_what_is_not_a_prometheus(bed: Bed) -> None:
    async with connected(bed.alertmanager_url) as source:
        with pytest.raises(NotSupported, match="not a Prometheus API"):
            await source.query("up")
    async with connected(bed.prometheus_url + "/wrong") as source:
        with pytest.raises(NotSupported, match="path prefix"):
            await source.query("up")
    async with connected("http://127.0.0.1:1") as source:
        with pytest.raises(Unavailable, match="connection refused"):
            await source.query("up")


# -- through the API server --------------------------------------------------------------------------------


async def test_found_behind_the_service_proxy_with_read_rights_only(bed: Bed) -> None:
    async with through_the_cluster(bed, "viewer") as source:
        assert (await source.query("1")).series[0].values == (1.0,)
        assert source.describe() == "Prometheus at service monitoring/kube-prometheus-stack-prometheus:9090"
        with pytest.raises(QueryError) as caught:
            await source.query("up +")
        assert caught.value.column == 5
        _, status = await first_picture(source)
        assert status.via.startswith("service monitoring/")


async def test_a_missing_right_is_named(bed: Bed) -> None:
    async with through_the_cluster(bed, "nobody") as source:
        with pytest.raises(Denied) as caught:
            await source.query("1")
        assert "services" in caught.value.missing
