"""Several sources that answer PromQL as one: the first that is there, the next while it is not."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from msgspec.structs import replace

from sources.contract import MetricsQueries, NotSupported, QueryError, Samples, SourceError
from sources.model import MetricMetadata, QueryResult, Series

REST = 30.0
"""Seconds that a source which could not be reached is left alone, if another one answers meanwhile."""

T = TypeVar("T")


class FirstAnswer:
    """Offers `MetricsQueries` from those that `offering` gives, in its order: a Prometheus before our own memory.

    A query that is wrong is wrong for all; only a source that is absent, forbidden or away hands over to the next.
    """

    def __init__(
        self, offering: Callable[[], Sequence[MetricsQueries]], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._offering, self._monotonic = offering, monotonic
        self._resting: dict[int, float] = {}

    async def _first(self, ask: Callable[[MetricsQueries], Awaitable[T]]) -> T:
        return (await self._answered(ask))[1]

    async def _answered(self, ask: Callable[[MetricsQueries], Awaitable[T]]) -> tuple[MetricsQueries, T]:
        now = self._monotonic()
        sources = self._offering()
        awake = [source for source in sources if self._resting.get(id(source), now) <= now]
        asleep = [source for source in sources if source not in awake]
        failures: dict[int, SourceError] = {}
        for source in (*awake, *asleep):
            try:
                found = await ask(source)
            except QueryError:
                raise
            except SourceError as error:
                self._resting[id(source)] = self._monotonic() + REST
                failures[id(source)] = error
                continue
            self._resting.pop(id(source), None)
            return source, found
        told = [failures[id(source)] for source in sources]
        # One that is there and cannot answer yet says more than one that there is not.
        there = [error for error in told if not isinstance(error, NotSupported)]
        raise next(iter(there or told), NotSupported("no configured source answers PromQL"))

    async def query(self, expr: str, at: float | None = None) -> QueryResult:
        return self._signed(*await self._answered(lambda source: source.query(expr, at)))

    async def query_range(self, expr: str, start: float, end: float, step: float) -> QueryResult:
        return self._signed(*await self._answered(lambda source: source.query_range(expr, start, end, step)))

    def _signed(self, source: MetricsQueries, result: QueryResult) -> QueryResult:
        """With a note where somebody asked for samples of our own and gets another's answer."""
        wanted = any(isinstance(each, Samples) and each.wanted() for each in self._offering())
        if not wanted or isinstance(source, Samples):
            return result
        note = f"answered by {result.source or 'a server'}, not from topmast's own scrapes"
        return replace(result, infos=(*result.infos, note))

    async def labels(self, match: Sequence[str] = (), limit: int = 1000) -> Sequence[str]:
        return await self._first(lambda source: source.labels(match, limit))

    async def label_values(self, label: str, match: Sequence[str] = (), limit: int = 1000) -> Sequence[str]:
        return await self._first(lambda source: source.label_values(label, match, limit))

    async def series(self, match: Sequence[str], limit: int = 1000) -> Sequence[Series]:
        return await self._first(lambda source: source.series(match, limit))

    async def metadata(self, metric: str | None = None, limit: int = 5000) -> Sequence[MetricMetadata]:
        return await self._first(lambda source: source.metadata(metric, limit))
