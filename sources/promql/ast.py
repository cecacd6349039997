"""The parse tree of PromQL: frozen nodes that know where in the text they stand.

`start` and `end` are character offsets into the query (end is after the last character). Durations are in seconds
as written, or an expression (`[step() * 2]`); the engine works them out for the query's range and step.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from sources.promql.storage import Matcher


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class NumberLiteral(Node):
    value: float
    is_duration: bool = False
    """Written as a duration (`5m`), to be printed as one."""


@dataclass(frozen=True, slots=True, eq=False)
class StringLiteral(Node):
    value: str


@dataclass(frozen=True, slots=True, eq=False)
class DurationUnary(Node):
    op: str
    expr: DurationExpr


@dataclass(frozen=True, slots=True, eq=False)
class DurationBinary(Node):
    op: str
    left: DurationExpr
    right: DurationExpr


@dataclass(frozen=True, slots=True, eq=False)
class DurationCall(Node):
    """`step()`, `range()`, `min_of(a, b)` or `max_of(a, b)` inside a duration."""

    name: str
    args: tuple[DurationExpr, ...] = ()


DurationExpr: TypeAlias = NumberLiteral | DurationUnary | DurationBinary | DurationCall


@dataclass(frozen=True, slots=True, eq=False)
class At:
    """The `@` modifier: a moment in milliseconds, or the query's `start` or `end`."""

    timestamp: int | None = None
    bound: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class VectorSelector(Node):
    name: str
    """The metric's name as written outside or inside the braces; empty where only matchers name it."""
    matchers: tuple[Matcher, ...]
    """All matchers, with the name as one on `__name__`."""
    offset: DurationExpr | None = None
    at: At | None = None


@dataclass(frozen=True, slots=True, eq=False)
class MatrixSelector(Node):
    selector: VectorSelector
    range: DurationExpr


@dataclass(frozen=True, slots=True, eq=False)
class Subquery(Node):
    expr: Expr
    range: DurationExpr
    step: DurationExpr | None
    """None for the engine's default."""
    offset: DurationExpr | None = None
    at: At | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Paren(Node):
    expr: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Unary(Node):
    op: str
    expr: Expr


class Cardinality(StrEnum):
    ONE_TO_ONE = "one-to-one"
    MANY_TO_ONE = "many-to-one"
    ONE_TO_MANY = "one-to-many"
    MANY_TO_MANY = "many-to-many"


@dataclass(frozen=True, slots=True, eq=False)
class Matching:
    """How the elements of two vectors find each other; `include` are the labels of group_left/group_right."""

    cardinality: Cardinality = Cardinality.ONE_TO_ONE
    labels: tuple[str, ...] = ()
    on: bool = False
    include: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Binary(Node):
    op: str
    left: Expr
    right: Expr
    returns_bool: bool = False
    matching: Matching | None = None
    """As written; it says something only where both sides are vectors."""


@dataclass(frozen=True, slots=True, eq=False)
class Aggregate(Node):
    op: str
    expr: Expr
    param: Expr | None = None
    grouping: tuple[str, ...] = ()
    without: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Call(Node):
    name: str
    args: tuple[Expr, ...]


Expr: TypeAlias = (
    NumberLiteral
    | StringLiteral
    | VectorSelector
    | MatrixSelector
    | Subquery
    | Paren
    | Unary
    | Binary
    | Aggregate
    | Call
)
