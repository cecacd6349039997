"""Every class of answer that a Prometheus, or something in its place, can give to a query."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from sources.contract import (
    Context,
    Denied,
    Misconfigured,
    NotSupported,
    QueryError,
    SourceError,
    Unauthorized,
    Unavailable,
)
from sources.model import QueryResult
from sources.prometheus import PrometheusConfig, PrometheusSource, api
from sources.prometheus.source import escaped

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


# -- good answers ------------------------------------------------------------------------------------------


async def test_values_are_strings_with_specials() -> None:
    words = ["NaN", "+Inf", "-Inf", "1e-07", "12"]
    result = await answered(vector(*({"metric": {"i": str(i)}, "value": [5, w]} for i, w in enumerate(words))))
    values = [series.values[0] for series in result.series]
    assert math.isnan(values[0])
    assert values[1:] == [math.inf, -math.inf, 1e-07, 12.0]
    assert result.series[0].times == (5.0,)
    assert result.source == "prom"


async def test_histogram_only_series_are_counted_not_valued() -> None:
    histogram = {"count": "3", "sum": "1.5"}
    instant = await answered(vector({"metric": {}, "histogram": [5, histogram]}))
    assert (instant.series[0].histograms, instant.series[0].values) == (1, ())
    item = {"metric": {"a": "b"}, "histograms": [[5, histogram], [6, histogram]]}
    mixed = {"metric": {}, "values": [[4, "1"]], "histograms": [[5, histogram]]}
    data = {"resultType": "matrix", "result": [item, mixed]}
    result = await source(lambda request: success(data)).query_range("h", 0, 10, 1)
    assert [(each.histograms, each.values) for each in result.series] == [(2, ()), (1, (1.0,))]


async def test_missing_steps_stay_absent() -> None:
    data = {"resultType": "matrix", "result": [{"metric": {}, "values": [[10, "1"], [30, "3"]]}]}
    result = await source(lambda request: success(data)).query_range("x", 10, 30, 10)
    assert result.series[0].times == (10.0, 30.0)
    assert (result.start, result.end, result.step) == (10, 30, 10)


async def test_scalar_and_string_are_a_pair_not_a_list() -> None:
    scalar = await answered(success({"resultType": "scalar", "result": [7.5, "+Inf"]}))
    assert (scalar.type, scalar.series[0].times, scalar.series[0].values) == ("scalar", (7.5,), (math.inf,))
    text = await answered(success({"resultType": "string", "result": [7.5, "a\x1b[31m"]}))
    assert (text.type, text.text, text.series) == ("string", "a\x1b[31m", ())


@pytest.mark.fault("200 with warnings")
async def test_notices_are_sorted_and_positions_count_characters() -> None:
    notices = ["PromQL info: z (1:12)", "PromQL info: a (1:1)", "PromQL info: a (1:1)"]
    result = await answered(vector(warnings=["b", "a"], infos=notices), expr='x{n="가"} + 1')
    assert result.warnings == ("a", "b")
    assert result.infos == ("PromQL info: a (1:1)", "PromQL info: z (1:10)")


@pytest.mark.fault("200 with warnings")
async def test_partial_data_of_victoriametrics_is_a_warning() -> None:
    assert "partial" in (await answered(vector(isPartial=True))).warnings[0]


@pytest.mark.fault("204")
async def test_no_content_is_an_empty_answer_that_says_so() -> None:
    result = await answered(httpx.Response(204))
    assert result.series == ()
    assert "204" in result.warnings[0]


async def test_a_large_answer_is_decoded_off_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "OFF_LOOP", 10)
    result = await answered(vector({"metric": {"a": "b"}, "value": [1, "2"]}))
    assert result.series[0].values == (2.0,)


# -- the server's own refusals -----------------------------------------------------------------------------


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


# -- somebody else's answers -------------------------------------------------------------------------------

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


# -- requests ----------------------------------------------------------------------------------------------


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


# -- names, values, metadata, rules, targets ---------------------------------------------------------------


async def test_lists_are_limited_here_too_for_servers_without_limit() -> None:
    prometheus = source(lambda request: success([f"l{i}" for i in range(20)]))
    assert len(await prometheus.labels(limit=5)) == 5
    assert len(await prometheus.label_values("job", ["up"], limit=5)) == 5


async def test_series_need_a_selector() -> None:
    with pytest.raises(QueryError, match="selector"):
        await source(lambda request: success([])).series([])


@pytest.mark.parametrize(
    ("name", "path"),
    [("job", "job"), ("http.status_code", "U__http_2e_status__code"), ("1a/é", "U___31_a_2f__e9_")],
)
def test_label_names_outside_the_old_alphabet_are_escaped_in_the_path(name: str, path: str) -> None:
    assert escaped(name) == path


async def test_metadata_keeps_distinct_definitions() -> None:
    entry = {"type": "gauge", "help": "h", "unit": ""}
    data = {"b": [entry, entry, {**entry, "help": "other"}], "a": [{"type": "counter", "help": ""}]}
    found = await source(lambda request: success(data)).metadata()
    assert [(each.name, each.type, each.help) for each in found] == [
        ("a", "counter", ""),
        ("b", "gauge", "h"),
        ("b", "gauge", "other"),
    ]


async def test_rules_and_targets_with_nulls() -> None:
    rule = {
        "type": "alerting",
        "name": "A",
        "query": "up == 0",
        "state": "inactive",
        "health": "ok",
        "duration": 300,
        "labels": None,
        "alerts": None,
    }
    recording = {"type": "recording", "name": "r", "query": "1", "health": "err", "lastError": "boom"}
    target = {
        "scrapePool": "p",
        "scrapeUrl": "http://x/metrics",
        "health": "unknown",
        "labels": {"job": "p"},
        "lastError": "",
        "lastScrape": "0001-01-01T00:00:00Z",
    }

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/rules"):
            return success(
                {"groups": [{"name": "g", "rules": [rule, recording]}, {"name": "empty", "rules": None}]}
            )
        assert request.url.params["state"] == "active"
        return success({"activeTargets": [target], "droppedTargets": [], "droppedTargetCounts": None})

    prometheus = source(handler)
    first, second = await prometheus.rules()
    assert (first.group, first.type, first.duration, first.state) == ("g", "alerting", 300.0, "inactive")
    assert (second.type, second.health, second.last_error) == ("recording", "err", "boom")
    (found,) = await prometheus.targets()
    assert (found.health, found.last_scrape, found.labels) == ("unknown", None, (("job", "p"),))


async def test_a_backend_without_buildinfo_still_works() -> None:
    assert await source(lambda request: httpx.Response(404, text="no")).build_info() == {}
    data = {"version": "3.1.0", "goVersion": "", "cgo": None}
    assert await source(lambda request: success(data)).build_info() == {"version": "3.1.0"}


async def test_check_never_raises_and_names_the_fix() -> None:
    checks = await source(lambda request: httpx.Response(200, headers=HTML, text=LOGIN)).check()
    assert [check.ok for check in checks] == [False]
    assert "[sources.prometheus]" in checks[0].fix
    json.dumps([check.detail for check in checks])


async def test_label_order_does_not_matter() -> None:
    result = await answered(vector({"metric": {"b": "1", "__name__": "x", "a": "2"}, "value": [1, "1"]}))
    assert result.series[0].labels == (("__name__", "x"), ("a", "2"), ("b", "1"))


async def test_null_data_is_nothing_rather_than_an_error() -> None:
    prometheus = source(lambda request: success(None))
    assert await prometheus.labels() == []
    assert await prometheus.rules() == []
    assert (await prometheus.query("up")).series == ()
    null = await answered(vector({"metric": {"a": "b"}, "histogram": None}))
    assert null.series[0].histograms == 0
