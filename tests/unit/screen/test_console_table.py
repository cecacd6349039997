"""An instant answer as a table: which labels are columns, in which order, and what stands in the cells."""

from __future__ import annotations

import math

import pytest
from rich.cells import cell_len

from sources.model import QueryResult, Series
from tui.panes.console.answers import Answer, Ask
from tui.panes.console.measures import PLAIN, Measure
from tui.panes.console.table import (
    SERIES,
    TREND,
    VALUE,
    Row,
    Table,
    by_worth,
    cells,
    ordered,
    result_table,
    value_text,
)
from tui.widgets.columns import fit_columns

NOW = 1_764_000_007.0


def series(value: float, **labels: str) -> Series:
    return Series(tuple(sorted(labels.items())), (NOW,), (value,))


def answered(*found: Series, span: QueryResult | None = None) -> Answer:
    return Answer(Ask("x"), QueryResult("vector", found, at=NOW), span)


def keys(table: Table) -> list[str]:
    return [column.key for column in table.columns]


def texts(table: Table, row: Row, measure: Measure = PLAIN) -> list[str]:
    return [text for text, _ in cells(row, table, measure, "block")]


PODS = [
    series(float(n), __name__="up", cluster="c", namespace=f"ns{n % 2}", pod=f"pod-{n}", instance=f"10.0.0.{n}")
    for n in range(6)
]


def test_labels_that_differ_are_columns_and_the_others_are_said_once() -> None:
    table = result_table(answered(*PODS))
    assert keys(table) == ["namespace", "pod", "instance", VALUE, TREND]
    assert table.shared == 'up{cluster="c"}'
    assert texts(table, table.rows[1])[:4] == ["ns1", "pod-1", "10.0.0.1", "1"]
    other = result_table(answered(*PODS, series(1.0, __name__="down", cluster="c")))
    assert keys(other)[0] == "__name__", "names are a column only where they differ"
    assert other.shared == '{cluster="c"}'
    assert texts(other, other.rows[-1])[:4] == ["down", "", "", ""]


def test_one_series_and_a_wide_table_are_written_as_prometheus_does() -> None:
    one = result_table(answered(PODS[0]))
    assert keys(one) == [SERIES, VALUE, TREND]
    assert texts(one, one.rows[0])[0] == 'up{cluster="c", instance="10.0.0.0", namespace="ns0", pod="pod-0"}'
    assert one.shared == ""
    wide = result_table(answered(*PODS), wide=True)
    assert keys(wide) == [SERIES, VALUE, TREND]
    assert wide.shared == ""
    assert cells(wide.rows[0], wide, Measure("iec", "B"), "block", wide=True)[1][0] == "0"


def test_in_little_room_the_label_that_says_least_goes_first() -> None:
    table = result_table(answered(*PODS))
    assert by_worth(table.rows, ["namespace", "instance", "pod"]) == ["instance", "namespace", "pod"]
    assert by_worth(table.rows, ["namespace", "pod", "instance"]) == ["pod", "namespace", "instance"]
    shown = [table.columns[i].key for i, _ in fit_columns(table.columns, 36)]
    assert "pod" in shown
    assert VALUE in shown
    assert "instance" not in shown, "it says the same as pod"
    shown = [table.columns[i].key for i, _ in fit_columns(table.columns, 20)]
    assert shown == ["pod", VALUE]


def test_a_long_label_loses_its_middle_not_its_neighbours() -> None:
    long = [series(float(n), id="/kubepods/" + "x" * 200 + str(n), zone="abc"[n]) for n in range(3)]
    table = result_table(answered(*long))
    fitted = dict(fit_columns(table.columns, 59))
    widths = {table.columns[i].key: cells for i, cells in fitted.items()}
    assert set(widths) == {"id", "zone", VALUE, TREND}
    assert widths["id"] >= 20
    assert widths["zone"] >= 4


def test_rows_in_the_servers_order_and_by_columns() -> None:
    found = [series(v, le=le) for v, le in ((3.0, "0.5"), (math.nan, "+Inf"), (1.0, "10"), (math.inf, "2"))]
    rows = result_table(answered(*found)).rows
    assert [row.labels["le"] for row in ordered(rows, "", False)] == ["0.5", "+Inf", "10", "2"]
    assert [row.labels["le"] for row in ordered(rows, "le", False)] == ["0.5", "2", "10", "+Inf"], "as numbers"
    assert [row.labels["le"] for row in ordered(rows, VALUE, True)] == ["2", "0.5", "10", "+Inf"], "NaN last"
    assert [row.labels["le"] for row in ordered(rows, VALUE, False)] == ["10", "0.5", "2", "+Inf"]
    words = result_table(answered(series(1, a="b"), series(2, a="10"), series(3, c="d"), series(4, a="9"))).rows
    assert [row.labels.get("a", "") for row in ordered(words, "a", False)] == ["9", "10", "", "b"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (-0.0, "0"), (3.0, "3"), (1234567.0, "1234567"), (0.1 + 0.2, "0.3"), (1.23456789, "1.23457"),
        (1e300, "1e+300"), (-2.5e-9, "-2.5e-09"), (math.nan, "NaN"), (math.inf, "+Inf"), (-math.inf, "-Inf"),
    ],
)  # fmt: skip
def test_values(value: float, text: str) -> None:
    assert value_text(value) == text


def test_values_have_their_unit() -> None:
    table = result_table(answered(series(3 * 2.0**20, a="b"), series(math.inf, a="c"), series(math.nan, a="d")))
    assert [texts(table, row, Measure("iec", "B/s"))[1] for row in table.rows] == ["3MiB/s", "+Inf", "NaN"]
    assert texts(table, table.rows[0], Measure("si", "/s"))[1] == "3.15M/s"


def test_rows_have_the_trend_of_their_series() -> None:
    span = QueryResult("matrix", (Series((("job", "web"),), (0.0, 15.0), (1.0, 9.0)),), start=0, end=15, step=15)
    table = result_table(answered(series(9, job="web"), series(1, job="idle"), span=span))
    assert texts(table, table.rows[0])[-1].strip() != ""
    assert texts(table, table.rows[1])[-1] == "", "no trend is not a flat one"


def test_answers_that_are_no_vectors() -> None:
    scalar = result_table(Answer(Ask("x"), QueryResult("scalar", (Series((), (NOW,), (42.0,)),))))
    assert texts(scalar, scalar.rows[0])[:2] == ["{}", "42"]
    text = result_table(Answer(Ask("x"), QueryResult("string", text="a\x1b[2Jb")))
    assert texts(text, text.rows[0]) == ["ab", "", ""]
    histogram = result_table(answered(Series((("job", "a"),), histograms=3)))
    assert texts(histogram, histogram.rows[0])[1] == "histogram x3"
    assert result_table(Answer(Ask("x"))).rows == ()
    assert result_table(answered()).rows == []


def test_hostile_labels_are_harmless_and_stay_apart() -> None:
    found = [series(1.0, evil="a\x1b[31m\nb"), series(2.0, evil="a\x1b[32m\nb"), series(3.0, evil="한" * 300)]
    found.append(Series((("we\x1b]0;x\x07ird", "x"), (VALUE, "y")), (NOW,), (4.0,)))
    table = result_table(answered(*found))
    assert len({row.key for row in table.rows}) == 4, "a cursor must not jump between what only looks the same"
    drawn = [text for row in table.rows for text in (row.key, *texts(table, row))]
    drawn += [column.title for column in table.columns]
    assert all(text.isprintable() for text in drawn)
    assert all(cell_len(column.title) <= 60 for column in table.columns)
    for row in ordered(table.rows, VALUE, True):
        assert len(texts(table, row)) == len(table.columns)
