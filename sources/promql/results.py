"""What a query gives: values, annotations with their place in the query, and the errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from sources.promql.storage import Floats, Labels, Times


class PromQLError(Exception):
    """Anything that a query can fail with; the text reads like Prometheus'."""


class ParseError(PromQLError):
    """The query is not PromQL, or its types do not fit.

    `line` and `column` count from 1 (0 for an empty query), the column in bytes as Prometheus counts; `start` and
    `end` are character offsets for a caret. `str()` is "1:5: parse error: message".
    """

    def __init__(self, line: int, column: int, message: str, start: int = 0, end: int = 0) -> None:
        super().__init__(f"{f'{line}:{column}' if line else 'unknown position'}: parse error: {message}")
        self.line, self.column, self.message = line, column, message
        self.start, self.end = start, end


class ExecutionError(PromQLError):
    """The query cannot be evaluated on this data (many-to-many matching, duplicate label sets, ...)."""


class UnsupportedError(PromQLError):
    """PromQL that this engine leaves out; `str()` ends in "not supported by the embedded engine"."""

    def __init__(self, what: str, line: int = 0, column: int = 0, start: int = 0, end: int = 0) -> None:
        place = f"{line}:{column}: " if line else ""
        super().__init__(f"{place}{what}: not supported by the embedded engine")
        self.what, self.line, self.column, self.start, self.end = what, line, column, start, end


class LimitError(PromQLError):
    """The query needs more samples than it may load."""


class QueryTimeout(PromQLError):  # the word Prometheus uses
    """The query took longer than it may."""


class QueryCanceled(PromQLError):  # the word Prometheus uses
    """The caller's `canceled` said so."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """A warning or info: `str()` is Prometheus' text, e.g. "PromQL warning: ... (1:10)".

    `text` is the same without the place; `start` and `end` are character offsets of the node it is about.
    """

    kind: Literal["warning", "info"]
    text: str
    line: int
    column: int
    start: int
    end: int
    detail: str = ""
    """What Prometheus adds between the text and the place: ", from buckets 1 to 2, ..."."""

    def __str__(self) -> str:
        return f"{self.text}{self.detail} ({self.line}:{self.column})"


@dataclass(frozen=True, slots=True)
class Sample:
    """One element of an instant vector."""

    labels: Labels
    value: float


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """One series of a matrix, `times` in milliseconds; there are no stale markers, missing steps are absent."""

    labels: Labels
    times: Times
    values: Floats


@dataclass(frozen=True, slots=True)
class Scalar:
    at: int
    value: float


@dataclass(frozen=True, slots=True)
class String:
    at: int
    value: str


@dataclass(frozen=True, slots=True)
class Vector:
    """In the order of the result: that of sort/topk/... where the query asked for one."""

    at: int
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Sorted by labels."""

    series: tuple[Points, ...]


Value: TypeAlias = Scalar | String | Vector | Matrix


@dataclass(frozen=True, slots=True)
class Result:
    """`value` is Scalar, String, Vector or Matrix for an instant query and always Matrix for a range query."""

    value: Value
    annotations: tuple[Annotation, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(str(each) for each in self.annotations if each.kind == "warning")

    @property
    def infos(self) -> tuple[str, ...]:
        return tuple(str(each) for each in self.annotations if each.kind == "info")
