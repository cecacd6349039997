"""The scraping source over staged exporters: what is read, said and refused, and when."""

from __future__ import annotations

import asyncio
import gzip
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import httpx
import pytest

from sources.contract import Misconfigured, QueryError, Status
from sources.scrape import ScrapeConfig, ScrapeSource
from sources.testing import ManualClock, SourceContract
from tests.unit.scrape.staged import METRICS, answering, rows, source
from tests.unit.scrape.usual import cluster, running

BOMB = gzip.compress(bytes(20_000_000))


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
        (
            lambda request: httpx.Response(200, content=BOMB, headers={"Content-Encoding": "gzip"}),
            "more than 1 MB",
        ),
    ],
    ids=["login page", "garbage", "500", "json", "cut off", "endless", "packed"],
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


async def test_no_more_series_than_allowed_and_that_is_said() -> None:
    body = b"".join(b'm{i="%d"} 1\n' % number for number in range(100))
    scrape = source(exporters=answering(body), urls=("http://host:9100",), max_series=50)
    status = await scrape.collect()
    assert status.state == "partial"
    assert "max_series (50)" in status.missing[0]
    assert len((await scrape.query("m")).series) == 50
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


@pytest.mark.parametrize(("status", "busiest"), [(200, 0.5), (500, 0.35)], ids=["up", "down"])
async def test_scrapes_move_apart_after_the_first_ones(status: int, busiest: float) -> None:
    clock, asked = ManualClock(), list[float]()

    def exporters(request: httpx.Request) -> httpx.Response:
        asked.append(clock.monotonic())
        return httpx.Response(status, content=METRICS)

    urls = tuple(f"http://host-{number}" for number in range(60))
    scrape = source(exporters=exporters, urls=urls, clock=clock)
    async with running(scrape) as passing:
        await passing(60)
        asked.clear()
        await passing(240)
    fours = Counter(int(at // 4) for at in asked)
    assert max(fours.values()) <= busiest * len(urls)


NODE = "/api/v1/nodes/b/proxy"
UP = 'up{job="kubelet",node="b"}'


async def test_a_node_that_is_away_is_asked_for_one_of_its_paths_at_a_time() -> None:
    staged = cluster()
    paths = {path: answer for path, answer in staged.answers.items() if path.startswith(NODE)}
    for path in paths:
        staged.put(path, 503)
    scrape = source(staged, clock=ManualClock())
    async with running(scrape) as passing:
        await passing(240)
        tried = [path for path in staged.asked if path in paths]
        assert 3 <= len(tried) <= 6
        assert len(set(tried)) == min(len(tried), len(paths)), "another one each time"
        assert rows(await scrape.query(f"sum({UP})")) == {"": 0.0}
        assert rows(await scrape.query(f"count({UP})")) == {"": 4.0}
        for path, answer in paths.items():
            staged.put(path, answer)
        await passing(200)
        assert rows(await scrape.query(f"sum({UP})")) == {"": 4.0}


@pytest.mark.parametrize("slow", ["/metrics/resource", "/metrics/cadvisor"])
async def test_one_path_that_does_not_answer_keeps_no_other_of_its_node_back(slow: str) -> None:
    staged = cluster()
    staged.put(NODE + slow, 503)
    scrape = source(staged, clock=ManualClock())
    async with running(scrape) as passing:
        await passing(150)
        asked = Counter(staged.asked)
        assert asked[f"{NODE}/metrics"] >= 7
        assert 2 <= asked[NODE + slow] <= 5
        assert rows(await scrape.query(f"sum({UP})")) == {"": 3.0}
        assert rows(await scrape.query(f"count({UP})")) == {"": 4.0}


async def test_a_pod_is_not_read_again_before_it_changed() -> None:
    staged, path = cluster(), "/api/v1/namespaces/shop/pods/web-1"

    def at(version: str, port: int) -> None:
        meta = {**staged.answers[path]["metadata"], "resourceVersion": version}
        staged.items("/api/v1/pods", {"metadata": meta})
        spec = {"nodeName": "b", "containers": [{"ports": [{"containerPort": port}]}]}
        staged.put(path, {**staged.answers[path], "metadata": meta, "spec": spec})

    at("7", 9000)
    scrape = source(staged, clock=ManualClock(), kubelets=False)
    async with running(scrape) as passing:
        await passing(200)
        assert staged.asked.count("/api/v1/pods") > 2
        assert staged.asked.count(path) == 1
        at("8", 9001)
        staged.put("/api/v1/namespaces/shop/pods/web-1:9001/proxy/metrics", METRICS)
        await passing(100)
        assert staged.asked.count(path) == 2
        assert "instance=10.0.0.2:9001" in ",".join(rows(await scrape.query('up{job="web-1"} == 1')))


async def test_a_server_that_gets_another_path_is_read_there_and_no_more_at_the_old_one() -> None:
    staged, pod = cluster(), "/api/v1/namespaces/shop/pods/web-1"
    old, new = (f"{pod}:9000/proxy{path}" for path in ("/metrics", "/other"))
    scrape = source(staged, clock=ManualClock(), kubelets=False)
    async with running(scrape) as passing:
        await passing(50)
        assert old in staged.asked
        annotations = {"prometheus.io/scrape": "true", "prometheus.io/path": "/other"}
        meta = {**staged.answers[pod]["metadata"], "annotations": annotations}
        staged.items("/api/v1/pods", {"metadata": meta})
        staged.put(pod, {**staged.answers[pod], "metadata": meta})
        staged.put(new, METRICS)
        await passing(60)
        assert new in staged.asked
        staged.asked.clear()
        await passing(60)
        assert old not in staged.asked
        assert staged.asked.count(new) in (3, 4, 5)


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
