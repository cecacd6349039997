"""The scraping source over staged exporters and a staged API server: what is read, said and refused."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

import httpx
import pytest

from sources.contract import Misconfigured, NotSupported, QueryError, Status, Unavailable
from sources.model import QueryResult
from sources.scrape import ScrapeConfig, ScrapeSource
from sources.scrape.targets import KUBELET
from sources.testing import ManualClock, SourceContract, settle
from tests.unit.scrape.staged import METRICS, Staged, answering, rows, source

SUMMARY = {"node": {"memory": {"time": "2023-11-14T22:13:20Z", "workingSetBytes": 600}}}


async def test_an_exporter_is_read_and_answers_promql() -> None:
    scrape = source(exporters=answering(METRICS), urls=("http://host:9100",))
    status = await scrape.collect()
    assert (status.state, status.detail) == ("live", "1 of 1 targets, 4 series")
    found = await scrape.query("reqs_total")
    assert rows(found) == {"code=200,instance=host:9100": 5.0}
    assert found.source == "scrape"
    assert found.infos[-1].startswith("topmast's own short memory, since 22:13:20 UTC")
    assert rows(await scrape.query("up")) == {"instance=host:9100": 1.0}
    assert rows(await scrape.query("scrape_samples_scraped")) == {"instance=host:9100": 1.0}
    assert [each.type for each in await scrape.metadata("reqs_total")] == ["counter"]
    assert await scrape.label_values("code") == ["200"]
    assert [dict(each.labels)["code"] for each in await scrape.series(["reqs_total"])] == ["200"]
    await scrape.close()


@pytest.mark.parametrize(
    ("exporter", "says"),
    [
        (answering(b"<html><body>Sign in", kind="text/html"), "an HTML page, not with metrics"),
        (answering(b"nonsense here\n"), "line 1: 'here' is not a number"),
        (answering(b"a 1\n", status=500), "answered 500"),
        (answering(b"{}", kind="application/json"), "answered with application/json"),
        (answering(b"a 1\n", kind="application/openmetrics-text; version=1.0.0"), "the end (# EOF) is missing"),
        (answering(b"# a remark\n" * 200_000), "answers with more than 1 MB"),
    ],
    ids=["login page", "garbage", "500", "json", "cut off", "endless"],
)
async def test_a_target_that_gives_no_metrics_is_down_and_named(exporter: object, says: str) -> None:
    scrape = source(exporters=exporter, urls=("http://host:9100",), max_body_megabytes=1.0)  # type: ignore[arg-type]  # a table
    status = await scrape.collect()
    assert status.state == "failed"
    assert "http://host:9100/metrics down: " in status.detail
    assert says in status.detail
    assert rows(await scrape.query("up")) == {"instance=host:9100": 0.0}
    await scrape.close()


@pytest.mark.fault(42)
async def test_a_target_that_never_answers_costs_its_timeout_and_no_more() -> None:
    async def silent(request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    scrape = source(exporters=silent, urls=("http://host:9100",), timeout=0.1)  # type: ignore[arg-type]  # it may be async
    status = await scrape.collect()
    assert "did not answer within 0.1 s" in status.missing[0]
    await scrape.close()


async def test_a_body_without_an_end_is_cut() -> None:
    sent = 0

    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            nonlocal sent
            while True:
                sent += 65536
                yield b"a 1\n" * 16384

    scrape = source(
        exporters=lambda request: httpx.Response(200, stream=Endless()),
        urls=("http://host:9100",),
        max_body_megabytes=1.0,
    )
    status = await scrape.collect()
    assert "more than 1 MB" in status.missing[0]
    assert sent < 2_000_000
    await scrape.close()


async def test_a_feed_that_is_closed_has_stopped_scraping() -> None:
    scrape = source(exporters=answering(METRICS), urls=("http://host:9100",))
    feed = scrape.samples()
    async for changes in feed:
        if isinstance(changes[0], Status) and changes[0].state == "live":
            break
    await feed.aclose()  # type: ignore[attr-defined]  # it is a generator
    assert [task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith("scrape")] == []
    await scrape.close()


async def test_a_fault_of_our_own_is_said_and_the_target_taken_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    scrape = source(exporters=answering(METRICS), urls=("http://host:9100",))
    memory, _ = await scrape._open()
    right, calls = memory.write, Counter[str]()

    def wrong_once(*given: Any) -> Any:
        calls["write"] += 1
        if calls["write"] == 1:
            raise ArithmeticError("no such column")
        return right(*given)

    monkeypatch.setattr(memory, "write", wrong_once)
    said = []
    async with asyncio.timeout(10), aclosing(scrape.samples()) as feed:  # type: ignore[type-var]  # it is a generator
        async for changes in feed:
            said += [change for change in changes if isinstance(change, Status)]
            if said[-1].state == "live":
                break
    assert any("host:9100/metrics down: ArithmeticError: no such column" in each.detail for each in said)
    await scrape.close()


async def test_series_of_a_target_that_goes_down_end() -> None:
    answers = [httpx.Response(200, content=METRICS), httpx.Response(503)]
    scrape = source(exporters=lambda request: answers.pop(0), urls=("http://host:9100",))
    await scrape.collect()
    scrape._context.clock.time += 15  # type: ignore[attr-defined]  # the staged clock
    await scrape.collect()
    assert rows(await scrape.query("reqs_total")) == {}
    assert rows(await scrape.query("up")) == {"instance=host:9100": 0.0}
    await scrape.close()


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
    staged.listed = ("shop",)
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


async def test_no_more_series_than_allowed_and_that_is_said() -> None:
    body = b"".join(b'm{i="%d"} 1\n' % number for number in range(100))
    scrape = source(exporters=answering(body), urls=("http://host:9100",), max_series=50)
    status = await scrape.collect()
    assert status.state == "partial"
    assert "max_series (50)" in status.missing[0]
    assert len((await scrape.query("m")).series) == 50
    await scrape.close()


class Peer:
    """Another source that answers PromQL, or does not."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    async def query(self, expr: str, at: float | None = None) -> QueryResult:
        if self.error is not None:
            raise self.error
        return QueryResult("vector")

    query_range = labels = label_values = series = metadata = query


async def told(scrape: ScrapeSource, seconds: float) -> list[Status]:
    """What the feed says within some seconds of ours."""
    found: list[Status] = []

    async def listen() -> None:
        async with aclosing(scrape.samples()) as feed:  # type: ignore[type-var]  # it is a generator
            async for changes in feed:
                found.extend(change for change in changes if isinstance(change, Status))
                if found[-1].state in ("live", "partial"):
                    return

    try:
        async with asyncio.timeout(seconds):
            await listen()
    except TimeoutError:
        pass
    return found


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


@pytest.mark.fault(42)
async def test_a_target_that_is_down_is_asked_ever_more_seldom() -> None:
    asked: Counter[str] = Counter()

    def exporters(request: httpx.Request) -> httpx.Response:
        asked[request.url.host] += 1
        return httpx.Response(200 if request.url.host == "good" else 500, content=METRICS)

    scrape = source(exporters=exporters, urls=("http://good", "http://bad"), clock=ManualClock())
    async with running(scrape) as passing:
        await passing(600)
        assert 38 <= asked["good"] <= 42
        assert 5 <= asked["bad"] <= 8
        up = await scrape.query("up")
        assert rows(up) == {"instance=good:80": 1.0, "instance=bad:80": 0.0}


async def test_targets_that_come_and_go_are_followed() -> None:
    staged = cluster()
    scrape = source(staged, clock=ManualClock(), kubelets=False, usage=False)
    async with running(scrape) as passing:
        await passing(30)
        assert len((await scrape.query("reqs_total")).series) == 1
        annotated, other = staged.answers["/api/v1/pods"]["items"]
        staged.items("/api/v1/pods", other)
        await passing(60)
        assert (await scrape.query('{pod="web-1"}')).series == (), "gone, and not for want of samples"
        staged.items("/api/v1/pods", annotated)
        await passing(80)
        assert len((await scrape.query("reqs_total")).series) == 1


async def test_short_of_bytes_everything_is_read_less_often_and_that_is_said() -> None:
    asked = 0

    def exporters(request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        return httpx.Response(200, content=b"# " + b"x" * 100_000 + b"\na 1\n")

    urls = tuple(f"http://host{number}" for number in range(4))
    scrape = source(exporters=exporters, urls=urls, clock=ManualClock(), max_megabytes_per_minute=0.5)
    async with running(scrape) as passing:
        await passing(600)
        assert 36 <= asked <= 54, "half a megabyte a minute is five bodies"
        assert scrape._scraper is not None
        assert "0.5 MB a minute reached: every 48 s instead of 15 s" in scrape._scraper.status().missing[0]


async def test_where_a_prometheus_answers_nothing_is_scraped_or_said() -> None:
    staged = cluster()
    scrape = source(staged, peers=(Peer(),), when="auto")
    assert await told(scrape, 0.2) == []
    assert staged.asked == []
    with pytest.raises(NotSupported, match="--scrape"):
        await scrape.query("up")
    assert (await scrape.check())[0].detail == "not needed: a Prometheus answers"
    async with aclosing(scrape.alerts()) as alerts:  # type: ignore[type-var]  # it is a generator
        await anext(alerts)
        (status,) = [change for change in await anext(alerts) if isinstance(change, Status)]
        assert (status.state, status.detail) == ("live", "no rules are evaluated here: a Prometheus answers")
    await scrape.close()


@pytest.mark.parametrize("error", [NotSupported("no Prometheus found"), Unavailable("connection refused")])
async def test_where_none_answers_it_begins_by_itself(error: Exception) -> None:
    scrape = source(cluster(), peers=(Peer(error),), when="auto")
    assert (await told(scrape, 20))[-1].state == "live"
    await scrape.close()


async def test_standing_in_it_answers_only_once_it_knows_something() -> None:
    away = Peer(Unavailable("refused"))
    scrape = source(lambda request: httpx.Response(503), peers=(away,), when="auto", clock=ManualClock())
    async with running(scrape) as passing:
        await passing(20)
        with pytest.raises(Unavailable, match="still empty"):
            await scrape.query("sum by (job) (absent_job)")
        with pytest.raises(Unavailable, match="still empty"):
            await scrape.labels()


async def test_where_nothing_is_evaluated_there_are_not_simply_no_alerts() -> None:
    scrape = source(cluster(), peers=(Peer(NotSupported("no Prometheus found")),), when="auto")
    async with aclosing(scrape.alerts()) as alerts:  # type: ignore[type-var]  # it is a generator
        await anext(alerts)
        (status,) = [change for change in await anext(alerts) if isinstance(change, Status)]
    assert status.state == "absent"
    await scrape.close()


async def test_asked_to_it_scrapes_beside_a_prometheus() -> None:
    scrape = source(cluster(), peers=(Peer(),))
    assert (await told(scrape, 20))[-1].state == "live"
    await scrape.close()


async def test_switched_off_it_is_silent() -> None:
    scrape = source(cluster(), when="never")
    assert await told(scrape, 0.1) == []
    with pytest.raises(NotSupported):
        await scrape.query("up")
    await scrape.close()


async def test_a_wrong_query_says_where() -> None:
    scrape = source()
    with pytest.raises(QueryError, match="unclosed left parenthesis") as caught:
        await scrape.query("'é' + sum(")
    assert (caught.value.line, caught.value.column, caught.value.type) == (1, 11, "bad_data")
    await scrape.close()


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"interval": 0.5}, "interval"),
        ({"retention": 1.0}, "retention"),
        ({"max_series": 0}, "max_series"),
        ({"urls": ("ftp://x",)}, "urls"),
        ({"memory_megabytes": 1}, "memory_megabytes"),
    ],
)
def test_settings_that_cannot_work_are_refused(config: dict[str, object], says: str) -> None:
    with pytest.raises(Misconfigured, match=says):
        source(**config)
    assert ScrapeConfig().when == "auto"


class TestContract(SourceContract):
    """What every source promises."""

    @asynccontextmanager
    async def source(self) -> AsyncIterator[ScrapeSource]:
        made = source(cluster(), exporters=answering(METRICS), urls=("http://me:hidden@host:9100",))
        try:
            yield made
        finally:
            await made.close()

    secrets = ("hidden",)
