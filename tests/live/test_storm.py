"""After a storm the tables are the server's, no event is lost or shown twice, and what the screen counts is so."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
import trustme

from sources.contract import Context
from sources.kubernetes.api import EVENTS, PODS
from tests.faults.between import between, certificate
from tests.live.blows import BLOWS, Target, Wandering
from tests.live.churn import Churn, mark
from tests.live.following import following
from tests.live.recount import miscounted
from tests.live.storm import compared, told_twice, told_wrongly
from tests.live.watched import cluster, names, screening
from tests.live.witness import Witness
from tests.testbed import Bed

STORM = (
    "reset",
    "clock two hours ahead",
    "compaction and restart",
    "truncated watches",
    "garbage in watches",
    "clock an hour behind",
    "502 page",
    "410",
    "cut answers",
    "away",
)


@pytest.fixture
def churn(plane: Bed) -> Iterator[Churn]:
    made = Churn(plane, seed=5)
    yield made
    made.end()


@pytest.fixture
def witness(plane: Bed) -> Iterator[Witness]:
    with Witness(plane.etcd_url) as made:
        yield made


@pytest.mark.fault(15, 16, 21, 23, 24, 27, 30, 36, 37, 40)
async def test_nothing_is_lost_told_twice_or_miscounted_in_a_storm(plane, churn, witness, tmp_path) -> None:
    authority, clock = trustme.CA(), Wandering()
    context = Context("kubernetes", clock)
    good, expired = certificate(authority), certificate(authority, expired=True)
    async with (
        between(plane.kubeconfig("viewer"), tmp_path, authority) as (proxy, kubeconfig),
        following(kubeconfig, "pods", "events", context=context) as (_, pods, events),
        screening(cluster(kubeconfig), clock) as watched,
    ):
        await pods.settled()
        await events.settled()
        target = Target(plane, (proxy,), expired, good, clock, lasts=1.5)
        for number, name in enumerate(STORM):
            await BLOWS[name](target)
            context.nudge.now()  # what Ctrl-R does
            watched.retry()
            sign = f"after-{number}"
            await asyncio.to_thread(mark, plane, sign)
            # What was live before the blow may still be called so: who shows the sign has come through it.
            sign = f"default/{sign}"
            await pods.until(lambda sign=sign: sign in pods.rows("pod"))
            await events.until(lambda sign=sign: sign in names(events.rows("event")))
            await watched.until(name, lambda sign=sign: sign in watched.pods and sign in names(watched.events))
        await asyncio.to_thread(churn.rest)
        try:
            followed = (PODS, lambda: pods.rows("pod")), (EVENTS, lambda: events.rows("event"))
            seen = (PODS, lambda: watched.pods), (EVENTS, lambda: watched.events)
            assert await compared(plane, *followed, *seen) == []
            # The scheduler goes on telling: they are the same at one moment.
            await watched.until(
                "what the witness saw",
                lambda: names(watched.events) == names(events.rows("event")) == witness.there and not watched.busy,
            )
            watched.screen.second()  # a clock may have been set just now
            wrong = miscounted(watched.screen)
            assert not wrong, "\n".join(wrong)
            assert told_wrongly(events.rows("event"), churn) == []
            assert told_wrongly(watched.events, churn) == []
            assert told_twice(events) == []
            # That there was a storm at all:
            assert len(churn.made) > 50
            assert churn.taken_back > 10
            assert {f"default/{name}" for name in churn.made} <= witness.made
            assert len(pods.snapshots) > 1  # the history was gone
        finally:
            churn.go()
