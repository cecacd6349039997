"""PromQL text to a parse tree, types checked; errors as a Prometheus server words them.

Recursive descent with precedence climbing. Chains of operators on one level are loops, so only real nesting costs
depth, and that is bounded (`MAX_DEPTH`).
"""

from __future__ import annotations

import math
from dataclasses import replace

from sources.promql.ast import (
    Aggregate,
    At,
    Binary,
    Call,
    Cardinality,
    DurationExpr,
    Expr,
    Matching,
    MatrixSelector,
    NumberLiteral,
    Paren,
    StringLiteral,
    Subquery,
    Unary,
    VectorSelector,
)
from sources.promql.cursor import Cursor, parse_error
from sources.promql.formats import quoted
from sources.promql.literals import string
from sources.promql.parse_durations import literal, offset, positive
from sources.promql.results import ParseError
from sources.promql.selectors import label_list, selector
from sources.promql.signatures import EXPERIMENTAL, FUNCTIONS
from sources.promql.tokens import (
    AGGREGATORS,
    DURATION,
    END,
    IDENTIFIER,
    METRIC_NAMES,
    NUMBER,
    PARAMETRIC,
    PREPROCESSORS,
    STRING,
    Token,
)
from sources.promql.typecheck import check

MAX_LENGTH = 1_000_000
"""Characters a query may have."""
MAX_TOKENS = 100_000
"""Words and signs a query may have."""
_PRECEDENCE = {
    "or": 1, "and": 2, "unless": 2, "==": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3, "</": 3, ">/": 3,
    "+": 4, "-": 4, "*": 5, "/": 5, "%": 5, "atan2": 5, "^": 6,
}  # fmt: skip
_POWER = 6
_STARTS = METRIC_NAMES | {NUMBER, DURATION, STRING, "(", "{", "+", "-"}
"""The tokens an operand can begin with."""
_FILLS = {"fill", "fill_left", "fill_right"}
_WANTS_SELECTOR = "must be preceded by an instant vector selector or range vector selector or a subquery"
_MOMENTS = 2.0**63


def parse(text: str) -> Expr:
    """The tree of a query. Raises ParseError, or UnsupportedError for what this engine leaves out."""
    if len(text) > MAX_LENGTH:
        raise parse_error(text, f"the query is longer than {MAX_LENGTH:,} characters", 0, 0)
    cursor = Cursor(text)
    if len(cursor.tokens) > MAX_TOKENS:
        raise parse_error(text, f"the query has more than {MAX_TOKENS:,} words and signs", 0, 0)
    if cursor.kind == END:
        if not text:
            raise ParseError(0, 0, "no expression found in input")
        cursor.error("no expression found in input", 0, 0)
    expr = _expr(cursor)
    if cursor.kind != END:
        cursor.unexpected()
    check(expr, text)
    return expr


def _expr(cursor: Cursor, lowest: int = 1) -> Expr:
    cursor.enter()
    left = _unary(cursor) if cursor.kind in ("+", "-") else _postfix(cursor, _primary(cursor))
    while (precedence := _PRECEDENCE.get(cursor.kind, 0)) >= lowest:
        op = cursor.take()
        returns_bool, matching = _modifiers(cursor)
        right = _expr(cursor, precedence + (op.kind != "^"))
        if op.kind in ("</", ">/"):
            cursor.unsupported(f"operator {quoted(op.kind)} of native histograms", op.start, op.end)
        left = Binary(left.start, right.end, op.kind, left, right, returns_bool, matching)
    cursor.leave()
    return left


def _unary(cursor: Cursor) -> Expr:
    sign = cursor.take()
    operand = _expr(cursor, _POWER)
    if isinstance(operand, NumberLiteral):
        value = -operand.value if sign.kind == "-" else operand.value
        return NumberLiteral(sign.start, operand.end, value, operand.is_duration)
    return Unary(sign.start, operand.end, sign.kind, operand)


def _modifiers(cursor: Cursor) -> tuple[bool, Matching]:
    """`bool`, then on/ignoring, then group_left/group_right."""
    returns_bool = cursor.accept("bool") is not None
    matching = Matching()
    if cursor.kind in ("on", "ignoring"):
        on = cursor.take().kind == "on"
        matching = Matching(labels=label_list(cursor), on=on)
        if cursor.kind in ("group_left", "group_right"):
            many_left = cursor.take().kind == "group_left"
            include = label_list(cursor) if cursor.kind not in _STARTS - {"("} | _FILLS else ()
            side = Cardinality.MANY_TO_ONE if many_left else Cardinality.ONE_TO_MANY
            matching = replace(matching, cardinality=side, include=include)
    if cursor.kind in _FILLS:
        token = cursor.peek()
        cursor.unsupported(f"the modifier {token.text}()", token.start, token.end)
    return returns_bool, matching


# -- operands ----------------------------------------------------------------------------------------------


def _primary(cursor: Cursor) -> Expr:
    kind, after = cursor.kind, cursor.after()
    if kind in AGGREGATORS and after in ("(", "by", "without"):
        return _aggregate(cursor)
    if after == "(" and (kind == IDENTIFIER or kind in PREPROCESSORS):
        return _call(cursor)
    if kind == "{" or kind in METRIC_NAMES:
        return selector(cursor)
    if kind in (NUMBER, DURATION):
        return literal(cursor)
    if kind == STRING:
        token = cursor.take()
        return StringLiteral(token.start, token.end, string(token))
    if kind != "(":
        cursor.unexpected()
    opening = cursor.take()
    inner = _expr(cursor)
    return Paren(opening.start, cursor.expect(")").end, inner)


def _arguments(cursor: Cursor) -> tuple[tuple[Expr, ...], int]:
    """What stands in the parentheses, and where they end."""
    cursor.expect("(")
    args: list[Expr] = []
    while cursor.kind != ")":
        args.append(_expr(cursor))
        if cursor.kind == ")":
            break
        comma = cursor.expect(",")
        if cursor.kind not in _STARTS:
            cursor.error("trailing commas not allowed in function call args", comma.start, comma.end)
    return tuple(args), cursor.take().end


def _call(cursor: Cursor) -> Call:
    token = cursor.take()
    args, end = _arguments(cursor)
    name = token.text
    if name in EXPERIMENTAL:
        cursor.unsupported(f"the experimental function {quoted(name)}", token.start, token.end)
    if name not in FUNCTIONS:
        cursor.error(f"unknown function with name {quoted(name)}", token.start, token.end)
    return Call(token.start, end, name, args)


def _aggregate(cursor: Cursor) -> Aggregate:
    token = cursor.take()
    cursor.contexts.append(("aggregation", ""))
    grouping: tuple[str, ...] = ()
    without = False
    placed = cursor.kind in ("by", "without")
    if placed:
        without = cursor.take().kind == "without"
        grouping = label_list(cursor)
    args, end = _arguments(cursor)
    if not placed and cursor.kind in ("by", "without"):
        without = cursor.take().kind == "without"
        grouping = label_list(cursor)
        end = cursor.tokens[cursor.index - 1].end
    cursor.contexts.pop()
    return _aggregation(cursor, token, args, grouping, without, end)


def _aggregation(
    cursor: Cursor, token: Token, args: tuple[Expr, ...], grouping: tuple[str, ...], without: bool, end: int
) -> Aggregate:
    op, start = token.kind, token.start
    if not args:
        cursor.error("no arguments for aggregate expression provided", start, end)
    if op in ("limitk", "limit_ratio"):
        cursor.unsupported(f"the experimental aggregation {op}()", start, token.end)
    wanted = 2 if op in PARAMETRIC else 1
    if len(args) != wanted:
        problem = "wrong number of arguments for aggregate expression provided"
        cursor.error(f"{problem}, expected {wanted}, got {len(args)}", start, end)
    return Aggregate(start, end, op, args[-1], args[0] if wanted == 2 else None, grouping, without)


# -- what follows a selector --------------------------------------------------------------------------------


def _postfix(cursor: Cursor, expr: Expr) -> Expr:
    while True:
        kind = cursor.kind
        if kind == "[":
            expr = _range(cursor, expr)
        elif kind == "offset":
            expr = _offset(cursor, expr)
        elif kind == "@":
            expr = _at(cursor, expr)
        elif kind in ("anchored", "smoothed"):
            token = cursor.peek()
            cursor.unsupported(f"the modifier {quoted(token.kind)}", token.start, token.end)
        else:
            return expr


def _range(cursor: Cursor, expr: Expr) -> Expr:
    opening = cursor.take()
    context = ("subquery or range selector", "number, duration, step(), or range()")
    cursor.contexts.append(context)
    length = positive(cursor)
    if cursor.kind == ":":
        cursor.take()
        cursor.contexts[-1] = ("subquery selector", 'number, duration, step(), range(), or "]"')
        step = None if cursor.kind == "]" else positive(cursor)
        if cursor.kind != "]":
            cursor.unexpected("subquery selector", '"]"')
        cursor.contexts.pop()
        return Subquery(expr.start, cursor.take().end, expr, length, step)
    if cursor.kind != "]":
        cursor.unexpected("subquery or range", '":" or "]"')
    cursor.contexts.pop()
    closing = cursor.take()
    if not isinstance(expr, VectorSelector):
        cursor.error("ranges only allowed for vector selectors", opening.start, closing.end)
    if expr.offset is not None:
        cursor.error("no offset modifiers allowed before range", opening.start, closing.end)
    if expr.at is not None:
        cursor.error("no @ modifiers allowed before range", opening.start, closing.end)
    return MatrixSelector(expr.start, closing.end, expr, length)


def _offset(cursor: Cursor, expr: Expr) -> Expr:
    cursor.take()
    cursor.contexts.append(("offset", "number, duration, step(), or range()"))
    by = offset(cursor)
    cursor.contexts.pop()
    end = cursor.tokens[cursor.index - 1].end
    if isinstance(expr, MatrixSelector):
        _check_offset(cursor, expr, expr.selector.offset)
        return replace(expr, end=end, selector=replace(expr.selector, offset=_set(by)))
    if not isinstance(expr, (VectorSelector, Subquery)):
        cursor.error(f"offset modifier {_WANTS_SELECTOR}", expr.start, expr.end)
    _check_offset(cursor, expr, expr.offset)
    return replace(expr, end=end, offset=_set(by))


def _set(by: DurationExpr) -> DurationExpr | None:
    """An offset of zero is as none: another one may follow."""
    return None if isinstance(by, NumberLiteral) and by.value == 0 else by


def _check_offset(cursor: Cursor, expr: Expr, already: DurationExpr | None) -> None:
    if already is not None:
        cursor.error("offset may not be set multiple times", expr.start, expr.end)


def _at(cursor: Cursor, expr: Expr) -> Expr:
    cursor.take()
    if cursor.kind in ("start", "end"):
        bound = cursor.take().kind
        cursor.contexts.append(("@", "timestamp"))
        cursor.expect("(")
        cursor.expect(")")
        cursor.contexts.pop()
        at = At(bound=bound)
    else:
        at = At(timestamp=_timestamp(cursor, expr))
    end = cursor.tokens[cursor.index - 1].end
    if isinstance(expr, MatrixSelector):
        _check_at(cursor, expr, expr.selector.at)
        return replace(expr, end=end, selector=replace(expr.selector, at=at))
    if not isinstance(expr, (VectorSelector, Subquery)):
        cursor.error(f"@ modifier {_WANTS_SELECTOR}", expr.start, expr.end)
    _check_at(cursor, expr, expr.at)
    return replace(expr, end=end, at=at)


def _timestamp(cursor: Cursor, expr: Expr) -> int:
    sign = cursor.take().kind if cursor.kind in ("+", "-") else ""
    if cursor.kind not in (NUMBER, DURATION):
        cursor.unexpected("@", "timestamp")
    value = literal(cursor).value
    value = -value if sign == "-" else value
    if not math.isfinite(value) or not -_MOMENTS < value < _MOMENTS:
        shown = {math.inf: "+Inf", -math.inf: "-Inf"}.get(value, "NaN" if value != value else f"{value:f}")
        cursor.error(f"timestamp out of bounds for @ modifier: {shown}", expr.start, expr.end)
    return math.floor(abs(value) * 1000 + 0.5) * (-1 if value < 0 else 1)


def _check_at(cursor: Cursor, expr: Expr, already: At | None) -> None:
    if already is not None:
        cursor.error("@ <timestamp> may not be set multiple times", expr.start, expr.end)
