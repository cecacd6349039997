"""Whether anything is scraped at all: beside a Prometheus, in its place, asked to, switched off."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import httpx
import pytest

from sources.contract import NotSupported, Status, Unavailable
from sources.model import QueryResult
from sources.scrape import ScrapeSource
from sources.testing import ManualClock
from tests.unit.scrape.staged import source
from tests.unit.scrape.usual import cluster, running


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
