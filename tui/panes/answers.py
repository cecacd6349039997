"""From the answers of a PromQL query to table rows and graph data: pure functions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from sources.contract import QueryError
from sources.model import Labels, QueryResult, Series
from sources.text import clean
from tui.sheets.sheet import Cell
from tui.widgets.axis import Unit
from tui.widgets.graph import GraphData, GraphSeries
from tui.widgets.spark import sparkline

TREND = 12
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
MOST_DRAWN = 40
"""Series in one graph; beyond that nobody tells them apart, and the table has them all."""


class Answer(NamedTuple):
    """What came back for one query: now, over the window, and why not; `span_error` is why the window is missing
    where the rest is there. With an `error` the results are those of the last time that it was answered."""

    expr: str = ""
    instant: QueryResult | None = None
    span: QueryResult | None = None
    error: BaseException | None = None
    span_error: BaseException | None = None
    window: int = 0


def after(
    last: Answer, expr: str, window: int, now: QueryResult | BaseException, span: QueryResult | BaseException
) -> Answer:
    """The answer that follows `last`. A server that does not answer leaves the last picture of the same query; a
    query that is refused does not."""
    answer = Answer(
        expr,
        now if isinstance(now, QueryResult) else None,
        span if isinstance(span, QueryResult) else None,
        now if isinstance(now, BaseException) else None,
        span if isinstance(span, BaseException) else None,
        window,
    )
    refused = answer.error is None or isinstance(answer.error, QueryError)
    if refused or (last.expr, last.window) != (expr, window):
        return answer
    return answer._replace(instant=last.instant, span=answer.span or last.span)


class ResultRow(NamedTuple):
    key: str
    cells: Sequence[Cell]
    order: tuple[Any, ...]


def range_steps(now: float, window: float, columns: int) -> tuple[float, float, float]:
    """Start, end and step: two points for each column at most, aligned to the step so that a line does not
    wobble from one evaluation to the next."""
    wanted = window / max(2 * columns, 20)
    step = float(next((one for one in STEPS if one >= wanted), STEPS[-1]))
    end = math.floor(now / step) * step
    return end - math.floor(window / step) * step, end, step


def series_text(labels: Labels, common: frozenset[tuple[str, str]] = frozenset()) -> str:
    """A series as Prometheus writes it, without the labels that all of them share."""
    name = next((value for key, value in labels if key == "__name__"), "")
    rest = [(key, value) for key, value in labels if key != "__name__" and (key, value) not in common]
    inside = ", ".join(f'{key}="{value}"' for key, value in rest)
    return clean(f"{name}{{{inside}}}" if inside or not name else name)


def common_labels(series: Sequence[Series]) -> frozenset[tuple[str, str]]:
    """Labels that every series carries; none when there is only one, which would have nothing left."""
    if len(series) < 2:
        return frozenset()
    return frozenset.intersection(*(frozenset(one.labels) for one in series)) - {
        pair for pair in series[0].labels if pair[0] == "__name__"
    }


def value_text(value: float) -> str:
    """As Prometheus prints it, cut to six digits: a cell is for comparing, not for copying."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.6g}"


def result_rows(answer: Answer, glyphs: Literal["block", "ascii"]) -> list[ResultRow]:
    """One row per series: from the instant answer, with the trend of the range answer beside it."""
    trends = {one.labels: one for one in answer.span.series} if answer.span is not None else {}
    if answer.instant is not None and answer.instant.type == "string":
        return [ResultRow("text", [(clean(answer.instant.text), ""), ("", ""), ("", "")], (0,))]
    shown = answer.instant.series if answer.instant is not None else ()
    common = common_labels(shown)
    rows = []
    for index, one in enumerate(shown):
        value = one.values[-1] if one.values else math.nan
        text = f"histogram x{one.histograms}" if one.histograms and not one.values else value_text(value)
        trend = trends.get(one.labels, one)
        spark = sparkline(trend.values, TREND, glyphs=glyphs) if len(trend.values) > 1 else ""
        cells = [(series_text(one.labels, common), "name"), (text, "strong"), (spark, "trend")]
        rows.append(ResultRow(repr(one.labels), cells, (math.isnan(value), -value, index)))
    return rows


def graph_data(expr: str, span: QueryResult, thresholds: Sequence[float] = ()) -> GraphData:
    """A range answer on its grid; a step without a sample is a gap."""
    start, step = span.start or 0.0, span.step or 1.0
    length = round(((span.end or start) - start) / step) + 1
    common = common_labels(span.series)
    lines = []
    for one in span.series[:MOST_DRAWN]:
        values: list[float | None] = [None] * length
        for moment, value in zip(one.times, one.values, strict=True):
            place = round((moment - start) / step)
            if 0 <= place < length:
                values[place] = value
        lines.append(GraphSeries(series_text(one.labels, common), values))
    return GraphData(lines, start, step, unit_of(expr), thresholds, len(span.series) - len(lines))


def unit_of(expr: str) -> Unit:
    """Bytes are counted in powers of two where the query speaks of nothing else."""
    if "rate(" not in expr and "_bytes" in expr and "/" not in expr:
        return "iec"
    return "si"
