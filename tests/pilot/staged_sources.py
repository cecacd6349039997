"""Sources without a server for the staged runtime: they answer what a test gives them, and note what was asked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from sources.contract import ObjectPage
from sources.model import MetricMetadata, QueryResult, Series


def vector(*pairs: tuple[Mapping[str, str], float], at: float = 0.0, **more: Any) -> QueryResult:
    """An instant answer."""
    series = tuple(Series(tuple(sorted(labels.items())), (at,), (value,)) for labels, value in pairs)
    return QueryResult("vector", series, at=at, **more)


def matrix(
    *lines: tuple[Mapping[str, str], Sequence[float]], start: float, step: float = 15.0, **more: Any
) -> QueryResult:
    """A range answer without gaps."""
    length = max((len(values) for _, values in lines), default=1)
    series = tuple(
        Series(tuple(sorted(labels.items())), tuple(start + step * i for i in range(len(values))), tuple(values))
        for labels, values in lines
    )
    return QueryResult("matrix", series, start=start, end=start + step * (length - 1), step=step, **more)


class FakeMetrics:
    """Answers PromQL with `instant` and `span`: results or errors to raise, the same for every query."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.moments: list[float | None] = []
        self.ranges: list[tuple[float, float, float]] = []
        self.instant: QueryResult | Exception = vector(({"job": "web"}, 3.0), ({"job": "db"}, 7.0))
        self.span: QueryResult | Exception = matrix(
            ({"job": "web"}, [1, 2, 3]), ({"job": "db"}, [7, 7, 7]), start=0.0
        )
        self.gate: asyncio.Event | None = None
        """When set, answers wait for it."""
        self.label_names: list[str] = []
        self.values: dict[str, list[str]] = {}
        self.described: list[MetricMetadata] = []
        self.refusal: Exception | None = None
        """Raised instead of names, values and metadata."""
        self.matched: list[tuple[str, tuple[str, ...]]] = []
        """(label or "", selectors) of each question about names and values."""

    def describe(self) -> str:
        return "a fake Prometheus"

    async def query(self, expr: str, at: float | None = None) -> QueryResult:
        self.asked.append(expr)
        self.moments.append(at)
        return await self._answer(self.instant)

    async def query_range(self, expr: str, start: float, end: float, step: float) -> QueryResult:
        self.ranges.append((start, end, step))
        return await self._answer(self.span)

    async def _answer(self, answer: QueryResult | Exception) -> QueryResult:
        if self.gate is not None:
            await self.gate.wait()
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def labels(self, match: Sequence[str] = (), limit: int = 1000) -> Sequence[str]:
        self.matched.append(("", tuple(match)))
        return self._told(self.label_names)

    async def label_values(self, label: str, match: Sequence[str] = (), limit: int = 1000) -> Sequence[str]:
        self.matched.append((label, tuple(match)))
        return self._told(self.values.get(label, []))

    async def series(self, match: Sequence[str], limit: int = 1000) -> Sequence[Series]:
        return []

    async def metadata(self, metric: str | None = None, limit: int = 5000) -> Sequence[MetricMetadata]:
        return self._told(self.described)

    def _told(self, answer: Sequence[Any]) -> Sequence[Any]:
        if self.refusal is not None:
            raise self.refusal
        return answer


class FakeCluster:
    """Whole objects on demand, and namespaces that somebody wants to see."""

    def __init__(self, title: str = "a fake cluster") -> None:
        self.title = title
        self.objects: dict[tuple[str, str, str], Mapping[str, Any] | Exception] = {}
        self.fetched: list[tuple[str, str, str]] = []
        self.lists: dict[tuple[str, str], ObjectPage | Exception] = {}
        self.listed: list[tuple[str, str]] = []
        self.included: list[str] = []
        self.narrowed: list[tuple[str, ...]] = []

    def describe(self) -> str:
        return self.title

    async def get_object(self, kind: str, namespace: str, name: str) -> Mapping[str, Any]:
        self.fetched.append((kind, namespace, name))
        found = self.objects.get((kind, namespace, name), {})
        if isinstance(found, Exception):
            raise found
        return found

    async def list_objects(self, kind: str, namespace: str, limit: int) -> ObjectPage:
        self.listed.append((kind, namespace))
        found = self.lists.get((kind, namespace), ObjectPage())
        if isinstance(found, Exception):
            raise found
        return found

    def narrow(self, namespaces: Sequence[str]) -> None:
        self.narrowed.append(tuple(namespaces))

    def include_namespace(self, namespace: str) -> None:
        self.included.append(namespace)


class FakeNotifier:
    """Tells people of alerts, as an Alertmanager does."""

    def describe(self) -> str:
        return "a pager"

    def notifies(self) -> bool:
        return True
