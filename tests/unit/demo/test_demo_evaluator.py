"""The demo's PromQL evaluator against answers worked out by hand from Prometheus's documented rules."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import pytest

from sources.contract import QueryError
from sources.demo.evaluator import Hints, Stored, instant, range_query
from sources.demo.metrics import tests as label_tests
from sources.demo.syntax import LabelMatcher
from sources.model import Labels

STALE = None


class Shelf:
    """A storage of given series: name and labels to values at 0, 15, 30... seconds (or given moments)."""

    def __init__(self, step: float, **families: dict[str, Sequence[float | None]]) -> None:
        self._series: list[tuple[dict[str, str], list[float], list[float | None]]] = []
        for name, members in families.items():
            for text, values in members.items():
                labels = dict(pair.split("=") for pair in text.split(",") if pair) | {"__name__": name}
                self._series.append((labels, [step * index for index in range(len(values))], list(values)))

    def select(self, matchers: Sequence[LabelMatcher], hints: Hints) -> Iterator[Stored]:
        checks = label_tests(matchers)
        for labels, times, values in self._series:
            if all(check(labels.get(name, "")) for name, check in checks):
                yield Stored(tuple(sorted(labels.items())), times, values)


SHELF = Shelf(
    15.0,
    hits={
        "pod=a,zone=x": [0, 15, 30, 45, 60],
        "pod=b,zone=x": [100, 130, 10, 40, 70],
        "pod=c,zone=y": [5, 5, 5, 5, 5],
    },
    load={
        "pod=a,zone=x": [1, 2, 3, 4, 5],
        "pod=b,zone=x": [7, 7, 7, 7, 7],
        "pod=c,zone=y": [2, 2, 2, 2, math.nan],
    },
    size={"pod=a,zone=x": [2, 2, 2, 2, 2], "pod=b,zone=x": [0, 0, 0, 0, 0]},
    gone={"pod=a": [1, 1, STALE]},
)


def answer(query: str, at: float = 60.0, shelf: Shelf = SHELF) -> dict[str, float]:
    """The answer as "label=value,..." to value, the name first where there is one."""
    result = instant(query, shelf, at)
    return {shown(series.labels): series.values[0] for series in result.series}


def shown(labels: Labels) -> str:
    return ",".join(f"{name}={value}" for name, value in labels)


def test_rate_of_a_counter_extrapolates_to_the_window() -> None:
    # (0,60]: samples at 15..60 rise 45 in 45 s; 15 s before the first sample is within 1.1 steps: 45 * 60/45 / 60
    assert answer('rate(hits{pod="a"}[1m])') == {"pod=a,zone=x": pytest.approx(1.0)}


def test_a_window_leaves_out_the_sample_at_its_left_end() -> None:
    assert answer('count_over_time(hits{pod="a"}[1m])') == {"pod=a,zone=x": 4.0}
    assert answer('count_over_time(hits{pod="a"}[61s])') == {"pod=a,zone=x": 5.0}


def test_increase_counts_on_after_a_reset() -> None:
    # 130, 10, 40, 70 in (0,60]: 70 - 130 + 130 = 70 in 45 s, extrapolated to 60 s
    assert answer('increase(hits{pod="b"}[1m])') == {"pod=b,zone=x": pytest.approx(70 * 60 / 45)}
    assert answer('resets(hits{pod="b"}[2m])') == {"pod=b,zone=x": 1.0}


def test_a_counter_is_not_extrapolated_below_zero() -> None:
    young = Shelf(15.0, born={"": [STALE, STALE, 1, 31, 61]})
    # samples at 30, 45, 60: 60 in 30 s; at that speed it was zero half a second before the first sample
    assert answer("increase(born[1m])", shelf=young) == {"": pytest.approx(60 * 30.5 / 30)}


def test_irate_looks_at_the_last_two_samples_only() -> None:
    assert answer('irate(hits{pod="b"}[5m])') == {"pod=b,zone=x": 2.0}
    assert answer('irate(hits{pod="b"}[5m])', at=30.0) == {"pod=b,zone=x": pytest.approx(10 / 15)}


def test_one_sample_makes_no_rate() -> None:
    assert answer("rate(hits[15s])") == {}


@pytest.mark.parametrize(
    ("matcher", "pods"),
    [
        ('pod="a"', "a"),
        ('pod!="a"', "bc"),
        ('pod=~"a|b"', "ab"),
        ('pod=~"a."', ""),
        ('zone=~"x"', "ab"),
        ('zone!~"x.*"', "c"),
        ('nothing=""', "abc"),
        ('nothing!=""', ""),
        ('zone="x",pod!~"a|c"', "b"),
    ],
)
def test_matchers(matcher: str, pods: str) -> None:
    found = {dict(series.labels)["pod"] for series in instant(f"hits{{{matcher}}}", SHELF, 60.0).series}
    assert found == set(pods)


def test_aggregation_by_and_without() -> None:
    assert answer("sum by (zone) (hits)") == {"zone=x": 130.0, "zone=y": 5.0}
    assert answer("sum(hits) without (pod)") == {"zone=x": 130.0, "zone=y": 5.0}
    assert answer("sum(hits)") == {"": 135.0}
    assert answer("avg by (zone) (hits)") == {"zone=x": 65.0, "zone=y": 5.0}
    assert answer("count by (nothing) (hits)") == {"": 3.0}


def test_min_and_max_pass_over_nan_and_sum_does_not() -> None:
    assert answer("max(load)") == {"": 7.0}
    assert answer("min(load)") == {"": 5.0}
    assert math.isnan(answer("sum(load)")[""])


def test_topk_is_in_order_keeps_labels_and_puts_nan_last() -> None:
    assert list(answer("topk(2, hits)").items()) == [
        ("__name__=hits,pod=b,zone=x", 70.0),
        ("__name__=hits,pod=a,zone=x", 60.0),
    ]
    assert list(answer("bottomk(1, load)")) == ["__name__=load,pod=a,zone=x"]
    assert list(answer("topk by (zone) (1, hits)").values()) == [70.0, 5.0]
    assert answer("topk(0, hits)") == {}


def test_comparison_filters_and_keeps_the_value_or_gives_bool() -> None:
    assert answer("hits > 50") == {"__name__=hits,pod=a,zone=x": 60.0, "__name__=hits,pod=b,zone=x": 70.0}
    assert answer("50 < hits") == answer("hits > 50")
    assert answer("hits > bool 60") == {"pod=a,zone=x": 0.0, "pod=b,zone=x": 1.0, "pod=c,zone=y": 0.0}
    assert instant("2 > bool 1", SHELF, 0.0).series[0].values == (1.0,)


def test_arithmetic_between_vectors_is_one_to_one_on_equal_labels() -> None:
    assert answer("hits / size") == {"pod=a,zone=x": 30.0, "pod=b,zone=x": math.inf}
    assert answer("hits - on (pod) size") == {"pod=a": 58.0, "pod=b": 70.0}
    assert answer("hits + ignoring (zone) size") == {"pod=a": 62.0, "pod=b": 70.0}
    with pytest.raises(QueryError, match="many-to-many matching not allowed") as caught:
        answer("hits + on (zone) size")
    assert caught.value.type == "execution"


def test_set_operators() -> None:
    assert set(answer("hits and size")) == {"__name__=hits,pod=a,zone=x", "__name__=hits,pod=b,zone=x"}
    assert set(answer("hits unless size")) == {"__name__=hits,pod=c,zone=y"}
    assert set(answer("size or hits")) == {
        "__name__=size,pod=a,zone=x", "__name__=size,pod=b,zone=x", "__name__=hits,pod=c,zone=y",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("1 + 2 * 3", 7.0),
        ("(1 + 2) * 3", 9.0),
        ("2 ^ 3 ^ 2", 512.0),
        ("-2 ^ 2", -4.0),
        ("7 % 4", 3.0),
        ("1 / 0", math.inf),
        ("0x1F + 1e1", 41.0),
        ("1h30m / 1m", 90.0),
        ("time()", 60.0),
        ("scalar(sum(hits))", 135.0),
        ("1 - # a comment\n 2", -1.0),
    ],
)
def test_scalars(query: str, value: float) -> None:
    result = instant(query, SHELF, 60.0)
    assert result.type == "scalar"
    assert result.series[0].values == pytest.approx((value,))


def test_lookback_of_five_minutes_and_stale_markers() -> None:
    assert set(answer('hits{pod="a"}', at=359.0)) == {"__name__=hits,pod=a,zone=x"}
    assert answer('hits{pod="a"}', at=360.0) == {}
    assert set(answer("gone", at=29.0)) == {"__name__=gone,pod=a"}
    assert answer("gone", at=31.0) == {}


def test_offset_looks_back() -> None:
    assert answer('hits{pod="a"} offset 30s') == {"__name__=hits,pod=a,zone=x": 30.0}
    assert answer('hits{pod="a"} offset -30s', at=0.0) == {"__name__=hits,pod=a,zone=x": 30.0}


def test_range_query_has_no_points_where_there_are_no_samples() -> None:
    result = range_query("gone", SHELF, 0.0, 60.0, 15.0)
    assert [(series.times, series.values) for series in result.series] == [((0.0, 15.0), (1.0, 1.0))]
    both = range_query("hits > 40", SHELF, 0.0, 60.0, 30.0)
    assert {dict(series.labels)["pod"]: series.times for series in both.series} == {"a": (60.0,), "b": (0.0, 60.0)}


def test_a_range_vector_shows_its_samples_and_cannot_be_graphed() -> None:
    result = instant('hits{pod="a"}[30s]', SHELF, 60.0)
    assert (result.type, result.series[0].times) == ("matrix", (45.0, 60.0))
    with pytest.raises(QueryError, match='invalid expression type "range vector" for range query'):
        range_query("hits[30s]", SHELF, 0.0, 60.0, 15.0)


@pytest.mark.parametrize(
    ("query", "place", "message"),
    [
        ("", (1, 1), "no expression found in input"),
        ("sum(", (1, 5), "unexpected end of input"),
        ("1 +\n  )", (2, 3), 'unexpected ")"'),
        ("hits{pod=}", (1, 10), "expected string"),
        ('hits{pod~"a"}', (1, 9), "unexpected character"),
        ("nofunc(hits)", (1, 1), 'unknown function with name "nofunc"'),
        ("rate(hits)", (1, 6), 'expected type range vector in call to function "rate", got instant vector'),
        ("sum(hits[5m])", (1, 5), "expected type instant vector in aggregation expression, got range vector"),
        ("1 > 2", (1, 3), "must use BOOL modifier"),
        ("{}", (1, 1), "at least one non-empty matcher"),
        ('{pod=~".*"}', (1, 1), "at least one non-empty matcher"),
        ('hits{pod=~"("}', (1, 11), "error parsing regexp: missing closing )"),
        ("hits[0s]", (1, 6), "duration must be greater than 0"),
        ("hits[5m", (1, 8), "unexpected end of input in range"),
        ("'abc", (1, 1), "unterminated quoted string"),
        ("한글 + 1", (1, 1), "unexpected character"),
        ('"한글" + 1', (1, 6), "must contain only scalar and instant vector types"),
        ("topk(hits)", (1, 1), "expected 2, got 1"),
        ("(" * 5000, (1, 101), "nested too deeply"),
        ("1" + " + 1" * 5000, (1, 803), "more than 200 operators"),
        ("-" * 5000 + "1", (1, 101), "nested too deeply"),
    ],
)
def test_errors_say_where(query: str, place: tuple[int, int], message: str) -> None:
    with pytest.raises(QueryError) as caught:
        instant(query, SHELF, 60.0)
    error = caught.value
    assert error.type == "bad_data"
    assert (error.line, error.column) == place
    assert str(error).startswith(f'invalid parameter "query": {place[0]}:{place[1]}: parse error: ')
    assert message in str(error)


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("1 + histogram_quantile(0.9, hits)", "the function histogram_quantile()"),
        ("max_over_time(rate(hits[5m])[1h:])", "subqueries"),
        ("hits @ 0", "the @ modifier"),
        ("hits / on (zone) group_left size", "group_left"),
        ("stddev(hits)", "the aggregation stddev()"),
        ("hits[1m + 1m]", "duration expressions"),
    ],
)
def test_what_is_not_known_yet_is_said_plainly(query: str, what: str) -> None:
    with pytest.raises(QueryError, match="the demo's evaluator does not know") as caught:
        instant(query, SHELF, 60.0)
    assert what in str(caught.value)
    assert caught.value.column is not None


def test_range_queries_are_bounded() -> None:
    with pytest.raises(QueryError, match="11,000 points"):
        range_query("1", SHELF, 0.0, 1e6, 1.0)
    with pytest.raises(QueryError, match="zero or negative query resolution step"):
        range_query("1", SHELF, 0.0, 60.0, 0.0)
    with pytest.raises(QueryError, match="end timestamp must not be before start time"):
        range_query("1", SHELF, 60.0, 0.0, 1.0)


@pytest.mark.parametrize(
    "query",
    ["rate(hits[1e400])", "hits offset " + "9" * 400 + "s", "0x" + "f" * 400, "hits ^ 1e308", "topk(1e300, hits)"],
)
def test_absurd_numbers_are_an_answer_or_a_query_error(query: str) -> None:
    try:
        instant(query, SHELF, 60.0)
    except QueryError as error:
        assert error.column is not None  # noqa: PT017  # either outcome is right


@pytest.mark.parametrize("at", [math.nan, math.inf])
def test_a_moment_is_a_finite_number(at: float) -> None:
    with pytest.raises(QueryError):
        instant("hits", SHELF, at)
    with pytest.raises(QueryError):
        range_query("hits", SHELF, 0.0, at, 15.0)
