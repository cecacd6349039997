"""An instant answer as a table: labels as columns, those that all series share said once; pure functions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from sources.model import QueryResult, Series
from sources.text import clean
from tui.panes.console.answers import Answer, common_labels, series_text
from tui.panes.console.measures import PLAIN, Measure
from tui.sheets.sheet import order
from tui.widgets.axis import format_value
from tui.widgets.columns import Column
from tui.widgets.rows import Cell
from tui.widgets.spark import trendline
from tui.widgets.text import width

NAME = "__name__"
SERIES, VALUE, TREND = "$series", "$value", "$trend"
"""Keys of the columns that are no labels."""
TREND_CELLS = 12
WIDEST = 50
"""Cells that a label's column likes at most; longer values lose their middle."""
MEASURED = 500
"""Rows whose texts decide how wide columns are."""
FIRST = ("cluster", NAME, "namespace", "pod", "container", "node", "instance", "job", "service", "device")
"""The order of the labels that most people have; others follow by name."""


class Row(NamedTuple):
    """One series: the key under which the table knows it is how Prometheus writes it."""

    key: str
    series: Series
    labels: Mapping[str, str]
    value: float
    trend: Series | None


class Table(NamedTuple):
    """`shared` are the labels that stand in no column because all series have them, "" for none."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    shared: str = ""
    text: str = ""
    """A string answer, which has no rows of its own."""


def result_table(answer: Answer, measure: Measure = PLAIN, wide: bool = False) -> Table:
    """The table of an answer. `wide` writes each series as Prometheus does, in one column."""
    instant = answer.instant
    if instant is None:
        return Table(columns_of((), True), ())
    if instant.type == "string":
        text = clean(instant.text)
        return Table(columns_of((), True), (Row(text, Series(()), {}, math.nan, None),), text=text)
    rows = _rows(instant, answer.span)
    common = frozenset() if wide else common_labels(instant.series)
    names = {row.labels.get(NAME, "") for row in rows}
    if len(rows) > 1 and len(names) == 1 and not wide:
        common |= {(NAME, name) for name in names if name}
    shared = series_text(tuple(sorted(common))) if common else ""
    values = max((width(value_cell(row, measure, wide)) for row in rows[:MEASURED]), default=0)
    return Table(columns_of(rows, wide or len(rows) < 2, common, values), rows, shared)


def _rows(instant: QueryResult, span: QueryResult | None) -> list[Row]:
    trends = {one.labels: one for one in span.series} if span is not None else {}
    rows: list[Row] = []
    known: set[str] = set()
    for one in instant.series:
        key = series_text(one.labels)
        while key in known:  # what differs in characters that cannot be shown
            key += "'"
        known.add(key)
        value = one.values[-1] if one.values else math.nan
        trend = trends.get(one.labels, one)
        rows.append(Row(key, one, dict(one.labels), value, trend if len(trend.values) > 1 else None))
    return rows


def columns_of(
    rows: Sequence[Row], whole: bool, common: frozenset[tuple[str, str]] = frozenset(), values: int = 0
) -> Sequence[Column]:
    """The columns of these rows: the whole series in one, or one for each label that tells them apart.
    `values` are the cells that the widest value needs."""
    last = (
        Column(VALUE, "VALUE", min(max(values, 7), 16), align="right", priority=100),
        Column(TREND, "TREND", TREND_CELLS, priority=78),
    )
    shared = {name for name, _ in common}
    labels = [] if whole else [name for name in label_order(rows) if name not in shared]
    if not labels:
        return (Column(SERIES, "SERIES", 30, flex=1, min_width=12, priority=95, elide="middle"), *last)
    priorities = dict(zip(by_worth(rows, labels), (95, 85, *range(70, 0, -5), *[0] * len(labels)), strict=False))
    return (*(_label_column(rows, name, priorities[name]) for name in labels), *last)


def _label_column(rows: Sequence[Row], name: str, priority: int) -> Column:
    title = "metric" if name == NAME else clean(name)
    widest = max(width(clean(row.labels.get(name, ""))) for row in rows[:MEASURED])
    # One cell more than the title: the arrow of the order stands there.
    cells = max(min(widest, WIDEST), min(width(title) + 1, 20))
    return Column(name, title, cells, min_width=min(cells, 10), priority=priority, elide="middle")


def label_order(rows: Sequence[Row]) -> list[str]:
    """All label names: the usual ones first, bounds of buckets last."""
    names = {name for row in rows for name in row.labels}
    known = {name: place for place, name in enumerate(FIRST)}
    return sorted(names, key=lambda name: (name in ("le", "quantile"), known.get(name, len(known)), name))


def by_worth(rows: Sequence[Row], labels: Sequence[str]) -> list[str]:
    """Labels from the one that tells most about a row: many values first; last those that say what an earlier one
    said already, as `instance` beside `node`."""
    seen: set[tuple[int, ...]] = set()
    worth: list[tuple[bool, int, int, str]] = []
    for place, name in enumerate(labels):
        numbers: dict[str, int] = {}
        pattern = tuple(numbers.setdefault(row.labels.get(name, ""), len(numbers)) for row in rows[:MEASURED])
        worth.append((pattern in seen, -len(numbers), place, name))
        seen.add(pattern)
    return [name for *_, name in sorted(worth)]


def ordered(rows: Sequence[Row], column: str, reverse: bool) -> list[Row]:
    """Rows by a column; "" is the server's own order, which `topk` and `sort` mean."""
    if not column:
        return list(reversed(rows)) if reverse else list(rows)
    return sorted(rows, key=lambda row: (order(_rank(row, column), reverse), row.key))


def _rank(row: Row, column: str) -> object:
    if column == VALUE:
        return None if math.isnan(row.value) else row.value
    if column in (SERIES, TREND):
        return row.key
    return _natural(row.labels.get(column, ""))


def _natural(text: str) -> tuple[int, float, str]:
    """Numbers as numbers (`le`, `code`), before words."""
    try:
        number = float(text)
    except ValueError:
        return 1, 0.0, text
    return (0, number, text) if number == number else (1, 0.0, text)


def cells(
    row: Row, table: Table, measure: Measure, glyphs: Literal["block", "ascii"], wide: bool = False
) -> Sequence[Cell]:
    """One cell for each column of the table."""
    if table.text:
        return [(table.text, ""), ("", ""), ("", "")]
    shown = []
    for column in table.columns:
        if column.key == SERIES:
            shown.append((row.key, "name"))
        elif column.key == VALUE:
            shown.append((value_cell(row, measure, wide), "strong"))
        elif column.key == TREND:
            spark = trendline(row.trend.values, TREND_CELLS, glyphs) if row.trend is not None else ""
            shown.append((spark, "trend"))
        else:
            shown.append((clean(row.labels.get(column.key, "")), "name"))
    return shown


def value_cell(row: Row, measure: Measure, wide: bool = False) -> str:
    """A value for the eye: with its unit, or as Prometheus prints it when there is none (or `wide`)."""
    one = row.series
    if one.histograms and not one.values:
        return f"histogram x{one.histograms}"
    return value_text(row.value) if wide or measure == PLAIN else measured_text(row.value, measure)


def measured_text(value: float, measure: Measure) -> str:
    """A value in its unit, three digits."""
    if not math.isfinite(value):
        return value_text(value)
    return format_value(value, measure.unit) + measure.suffix


def value_text(value: float) -> str:
    """As Prometheus prints it, cut to six digits: a cell is for comparing, not for copying."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.6g}"
