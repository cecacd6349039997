"""Queries over a storage in threads of their own: the loop goes on, and a query that nobody waits for ends."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from msgspec.structs import replace

from sources.contract import Clock, QueryError
from sources.embedded.convert import answer, refused
from sources.model import Labels, QueryResult, Series
from sources.promql import Engine, parse
from sources.promql.ast import VectorSelector
from sources.promql.results import PromQLError
from sources.promql.storage import Matcher, MatchOp, Storage

AT_ONCE = 2
MOST_STEPS = 11_000
"""As Prometheus has it."""
MOST_LENGTH = 200_000
"""Characters of a query: no person writes more, and it must not keep a core busy."""
TIMEOUT = 60.0
MOST_SAMPLES = 50_000_000
_EVERYTHING = (Matcher("__name__", MatchOp.REGEX, ".+"),)

T = TypeVar("T")


class Samples(Storage, Protocol):
    """A storage that knows its series without their samples too."""

    def label_sets(self, matchers: Sequence[Matcher]) -> Iterable[Labels]:
        """The series that satisfy all matchers."""


class EmbeddedQueries:
    """Offers the calls of `MetricsQueries` but metadata. Raises `QueryError` in Prometheus' words."""

    def __init__(
        self,
        storage: Samples,
        clock: Clock,
        source: str,
        lookback: float = 300.0,
        timeout: float = TIMEOUT,
        max_samples: int = MOST_SAMPLES,
    ) -> None:
        self._storage, self._clock, self._source = storage, clock, source
        self._engine = Engine(lookback=round(lookback * 1000), timeout=timeout, max_samples=max_samples)
        self._threads = ThreadPoolExecutor(AT_ONCE, "topmast-promql")

    def close(self) -> None:
        """Lets the threads go; a query that still runs ends when whoever asked is cancelled."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def query(self, expr: str, at: float | None = None) -> QueryResult:
        """An instant query, now if no moment (seconds) is given."""
        moment = _milliseconds(self._clock.now() if at is None else at)
        return await self._run(expr, lambda over: self._instant(expr, moment, over))

    async def query_range(self, expr: str, start: float, end: float, step: float) -> QueryResult:
        """A range query; all in seconds."""
        if not all(map(math.isfinite, (start, end, step))):
            raise QueryError("start, end and step must be finite numbers")
        if step < 0.001:
            raise QueryError(
                "zero or negative query resolution step widths are not accepted. Try a positive integer"
            )
        if (end - start) / step > MOST_STEPS:
            raise QueryError(
                "exceeded maximum resolution of 11,000 points per timeseries. "
                "Try decreasing the query resolution (?step=XX)"
            )
        bounds = (_milliseconds(start), _milliseconds(end), _milliseconds(step))
        found = await self._run(expr, lambda over: self._range(expr, *bounds, over))
        return replace(found, start=start, end=end, step=step)

    def _instant(self, expr: str, at: int, over: Callable[[], bool]) -> QueryResult:
        started = time.perf_counter()
        result = self._engine.query(expr, at, self._storage, over)
        return replace(answer(result, time.perf_counter() - started, self._source), at=at / 1000)

    def _range(self, expr: str, start: int, end: int, step: int, over: Callable[[], bool]) -> QueryResult:
        started = time.perf_counter()
        result = self._engine.query_range(expr, start, end, step, self._storage, over)
        return answer(result, time.perf_counter() - started, self._source)

    # -- names and values ------------------------------------------------------------------------------

    async def labels(self, match: Sequence[str] = (), limit: int = 1000) -> Sequence[str]:
        """Label names, sorted."""
        sets = await self._sets(match)
        return sorted({name for each in sets for name, _ in each})[:limit]

    async def label_values(self, label: str, match: Sequence[str] = (), limit: int = 1000) -> Sequence[str]:
        """Values of a label, sorted."""
        sets = await self._sets(match)
        return sorted({value for each in sets for name, value in each if name == label})[:limit]

    async def series(self, match: Sequence[str], limit: int = 1000) -> Sequence[Series]:
        """Label sets without samples, sorted."""
        if not match:
            raise QueryError("series need at least one selector")
        return [Series(labels) for labels in sorted(await self._sets(match))[:limit]]

    async def _sets(self, match: Sequence[str]) -> set[Labels]:
        def found(_: Callable[[], bool]) -> set[Labels]:
            selections = [_matchers(selector) for selector in match] or [_EVERYTHING]
            return {labels for each in selections for labels in self._storage.label_sets(each)}

        return await self._run(match[0] if match else "", found)

    # -- threads ---------------------------------------------------------------------------------------

    async def _run(self, expr: str, work: Callable[[Callable[[], bool]], T]) -> T:
        if len(expr) > MOST_LENGTH:
            raise QueryError(
                f"the query has {len(expr):,} characters, more than the {MOST_LENGTH:,} that are read"
            )
        over = threading.Event()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: work(over.is_set))
        except PromQLError as error:
            raise refused(error, expr) from None
        except (RecursionError, MemoryError) as error:
            raise QueryError(f"the query is too large: {type(error).__name__}", "execution") from None
        finally:
            over.set()


def _matchers(selector: str) -> Sequence[Matcher]:
    try:
        found = parse(selector)
    except PromQLError as error:
        raise refused(error, selector) from None
    if not isinstance(found, VectorSelector):
        raise QueryError('expected a selector, such as up{job="node"}')
    return found.matchers


def _milliseconds(seconds: float) -> int:
    if not math.isfinite(seconds) or abs(seconds) > 1e12:
        raise QueryError(f"not a moment: {seconds}")
    return round(seconds * 1000)
