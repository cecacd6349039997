"""From a PromQL query to what is drawn: what is asked, series as text, graph data. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from sources.contract import QueryError
from sources.model import Labels, QueryResult, Series
from sources.promql.formats import series_name
from sources.text import clean
from tui.panes.console.measures import PLAIN, Measure
from tui.widgets.graph import GraphData, GraphSeries

STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
MOST_POINTS = 11_000
"""What Prometheus gives for one series at most."""
MOST_DRAWN = 40
"""Series in one graph; beyond that nobody tells them apart, and the table has them all."""


class Ask(NamedTuple):
    """A question: the query, the seconds before `at` (epoch seconds; None: now) and the seconds of a step (0: as
    fine as can be drawn)."""

    expr: str = ""
    window: int = 0
    at: float | None = None
    step: int = 0


class Answer(NamedTuple):
    """What came back for one query: now, over the window, and why not; `span_error` is why the window is missing
    where the rest is there. With an `error` the results are those of the last time that it was answered."""

    ask: Ask = Ask()
    instant: QueryResult | None = None
    span: QueryResult | None = None
    error: BaseException | None = None
    span_error: BaseException | None = None

    @property
    def expr(self) -> str:
        """The query that this answers."""
        return self.ask.expr


def after(last: Answer, ask: Ask, now: QueryResult | BaseException, span: QueryResult | BaseException) -> Answer:
    """The answer that follows `last`. A server that does not answer leaves the last picture of the same question;
    a query that is refused does not."""
    answer = Answer(
        ask,
        now if isinstance(now, QueryResult) else None,
        span if isinstance(span, QueryResult) else None,
        now if isinstance(now, BaseException) else None,
        span if isinstance(span, BaseException) else None,
    )
    refused = answer.error is None or isinstance(answer.error, QueryError)
    if refused or last.ask != ask:
        return answer
    return answer._replace(instant=last.instant, span=answer.span or last.span)


def range_steps(now: float, window: float, columns: int, step: float = 0) -> tuple[float, float, float]:
    """Start, end and step: two points for each column at most, aligned to the step so that a line does not
    wobble from one evaluation to the next. A `step` that somebody chose is kept as far as the server takes it."""
    wanted = step or window / max(2 * columns, 20)
    least = window / MOST_POINTS if step else wanted
    if not step or step < least:
        step = float(next((one for one in STEPS if one >= max(wanted, least)), STEPS[-1]))
    end = math.floor(now / step) * step
    return end - math.floor(window / step) * step, end, float(step)


def series_text(labels: Labels, common: frozenset[tuple[str, str]] = frozenset()) -> str:
    """A series as Prometheus writes it, without the labels that all of them share."""
    return clean(series_name(tuple(pair for pair in labels if pair[0] == "__name__" or pair not in common)))


def common_labels(series: Sequence[Series]) -> frozenset[tuple[str, str]]:
    """Labels that every series carries; none when there is only one, which would have nothing left."""
    if len(series) < 2:
        return frozenset()
    return frozenset.intersection(*(frozenset(one.labels) for one in series)) - {
        pair for pair in series[0].labels if pair[0] == "__name__"
    }


def graph_data(span: QueryResult, measure: Measure = PLAIN, thresholds: Sequence[float] = ()) -> GraphData:
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
    left_out = len(span.series) - len(lines)
    return GraphData(lines, start, step, measure.unit, thresholds, left_out, measure.suffix)
