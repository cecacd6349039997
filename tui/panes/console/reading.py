"""What our parser reads in a query: a mistake, and the limits that its answer is compared with."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from math import isfinite

from sources.promql.ast import Binary, Expr, NumberLiteral, Paren, Unary
from sources.promql.parser import parse
from sources.promql.results import ParseError, PromQLError
from sources.promql.tokens import COMPARISONS
from tui.panes.console.highlight import LONGEST


@lru_cache(maxsize=64)
def tree(query: str) -> Expr | None:
    """The parse tree of a query; None for what our parser does not know, which the server still may."""
    if len(query) > LONGEST:
        return None
    try:
        return parse(query)
    except PromQLError:
        return None


def mistake(text: str) -> tuple[str, int] | None:
    """What our parser finds wrong with a query, and the character where it is; None while it is merely unfinished,
    and for what the server may know better."""
    if len(text) > LONGEST or not text.strip():
        return None
    try:
        parse(text)
    except ParseError as error:
        message, place = error.message, error.start
        if message.startswith("unexpected right parenthesis"):
            place -= 1  # Prometheus points behind it
        unfinished = place >= len(text.rstrip()) or message.startswith(("unclosed", "unterminated"))
        unknown = "end of input" in message or "nested too deeply" in message
        return None if unfinished or unknown else (message, place)
    except PromQLError:
        return None
    return None


def limits(query: str) -> list[float]:
    """The numbers that the query compares its result with, as 0.9 in `a / b > 0.9`; none where the result is that
    of the comparison itself (`bool`)."""
    return sorted(set(_limits(tree(query))))


def _limits(expr: Expr | None) -> Iterator[float]:
    """What is compared with, as far as the result consists of what is compared."""
    expr = _bare(expr)
    if not isinstance(expr, Binary):
        return
    if expr.op in ("and", "unless"):
        yield from _limits(expr.left)
    elif expr.op == "or":
        yield from _limits(expr.left)
        yield from _limits(expr.right)
    elif expr.op in COMPARISONS and not expr.returns_bool:
        for side, other in ((expr.left, expr.right), (expr.right, expr.left)):
            limit = constant(other)
            if limit is not None and isfinite(limit) and constant(side) is None:
                yield limit


def constant(expr: Expr | None) -> float | None:
    """The value of arithmetic on numbers (`5 * 60`, `-1`); None for anything that needs samples."""
    expr = _bare(expr)
    if isinstance(expr, NumberLiteral):
        return expr.value
    if isinstance(expr, Unary):
        value = constant(expr.expr)
        return None if value is None else -value if expr.op == "-" else value
    if isinstance(expr, Binary):
        left, right = constant(expr.left), constant(expr.right)
        if left is not None and right is not None:
            return _calculated(expr.op, left, right)
    return None


def _calculated(op: str, left: float, right: float) -> float | None:
    try:
        if op == "^":
            power = left**right
            return float(power) if isinstance(power, (int, float)) else None
        return {"+": left + right, "-": left - right, "*": left * right, "/": left / right}.get(op)
    except (OverflowError, ZeroDivisionError):
        return None


def _bare(expr: Expr | None) -> Expr | None:
    while isinstance(expr, Paren):
        expr = expr.expr
    return expr
