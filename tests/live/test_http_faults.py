"""What gateways and networks do between topmast and a real Prometheus, through a proxy that does it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import pytest

from sources.contract import (
    Change,
    Context,
    Denied,
    Feed,
    NotSupported,
    QueryError,
    SourceError,
    Status,
    Unauthorized,
    Unavailable,
)
from sources.http import endpoint
from sources.prometheus import PrometheusConfig, PrometheusSource
from tests.faults.faults import answer, cut, drip, drop, endless, page, said, silence, truncate
from tests.faults.proxy import Fault, Proxy, forward
from tests.testbed import Bed

Case = tuple[Fault, type[SourceError], str]


def framed(status: int, kind: str) -> Fault:
    return said(status, {"status": "error", "errorType": kind, "error": "because"})


CASES: Mapping[str, Case] = {
    "400 bad_data": (framed(400, "bad_data"), QueryError, "because"),
    "422 execution": (framed(422, "execution"), QueryError, "because"),
    "503 timeout": (framed(503, "timeout"), QueryError, "because"),
    "499 canceled": (framed(499, "canceled"), QueryError, "because"),
    "500 internal": (framed(500, "internal"), QueryError, "because"),
    "500 unavailable": (framed(500, "unavailable"), QueryError, "because"),
    "503 starting": (
        answer(503, b"Service Unavailable", **{"X-Prometheus-Stopping": "false"}),
        Unavailable,
        "starting and not ready",
    ),
    "503 stopping": (
        answer(503, b"Service Unavailable", **{"X-Prometheus-Stopping": "true"}),
        Unavailable,
        "shutting down",
    ),
    "404 text": (answer(404, b"404 page not found"), NotSupported, "404 to /api/v1/query"),
    "302 to a login": (page(302, Location="https://sso.example/?token=hunter2"), Unauthorized, "a login page"),
    "401 page": (page(401), Unauthorized, "401 with an HTML page"),
    "403 page": (page(403), Denied, "a proxy in front of it"),
    "502 page": (page(502), Unavailable, "502 with an HTML page"),
    "504 page": (page(504), Unavailable, "504 with an HTML page"),
    "200 page": (page(), Unauthorized, "a login page"),
    "429": (answer(429, b"limit", **{"Retry-After": "7"}), Unavailable, "too many requests: limit"),
    "413": (answer(413, b"too large"), QueryError, "too large"),
    "cut": (cut(10), Unavailable, "reset by peer|closed the connection"),
    "truncated": (truncate(10), Unavailable, "JSON that is broken"),
    "dropped": (drop, Unavailable, "cannot reach"),
    "endless": (endless(start=b'{"status":"'), NotSupported, "more than 1 MB"),
    "silent": (silence, Unavailable, r"did not answer within 0\.5 s"),
    "dripping": (drip(1, 0.05), Unavailable, r"did not answer within 0\.5 s"),
}


@pytest.fixture
async def proxy(bed: Bed) -> Any:
    async with Proxy(forward(urlsplit(bed.prometheus_url).port or 80)).serving() as made:
        yield made


@pytest.mark.fault("no HTTP", "sign-in or gateway page", "503 text", "404", "429 or 413")
@pytest.mark.parametrize("name", CASES)
async def test_a_query_fails_in_one_sentence_and_works_again(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    fault, kind, words = CASES[name]
    monkeypatch.setattr(endpoint, "MAX_BODY", 1 << 20)
    slow = name in ("silent", "dripping")
    if slow:
        monkeypatch.setattr("sources.prometheus.source.GRACE", 0.0)
    source = PrometheusSource(
        PrometheusConfig(url=proxy.url, timeout=0.5 if slow else 10.0), Context("prometheus")
    )
    try:
        proxy.inject(fault)
        with pytest.raises(kind, match=words) as caught:
            await source.query("vector(1)")
        assert "hunter2" not in str(caught.value)
        assert "\n" not in str(caught.value)
        assert len(proxy.asked) <= 2  # by POST, and by GET where that is refused
        proxy.heal()
        monkeypatch.undo()
        assert (await source.query("vector(1)")).series
    finally:
        await source.close()


async def refreshed(feed: Feed, context: Context) -> Sequence[Change]:
    """What the feed says when somebody asks for a refresh while it waits for its next turn."""
    reading = asyncio.ensure_future(anext(feed))
    for _ in range(10):
        await asyncio.sleep(0)
    context.nudge.now()
    return await reading


@pytest.mark.fault("no HTTP", "sign-in or gateway page", "503 text")
async def test_alerts_stay_while_the_server_is_away_and_say_since_when(proxy: Proxy) -> None:
    context = Context("prometheus")
    source = PrometheusSource(PrometheusConfig(url=proxy.url), context)
    feed = source.alerts()
    try:
        changes = [*await anext(feed), *await anext(feed)]
        assert isinstance(changes[-1], Status)
        assert changes[-1].state in ("live", "partial")
        for fault in (page(502), page(), answer(503, b"Service Unavailable"), drop):
            proxy.inject(fault)
            asked = len(proxy.asked)
            said = await refreshed(feed, context)
            assert [type(change) for change in said] == [Status]
            assert said[0].state == "stale"  # type: ignore[union-attr]  # a Status, as was just seen
            assert said[0].since is not None  # type: ignore[union-attr]
            assert len(proxy.asked) - asked <= 2
            proxy.heal()
        assert (await refreshed(feed, context))[-1].state in ("live", "partial")  # type: ignore[union-attr]
    finally:
        await source.close()
