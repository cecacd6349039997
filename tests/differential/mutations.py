"""Queries with a slip of the hand: a word lost, doubled, swapped or out of place."""

from __future__ import annotations

import random
import re

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\w.:]+|[=!<>]=|[=!]~|\s+|.', re.DOTALL)
_STRAY = (
    "(", ")", "[", "]", "{", "}", ",", "by", "on", "bool", "offset", "@", "5m", "1", "-", "and", "sum", "rate",
    "up", "'x'", "=~", "==", "group_left", "without", "ignoring", ":", "start()", "0x", "1e", '"', "job", "#c\n",
    "atan2", "unless", "or", "%", "^", "inf", "nan", "le", "limitk", "count_values", "topk", "quantile", "!", "=",
    "$", "é",
    "`", "\\", "1m1s", "1s1m", "0", "-5m", "{}", "__name__", "fill", "anchored", "smoothed", "+", "info", "step()",
    "range()",
)  # fmt: skip


def broken(rng: random.Random, query: str) -> str:
    """The query with one or two mistakes; by chance it may still be one."""
    tokens = _TOKEN.findall(query)
    for _ in range(rng.choice((1, 1, 1, 2))):
        at = rng.randrange(len(tokens)) if tokens else 0
        kind = rng.randrange(4)
        if kind == 0 and tokens:
            del tokens[at]
        elif kind == 1:
            tokens.insert(at, rng.choice(_STRAY))
        elif kind == 2 and tokens:
            tokens[at] = rng.choice(_STRAY)
        elif len(tokens) > 1:
            other = rng.randrange(len(tokens))
            tokens[at], tokens[other] = tokens[other], tokens[at]
    return "".join(tokens)
