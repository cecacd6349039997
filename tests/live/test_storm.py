"""After a storm the tables are the server's, no event is lost or shown twice, and what the screen counts is so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme
from textual.pilot import Pilot

from sources.config import Settings, Ui
from sources.contract import Context
from sources.kubernetes import KubernetesSource
from sources.kubernetes.api import EVENTS, PODS
from sources.runtime import Runtime
from tests.faults.between import between, certificate
from tests.live.following import following
from tests.live.recount import miscounted
from tests.live.storm import BLOWS, Churn, Target, Wandering, compared, mark, told_twice, told_wrongly
from tests.live.witness import Witness
from tests.testbed import Bed
from tui.app import TopmastApp
from tui.screen import MainScreen

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


class Watched:
    """The real screen over a runtime of its own, drawn nowhere, and somebody who looks at it."""

    def __init__(self, screen: MainScreen, pilot: Pilot[None]) -> None:
        self.screen, self._pilot = screen, pilot
        self.world = screen.session.world

    @property
    def pods(self) -> dict[str, Any]:
        return {pod.key: pod for pod in self.world.pods}

    @property
    def events(self) -> dict[str, Any]:
        return {event.key: event for event in self.world.events}

    @property
    def busy(self) -> bool:
        return self.screen.session.busy or self.screen.chain.busy

    async def until(self, what: str, wanted: Callable[[], bool], seconds: float = 60.0) -> None:
        """Looks until `wanted()` holds: the screen takes what arrived by itself, and tells nobody."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not wanted():
            assert loop.time() < end, f"{what}: not on the screen in {seconds:g} s"
            await self._pilot.pause(0.05)


@asynccontextmanager
async def screening(kubeconfig: Path, clock: Wandering) -> AsyncIterator[Watched]:
    config = KubernetesSource.Config(kubeconfig=str(kubeconfig))
    runtime = Runtime({"kubernetes": ("kubernetes", config)}, clock=clock)
    runtime.start()
    app = TopmastApp(runtime, Settings(Ui(refresh=0.1), {}, {}, None), clock)
    try:
        async with app.run_test(size=(200, 50)) as pilot:
            assert isinstance(app.screen, MainScreen)
            yield Watched(app.screen, pilot)
    finally:
        await asyncio.to_thread(runtime.stop)


def names(rows: Mapping[str, Any]) -> set[str]:
    return {f"{row.namespace}/{row.name}" for row in rows.values()}


@pytest.mark.fault(15, 16, 21, 23, 24, 27, 30, 36, 37, 40)
async def test_nothing_is_lost_told_twice_or_miscounted_in_a_storm(plane, churn, witness, tmp_path) -> None:
    authority, clock = trustme.CA(), Wandering()
    context = Context("kubernetes", clock)
    good, expired = certificate(authority), certificate(authority, expired=True)
    async with (
        between(plane.kubeconfig("viewer"), tmp_path, authority) as (proxy, kubeconfig),
        following(kubeconfig, "pods", "events", context=context) as (_, pods, events),
        screening(kubeconfig, clock) as watched,
    ):
        await pods.settled()
        await events.settled()
        target = Target(plane, proxy, expired, good, clock, lasts=1.5)
        for number, name in enumerate(STORM):
            await BLOWS[name](target)
            context.nudge.now()  # what Ctrl-R does
            watched.screen.session.runtime.retry_now()
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
