"""How queries are sent: by POST or GET, below the prefix, within the range that a server takes."""

from __future__ import annotations

import math

import httpx
import pytest

from sources.contract import (
    Denied,
    QueryError,
)
from tests.unit.prometheus.staged import HTML, LOGIN, source, success, vector


async def test_queries_are_posted_as_forms() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return vector()

    await source(handler, timeout=12).query('up{a="b&c=d+e"}', at=1700000000.25)
    form = dict(httpx.QueryParams(seen[0].content.decode()))
    assert seen[0].method == "POST"
    assert form == {"query": 'up{a="b&c=d+e"}', "time": "1700000000.25", "timeout": "12"}


@pytest.mark.parametrize("status", [403, 405])
async def test_where_post_is_refused_get_is_used_and_remembered(status: int) -> None:
    methods: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        methods.append(request.method)
        return httpx.Response(status, headers=HTML, text=LOGIN) if request.method == "POST" else vector()

    prometheus = source(handler)
    await prometheus.query("up")
    await prometheus.query("up")
    assert methods == ["POST", "GET", "GET"]


async def test_a_denial_of_both_methods_is_not_remembered_as_a_preference() -> None:
    methods: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        methods.append(request.method)
        return httpx.Response(403, text="no")

    prometheus = source(handler)
    for _ in range(2):
        with pytest.raises(Denied):
            await prometheus.query("up")
    assert methods == ["POST", "GET"] * 2


async def test_half_a_character_is_the_queries_fault_and_is_not_sent() -> None:
    prom = source(lambda request: pytest.fail("it was sent"))
    for asked in (
        prom.query("up{a='\udcff'}"),
        prom.query_range("\udcff", 0, 60, 15),
        prom.series(["\udcff"]),
        prom.label_values("a", ["\udcff"]),
    ):
        with pytest.raises(QueryError, match="half a character"):
            await asked


async def test_the_prefix_of_the_url_is_kept() -> None:
    paths: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.path)
        return vector()

    await source(handler, url="http://host/prefix/").query("up")
    await source(handler, url="http://host/prefix/api/v1").query("up")
    assert paths == ["/prefix/api/v1/query"] * 2


@pytest.mark.parametrize(
    ("start", "end", "step", "words"),
    [
        (0, 11_001, 1, "11,001 steps .* at least 2 s"),
        (0, 86_400 * 30, 15, "at least 300 s"),
        (0, 10, 0, "greater than zero"),
        (10, 0, 1, "before it starts"),
        (0, math.inf, 1, "finite"),
    ],
)
async def test_ranges_that_the_server_would_refuse_are_not_sent(
    start: float, end: float, step: float, words: str
) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise AssertionError("sent")

    with pytest.raises(QueryError, match=words):
        await source(handler).query_range("up", start, end, step)


async def test_the_largest_allowed_range_is_sent() -> None:
    data = {"resultType": "matrix", "result": []}
    assert (await source(lambda request: success(data)).query_range("up", 0, 11_000, 1)).type == "matrix"
