"""How long we wait, who goes first, and what the reader of a feed gets."""

from __future__ import annotations

import asyncio

import pytest

from sources.contract import Delete
from sources.kubernetes.backoff import Backoff
from sources.kubernetes.listgate import ListGate
from sources.kubernetes.outbox import Outbox, feed
from tests.unit.kubernetes.fakes import FakeClock, settle


def test_backoff_doubles_to_its_cap_and_forgets_two_minutes_after_the_wait():
    clock = FakeClock()
    backoff = Backoff(clock.monotonic, lambda: 0.0)
    assert [backoff.next() for _ in range(8)] == pytest.approx([0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30])
    clock.mono += 30 + 119
    assert backoff.next() == 30
    clock.mono += 30 + 121
    assert backoff.next() == pytest.approx(0.8)


def test_jitter_stretches_by_up_to_as_much_again():
    assert Backoff(lambda: 0.0, lambda: 0.999).next() == pytest.approx(1.6, rel=0.01)


def test_retry_after_is_a_lower_bound():
    backoff = Backoff(lambda: 0.0, lambda: 0.0)
    assert backoff.next(7.0) == 7.0
    assert backoff.next(0.1) == pytest.approx(1.6)


@pytest.mark.fault(20)
@pytest.mark.parametrize("asked", [86_400.0, float("inf")])
def test_a_retry_after_of_a_day_is_not_kept(asked):
    """A gateway's maintenance page must not leave the screen stale long after the server is back."""
    assert Backoff(lambda: 0.0, lambda: 0.0).next(asked) == 300.0


async def test_two_lists_at_a_time_and_nodes_before_pods_before_events():
    gate = ListGate()
    order = []
    release = asyncio.Event()

    async def use(name, priority):
        async with gate.slot(priority):
            order.append(name)
            await release.wait()

    wanted = [("x", 5), ("y", 5), ("events", 2), ("pods", 1), ("nodes", 0)]
    tasks = [asyncio.create_task(use(*each)) for each in wanted]
    await settle()
    assert order == ["x", "y"]
    tasks[3].cancel()
    release.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert order == ["x", "y", "nodes", "events"]
    async with gate.slot(), gate.slot():
        pass  # nothing leaked


async def test_the_patient_wait_until_nobody_lists_and_hold_nobody_up():
    gate = ListGate()
    order = []
    release = asyncio.Event()

    async def use(name, patient=False):
        async with gate.slot(patient=patient):
            order.append(name)
            await release.wait()

    async with gate.slot():
        tasks = [asyncio.create_task(use("usage", patient=True)), asyncio.create_task(use("events"))]
        await settle()
        assert order == ["events"]
    await settle()
    assert order == ["events"], "one of the two slots is free, and somebody still lists"
    release.set()
    await asyncio.gather(*tasks)
    assert order == ["events", "usage"]


async def test_a_slot_given_to_a_cancelled_waiter_is_not_lost():
    gate = ListGate(1)
    async with gate.slot():
        waiter = asyncio.create_task(gate.slot().__aenter__())
        await settle()
    waiter.cancel()  # the slot was handed over in this very turn
    with pytest.raises(asyncio.CancelledError):
        await waiter
    async with asyncio.timeout(5), gate.slot():
        pass


@pytest.mark.fault(38)
async def test_a_feed_coalesces_and_keeps_the_order():
    clock = FakeClock()

    async def run(outbox):
        for n in range(5):
            outbox.put([Delete("pod", str(n))])
            await asyncio.sleep(0)
        await asyncio.get_running_loop().create_future()

    batches = feed(clock, run)
    first = asyncio.create_task(anext(batches))
    await clock.advance(0.2)
    assert [change.key for change in await first] == list("01234")
    await batches.aclose()


async def test_a_feed_ends_with_its_runner_and_with_its_failure():
    clock = FakeClock()
    cancelled = []

    async def run(outbox):
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    batches = feed(clock, run)
    waiting = asyncio.create_task(anext(batches))
    await settle()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert cancelled == [True]

    async def broken(outbox):
        outbox.put([Delete("pod", "last words")])
        raise KeyError("bug")

    batches = feed(clock, broken)
    first = asyncio.create_task(anext(batches))
    await clock.advance(1)
    assert [change.key for change in await first] == ["last words"]
    with pytest.raises(KeyError):
        await anext(batches)


@pytest.mark.fault(38)
async def test_a_writer_waits_for_a_slow_reader():
    clock = FakeClock()
    outbox = Outbox(clock, most=10)
    outbox.put([Delete("pod", str(n)) for n in range(11)])
    room = asyncio.create_task(outbox.room())
    await settle()
    assert not room.done()
    take = asyncio.create_task(outbox.take())
    await clock.advance(1)
    assert len(await take) == 11
    await room
