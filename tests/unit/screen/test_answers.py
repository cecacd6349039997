"""From the answers of PromQL to rows and graphs."""

from __future__ import annotations

import pytest

from sources.contract import QueryError, Unavailable
from sources.model import Labels, QueryResult, Series
from tui.panes.console.answers import (
    MOST_DRAWN,
    MOST_POINTS,
    STEPS,
    Answer,
    Ask,
    after,
    common_labels,
    graph_data,
    range_steps,
    series_text,
)
from tui.panes.console.measures import Measure

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


@pytest.mark.parametrize("window", [60, 3600, 90 * 86400])
@pytest.mark.parametrize("step", [1, 7, 30, 3600, 10**7])
def test_a_step_that_was_chosen_is_kept_as_far_as_the_server_takes_it(window: int, step: int) -> None:
    start, end, used = range_steps(NOW, window, 60, step)
    assert used == step or window / step > MOST_POINTS
    assert used >= step
    assert (end - start) / used <= MOST_POINTS


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
    assert (
        series_text(labels(path='C:\\"x"', **{"http.status": "200"}))
        == '{"http.status"="200", path="C:\\\\\\"x\\""}'
    )
    assert series_text(labels(job="a\x1b[31m\nb")) == '{job="a\\x1b[31m\\nb"}', "escaped, as in an expression"
    assert series_text(labels(__name__="a\x1b[31mb")) == "ab"


def test_labels_that_all_share_are_left_out_but_never_the_name() -> None:
    one = Series(labels(__name__="up", cluster="x", job="a"))
    two = Series(labels(__name__="up", cluster="x", job="b"))
    common = common_labels([one, two])
    assert common == {("cluster", "x")}
    assert series_text(one.labels, common) == 'up{job="a"}'
    assert common_labels([one]) == frozenset(), "one alone would have nothing left"
    assert common_labels([]) == frozenset()


# -- graphs


def test_a_step_without_a_sample_is_a_gap() -> None:
    span = QueryResult("matrix", (Series((), (100.0, 160.0), (1.0, 2.0)),), start=100, end=175, step=15)
    data = graph_data(span)
    assert list(data.series[0].values) == [1.0, None, None, None, 2.0, None]
    assert (data.start, data.step) == (100, 15)


def test_a_sample_off_the_grid_is_left_out_rather_than_misplaced() -> None:
    span = QueryResult("matrix", (Series((), (0.0, 1000.0), (1.0, 2.0)),), start=100, end=130, step=15)
    assert list(graph_data(span).series[0].values) == [None, None, None]


def test_a_graph_draws_what_can_be_told_apart() -> None:
    many = tuple(Series(labels(n=str(i)), (0.0,), (1.0,)) for i in range(MOST_DRAWN + 10))
    assert len(graph_data(QueryResult("matrix", many, start=0, end=0, step=15)).series) == MOST_DRAWN


def test_an_empty_range_is_an_empty_graph() -> None:
    assert list(graph_data(QueryResult("matrix")).series) == []


def test_a_graph_is_drawn_in_the_unit_of_its_query_and_with_its_limits() -> None:
    data = graph_data(QueryResult("matrix", start=0, end=0, step=15), Measure("iec", "B/s"), [0.9])
    assert (data.unit, data.suffix, data.thresholds) == ("iec", "B/s", [0.9])


def test_a_server_that_does_not_answer_leaves_the_last_picture_of_the_same_query() -> None:
    ask = Ask("up", 300)
    known = after(Answer(), ask, instant(Series((), (NOW,), (1.0,))), QueryResult("matrix"))
    lost = after(known, ask, Unavailable("down"), Unavailable("down"))
    assert lost.instant is known.instant
    assert lost.span is known.span
    assert str(lost.error) == "down"
    assert after(known, Ask("down", 300), Unavailable("down"), Unavailable("down")).instant is None
    assert after(known, Ask("up", 900), Unavailable("down"), Unavailable("down")).span is None
    assert after(known, ask, QueryError("refused"), QueryError("refused")).instant is None
    assert after(lost, ask, QueryResult("vector"), QueryResult("matrix")).error is None


def test_series_that_are_not_drawn_are_counted() -> None:
    many = [Series(labels(n=str(n)), (NOW,), (1.0,)) for n in range(MOST_DRAWN + 5)]
    drawn = graph_data(QueryResult("matrix", many, start=NOW, end=NOW, step=1.0))
    assert (len(drawn.series), drawn.left_out) == (MOST_DRAWN, 5)
