"""The demo's PromQL engine: loaded in a thread when somebody asks, and not before a new screen has painted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from sources import courtesy
from sources.contract import Clock
from sources.demo.alert_rules import Found
from sources.demo.cluster import Plan

if TYPE_CHECKING:
    from sources.demo.rule_results import Evaluator
    from sources.embedded import EmbeddedQueries

PAINTING = 0.75
"""Seconds that a screen has to paint, at least: loading numpy and the engine takes a third of one of a core."""
LOOK = 0.1
"""Seconds after which one looks again whether it has."""


class Answers:
    """Queries and rules over one plan's series. Used on one event loop; the work is done in threads."""

    def __init__(self, plan: Plan, clock: Clock, now: Callable[[], float], name: str) -> None:
        """`now` is the simulated moment."""
        self._plan, self._clock, self._now, self._name = plan, clock, now, name
        self._thread = ThreadPoolExecutor(1, "topmast-demo")
        self._opening = asyncio.Lock()
        self._opened: tuple[EmbeddedQueries, Evaluator] | None = None
        self._not_before = 0.0

    def close(self) -> None:
        """Lets the threads go."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        if self._opened is not None:
            self._opened[0].close()

    def after_painting(self) -> None:
        """A screen opens: who asks now waits until it has painted."""
        self._not_before = self._clock.monotonic() + PAINTING

    async def queries(self) -> EmbeddedQueries:
        """What answers queries."""
        return (await self._open())[0]

    async def rules(self, start: float, end: float) -> Sequence[Found]:
        """What the alerting rules give between two evaluations."""
        _, evaluator = await self._open()
        return await asyncio.get_running_loop().run_in_executor(self._thread, evaluator.results, start, end)

    async def _open(self) -> tuple[EmbeddedQueries, Evaluator]:
        async with self._opening:
            if self._opened is None:
                if (left := self._not_before - self._clock.monotonic()) > 0:
                    await self._clock.sleep(left)
                while courtesy.painting():
                    await self._clock.sleep(LOOK)
                self._opened = await asyncio.get_running_loop().run_in_executor(self._thread, self._load)
            return self._opened

    def _load(self) -> tuple[EmbeddedQueries, Evaluator]:
        from sources.demo.metrics import DemoStorage
        from sources.demo.rule_results import Evaluator
        from sources.embedded import EmbeddedQueries

        storage = DemoStorage(self._plan, self._now)
        return EmbeddedQueries(storage, self._clock, self._name), Evaluator(storage)
