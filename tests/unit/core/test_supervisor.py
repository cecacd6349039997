"""The supervisor keeps every feed running and says what failed."""

import asyncio
import random
from collections.abc import Callable

import pytest
from msgspec import Struct

from sources.contract import (
    MOST_ASKED,
    Batch,
    Context,
    Denied,
    Feed,
    NotSupported,
    Nudge,
    Status,
    Unavailable,
    Upsert,
)
from sources.model import Pod
from sources.supervisor import LAST_DELAY, Supervisor
from sources.testing import ManualClock, settle


class Nothing(Struct, forbid_unknown_fields=True):
    """No settings."""


class Scripted:
    """Pods come from the next function of a script, each time the feed is opened."""

    Config = Nothing

    def __init__(self, *script: Callable[[], Feed]) -> None:
        self.script = list(script)
        self.opened = 0
        self.closed = 0

    def describe(self) -> str:
        return "a script"

    async def close(self) -> None: ...

    async def pods(self) -> Feed:  # type: ignore[override,misc]
        step = self.script[min(self.opened, len(self.script) - 1)]
        self.opened += 1
        try:
            async for changes in step():
                yield changes
        finally:
            self.closed += 1


def raising(error: Exception, *first: Pod) -> Callable[[], Feed]:
    async def feed() -> Feed:  # type: ignore[misc]
        if first:
            yield [Upsert(pod) for pod in first]
        raise error

    return feed


async def forever() -> Feed:  # type: ignore[misc]
    yield [Status("live")]
    await asyncio.Event().wait()


class Bench:
    def __init__(self, **sources: Scripted) -> None:
        self.clock = ManualClock()
        self.batches: list[Batch] = []
        self.nudge = Nudge()
        self.supervisor = Supervisor(
            sources,  # type: ignore[arg-type]
            self.batches.append,
            self.clock,
            random.Random(1),
            self.nudge,
        )

    async def __aenter__(self) -> "Bench":
        self.supervisor.start()
        await settle()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.supervisor.stop()

    def statuses(self, source: str = "s") -> list[Status]:
        return [
            change
            for batch in self.batches
            for change in batch.changes
            if batch.source == source and isinstance(change, Status)
        ]


async def test_a_failed_feed_is_opened_again_after_a_growing_jittered_delay() -> None:
    async with Bench(s=Scripted(raising(Unavailable("no route")))) as bench:
        for _ in range(8):
            await bench.clock.advance(2 * LAST_DELAY)
    slept = bench.clock.slept
    expected = 0.8
    for delay in slept[:8]:
        assert expected <= delay <= 2 * expected
        expected = min(expected * 2, LAST_DELAY)
    assert bench.statuses()[0].state == "failed"
    assert bench.statuses()[0].detail == "no route"
    assert bench.statuses()[0].retry_at is not None


async def test_retry_after_is_honoured_but_not_for_days() -> None:
    async with Bench(s=Scripted(raising(Unavailable("busy", retry_after=17.0)))) as bench:
        assert 17.0 <= bench.clock.slept[0] <= 20.0
    async with Bench(s=Scripted(raising(Unavailable("busy", retry_after=86_400.0)))) as bench:
        assert bench.clock.slept[0] == MOST_ASKED


async def test_what_was_shown_stays_as_stale_when_the_feed_fails_later() -> None:
    async with Bench(s=Scripted(raising(RuntimeError("bug"), Pod("a", "x")))) as bench:
        assert bench.statuses()[-1].state == "stale"
        assert "RuntimeError: bug" in bench.statuses()[-1].detail


async def test_what_a_plugin_raises_is_shown_without_its_secrets() -> None:
    async with Bench(
        s=Scripted(raising(RuntimeError("401 for Authorization: Bearer abcdefghijklmnopqrst")))
    ) as bench:
        assert "401" in bench.statuses()[-1].detail
        assert "abcdefghijklmnopqrst" not in bench.statuses()[-1].detail


@pytest.mark.parametrize(
    ("error", "state"),
    [(Denied("no", "list pods"), "denied"), (NotSupported("no metrics API"), "absent")],
)
async def test_what_retrying_cannot_mend_is_not_retried_fast(error: Exception, state: str) -> None:
    async with Bench(s=Scripted(raising(error))) as bench:
        assert bench.statuses()[0].state == state
        assert bench.clock.slept[0] >= LAST_DELAY
    if state == "denied":
        assert bench.statuses()[0].missing == ("list pods",)


async def test_one_broken_source_takes_no_other_with_it() -> None:
    async with Bench(s=Scripted(raising(RuntimeError("bug"))), t=Scripted(forever)) as bench:
        await bench.clock.advance(5)
        assert bench.statuses("t")[-1].state == "live"


class Badly:
    """A third party's source whose feed fails in ways of its own: `pods` is whatever the test says."""

    Config = Nothing

    def __init__(self, pods: Callable[[], Feed]) -> None:
        self.pods = pods

    def describe(self) -> str:
        return "a bad one"

    async def close(self) -> None: ...


class Stubborn:
    """A feed that raises when it is closed, and ends at once."""

    def __aiter__(self) -> "Stubborn":
        return self

    async def __anext__(self) -> list[Status]:
        raise StopAsyncIteration

    async def aclose(self) -> None:
        raise RuntimeError("will not close")


class Clinging(Stubborn):
    """Waits for ever, and raises when it is closed."""

    async def __anext__(self) -> list[Status]:
        await asyncio.Event().wait()
        return []


def unopened() -> Feed:
    raise TypeError("pods() has no settings")


async def cancelled_within() -> Feed:  # type: ignore[misc]
    yield [Status("live")]
    inner = asyncio.ensure_future(asyncio.sleep(3600))
    inner.cancel()
    await inner


@pytest.mark.parametrize(
    ("pods", "said"),
    [
        (unopened, "TypeError: pods() has no settings"),
        (Stubborn, "RuntimeError: will not close"),
        (cancelled_within, "the feed gave itself up"),
    ],
)
async def test_no_way_of_failing_ends_a_feed_for_good(pods: Callable[[], Feed], said: str) -> None:
    async with Bench(s=Badly(pods)) as bench:  # type: ignore[arg-type]
        await bench.clock.advance(2 * LAST_DELAY)
        failed = [status for status in bench.statuses() if status.state == "failed"]
        assert len(failed) > 2
        assert all(said in status.detail for status in failed)


async def test_a_feed_that_raises_when_it_is_closed_does_not_hold_up_the_end() -> None:
    bench = Bench(s=Badly(Clinging))  # type: ignore[arg-type]
    async with asyncio.timeout(10), bench:
        pass
    assert bench.batches == []


async def test_a_refresh_ends_the_waiting_at_once() -> None:
    broken = Scripted(raising(Unavailable("down")), forever)
    async with Bench(s=broken) as bench:
        bench.nudge.now()
        await settle()
        assert broken.opened == 2
        assert bench.statuses()[-1].state == "live"


async def test_stopping_closes_the_feeds() -> None:
    source = Scripted(forever)
    async with Bench(s=source):
        pass
    assert source.closed == 1


def test_a_context_offers_peers_by_capability() -> None:
    from sources.contract import Pods, Usage

    source = Scripted(forever)
    context = Context("me", peers=lambda: (source, object()))
    assert list(context.offering(Pods)) == [source]  # type: ignore[type-abstract]
    assert list(context.offering(Usage)) == []  # type: ignore[type-abstract]
