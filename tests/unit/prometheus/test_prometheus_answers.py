"""Every class of good answer that a Prometheus can give: values, names, metadata, rules, targets."""

from __future__ import annotations

import json
import math

import httpx
import pytest

from sources.contract import (
    QueryError,
)
from sources.http import offloop
from sources.prometheus.source import escaped
from tests.unit.prometheus.staged import HTML, LOGIN, answered, source, success, vector


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
    monkeypatch.setattr(offloop, "OFF_LOOP", 10)
    result = await answered(vector({"metric": {"a": "b"}, "value": [1, "2"]}))
    assert result.series[0].values == (2.0,)


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
