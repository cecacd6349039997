"""A query in its colours and on one line: pure functions over the lexer's tokens."""

from __future__ import annotations

from functools import lru_cache

from sources.promql.lexer import tokenize
from sources.promql.signatures import EXPERIMENTAL, FUNCTIONS
from sources.promql.tokens import (
    COMMENT,
    DURATION,
    END,
    ERROR,
    IDENTIFIER,
    KEYWORDS,
    METRIC,
    NUMBER,
    STRING,
    Token,
)
from tui.panes.console.wanted import LABEL_LISTS
from tui.widgets.lines import Piece

TEXT = "prompt.text"
LONGEST = 10_000
"""Characters of a query that is read here; a longer one is only sent."""


@lru_cache(maxsize=8)
def painted(text: str) -> tuple[Piece, ...]:
    """The text in pieces with style names (promql.*), spaces included; what cannot be read is promql.error."""
    if len(text) > LONGEST:
        return ((text, TEXT),)
    tokens = tokenize(text, comments=True)
    pieces: list[Piece] = []
    at = 0
    braces = False
    labels = False
    for index, token in enumerate(tokens):
        if token.start > at:
            pieces.append((text[at : token.start], TEXT))
            at = token.start
        if token.kind == END:
            break
        following = tokens[index + 1].kind if index + 1 < len(tokens) else ""
        braces = token.kind == "{" or (braces and token.kind != "}")
        if token.kind == "(" and index and tokens[index - 1].kind in LABEL_LISTS:
            labels = True
        elif token.kind == ")":
            labels = False
        style = _style(token, following, braces or labels)
        pieces.append((text[token.start : token.end], style))
        at = token.end
    return tuple(piece for piece in pieces if piece[0])


def _style(token: Token, following: str, label: bool) -> str:
    kind = token.kind
    if kind == ERROR:
        return "promql.error" if not token.text.startswith(("unexpected end", "unclosed")) else TEXT
    if kind == STRING:
        return "promql.string"
    if kind in (NUMBER, DURATION):
        return "promql.number"
    if kind == COMMENT:
        return "dim"
    if label and (kind in (IDENTIFIER, METRIC) or kind in KEYWORDS):
        return "promql.label"
    if kind in KEYWORDS:
        return "promql.keyword"
    if kind in (IDENTIFIER, METRIC):
        if following == "(" or (kind == IDENTIFIER and (token.text in FUNCTIONS or token.text in EXPERIMENTAL)):
            return "promql.function"
        return "promql.metric"
    return "promql.operator"


def one_line(text: str) -> str:
    """A query without its line ends and comments, which nobody sees in an editor of one line: what a comment hides
    there is not what the server reads."""
    if "\n" not in text and "\r" not in text:
        return text
    parts: list[str] = []
    at = 0
    for token in tokenize(text, comments=True):
        between = text[at : token.start]
        if token.kind == COMMENT:
            at = token.end
            continue
        parts.append(" " if "\n" in between or "\r" in between else between)
        parts.append(text[token.start : token.end])
        at = token.end
    return "".join(parts).strip()
