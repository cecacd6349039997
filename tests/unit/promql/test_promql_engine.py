"""The engine's semantics: what selectors see, how series are named and matched, and where it refuses."""

from __future__ import annotations

import math

import pytest

from sources.promql import Engine, parse
from sources.promql.results import (
    ExecutionError,
    LimitError,
    Matrix,
    PromQLError,
    QueryCanceled,
    QueryTimeout,
    Scalar,
    String,
    UnsupportedError,
    Vector,
)
from sources.promql.storage import Labels
from tests.unit.promql.promql_data import MINUTE, Rows, labels

ENGINE = Engine()


def vector(query: str, storage: Rows, at: int = 0, engine: Engine = ENGINE) -> dict[Labels, float]:
    value = engine.query(query, at, storage).value
    assert isinstance(value, Vector)
    found = {sample.labels: sample.value for sample in value.samples}
    assert len(found) == len(value.samples)
    return found


def scalar(query: str, storage: Rows | None = None, at: int = 0) -> float:
    value = ENGINE.query(query, at, storage or Rows({})).value
    assert isinstance(value, Scalar)
    return value.value


def matrix(
    query: str, storage: Rows, end: int, step: int = MINUTE, start: int = 0
) -> dict[Labels, dict[int, float]]:
    value = ENGINE.query_range(query, start, end, step, storage).value
    assert isinstance(value, Matrix)
    return {
        each.labels: dict(zip(each.times.tolist(), each.values.tolist(), strict=True)) for each in value.series
    }


UP = labels("up")


class TestSelectors:
    def test_the_newest_sample_within_the_lookback_counts(self) -> None:
        storage = Rows({"up": "1 2"})
        assert vector("up", storage, MINUTE) == {UP: 2}
        assert vector("up", storage, 6 * MINUTE - 1) == {UP: 2}
        assert vector("up", storage, 6 * MINUTE) == {}

    def test_a_stale_marker_ends_a_series(self) -> None:
        storage = Rows({"up": "1 stale _ 4"})
        assert vector("up", storage, MINUTE) == {}
        assert vector("up", storage, 2 * MINUTE) == {}
        assert vector("up", storage, 3 * MINUTE) == {UP: 4}

    def test_a_nan_is_a_value(self) -> None:
        assert math.isnan(vector("up", Rows({"up": "NaN"}))[UP])

    def test_ranges_are_open_on_the_left_and_have_no_stale_markers(self) -> None:
        storage = Rows({"up": "1 2 stale 8"})
        assert vector("count_over_time(up[3m])", storage, 3 * MINUTE) == {(): 2}
        assert vector("sum_over_time(up[2m] offset 1m)", storage, 3 * MINUTE) == {(): 2}

    def test_a_range_at_the_top_gives_its_samples(self) -> None:
        value = ENGINE.query("up[2m]", 2 * MINUTE, Rows({"up": "1 2 3"})).value
        assert isinstance(value, Matrix)
        assert [(each.times.tolist(), each.values.tolist()) for each in value.series] == [
            ([60_000, 120_000], [2, 3])
        ]

    def test_the_storage_is_asked_for_what_is_looked_at(self) -> None:
        storage = Rows({"up": "1"})
        vector("up offset 1m", storage, 10 * MINUTE)
        vector("rate(up[2m] @ 60)", storage, 10 * MINUTE)
        assert storage.asked == [(4 * MINUTE + 1, 9 * MINUTE), (1 - MINUTE, MINUTE)]

    def test_at_and_its_bounds(self) -> None:
        storage = Rows({"up": "1 2 3 4"})
        every = {0: 2.0, MINUTE: 2.0, 2 * MINUTE: 2.0}
        assert matrix("up @ 60", storage, 2 * MINUTE) == {UP: every}
        assert matrix("up @ end() offset 1m", storage, 2 * MINUTE) == {UP: every}
        assert matrix("up offset -1m", storage, MINUTE) == {UP: {0: 2.0, MINUTE: 3.0}}

    def test_subqueries_run_at_multiples_of_their_step(self) -> None:
        storage = Rows({"up": "1 2 3 4 5 6"})
        assert vector("count_over_time(up[3m:1m])", storage, 5 * MINUTE + 500) == {(): 3}
        assert vector("sum_over_time(up[3m:2m])", storage, 5 * MINUTE) == {(): 5}
        assert vector("max_over_time(rate(up[2m])[4m:])", storage, 5 * MINUTE) == {(): pytest.approx(1 / 60)}

    def test_durations_of_the_query(self) -> None:
        storage = Rows({"up": "1 2 3 4 5 6"})
        assert matrix("count_over_time(up[step() * 2])", storage, 5 * MINUTE, start=4 * MINUTE) == {
            (): {4 * MINUTE: 2, 5 * MINUTE: 2}
        }
        with pytest.raises(ExecutionError, match="duration must be greater than 0"):
            vector("count_over_time(up[1m - 2m])", storage)


class TestNames:
    def test_what_is_no_longer_the_metric_has_no_name(self) -> None:
        storage = Rows({"a x=1": "1"})
        unnamed = (("x", "1"),)
        for query in ("a + 1", "-a", "abs(a)", "rate(a[5m] offset -5m) or a * 1", "a > bool 0", "timestamp(a)"):
            assert list(vector(query, storage)) == [unnamed], query
        for query in ("a > 0", "+a", "last_over_time(a[5m])", "a and a", "topk(1, a)", "sort(a)"):
            assert list(vector(query, storage)) == [labels("a x=1")], query

    def test_two_series_that_become_the_same_are_an_error(self) -> None:
        storage = Rows({"a": "1", "b": "2"})
        with pytest.raises(ExecutionError, match="vector cannot contain metrics with the same labelset"):
            vector('abs({__name__=~"a|b"})', storage)

    def test_series_that_take_turns_become_one(self) -> None:
        storage = Rows({"a": "1 _ stale", "b": "_ _ 3"})
        assert matrix('-{__name__=~"a|b"}', storage, 2 * MINUTE) == {(): {0: -1, MINUTE: -1, 2 * MINUTE: -3}}

    def test_names_may_go_at_the_end(self) -> None:
        delayed = Engine(delayed_name_removal=True)
        storage = Rows({"a": "1", "b": "2"})
        query = 'label_replace(abs({__name__=~"a|b"}), "was", "$1", "__name__", "(.*)")'
        assert vector(query, storage, engine=delayed) == {(("was", "a"),): 1, (("was", "b"),): 2}


class TestOperators:
    STORAGE = Rows({"a x=1 y=1": "1", "a x=2 y=1": "2", "b x=1": "10", "b x=2": "20", "c y=1": "100"})

    def test_one_to_one(self) -> None:
        assert vector("a + ignoring(y) b", self.STORAGE) == {(("x", "1"),): 11, (("x", "2"),): 22}
        assert vector("a * on(x) b", self.STORAGE) == {(("x", "1"),): 10, (("x", "2"),): 40}
        assert vector("a + b", self.STORAGE) == {}

    def test_many_to_one(self) -> None:
        found = vector("a + on(y) group_left() c", self.STORAGE)
        assert found == {(("x", "1"), ("y", "1")): 101, (("x", "2"), ("y", "1")): 102}
        assert vector("c - on(y) group_right() a", self.STORAGE) == {
            (("x", "1"), ("y", "1")): 99,
            (("x", "2"), ("y", "1")): 98,
        }

    def test_matches_that_are_not_unique(self) -> None:
        with pytest.raises(
            ExecutionError, match=r"multiple matches for labels: many-to-one matching must be explicit"
        ):
            vector("a + on(y) c", self.STORAGE)
        with pytest.raises(ExecutionError) as caught:
            vector("c + on(y) a", self.STORAGE)
        assert str(caught.value) == (
            'found duplicate series for the match group {y="1"} on the right hand-side of the operation: '
            '[{__name__="a", x="1", y="1"}, {__name__="a", x="2", y="1"}];many-to-many matching not allowed: '
            "matching labels must be unique on one side"
        )

    def test_comparisons_filter_or_answer(self) -> None:
        assert vector("a > 1", self.STORAGE) == {labels("a x=2 y=1"): 2}
        assert vector("1 < a", self.STORAGE) == {labels("a x=2 y=1"): 2}
        assert vector("a > bool 1", self.STORAGE) == {(("x", "1"), ("y", "1")): 0, (("x", "2"), ("y", "1")): 1}
        assert vector("a < on(x) b", self.STORAGE) == {(("x", "1"),): 1, (("x", "2"),): 2}

    def test_set_operators_go_step_by_step(self) -> None:
        storage = Rows({"a": "1 2 stale", "b": "_ 5 6"})
        assert matrix("a and on() b", storage, 2 * MINUTE) == {labels("a"): {MINUTE: 2}}
        assert matrix("a unless on() b", storage, 2 * MINUTE) == {labels("a"): {0: 1}}
        assert matrix("a or on() b", storage, 2 * MINUTE) == {
            labels("a"): {0: 1, MINUTE: 2},
            labels("b"): {2 * MINUTE: 6},
        }

    @pytest.mark.parametrize(
        ("query", "value"),
        [
            ("1 / 0", math.inf), ("-7 % 3", -1), ("2 ^ 3 ^ 2", 512), ("-2 ^ 2", -4), ("1 > bool 0", 1),
            ("1 atan2 1", math.pi / 4), ("5m + 1", 301),
        ],
    )  # fmt: skip
    def test_scalars(self, query: str, value: float) -> None:
        assert scalar(query) == value

    def test_a_chain_of_thousands_is_evaluated(self) -> None:
        assert scalar("1" + " + 1" * 3000) == 3001
        assert vector("b{x='1'}" + " or b{x='1'}" * 300, self.STORAGE) == {labels("b x=1"): 10}


class TestAggregations:
    STORAGE = Rows({"a g=1 i=1": "1", "a g=1 i=2": "3", "a g=2 i=1": "8"})

    @pytest.mark.parametrize(
        ("op", "one", "two"),
        [("sum", 4, 8), ("avg", 2, 8), ("min", 1, 8), ("max", 3, 8), ("count", 2, 1), ("group", 1, 1),
         ("stddev", 1, 0), ("stdvar", 1, 0)],
    )  # fmt: skip
    def test_groups(self, op: str, one: float, two: float) -> None:
        assert vector(f"{op} by (g) (a)", self.STORAGE) == {(("g", "1"),): one, (("g", "2"),): two}
        assert vector(f"{op} without (i) (a)", self.STORAGE) == {(("g", "1"),): one, (("g", "2"),): two}

    def test_sums_are_compensated(self) -> None:
        storage = Rows({"a i=1": "1e100", "a i=2": "1", "a i=3": "-1e100"})
        assert vector("sum(a)", storage) == {(): 1}
        whole = Rows({"a i=1": "1", "a i=2": "9007199254740992", "a i=3": "1", "a i=4": "-9007199254740992"})
        assert vector("sum(a)", whole) == {(): 2.0}
        assert vector("avg(a)", Rows({"a i=1": "1e308", "a i=2": "1e308"})) == {(): 1e308}

    def test_the_greatest_come_in_order(self) -> None:
        value = ENGINE.query("topk(2, a)", 0, self.STORAGE).value
        assert isinstance(value, Vector)
        assert [sample.value for sample in value.samples] == [8, 3]
        assert list(vector("bottomk by (g) (1, a)", self.STORAGE).values()) == [1, 8]
        assert vector("topk(0, a)", self.STORAGE) == {}
        with pytest.raises(ExecutionError, match="Parameter value is NaN"):
            vector("topk(NaN, a)", self.STORAGE)

    def test_topk_chooses_at_each_step(self) -> None:
        storage = Rows({"a i=1": "1 5 NaN", "a i=2": "2 2 2"})
        assert matrix("topk(1, a)", storage, 2 * MINUTE) == {
            labels("a i=1"): {MINUTE: 5},
            labels("a i=2"): {0: 2, 2 * MINUTE: 2},
        }

    def test_quantile_and_count_values(self) -> None:
        assert vector("quantile by (g) (0.5, a)", self.STORAGE) == {(("g", "1"),): 2, (("g", "2"),): 8}
        counted = vector('count_values("v", a > bool 1)', self.STORAGE)
        assert counted == {(("v", "0"),): 1, (("v", "1"),): 2}

    def test_a_group_has_values_only_where_a_series_has(self) -> None:
        storage = Rows({"a i=1": "1 stale", "a i=2": "_ 2 stale"})
        assert matrix("sum(a)", storage, 2 * MINUTE) == {(): {0: 1, MINUTE: 2}}


class TestFunctions:
    def test_rate_of_a_counter_that_was_reset(self) -> None:
        storage = Rows({"a_total": "0 60 120 30 90"})
        assert vector("increase(a_total[4m])", storage, 4 * MINUTE) == {(): pytest.approx(200)}

    def test_absent_names_what_was_asked_for(self) -> None:
        storage = Rows({"up job=a": "1"})
        assert vector('absent(up{job="b",x="1",y!="2"})', storage) == {(("job", "b"), ("x", "1")): 1}
        assert vector("absent(up)", storage) == {}
        assert matrix("absent_over_time(up[1m])", Rows({"up": "1 _ 3"}), 2 * MINUTE) == {(): {MINUTE: 1}}

    def test_labels(self) -> None:
        storage = Rows({"a x=foo-1": "1"})
        replaced = vector('label_replace(a, "y", "$2.$1", "x", "(.*)-(.*)")', storage)
        assert replaced == {(("__name__", "a"), ("x", "foo-1"), ("y", "1.foo")): 1}
        assert vector('label_join(a, "z", "/", "x", "none")', storage) == {
            (("__name__", "a"), ("x", "foo-1"), ("z", "foo-1/")): 1
        }
        with pytest.raises(ExecutionError, match="invalid destination label name"):
            vector('label_replace(a, "\\xff", "", "x", "")', storage)

    def test_a_catastrophic_expression_is_harmless(self) -> None:
        storage = Rows({"a x=" + "a" * 5000: "1"})
        assert vector('a{x=~"(a+)+b"}', storage) == {}
        assert len(vector('label_replace(a, "y", "$1", "x", "((a|aa)+)+")', storage)) == 1

    @pytest.mark.parametrize(
        ("function", "value"),
        [("minute", 59), ("hour", 23), ("day_of_week", 4), ("day_of_month", 29), ("day_of_year", 60),
         ("days_in_month", 29), ("month", 2), ("year", 2024)],
    )  # fmt: skip
    def test_the_calendar(self, function: str, value: float) -> None:
        storage = Rows({"a": "1709251199"})  # 2024-02-29 23:59:59 UTC
        assert vector(f"{function}(a)", storage) == {(): value}
        assert vector(f"{function}()", storage, 1_709_251_199_000) == {(): value}

    def test_timestamp_is_that_of_the_sample(self) -> None:
        storage = Rows({"a": "1 1"})
        assert vector("timestamp(a)", storage, 2 * MINUTE) == {(): 60}
        assert vector("timestamp(a + 0)", storage, 2 * MINUTE) == {(): 120}

    def test_quantiles_of_classic_histograms(self) -> None:
        storage = Rows({"h_bucket le=1": "5", "h_bucket le=2": "10", "h_bucket le=+Inf": "10", "h_bucket": "3"})
        result = ENGINE.query("histogram_quantile(0.75, h_bucket)", 0, storage)
        assert isinstance(result.value, Vector)
        assert [sample.value for sample in result.value.samples] == [1.5]
        assert result.warnings == (
            'PromQL warning: bucket label "le" is missing or has a malformed value of "" (1:26)',
        )

    def test_native_histograms_have_no_answer_in_floats(self) -> None:
        assert vector("histogram_count(a)", Rows({"a": "1"})) == {}


class TestResults:
    def test_annotations_stand_where_they_belong(self) -> None:
        storage = Rows({"a": "1 2 3"})
        result = ENGINE.query("1 +\n rate(a[2m])", 2 * MINUTE, storage)
        assert result.infos == (
            "PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "
            '"a" (2:7)',
        )
        found = ENGINE.query("quantile(2, a)", 0, storage)
        assert found.warnings == ("PromQL warning: quantile value should be between 0 and 1, got 2 (1:10)",)

    def test_buckets_that_had_to_be_repaired_are_summed_up(self) -> None:
        storage = Rows({"h_bucket le=1": "5 5", "h_bucket le=2": "4 3", "h_bucket le=+Inf": "9 9"})
        result = ENGINE.query_range("histogram_quantile(0.5, h_bucket)", 0, MINUTE, MINUTE, storage)
        assert result.infos == (
            "PromQL info: input to histogram_quantile needed to be fixed for monotonicity (see "
            "https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile), from buckets 2 "
            "to 2, with a max diff of 2, over 2 samples from 1970-01-01T00:00:00Z to 1970-01-01T00:01:00Z (1:25)",
        )

    def test_sort_is_for_instant_queries(self) -> None:
        storage = Rows({"a i=1": "2", "a i=2": "1", "a i=3": "NaN"})
        value = ENGINE.query("sort(a)", 0, storage).value
        assert isinstance(value, Vector)
        assert [dict(sample.labels)["i"] for sample in value.samples] == ["2", "1", "3"]
        assert ENGINE.query_range("sort(a)", 0, MINUTE, MINUTE, storage).warnings

    def test_strings_scalars_and_range_queries_of_them(self) -> None:
        assert ENGINE.query('("a")', 5, Rows({})).value == String(5, "a")
        assert ENGINE.query("time()", 1500, Rows({})).value == Scalar(1500, 1.5)
        assert matrix("time()", Rows({}), MINUTE) == {(): {0: 0, MINUTE: 60}}
        with pytest.raises(ExecutionError, match='invalid expression type "range vector" for range query'):
            ENGINE.query_range("up[5m]", 0, 1, 1, Rows({}))

    def test_a_tree_may_be_given(self) -> None:
        assert ENGINE.query(parse("1 + 1"), 0, Rows({})).value == Scalar(0, 2)


class TestLimits:
    STORAGE = Rows({f"a i={index}": "1 " * 100 for index in range(20)})

    def test_samples(self) -> None:
        small = Engine(max_samples=1000)
        assert len(vector("sum(a)", self.STORAGE, engine=small)) == 1
        with pytest.raises(LimitError) as caught:
            small.query_range("sum(a)", 0, 99 * MINUTE, MINUTE, self.STORAGE)
        assert str(caught.value) == "query processing would load too many samples into memory in query execution"

    def test_steps_beyond_measure_are_refused_before_they_take_memory(self) -> None:
        with pytest.raises(LimitError):
            vector("sum_over_time(a[100y:1ms])", self.STORAGE)
        with pytest.raises(LimitError):
            ENGINE.query_range("vector(1)", 0, 10**15, 1, self.STORAGE)

    def test_time(self) -> None:
        with pytest.raises(QueryTimeout, match="query timed out in query execution"):
            Engine(timeout=-1.0).query("a", 0, self.STORAGE)

    def test_cancellation(self) -> None:
        with pytest.raises(QueryCanceled, match="query was canceled in query execution"):
            ENGINE.query("a", 0, self.STORAGE, canceled=lambda: True)

    def test_all_errors_are_of_one_kind(self) -> None:
        for query in ("(", "info(a)", "a + on() a"):
            with pytest.raises(PromQLError):
                ENGINE.query(query, 0, self.STORAGE)
        assert issubclass(UnsupportedError, PromQLError)

    def test_a_clash_of_many_series_is_told_before_they_are_paired(self) -> None:
        storage = Rows({f"{name} i={index}": "1" for name in "ab" for index in range(400)})
        with pytest.raises(ExecutionError, match=r"found duplicate series for the match group \{\}"):
            vector("a + on() b", storage)

    def test_values_that_would_become_too_many_series_are_refused(self) -> None:
        rows = {f"a i={row}": " ".join(str(row * 200 + step) for step in range(200)) for row in range(100)}
        small = Engine(max_samples=400_000)
        with pytest.raises(LimitError):
            small.query_range('count_values("v", a)', 0, 199 * MINUTE, MINUTE, Rows(rows))
