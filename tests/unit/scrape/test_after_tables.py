"""What is on the screen goes first: the scraper begins when the tables have their lists, or after a while."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest

from sources.contract import Status, Unavailable
from sources.scrape import ScrapeSource
from sources.testing import ManualClock
from tests.unit.scrape.staged import Staged, rows, source
from tests.unit.scrape.usual import cluster, running

WAITS = "scraping starts when nodes and pods are listed"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A query gives up its wait for the first scrapes at once."""
    monkeypatch.setattr("sources.scrape.source.FIRST", 0.01)


def loading() -> Staged:
    staged = cluster()
    staged.tables.clear()
    return staged


@asynccontextmanager
async def ended(task: asyncio.Task[None]) -> AsyncIterator[None]:
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def said_first(scrape: ScrapeSource) -> Status:
    async with aclosing(scrape.samples()) as feed:  # type: ignore[type-var]  # it is a generator
        (status,) = await anext(feed)
    assert isinstance(status, Status)
    return status


async def test_while_the_tables_load_nothing_is_asked_and_that_is_said() -> None:
    staged = loading()
    scrape = source(staged, clock=ManualClock(), when="auto")
    status = await said_first(scrape)
    assert (status.state, status.detail) == ("connecting", WAITS)
    async with running(scrape) as passing:
        await passing(100)
        assert staged.asked == []
        with pytest.raises(Unavailable, match=f"still empty: {WAITS}"):
            await scrape.query("up")
        staged.tables.set()
        await passing(20)
        assert len((await scrape.query('up{job="kubelet"}')).series) == 8


async def test_a_list_that_does_not_end_keeps_nothing_back_for_ever() -> None:
    scrape = source(loading(), clock=ManualClock())
    async with running(scrape) as passing:
        await passing(140)
        assert rows(await scrape.query("topmast_node_cpu_cores")) == {"node=a": 0.25}


async def test_a_command_that_has_no_tables_does_not_wait() -> None:
    scrape = source(loading())
    assert (await scrape.collect()).state == "live"
    await scrape.close()


async def test_asked_to_scrape_an_empty_answer_says_what_it_waits_for() -> None:
    scrape = source(loading(), clock=ManualClock())
    async with running(scrape):
        assert (await scrape.query("up")).infos[-1] == f"topmast's own short memory, still empty: {WAITS}"


async def test_rules_wait_as_well_and_are_not_said_to_be_none() -> None:
    staged = loading()
    scrape = source(staged, clock=ManualClock(), when="auto")
    said: list[Status] = []

    async def listen() -> None:
        async for changes in scrape.alerts():  # begun before the feed that scrapes, as the supervisor does
            said.extend(change for change in changes if isinstance(change, Status))

    alerts = asyncio.create_task(listen())
    async with running(scrape) as passing, ended(alerts):
        await passing(60)
        assert {each.state for each in said} == {"connecting"}
        assert said[-1].detail == WAITS
        staged.tables.set()
        await passing(40)
        assert said[-1].detail == "0 rules evaluated by topmast itself"


async def test_a_long_look_for_targets_is_not_taken_for_nothing_to_scrape(monkeypatch: pytest.MonkeyPatch) -> None:
    async def endless(*given: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("sources.scrape.scraper.discover", endless)
    scrape = source(cluster(), clock=ManualClock(), when="auto")
    async with running(scrape):
        with pytest.raises(Unavailable, match="still empty"):
            await scrape.query("up")
        async with aclosing(scrape.alerts()) as alerts:  # type: ignore[type-var]  # it is a generator
            said = [await anext(alerts) for _ in range(3)]
        ((_,), (awaited,), (status,)) = said
        assert isinstance(awaited, Status)
        assert (awaited.state, awaited.detail) == ("connecting", "looking for something to scrape")
        assert isinstance(status, Status)
        assert status.detail == "no rules are evaluated yet: topmast is looking for something to scrape"
