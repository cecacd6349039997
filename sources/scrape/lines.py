"""One line of an exposition, taken apart: a series with its value, or a comment that describes a metric.

Prometheus' text format 0.0.4 and OpenMetrics 1.0, with the quoted UTF-8 names of both.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from sources.model import Labels

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(
    r'[ \t]*([a-zA-Z_][a-zA-Z0-9_]*|"[^"\\]*(?:\\.[^"\\]*)*")[ \t]*(?:=[ \t]*"([^"\\]*(?:\\.[^"\\]*)*)"[ \t]*)?',
    re.DOTALL,
)
_OPENING = re.compile(r"[ \t]*\{")
_CLOSING = re.compile(r"[ \t]*\}")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "\\": "\\", '"': '"'}
_NUMBER = re.compile(rb"[+-]?(?:\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|inf(?:inity)?|nan)", re.IGNORECASE)
_HEX = re.compile(rb"[+-]?0x[0-9a-f]*\.?[0-9a-f]*p[+-]?\d+", re.IGNORECASE)
_COMMENT = re.compile(
    r'#[ \t]+(HELP|TYPE|UNIT)[ \t]+("[^"\\]*(?:\\.[^"\\]*)*"|[^ \t"]+)(?:[ \t]+(.*))?', re.DOTALL
)
_MOST_LABELS = 1000
_TYPES = frozenset(
    ["counter", "gauge", "histogram", "summary", "untyped", "unknown", "info", "stateset", "gaugehistogram"]
)
"""Of both formats."""


class LineError(ValueError):
    """The line is not of the format; the text says why, in a few words."""


class Sample(NamedTuple):
    series: str
    """The text of the name and the labels: the same text is the same series."""
    labels: Labels
    """Sorted by name, `__name__` among them; empty values are kept, since they keep a target's label away."""
    rest: str
    """The text after it: value, timestamp, exemplar."""


class Comment(NamedTuple):
    kind: str
    """HELP, TYPE or UNIT."""
    metric: str
    text: str


def sample(line: str) -> Sample:
    """A line that is not a comment. Raises LineError."""
    found: dict[str, str] = {}
    name = _NAME.match(line)
    at = 0
    if name is not None:
        found["__name__"] = name.group()
        at = name.end()
    opening = _OPENING.match(line, at)
    if opening is not None:
        at = _braces(line, opening.end(), found)
    if "__name__" not in found:
        raise LineError(
            "a line begins with the name of a metric or with {" if at == 0 else "a series without a name"
        )
    rest = line[at:]
    if rest[:1] not in (" ", "\t"):
        raise LineError("no value" if not rest else f"unexpected {_shown(rest)} after the series")
    return Sample(line[:at], tuple(sorted(found.items())), rest.lstrip(" \t"))


def _braces(line: str, at: int, found: dict[str, str]) -> int:
    """What stands in braces, from behind the first; the place behind the last."""
    while True:
        end = _CLOSING.match(line, at)
        if end is not None:
            return end.end()
        label = _LABEL.match(line, at)
        if label is None:
            raise LineError(
                f"expected a label or }} at {_shown(line[at:])}" if line[at:].strip() else "no closing }"
            )
        name, value = label.groups()
        quoted = name.startswith('"')
        name = unescaped(name[1:-1]) if quoted else name
        if value is None:
            if not quoted:
                raise LineError(f"label {name} without a value in quotes")
            name, value = "__name__", name
        else:
            value = unescaped(value)
        if name in found:
            raise LineError(f"label {name} is not unique")
        if not name or len(found) > _MOST_LABELS:
            raise LineError("an empty label name" if not name else f"more than {_MOST_LABELS} labels")
        found[name] = value
        at = label.end()
        if line[at : at + 1] == ",":
            at += 1
        elif line[at : at + 1] != "}":
            raise LineError(f"expected , or }} at {_shown(line[at:])}" if line[at:] else "no closing }")


def unescaped(text: str) -> str:
    """A backslash before anything but n, a quote or a backslash is one."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[0]), text)


def number(text: bytes) -> float:
    """A value as Go reads it: decimal, hexadecimal, Inf and NaN in any case. Raises LineError."""
    if _NUMBER.fullmatch(text):
        return float(text)
    if _HEX.fullmatch(text):
        try:
            return float.fromhex(text.decode("ascii"))
        except (ValueError, OverflowError):
            pass
    raise LineError(f"{_shown(text.decode('utf-8', 'replace'))} is not a number")


def milliseconds(text: bytes, seconds: bool) -> int:
    """A timestamp: whole milliseconds, or (OpenMetrics) `seconds` with a fraction. Raises LineError."""
    try:
        if seconds:
            at = number(text) * 1000
            if not math.isfinite(at) or abs(at) > 2**62:
                raise ValueError
            return round(at)
        if len(text) > 19 or b"_" in text:
            raise ValueError
        return int(text)
    except ValueError:
        raise LineError(f"{_shown(text.decode('utf-8', 'replace'))} is not a timestamp") from None


def comment(line: str) -> Comment | None:
    """What a line that begins with # says of a metric; None where it is a remark. Raises LineError."""
    match = _COMMENT.fullmatch(line)
    if match is None:
        return None
    kind, metric, text = match.groups()
    metric = unescaped(metric[1:-1]) if metric.startswith('"') else metric
    text = text or ""
    if kind == "TYPE":
        text = text.strip().lower()
        if text not in _TYPES:
            raise LineError(f"{_shown(text)} is not a type of metric")
    return Comment(kind, metric, unescaped(text) if kind == "HELP" else text)


def _shown(text: str) -> str:
    """The beginning of somebody's text, with nothing in it that could move a cursor."""
    short = text if len(text) <= 24 else text[:24] + "..."
    return repr(short)
