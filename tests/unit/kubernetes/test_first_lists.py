"""When the first lists of nodes and pods are there, for whoever gives way to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

import pytest

from sources import courtesy
from sources.contract import Change, Denied, State, Status
from sources.kubernetes import firstlists
from sources.kubernetes.firstlists import FirstLists
from tests.unit.kubernetes.fakes import settle


class Told:
    """A feed that says what a test puts into it; an exception is raised."""

    def __init__(self) -> None:
        self.box: asyncio.Queue[State | Exception] = asyncio.Queue()

    async def feed(self) -> AsyncGenerator[Sequence[Change]]:
        while True:
            said = await self.box.get()
            if isinstance(said, Exception):
                raise said
            yield [Status(said)]

    async def say(self, said: State | Exception) -> None:
        self.box.put_nowait(said)
        await settle()


@asynccontextmanager
async def read(first: FirstLists, **feeds: Told):
    async def drain(name: str, told: Told) -> None:
        async for _ in first.follow(name, told.feed()):
            pass

    readers = [asyncio.create_task(drain(*each)) for each in feeds.items()]
    waiter = asyncio.create_task(first.complete())
    try:
        await asyncio.sleep(0)
        await settle()
        yield waiter
    finally:
        for task in (*readers, waiter):
            task.cancel()
        await asyncio.gather(*readers, waiter, return_exceptions=True)


async def test_where_nothing_is_listed_nobody_waits() -> None:
    async with asyncio.timeout(1):
        await FirstLists().complete()


@pytest.mark.parametrize(
    "end", ["live", "partial", "denied", "failed", Denied("no right to list pods", "list pods")]
)
async def test_each_feed_is_awaited_until_its_list_is_there_or_cannot_be_had(end: State | Exception) -> None:
    nodes, pods = Told(), Told()
    async with read(FirstLists(), nodes=nodes, pods=pods) as waiter:
        await nodes.say("connecting")
        await nodes.say("live")
        await pods.say("loading")
        assert not waiter.done(), "pods are still on their way"
        await pods.say(end)
        assert waiter.done()


async def test_a_list_made_anew_is_awaited_by_nobody() -> None:
    first, pods = FirstLists(), Told()
    async with read(first, pods=pods):
        await pods.say("live")
    async with read(first, pods=pods) as waiter:
        await pods.say("connecting")
        await pods.say("loading")
        assert waiter.done()


async def test_who_waits_until_they_are_shown_waits_for_a_screen_that_is_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(firstlists, "LOOK", 0.0)
    monkeypatch.setattr(firstlists, "GRACE", 1e9)
    courtesy.screen_behind(True)
    try:
        first, pods = FirstLists(), Told()
        async with read(first, pods=pods) as complete:
            shown = asyncio.create_task(first.shown())
            await settle()
            await pods.say("live")
            assert complete.done()
            assert not shown.done()
            courtesy.screen_behind(False)
            async with asyncio.timeout(5):
                await shown
    finally:
        courtesy.screen_behind(False)


async def test_a_screen_that_never_catches_up_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firstlists, "LOOK", 0.0)
    courtesy.screen_behind(True)
    try:
        first, pods = FirstLists(), Told()
        async with read(first, pods=pods):
            shown = asyncio.create_task(first.shown())
            await settle()
            await pods.say("live")
            async with asyncio.timeout(5):
                await shown
    finally:
        courtesy.screen_behind(False)
