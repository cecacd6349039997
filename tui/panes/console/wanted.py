"""What can be completed where the caret stands in a query: a pure function over the lexer's tokens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from sources.promql.lexer import tokenize
from sources.promql.tokens import (
    AGGREGATORS,
    DURATION,
    END,
    ERROR,
    IDENTIFIER,
    METRIC,
    NUMBER,
    STRING,
    Token,
)

Kind = Literal["", "operand", "modifier", "label", "match", "value", "duration"]
"""operand: a metric, function or aggregation. modifier: what may follow an operand. label: a label's name. match:
a matching operator. value: a label's value. duration: as in `[5m]`. "": nothing."""

LABEL_LISTS = frozenset(("by", "without", "on", "ignoring", "group_left", "group_right"))
_MATCHES = frozenset(("=", "!=", "=~", "!~"))
_WORD_END = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*$")
_WORD_START = re.compile(r"[A-Za-z0-9_:]+")
_NUMBER_END = re.compile(r"[0-9]+[a-z]*$")
_REST_OF_STRING = re.compile(r"[^\"'`=,{}]*")
_OPEN_STRINGS = ("unterminated quoted string", "unterminated raw string")


class Wanted(NamedTuple):
    """`start` to `end` is what a completion replaces, `prefix` what of it stands before the caret.

    `label` is the one whose value is wanted; `match` selects the series that names and values are of, "" for all;
    `bare` is whether a value still wants its quotes; `grouped` whether `by` and `without` may follow, `listed`
    whether the label stands in a list as that of `by`, not in a matcher.
    """

    kind: Kind = ""
    start: int = 0
    end: int = 0
    prefix: str = ""
    label: str = ""
    match: str = ""
    bare: bool = False
    grouped: bool = False
    listed: bool = False


def wanted(text: str, caret: int) -> Wanted:
    """What could stand at `caret`."""
    tokens = tokenize(text[:caret])
    last = tokens.pop()
    if last.kind == ERROR:
        if last.text in _OPEN_STRINGS:
            return _in_string(text, caret, tokens, last.start)
        if last.start < caret and not _NUMBER_END.search(text[last.start : caret]):
            return Wanted()
    brace, bracket, paren = _open(tokens)
    if brace >= 0:
        return _in_braces(text, caret, tokens, brace)
    if bracket >= 0 or (tokens and tokens[-1].kind == "offset"):
        return _duration(text, caret)
    if paren > 0 and tokens[paren - 1].kind in LABEL_LISTS:
        return _label_list(text, caret, tokens, paren)
    return _expression(text, caret, tokens)


def _open(tokens: Sequence[Token]) -> tuple[int, int, int]:
    """Indexes of the innermost open brace, bracket and parenthesis; -1 where there is none."""
    brace = bracket = -1
    parens: list[int] = []
    for index, token in enumerate(tokens):
        if token.kind == "{":
            brace = index
        elif token.kind == "}":
            brace = -1
        elif token.kind == "[":
            bracket = index
        elif token.kind == "]":
            bracket = -1
        elif token.kind == "(":
            parens.append(index)
        elif token.kind == ")" and parens:
            parens.pop()
    return brace, bracket, parens[-1] if parens else -1


def _word(text: str, caret: int) -> tuple[int, int, str]:
    """The word under the caret: start, end, and what of it stands before the caret."""
    before = _WORD_END.search(text[:caret])
    start = before.start() if before else caret
    after = _WORD_START.match(text, caret) if before else None
    return start, after.end() if after else caret, text[start:caret]


# -- inside braces -------------------------------------------------------------------------------------------


def _in_braces(text: str, caret: int, tokens: Sequence[Token], brace: int) -> Wanted:
    inside = list(tokens[brace + 1 :])
    start, end, prefix = _word(text, caret)
    if prefix and inside and inside[-1].end == caret:
        inside.pop()
    match = _selector(text, tokens, brace, end)
    before = inside[-1] if inside else None
    if before is None or before.kind == ",":
        return Wanted("label", start, end, prefix, match=match)
    if before.kind in _MATCHES and len(inside) > 1:
        return Wanted("value", start, end, prefix, inside[-2].text, match, bare=True)
    if before.kind == IDENTIFIER and not prefix:
        return Wanted("match", caret, caret)
    return Wanted()


def _in_string(text: str, caret: int, tokens: Sequence[Token], start: int) -> Wanted:
    brace, _, _ = _open(tokens)
    if brace < 0 or len(tokens) - brace < 3 or tokens[-1].kind not in _MATCHES or tokens[-2].kind != IDENTIFIER:
        return Wanted()
    quote = text[start]
    rest = _REST_OF_STRING.match(text, caret)
    end = rest.end() if rest else caret
    # What stands up to the closing quote goes too; without one, nothing behind the caret.
    end = end + 1 if text[end : end + 1] == quote else caret
    match = _selector(text, tokens[:-2], brace, end)
    return Wanted("value", start, end, text[start + 1 : caret], tokens[-2].text, match)


def _selector(text: str, tokens: Sequence[Token], brace: int, behind: int) -> str:
    """The selector around the caret without what is being typed: its metric and its other, complete matchers."""
    matchers = _matchers(text, tokens[brace + 1 :])
    rest = tokenize("{" + text[behind:])[1:]
    close = next((i for i, token in enumerate(rest) if token.kind in ("}", END, ERROR)), 0)
    matchers += _matchers("{" + text[behind:], rest[:close])
    name = tokens[brace - 1] if brace else None
    metric = name.text if name is not None and name.kind in (IDENTIFIER, METRIC) else ""
    return f"{metric}{{{','.join(matchers)}}}" if matchers else metric


def _matchers(text: str, tokens: Sequence[Token]) -> list[str]:
    """The complete matchers among tokens, as written."""
    return [
        text[name.start : value.end]
        for name, op, value in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if name.kind in (IDENTIFIER, STRING) and op.kind in _MATCHES and value.kind == STRING
    ]


# -- elsewhere -----------------------------------------------------------------------------------------------


def _duration(text: str, caret: int) -> Wanted:
    number = _NUMBER_END.search(text[:caret])
    start = number.start() if number else caret
    return Wanted("duration", start, caret, text[start:caret])


def _label_list(text: str, caret: int, tokens: Sequence[Token], paren: int) -> Wanted:
    start, end, prefix = _word(text, caret)
    before = tokens[-2] if prefix and tokens[-1].end == caret else tokens[-1]
    if before.kind not in ("(", ","):
        return Wanted()
    # `sum by (|) (rate(x[5m]))` speaks of what follows, `sum(x) by (|)` and `on (|)` of what stands before.
    keyword = tokens[paren - 1]
    following = paren > 1 and tokens[paren - 2].kind in AGGREGATORS and keyword.kind in ("by", "without")
    behind = text[text.find(")", end) + 1 :] if following and ")" in text[end:] else ""
    metrics = metric_names(tokenize(behind))[:1] or metric_names(tokens[: paren - 1])[-1:]
    return Wanted("label", start, end, prefix, match="".join(metrics), listed=True)


def metric_names(tokens: Sequence[Token]) -> list[str]:
    """The names among tokens that are neither functions nor labels, in their order."""
    found = []
    inside = ""  # the sign that ends a list of matchers or labels
    for index, token in enumerate(tokens):
        following = tokens[index + 1].kind if index + 1 < len(tokens) else ""
        if inside:
            inside = "" if token.kind == inside else inside
        elif token.kind == "{":
            inside = "}"
        elif token.kind in LABEL_LISTS and following == "(":
            inside = ")"
        elif token.kind in (IDENTIFIER, METRIC) and following != "(":
            found.append(token.text)
    return found


def _expression(text: str, caret: int, tokens: Sequence[Token]) -> Wanted:
    start, end, prefix = _word(text, caret)
    rest = list(tokens)
    if prefix and rest and rest[-1].end == caret:
        rest.pop()
    before = rest[-1] if rest else None
    if before is not None and before.kind == "@":
        return Wanted()
    if before is None or not _ends_operand(before):
        return Wanted("operand", start, end, prefix)
    if before.end == caret and before.kind in (NUMBER, DURATION):
        return Wanted()  # a number is still being typed
    return Wanted("modifier", start, end, prefix, grouped=_aggregated(rest))


def _ends_operand(token: Token) -> bool:
    if token.kind in (")", "}", "]", NUMBER, DURATION, STRING, IDENTIFIER, METRIC):
        return True
    return token.kind in AGGREGATORS  # `sum |` goes on with `by`


def _aggregated(tokens: Sequence[Token]) -> bool:
    """Whether the tokens end in an aggregation, or in its name."""
    if tokens[-1].kind in AGGREGATORS:
        return True
    if tokens[-1].kind != ")":
        return False
    depth = 0
    for index in range(len(tokens) - 1, -1, -1):
        depth += (tokens[index].kind == ")") - (tokens[index].kind == "(")
        if depth == 0:
            return index > 0 and tokens[index - 1].kind in AGGREGATORS
    return False
