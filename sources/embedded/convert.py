"""The engine's results and errors as those of any other source that answers PromQL."""

from __future__ import annotations

from msgspec.structs import replace

from sources.contract import QueryError
from sources.model import QueryResult, Series
from sources.promql.results import (
    ExecutionError,
    Matrix,
    ParseError,
    PromQLError,
    QueryCanceled,
    QueryTimeout,
    Result,
    Scalar,
    String,
    UnsupportedError,
    Vector,
)


def answer(result: Result, elapsed: float, source: str) -> QueryResult:
    """The result in the model's types; times in seconds. The caller adds start, end and step."""
    value = result.value
    common = QueryResult("vector", warnings=result.warnings, infos=result.infos, elapsed=elapsed, source=source)
    return _filled(common, value)


def _filled(base: QueryResult, value: Vector | Matrix | Scalar | String) -> QueryResult:
    if isinstance(value, String):
        return replace(base, type="string", text=value.value, at=value.at / 1000)
    if isinstance(value, Scalar):
        at = value.at / 1000
        return replace(base, type="scalar", series=(Series((), (at,), (value.value,)),), at=at)
    if isinstance(value, Vector):
        at = value.at / 1000
        found = tuple(Series(each.labels, (at,), (each.value,)) for each in value.samples)
        return replace(base, series=found, at=at)
    rows = tuple(
        Series(each.labels, tuple((each.times / 1000.0).tolist()), tuple(each.values.tolist()))
        for each in value.series
    )
    return replace(base, type="matrix", series=rows)


def refused(error: PromQLError, expr: str) -> QueryError:
    """The error with Prometheus' type and, where there is one, its place in characters."""
    if isinstance(error, ParseError):
        if not error.line:
            return QueryError(f"{error}")
        line_start = expr.rfind("\n", 0, error.start) + 1
        message = str(error).partition(": ")[2]
        return QueryError(message, "bad_data", error.line, error.start - line_start + 1)
    if isinstance(error, UnsupportedError):
        message = f"{error.what}: not supported by the embedded engine"
        if not error.line:
            return QueryError(message, "execution")
        return QueryError(message, "bad_data", error.line, error.start - expr.rfind("\n", 0, error.start))
    kinds: dict[type[PromQLError], str] = {
        QueryTimeout: "timeout",
        QueryCanceled: "canceled",
        ExecutionError: "execution",
    }
    return QueryError(str(error), kinds.get(type(error), "execution"))
