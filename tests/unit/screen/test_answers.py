"""From the answers of PromQL to rows and graphs."""

from __future__ import annotations

import math

import pytest

from sources.contract import QueryError, Unavailable
from sources.model import Labels, QueryResult, Series
from tui.panes.answers import (
    MOST_DRAWN,
    STEPS,
    Answer,
    after,
    common_labels,
    graph_data,
    range_steps,
    result_rows,
    series_text,
    unit_of,
    value_text,
)

NOW = 1_764_000_007.0


def labels(**pairs: str) -> Labels:
    return tuple(sorted(pairs.items()))


def instant(*series: Series) -> QueryResult:
    return QueryResult("vector", series, at=NOW)


# -- what is asked


@pytest.mark.parametrize("window", [60, 300, 1800, 3600, 86400, 7 * 86400, 90 * 86400])
@pytest.mark.parametrize("columns", [0, 1, 60, 200])
def test_a_range_is_aligned_and_has_few_enough_points(window: int, columns: int) -> None:
    start, end, step = range_steps(NOW, window, columns)
    assert step in STEPS
    assert end % step == start % step == 0
    assert NOW - step < end <= NOW
    assert window - step < end - start <= window
    assert (end - start) / step <= max(2 * columns, 90), "Prometheus refuses more than 11,000 points"


def test_the_grid_stands_still_between_two_evaluations() -> None:
    step = range_steps(NOW, 1800, 60)[2]
    starts = {range_steps(NOW + second, 1800, 60)[0] % step for second in range(30)}
    assert starts == {0}


# -- names


def test_a_series_is_written_as_prometheus_does() -> None:
    assert series_text(labels(__name__="up", job="web", zone="a")) == 'up{job="web", zone="a"}'
    assert series_text(labels(__name__="up")) == "up"
    assert series_text(labels(job="web")) == '{job="web"}'
    assert series_text(()) == "{}"
    assert series_text(labels(job="a\x1b[31m\nb")) == '{job="a b"}'


def test_labels_that_all_share_are_left_out_but_never_the_name() -> None:
    one = Series(labels(__name__="up", cluster="x", job="a"))
    two = Series(labels(__name__="up", cluster="x", job="b"))
    common = common_labels([one, two])
    assert common == {("cluster", "x")}
    assert series_text(one.labels, common) == 'up{job="a"}'
    assert common_labels([one]) == frozenset(), "one alone would have nothing left"
    assert common_labels([]) == frozenset()


# -- values


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (3.0, "3"),
        (1234567.0, "1234567"),
        (0.1 + 0.2, "0.3"),
        (1.23456789, "1.23457"),
        (1e300, "1e+300"),
        (-2.5e-9, "-2.5e-09"),
        (math.nan, "NaN"),
        (math.inf, "+Inf"),
        (-math.inf, "-Inf"),
    ],
)
def test_values(value: float, text: str) -> None:
    assert value_text(value) == text


def test_rows_have_a_value_and_the_trend_of_their_series() -> None:
    web, idle = labels(job="web"), labels(job="idle")
    span = QueryResult("matrix", (Series(web, (0.0, 15.0, 30.0), (1.0, 5.0, 9.0)),), start=0, end=30, step=15)
    rows = result_rows(
        Answer("x", instant(Series(web, (NOW,), (9.0,)), Series(idle, (NOW,), (1.0,))), span), "ascii"
    )
    assert [row.cells[0][0] for row in rows] == ['{job="web"}', '{job="idle"}'], "the server's order"
    assert [row.cells[1][0] for row in rows] == ["9", "1"]
    assert rows[0].cells[2][0].strip() != ""
    assert rows[0].cells[2][0].isascii()
    assert rows[1].cells[2][0] == "", "no trend is not a flat one"


def test_rows_by_value_have_the_largest_first_and_nan_last() -> None:
    values = [1.0, math.nan, math.inf, -3.0, 8.0]
    rows = result_rows(
        Answer("x", instant(*(Series(labels(n=str(i)), (NOW,), (v,)) for i, v in enumerate(values)))), "block"
    )
    assert [row.cells[1][0] for row in sorted(rows, key=lambda row: row.order)] == ["+Inf", "8", "1", "-3", "NaN"]


def test_answers_that_are_no_vectors() -> None:
    scalar = QueryResult("scalar", (Series((), (NOW,), (42.0,)),))
    assert [(row.cells[0][0], row.cells[1][0]) for row in result_rows(Answer("x", scalar), "block")] == [
        ("{}", "42")
    ]
    text = QueryResult("string", text="a\x1b[2Jb")
    assert [row.cells[0][0] for row in result_rows(Answer("x", text), "block")] == ["ab"]
    histogram = instant(Series(labels(job="a"), histograms=3))
    assert result_rows(Answer("x", histogram), "block")[0].cells[1][0] == "histogram x3"
    assert result_rows(Answer("x"), "block") == []


# -- graphs


def test_a_step_without_a_sample_is_a_gap() -> None:
    span = QueryResult("matrix", (Series((), (100.0, 160.0), (1.0, 2.0)),), start=100, end=175, step=15)
    data = graph_data("x", span)
    assert list(data.series[0].values) == [1.0, None, None, None, 2.0, None]
    assert (data.start, data.step) == (100, 15)


def test_a_sample_off_the_grid_is_left_out_rather_than_misplaced() -> None:
    span = QueryResult("matrix", (Series((), (0.0, 1000.0), (1.0, 2.0)),), start=100, end=130, step=15)
    assert list(graph_data("x", span).series[0].values) == [None, None, None]


def test_a_graph_draws_what_can_be_told_apart() -> None:
    many = tuple(Series(labels(n=str(i)), (0.0,), (1.0,)) for i in range(MOST_DRAWN + 10))
    assert len(graph_data("x", QueryResult("matrix", many, start=0, end=0, step=15)).series) == MOST_DRAWN


def test_an_empty_range_is_an_empty_graph() -> None:
    assert list(graph_data("x", QueryResult("matrix")).series) == []


@pytest.mark.parametrize(
    ("expr", "unit"),
    [
        ("container_memory_working_set_bytes", "iec"),
        ("sum(node_filesystem_avail_bytes)", "iec"),
        ("rate(node_network_receive_bytes_total[5m])", "si"),
        ("a_bytes / b_bytes", "si"),
        ("up", "si"),
    ],
)
def test_bytes_are_counted_in_powers_of_two(expr: str, unit: str) -> None:
    assert unit_of(expr) == unit


def test_a_server_that_does_not_answer_leaves_the_last_picture_of_the_same_query() -> None:
    known = after(Answer(), "up", 300, instant(Series((), (NOW,), (1.0,))), QueryResult("matrix"))
    lost = after(known, "up", 300, Unavailable("down"), Unavailable("down"))
    assert lost.instant is known.instant
    assert lost.span is known.span
    assert str(lost.error) == "down"
    assert after(known, "down", 300, Unavailable("down"), Unavailable("down")).instant is None
    assert after(known, "up", 900, Unavailable("down"), Unavailable("down")).span is None
    assert after(known, "up", 300, QueryError("refused"), QueryError("refused")).instant is None
    assert after(lost, "up", 300, QueryResult("vector"), QueryResult("matrix")).error is None


def test_series_that_are_not_drawn_are_counted() -> None:
    many = [Series(labels(n=str(n)), (NOW,), (1.0,)) for n in range(MOST_DRAWN + 5)]
    drawn = graph_data("x", QueryResult("matrix", many, start=NOW, end=NOW, step=1.0))
    assert (len(drawn.series), drawn.left_out) == (MOST_DRAWN, 5)
