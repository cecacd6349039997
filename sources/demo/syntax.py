"""The tokens and the tree of a PromQL query, and the error that knows where it is."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from msgspec import Struct

from sources.contract import QueryError

Type: TypeAlias = Literal["scalar", "instant vector", "range vector", "string"]
MatchOp: TypeAlias = Literal["=", "!=", "=~", "!~"]


class Number(Struct, frozen=True):
    at: int
    value: float


class Text(Struct, frozen=True):
    at: int
    value: str


class LabelMatcher(Struct, frozen=True):
    """One matcher; a label that is not there counts as empty."""

    name: str
    op: MatchOp
    value: str


class Selector(Struct, frozen=True):
    """An instant or (with `range`, seconds) range vector selector; the name is one of the matchers."""

    at: int
    matchers: tuple[LabelMatcher, ...]
    range: float | None = None
    offset: float = 0.0


class Call(Struct, frozen=True):
    at: int
    function: str
    args: tuple[Expr, ...]


class Aggregate(Struct, frozen=True):
    """`by` is None for `without`-less and `by`-less ones, which is `by ()`."""

    at: int
    op: str
    expr: Expr
    param: Expr | None
    labels: tuple[str, ...]
    without: bool


class Binary(Struct, frozen=True):
    """`labels` None: match on all labels; else on those (`on`) or on all others (`ignoring`).

    `returns_bool` is the modifier of a comparison.
    """

    at: int
    op: str
    left: Expr
    right: Expr
    returns_bool: bool = False
    labels: tuple[str, ...] | None = None
    on: bool = False


class Negation(Struct, frozen=True):
    at: int
    expr: Expr


Expr: TypeAlias = Number | Text | Selector | Call | Aggregate | Binary | Negation


class Token(Struct, frozen=True, gc=False):
    """`kind`: "number", "duration", "string", "name", "op" or "end"."""

    kind: str
    text: str
    at: int


def failure(query: str, at: int, message: str) -> QueryError:
    """An error at an offset, in the words of Prometheus's HTTP API; line and column count from 1."""
    line = query.count("\n", 0, at) + 1
    column = at - (query.rfind("\n", 0, at) + 1) + 1
    text = f'invalid parameter "query": {line}:{column}: parse error: {message}'
    return QueryError(text, "bad_data", line, column)


_TOKEN = re.compile(
    r"""
    (?P<space>\s+|\#[^\n]*)
  | (?P<duration>(?:[0-9]+(?:ms|[smhdwy]))+(?![A-Za-z0-9_.]))
  | (?P<number>0[xX][0-9a-fA-F]+|(?:[0-9]+(?:_[0-9]+)*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
  | (?P<name>[A-Za-z_:][A-Za-z0-9_:]*)
  | (?P<op>=~|!~|!=|==|<=|>=|[-+*/%^<>=(){}\[\],:@])
    """,
    re.VERBOSE,
)
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0, "y": 31536000.0}
_UNIT = re.compile(r"([0-9]+)(ms|[smhdwy])")
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)", re.DOTALL)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


def seconds(duration: str) -> float:
    """A Prometheus duration such as "1h30m" in seconds."""
    return sum(float(amount) * _UNITS[unit] for amount, unit in _UNIT.findall(duration))


def tokens(query: str) -> list[Token]:
    """The tokens of a query, the last of kind "end". Raises QueryError."""
    found: list[Token] = []
    at = 0
    while at < len(query):
        if query[at] in "\"'`":
            value, end = _string(query, at)
            found.append(Token("string", value, at))
            at = end
            continue
        match = _TOKEN.match(query, at)
        if match is None:
            raise failure(query, at, f"unexpected character: {query[at]!r}")
        kind = match.lastgroup or ""
        text = match.group()
        if kind in ("number", "duration") and _glued(query, match.end()):
            end = match.end()
            while end < len(query) and _glued(query, end):
                end += 1
            raise failure(query, at, f'bad number or duration syntax: "{query[at:end]}"')
        if kind != "space":
            found.append(Token(kind, text, at))
        at = match.end()
    return [*found, Token("end", "", len(query))]


def _glued(query: str, at: int) -> bool:
    return at < len(query) and (query[at].isalnum() or query[at] in "_.")


def _string(query: str, at: int) -> tuple[str, int]:
    quote = query[at]
    if quote == "`":
        end = query.find("`", at + 1)
        if end < 0:
            raise failure(query, at, "unterminated raw string")
        return query[at + 1 : end], end + 1
    end = at + 1
    while end < len(query) and query[end] != quote:
        if query[end] == "\n":
            break
        end += 2 if query[end] == "\\" else 1
    if end >= len(query) or query[end] != quote:
        raise failure(query, at, "unterminated quoted string")

    def unescape(match: re.Match[str]) -> str:
        body = match[1]
        if body in _SIMPLE:
            return _SIMPLE[body]
        if body in "\"'" and body == quote:
            return body
        if body[0] in "xuU" and len(body) > 1:
            value = int(body[1:], 16)
        elif len(body) == 3:
            value = int(body, 8)
        else:
            value = -1
        if not 0 <= value < 0x110000:
            raise failure(query, at + 1 + match.start(), f"unknown escape sequence '\\{body[0]}'")
        return chr(value)

    return _ESCAPE.sub(unescape, query[at + 1 : end]), end + 1
