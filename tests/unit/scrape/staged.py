"""A cluster whose API server is a function, and a clock that does not wait."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any

import httpx

from sources.contract import Clock, Context, Denied
from sources.model import Service
from sources.scrape import ScrapeConfig, ScrapeSource

METRICS = b'# TYPE reqs_total counter\nreqs_total{code="200"} 5\n'


class QuickClock:
    """Sleeping takes no time of ours."""

    def __init__(self) -> None:
        self.time = 1_700_000_000.0

    def now(self) -> float:
        return self.time

    monotonic = now

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0.001)
        self.time += seconds


class Staged:
    """Answers GETs of the API server by path: bytes are metrics, other things JSON, a number that status."""

    def __init__(self, **namespaces: Sequence[str]) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[str] = []
        self.seen = namespaces.get("namespaces", ())
        self.tables = asyncio.Event()
        """Set once the tables of the screen have their first lists."""
        self.tables.set()

    def put(self, path: str, answer: Any) -> None:
        self.answers[path] = answer

    def items(self, path: str, *items: dict[str, Any]) -> None:
        self.answers[path] = {"items": list(items)}

    def forbid(self, path: str, right: str) -> None:
        verb, what = right.split(" ", 1)
        what, _, where = what.partition(" in ")
        place = f' in the namespace "{where}"' if where else " at the cluster scope"
        said = f'{what} is forbidden: User "me" cannot {verb} resource "{what}" in API group ""{place}'
        self.answers[path] = httpx.Response(
            403, json={"kind": "Status", "reason": "Forbidden", "message": said, "code": 403}
        )

    async def api_client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url="https://api/", transport=httpx.MockTransport(self._answer))

    async def listed(self) -> None:
        await self.tables.wait()

    async def services(self) -> Sequence[Service]:
        if not self.seen:
            raise Denied("no right to list services", "list services")
        return ()

    def searched(self) -> Sequence[str]:
        return self.seen

    async def service_client(self, service: Any, port: Any, scheme: str = "http") -> httpx.AsyncClient:
        raise AssertionError

    def _answer(self, request: httpx.Request) -> httpx.Response:
        assert request.method == "GET"
        self.asked.append(request.url.path)
        found = self.answers.get(request.url.path, 404)
        if callable(found):
            found = found(request)
        if isinstance(found, httpx.Response):
            return found
        if isinstance(found, int):
            return httpx.Response(found, json={"kind": "Status", "message": "no", "code": found})
        if isinstance(found, bytes):
            return httpx.Response(200, content=found, headers={"Content-Type": "text/plain; version=0.0.4"})
        return httpx.Response(200, content=json.dumps(found), headers={"Content-Type": "application/json"})


def source(
    cluster: Staged | None = None,
    exporters: Callable[[httpx.Request], httpx.Response] | None = None,
    peers: Sequence[object] = (),
    clock: Clock | None = None,
    **config: Any,
) -> ScrapeSource:
    """A source that scrapes always, over the staged cluster and a function that stands for all exporters."""
    config = {"when": "always", **config}
    others = [*peers, *([cluster] if cluster is not None else [])]
    context = Context("scrape", clock or QuickClock(), lambda: others)
    transport = httpx.MockTransport(exporters) if exporters is not None else None
    return ScrapeSource(ScrapeConfig(**config), context, transport)


def answering(
    body: bytes, status: int = 200, kind: str = "text/plain"
) -> Callable[[httpx.Request], httpx.Response]:
    return lambda request: httpx.Response(status, content=body, headers={"Content-Type": kind})


def rows(result: Any) -> dict[str, float]:
    """Values by the label `instance` and what else tells series apart, for comparison."""
    return {
        ",".join(f"{name}={value}" for name, value in each.labels if name not in ("__name__", "job")): each.values[
            -1
        ]
        for each in result.series
    }
