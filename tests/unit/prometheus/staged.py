"""A Prometheus that answers as it is told, and the usual answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from sources.contract import (
    Context,
)
from sources.model import QueryResult
from sources.prometheus import PrometheusConfig, PrometheusSource

URL = "http://prometheus.example:9090"


LOGIN = "<!DOCTYPE html><html><body>Sign in</body></html>"


HTML = {"content-type": "text/html; charset=utf-8"}


def source(handler: Callable[[httpx.Request], httpx.Response], **config: Any) -> PrometheusSource:
    return PrometheusSource(
        PrometheusConfig(**{"url": URL, **config}), Context("prom"), transport=httpx.MockTransport(handler)
    )


async def answered(response: httpx.Response, expr: str = "up") -> QueryResult:
    return await source(lambda request: response).query(expr)


def success(data: Any, **more: Any) -> httpx.Response:
    return httpx.Response(200, json={"status": "success", "data": data, **more})


def failure(status: int, type_: str, error: str) -> httpx.Response:
    return httpx.Response(status, json={"status": "error", "errorType": type_, "error": error})


def vector(*items: Any, **more: Any) -> httpx.Response:
    return success({"resultType": "vector", "result": list(items)}, **more)
