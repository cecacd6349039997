"""What a Prometheus refuses, and what is not a Prometheus at all: each told apart, in words."""

from __future__ import annotations

import httpx
import pytest

from sources.contract import (
    Denied,
    Misconfigured,
    NotSupported,
    QueryError,
    SourceError,
    Unauthorized,
    Unavailable,
)
from tests.unit.prometheus.staged import HTML, LOGIN, answered, failure, success, vector


@pytest.mark.fault("400 bad_data")
async def test_parse_error_position_is_in_characters() -> None:
    # é and 가 are two and three bytes; Prometheus counts bytes from the start of the line.
    expr = 'sum(up)\n+ x{n="é가"} +'
    column = len('+ x{n="é가"} +'.encode()) + 1
    error = f'invalid parameter "query": 2:{column}: parse error: unexpected end of input'
    with pytest.raises(QueryError) as caught:
        await answered(failure(400, "bad_data", error), expr)
    assert (caught.value.type, caught.value.line, caught.value.column) == ("bad_data", 2, 14)
    assert str(caught.value) == "parse error: unexpected end of input"


@pytest.mark.parametrize("text", ["unknown position: parse error: x", "invalid position: parse error: x"])
async def test_an_error_without_a_position_has_none(text: str) -> None:
    with pytest.raises(QueryError) as caught:
        await answered(failure(400, "bad_data", f'invalid parameter "query": {text}'))
    assert (caught.value.line, caught.value.column) == (None, None)
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("status", "type_", "expected"),
    [
        (422, "execution", "execution"),
        (503, "timeout", "timeout"),
        (499, "canceled", "canceled"),
        (500, "internal", "internal"),
        (500, "unavailable", "unavailable"),
        (422, "422", "execution"),  # VictoriaMetrics repeats the status
        (400, "", "bad_data"),
        (418, "teapot", "execution"),
    ],
)
@pytest.mark.fault("422 execution", "503 timeout", "499 canceled", "500 internal", "500 unavailable")
async def test_error_types(status: int, type_: str, expected: str) -> None:
    with pytest.raises(QueryError, match="because") as caught:
        await answered(failure(status, type_, "because"))
    assert caught.value.type == expected


@pytest.mark.parametrize(("stopping", "word"), [("true", "shutting down"), ("false", "starting")])
@pytest.mark.fault("503 text")
async def test_a_server_that_starts_or_stops_says_so_in_plain_text(stopping: str, word: str) -> None:
    headers = {"content-type": "text/plain", "x-prometheus-stopping": stopping}
    with pytest.raises(Unavailable, match=word):
        await answered(httpx.Response(503, headers=headers, text="Service Unavailable"))


CASES: list[tuple[str, httpx.Response, type[SourceError], str]] = [
    ("503 text", httpx.Response(503, text="upstream gone"), Unavailable, "503: upstream gone"),
    ("404 text", httpx.Response(404, text="404 page not found"), NotSupported, "404 to /api/v1/query"),
    ("404 html", httpx.Response(404, headers=HTML, text=LOGIN), NotSupported, "path prefix"),
    (
        "302 to a login",
        httpx.Response(302, headers={"location": "https://sso.example/login?next=token"}),
        Unauthorized,
        r"redirect to https://sso\.example/login: probably a login page",
    ),
    (
        "301 to https",
        httpx.Response(301, headers={"location": "https://prometheus.example/api/v1/query?x=1"}),
        Misconfigured,
        "use https://",
    ),
    ("307 to nowhere", httpx.Response(307), Unauthorized, "redirect"),
    ("401 html", httpx.Response(401, headers=HTML, text=LOGIN), Unauthorized, "401 with an HTML page"),
    ("403 html", httpx.Response(403, headers=HTML, text=LOGIN), Denied, "proxy in front"),
    ("502 html", httpx.Response(502, headers=HTML, text=LOGIN), Unavailable, "502 with an HTML page"),
    ("504 text", httpx.Response(504, text="upstream timeout"), Unavailable, "504: .*upstream timeout"),
    ("200 html", httpx.Response(200, headers=HTML, text=LOGIN), Unauthorized, "login page"),
    ("200 html without a type", httpx.Response(200, content=LOGIN.encode()), Unauthorized, "login page"),
    ("200 text", httpx.Response(200, text="ok"), NotSupported, "text/plain"),
    ("413", httpx.Response(413, text="too large"), QueryError, "too large"),
    ("499 text", httpx.Response(499, text=""), QueryError, "canceled"),
    ("405", httpx.Response(405, text="Method Not Allowed"), NotSupported, "405"),
    (
        "cut short",
        httpx.Response(200, headers={"content-type": "application/json"}, content=b'{"status":"succ'),
        Unavailable,
        "broken",
    ),
    ("other JSON", httpx.Response(200, json={"ok": True}), Unavailable, "not Prometheus"),
    ("a JSON list", httpx.Response(200, json=[1]), Unavailable, "not Prometheus"),
    ("unknown shape", success({"resultType": "table", "result": []}), NotSupported, "unknown result type"),
    ("wrong shape", success({"resultType": "vector", "result": {"a": 1}}), NotSupported, "unknown shape"),
    ("not a number", vector({"metric": {}, "value": [1, "abc"]}), NotSupported, "unknown shape"),
]


@pytest.mark.parametrize(
    ("response", "error", "words"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
@pytest.mark.fault("404", "sign-in or gateway page", "429 or 413")
async def test_answers_that_are_not_prometheus(
    response: httpx.Response, error: type[SourceError], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        await answered(response)
    assert "<" not in str(caught.value)
    assert "token" not in str(caught.value)


@pytest.mark.fault("429 or 413")
async def test_too_many_requests_carries_the_pause() -> None:
    with pytest.raises(Unavailable, match="too many outstanding") as caught:
        await answered(httpx.Response(429, headers={"retry-after": "7"}, text="too many outstanding requests"))
    assert caught.value.retry_after == 7
    body = {"status": "error", "errorType": "too_many_requests", "error": "per-user limit"}
    with pytest.raises(Unavailable, match="per-user limit"):
        await answered(httpx.Response(429, json=body))


async def test_the_api_servers_denial_names_the_right() -> None:
    message = (
        'services "prometheus:web" is forbidden: User "jane" cannot get resource "services/proxy" in API group "" '
        'in the namespace "monitoring"'
    )
    body = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Forbidden", "message": message}
    with pytest.raises(Denied) as caught:
        await answered(httpx.Response(403, json=body))
    assert caught.value.missing == "get services/proxy in monitoring"


async def test_the_api_server_without_endpoints() -> None:
    body = {"kind": "Status", "status": "Failure", "message": 'no endpoints available for service "prometheus"'}
    with pytest.raises(Unavailable, match="no endpoints available"):
        await answered(httpx.Response(503, json=body))
