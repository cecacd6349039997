"""The words and signs of PromQL: what a token is, and how errors name it."""

from __future__ import annotations

from typing import NamedTuple

from sources.promql.formats import quoted

IDENTIFIER, METRIC, STRING, NUMBER, DURATION, COMMENT, END, ERROR = (
    "identifier", "metric identifier", "string", "number", "duration", "comment", "end of input", "error",
)  # fmt: skip

AGGREGATORS = frozenset(
    (
        "sum",
        "avg",
        "count",
        "min",
        "max",
        "group",
        "stddev",
        "stdvar",
        "topk",
        "bottomk",
        "count_values",
        "quantile",
        "limitk",
        "limit_ratio",
    )
)
PARAMETRIC = frozenset(("topk", "bottomk", "count_values", "quantile", "limitk", "limit_ratio"))
"""Aggregators that take a parameter before the vector."""
MODIFIERS = frozenset(
    (
        "bool",
        "by",
        "group_left",
        "group_right",
        "fill",
        "fill_left",
        "fill_right",
        "ignoring",
        "offset",
        "smoothed",
        "anchored",
        "on",
        "without",
    )
)
PREPROCESSORS = frozenset(("start", "end", "step", "range", "max_of", "min_of"))
WORD_OPERATORS = frozenset(("and", "or", "unless", "atan2"))
KEYWORDS = AGGREGATORS | MODIFIERS | PREPROCESSORS | WORD_OPERATORS
DURATION_WORDS = frozenset(("step", "range", "max_of", "min_of"))

SIGN_OPERATORS = frozenset(
    ("+", "/", "==", "=~", ">=", ">", "</", ">/", "<", "<=", "%", "*", "!=", "!~", "^", "-", "@")
)
COMPARISONS = frozenset(("==", "!=", "<=", "<", ">=", ">"))
SET_OPERATORS = frozenset(("and", "or", "unless"))
METRIC_NAMES = (KEYWORDS - {"bool", "on", "ignoring", "group_left", "group_right", "atan2"}) | {
    IDENTIFIER,
    METRIC,
}
"""The tokens that can be a metric's name."""
LABEL_NAMES = (KEYWORDS - {"without"}) | {IDENTIFIER, METRIC}
"""The tokens that can be a label's name in by(...) and the like."""


class Token(NamedTuple):
    """`kind` is a name above, the sign or the keyword in lower case; an ERROR's text is its message."""

    kind: str
    text: str
    start: int
    end: int


def described(token: Token) -> str:
    """A token as errors name it."""
    kind, text = token.kind, token.text
    if kind == END:
        return kind
    if kind in (IDENTIFIER, METRIC):
        return f"{kind} {quoted(text)}"
    if kind in MODIFIERS:
        return f"<{text}>"
    if kind in SIGN_OPERATORS or kind in WORD_OPERATORS:
        return f"<op:{text}>"
    if kind in AGGREGATORS:
        return f"<aggr:{text}>"
    shown = quoted(text[:10]) + "..." if len(text.encode(errors="replace")) > 10 else quoted(text)
    return f"{kind} {shown}" if kind in (STRING, NUMBER, DURATION) else shown
