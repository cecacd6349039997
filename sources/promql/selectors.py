"""Vector selectors and lists of labels: what stands in braces, and in the parentheses of by, on and group_left."""

from __future__ import annotations

from sources.promql.ast import VectorSelector
from sources.promql.cursor import Cursor
from sources.promql.formats import quoted
from sources.promql.literals import string
from sources.promql.regex import RegexError, compile_regex
from sources.promql.storage import Matcher, MatchOp
from sources.promql.tokens import IDENTIFIER, LABEL_NAMES, STRING, Token

_MATCH = {op.value: op for op in MatchOp}


def selector(cursor: Cursor) -> VectorSelector:
    """A metric's name with or without matchers, or matchers alone."""
    start = cursor.peek().start
    name, end = "", start
    if cursor.kind != "{":
        token = cursor.take()
        name, end = token.text, token.end
    matchers: list[Matcher] = []
    if cursor.kind == "{":
        end = _braces(cursor, matchers)
    if name:
        matchers.append(Matcher("__name__", MatchOp.EQUAL, name))
    return VectorSelector(start, end, name, tuple(matchers))


def _braces(cursor: Cursor, matchers: list[Matcher]) -> int:
    cursor.take()
    if (closing := cursor.accept("}")) is not None:
        return closing.end
    while True:
        matchers.append(_matcher(cursor))
        if cursor.kind not in (",", "}"):
            cursor.unexpected("label matching", '"," or "}"')
        closing = cursor.accept("}")
        if closing is None:
            cursor.take()
            closing = cursor.accept("}")
        if closing is not None:
            return closing.end


def _matcher(cursor: Cursor) -> Matcher:
    if cursor.kind not in (IDENTIFIER, STRING):
        cursor.unexpected("label matching", 'identifier or "}"')
    token = cursor.take()
    name = string(token) if token.kind == STRING else token.text
    op = _MATCH.get(cursor.kind)
    if op is None:
        if token.kind == STRING:
            return Matcher("__name__", MatchOp.EQUAL, name)
        cursor.unexpected("label matching", "label matching operator")
    cursor.take()
    if cursor.kind != STRING:
        cursor.unexpected("label matching", "string")
    value = cursor.take()
    text = string(value)
    if op in (MatchOp.REGEX, MatchOp.NOT_REGEX):
        _check_regex(cursor, text, token, value)
    return Matcher(name, op, text)


def _check_regex(cursor: Cursor, pattern: str, token: Token, value: Token) -> None:
    try:
        compile_regex(pattern)
    except RegexError as error:
        cursor.error(str(error), token.start, value.end)


def label_list(cursor: Cursor) -> tuple[str, ...]:
    """The names in parentheses."""
    if cursor.kind != "(":
        cursor.unexpected("grouping opts", '"("')
    cursor.take()
    names: list[str] = []
    while cursor.kind != ")":
        names.append(_label(cursor))
        if cursor.kind == ")":
            break
        if cursor.kind != ",":
            cursor.unexpected("grouping opts", '"," or ")"')
        cursor.take()
    cursor.take()
    return tuple(names)


def _label(cursor: Cursor) -> str:
    token = cursor.peek()
    if token.kind not in LABEL_NAMES and token.kind != STRING:
        cursor.unexpected("grouping opts", "label")
    cursor.take()
    name = string(token) if token.kind == STRING else token.text
    if not name:
        cursor.error(f"invalid label name for grouping: {quoted(name)}", token.start, token.end)
    return name
