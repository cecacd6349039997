"""Durations of `[...]` and `offset`: literals and the arithmetic between them."""

from __future__ import annotations

from collections.abc import Callable

from sources.promql.ast import DurationBinary, DurationCall, DurationExpr, DurationUnary, NumberLiteral
from sources.promql.cursor import Cursor
from sources.promql.literals import duration, number
from sources.promql.tokens import DURATION, NUMBER

_PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2, "%": 2, "^": 3}
_UNARY = 3
_LARGEST = 2**63 / 1e9
_ZERO = {"/": "division", "%": "modulo"}


def literal(cursor: Cursor) -> NumberLiteral:
    """A number or a duration, in seconds."""
    token = cursor.take()
    if token.kind == DURATION:
        return NumberLiteral(token.start, token.end, duration(cursor, token), True)
    return NumberLiteral(token.start, token.end, number(cursor, token))


def duration_expr(cursor: Cursor, lowest: int = 1) -> DurationExpr:
    """A whole expression of durations; operators bind as in other arithmetic."""
    cursor.enter()
    left = _operand(cursor)
    while (precedence := _PRECEDENCE.get(cursor.kind, 0)) >= lowest:
        op = cursor.take()
        right = duration_expr(cursor, precedence + (op.kind != "^"))
        if op.kind in _ZERO and isinstance(right, NumberLiteral) and right.value == 0:
            cursor.error(f"{_ZERO[op.kind]} by zero", op.start, op.end)
        left = DurationBinary(left.start, right.end, op.kind, left, right)
    cursor.leave()
    return left


def _operand(cursor: Cursor) -> DurationExpr:
    kind = cursor.kind
    if kind in ("+", "-"):
        return _signed(cursor, lambda: duration_expr(cursor, _UNARY))
    if kind in (NUMBER, DURATION):
        return _checked(cursor, literal(cursor))
    if kind in ("step", "range", "min_of", "max_of"):
        return _call(cursor)
    if kind == "(":
        return _paren(cursor)
    return cursor.unexpected()


def _paren(cursor: Cursor) -> DurationExpr:
    opening = cursor.take()
    inner = duration_expr(cursor)
    closing = cursor.expect(")")
    if isinstance(inner, NumberLiteral):  # a divisor of (0) is only noticed when the query runs
        return DurationUnary(opening.start, closing.end, "+", inner)
    return inner


def _signed(cursor: Cursor, operand: Callable[[], DurationExpr]) -> DurationExpr:
    sign = cursor.take()
    inner = operand()
    if isinstance(inner, NumberLiteral):
        value = -inner.value if sign.kind == "-" else inner.value
        return NumberLiteral(sign.start, inner.end, value, inner.is_duration)
    return DurationUnary(sign.start, inner.end, "-", inner) if sign.kind == "-" else inner


def _call(cursor: Cursor) -> DurationCall:
    name = cursor.take()
    cursor.expect("(")
    args: tuple[DurationExpr, ...] = ()
    if name.kind in ("min_of", "max_of"):
        first = duration_expr(cursor)
        cursor.expect(",")
        args = (first, duration_expr(cursor))
    return DurationCall(name.start, cursor.expect(")").end, name.kind, args)


def _checked(cursor: Cursor, value: NumberLiteral) -> NumberLiteral:
    if abs(value.value) > _LARGEST:
        cursor.error("duration out of range", value.start, value.end)
    return value


def positive(cursor: Cursor) -> DurationExpr:
    """The duration of a range or of a step: greater than zero, as far as the text tells."""
    found = duration_expr(cursor)
    if isinstance(found, NumberLiteral) and found.value <= 0:
        cursor.error("duration must be greater than 0", found.start, found.end)
    return found


def offset(cursor: Cursor) -> DurationExpr:
    """What follows `offset`: one term, so that `x offset 5m + y` adds y; only after parentheses it goes on."""
    if cursor.kind in ("+", "-") and cursor.after() not in ("+", "-"):
        return _signed(cursor, lambda: _checked_term(cursor))
    if cursor.kind in ("(", "+", "-"):
        return duration_expr(cursor)
    return _term(cursor)


def _checked_term(cursor: Cursor) -> DurationExpr:
    return _paren(cursor) if cursor.kind == "(" else _term(cursor)


def _term(cursor: Cursor) -> DurationExpr:
    if cursor.kind in (NUMBER, DURATION):
        return _checked(cursor, literal(cursor))
    if cursor.kind in ("step", "range", "min_of", "max_of"):
        return _call(cursor)
    return cursor.unexpected("offset", "number, duration, step(), or range()")
