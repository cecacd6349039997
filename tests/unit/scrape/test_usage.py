"""The metrics API as series: without text on the way, and of pods only where they leave room for others."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from sources.model import NodeUsage, PodUsage
from sources.scrape.memory import Memory
from sources.scrape.usage import ABOUT, USAGE, Usage
from sources.testing import ManualClock
from tests.unit.scrape.staged import Staged, rows, source
from tests.unit.scrape.usual import cluster, running

METRICS = "/apis/metrics.k8s.io/v1beta1"
NOTE = "is not kept as series: more than a quarter of max_series (40); the tables show it"


def usage_of(name: str) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "namespace": "shop"},
        "timestamp": "2023-11-14T22:13:10Z",
        "window": "10s",
        "containers": [{"usage": {"cpu": "100m", "memory": "2Ki"}}, {"usage": {"cpu": "1n", "memory": "0"}}],
    }


def with_pods(count: int) -> Staged:
    """A cluster of so many pods, which tells their number but lists only one."""
    staged = cluster()
    staged.items(f"{METRICS}/pods", *(usage_of(f"web-{number}") for number in range(count)))

    def listed(request: httpx.Request) -> httpx.Response:
        items = [{"metadata": {"name": "web-0", "namespace": "shop"}}]
        if request.url.params.get("limit") == "1" and count > 1:
            return httpx.Response(
                200, json={"items": items, "metadata": {"continue": "x", "remainingItemCount": count - 1}}
            )
        return httpx.Response(200, json={"items": items})

    staged.put("/api/v1/pods", listed)
    return staged


async def test_a_large_answer_is_asked_for_less_often() -> None:
    staged = cluster()
    for name in ("small", "large"):
        staged.asked.clear()
        scrape = source(staged, clock=ManualClock(), kubelets=False)
        async with running(scrape) as passing:
            await passing(240)
        asked = staged.asked.count(f"{METRICS}/nodes")
        assert asked in ((16, 17) if name == "small" else (6, 7)), name
        node = {"metadata": {"name": "a", "annotations": {"long": "x" * 1_200_000}}}
        staged.items(f"{METRICS}/nodes", {**node, "usage": {"cpu": "250m", "memory": "1Ki"}})


async def series(scrape: Any, query: str) -> int:
    return len((await scrape.query(query)).series)


async def test_usage_of_pods_is_kept_while_it_takes_a_quarter_of_the_series() -> None:
    scrape = source(with_pods(5), max_series=40, kubelets=False)
    status = await scrape.collect()
    assert (status.state, status.missing) == ("live", ())
    assert await series(scrape, "topmast_pod_cpu_cores") == 5
    assert await series(scrape, "topmast_pod_memory_bytes") == 5
    assert rows(await scrape.query('up{job="metrics.k8s.io"}')) == {"": 1.0}
    assert rows(await scrape.query('scrape_samples_scraped{job="metrics.k8s.io"}')) == {"": 12.0}
    about = {each.name: (each.type, each.help) for each in await scrape.metadata()}
    assert about["topmast_pod_cpu_cores"] == ("gauge", "CPU use over the metrics API's window.")
    assert set(ABOUT) <= set(about)
    await scrape.close()


async def test_beyond_it_only_nodes_are_kept_and_that_is_said() -> None:
    staged = with_pods(6)
    scrape = source(staged, max_series=40, kubelets=False)
    status = await scrape.collect()
    assert status.missing == (f"usage of 6 pods {NOTE}",)
    assert f"{METRICS}/pods" not in staged.asked, "nothing is downloaded to be thrown away"
    assert await series(scrape, "topmast_pod_cpu_cores") == 0
    assert rows(await scrape.query("topmast_node_cpu_cores")) == {"node=a": 0.25}
    await scrape.close()


@pytest.mark.parametrize("uncounted", [403, 500, {"items": [{}], "metadata": {"continue": "x"}}])
async def test_where_pods_cannot_be_counted_reading_stops_at_the_limit(uncounted: Any) -> None:
    staged = with_pods(6)
    staged.put("/api/v1/pods", uncounted)
    scrape = source(staged, max_series=40, kubelets=False, annotated=False)
    for _ in range(2):
        status = await scrape.collect()
        assert f"usage of more than 5 pods {NOTE}" in status.missing
    assert staged.asked.count(f"{METRICS}/pods") == 1, "once left out they are not asked again"
    await scrape.close()
    staged.items(f"{METRICS}/pods", *(usage_of(f"web-{number}") for number in range(5)))
    scrape = source(staged, max_series=40, kubelets=False, annotated=False)
    assert (await scrape.collect()).state == "live"
    assert await series(scrape, "topmast_pod_cpu_cores") == 5
    await scrape.close()


async def test_a_list_that_is_longer_than_allowed_is_not_read_to_its_end() -> None:
    staged = with_pods(6)
    staged.put("/api/v1/pods", 403)
    sent = 0

    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self):
            nonlocal sent
            yield b'{"items":['
            while True:
                sent += 1
                yield b'{"metadata":{"name":"x","labels":{"containers":"\\"containers\\":["}},"conta'
                yield b'iners":[]},'

    staged.put(f"{METRICS}/pods", lambda request: httpx.Response(200, stream=Endless()))
    scrape = source(staged, max_series=40, kubelets=False, annotated=False)
    status = await scrape.collect()
    assert (status.missing, sent) == ((f"usage of more than 5 pods {NOTE}",), 6)
    await scrape.close()


async def test_with_the_next_look_for_targets_pods_are_counted_anew() -> None:
    staged = with_pods(6)
    scrape = source(staged, clock=ManualClock(), max_series=40, kubelets=False, annotated=False)
    async with running(scrape) as passing:
        await passing(50)
        assert await series(scrape, "topmast_pod_cpu_cores") == 0
        assert staged.asked.count("/api/v1/pods") == 1
        smaller = with_pods(4)
        staged.answers |= {path: smaller.answers[path] for path in ("/api/v1/pods", f"{METRICS}/pods")}
        await passing(40)
        assert await series(scrape, "topmast_pod_cpu_cores") == 4
        assert scrape._scraper is not None
        assert scrape._scraper.status().state == "live"


# -- values go the way of text -----------------------------------------------------------------------------

AT = 1_700_000_000_000


def usage(cpu: int, at: float | None = AT / 1000, pods: tuple[str, ...] = ("p", "q")) -> Usage:
    shown = [PodUsage("ns", name, cpu, 7, at, None) for name in pods]
    return Usage([NodeUsage("n", cpu, 9, at, None)], shown, 100)


def test_values_lie_where_text_would_have_put_them() -> None:
    direct, text = Memory(3_600_000, 1 << 29, 1000), Memory(3_600_000, 1 << 29, 1000)
    for step in range(3):
        moment = AT + step * 15_000
        cpu, pods = 1_000_000_001 + step, ("p", "q") if step < 2 else ("p",)
        usage(cpu, moment / 1000, pods).write(direct, USAGE, moment, 0.5)
        lines = [
            f'topmast_node_cpu_cores{{node="n"}} {cpu / 1e9} {moment}',
            f'topmast_node_memory_bytes{{node="n"}} 9 {moment}',
        ]
        for pod in pods:
            lines += [
                f'topmast_pod_cpu_cores{{namespace="ns",pod="{pod}"}} {cpu / 1e9} {moment}',
                f'topmast_pod_memory_bytes{{namespace="ns",pod="{pod}"}} 7 {moment}',
            ]
        text.write(USAGE, moment, 0.5, "\n".join(lines).encode())
    assert held(direct) == held(text)


def held(memory: Memory) -> dict[Any, Any]:
    """All series with the bits of their samples: the end of a series is a NaN of its own kind."""
    found = memory.ring.select((), 0, 2 * AT)
    return {each.labels: (each.times.tolist(), each.values.view("uint64").tolist()) for each in found}


def test_samples_without_a_moment_have_that_of_the_scrape() -> None:
    memory = Memory(3_600_000, 1 << 29, 1000)
    usage(5, None).write(memory, USAGE, AT, 0.5)
    assert {times[0] for times, _ in held(memory).values()} == {AT}


def test_a_known_row_is_looked_up_and_numbers_that_became_invalid_are_not_used() -> None:
    memory = Memory(60_000, 1 << 29, 1000)
    asked = []
    number = memory.ring.series
    memory.ring.series = lambda labels: (asked.append(labels), number(labels))[1]  # type: ignore[method-assign]
    usage(5).write(memory, USAGE, AT, 0.5)
    first = len(asked)
    usage(6).write(memory, USAGE, AT + 1000, 0.5)
    assert {dict(labels)["__name__"] for labels in asked[first:]} == {
        "up", "scrape_duration_seconds", "scrape_samples_scraped",
    }  # fmt: skip
    memory.ring.epoch += 1
    usage(7).write(memory, USAGE, AT + 2000, 0.5)
    assert len(asked) == 2 * first + 3, "all are numbered anew"


def test_no_more_series_than_there_is_room_for() -> None:
    memory = Memory(3_600_000, 1 << 29, 5)
    written = usage(5).write(memory, USAGE, AT, 0.5)
    assert (written.samples, written.refused) == (6, 1)
