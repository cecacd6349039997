"""Series in the notation of promqltest: `name{label="value"} 1 2+3x4 _ stale {{schema:0 ...}}`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sources.promql.storage import STALE, Labels

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|`[^`]*`', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))")
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_NUMBER = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[iI][nN][fF]|[nN][aA][nN]"
_ITEM = re.compile(
    rf"(?P<blank>_)(?:x(?P<gaps>[0-9]+))?(?=\s|$)|(?P<first>stale|[+-]?(?:{_NUMBER}))"
    rf"(?P<change>[+-](?:{_NUMBER}))?(?:x(?P<times>[0-9]+))?(?=\s|$)"
)
_HISTOGRAM = re.compile(r"\{\{.*?\}\}(?:[+-]\{\{.*?\}\})?(?:x(?P<times>[0-9]+))?(?=\s|$)")


class NotationError(ValueError):
    """A line that is no series."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """Stands for a native histogram: its place is kept, its content is not."""


Point = float | Histogram | None
"""None where the sequence leaves a place out."""


@dataclass(frozen=True, slots=True)
class Series:
    labels: Labels
    points: tuple[Point, ...]
    start_times: bool = False
    """A line of start timestamps came before."""

    @property
    def has_histograms(self) -> bool:
        return any(isinstance(point, Histogram) for point in self.points)


def unquoted(text: str) -> str:
    """The content of a quoted string in Go's syntax."""
    if not _STRING.fullmatch(text):
        raise NotationError(f"not a quoted string: {text}")
    if text[0] == "`":
        return text[1:-1]

    def char(escape: re.Match[str]) -> str:
        for group, base in ((1, 16), (2, 16), (3, 16), (4, 8)):
            if escape[group]:
                return chr(int(escape[group], base))
        return _SIMPLE.get(escape[5], escape[5])

    return _ESCAPE.sub(char, text[1:-1])


def parse_series(line: str) -> Series:
    """A series with its values. Raises NotationError."""
    labels, at, start_times = _labels(line)
    return Series(labels, _points(line[at:].strip(), line), start_times)


def _labels(line: str) -> tuple[Labels, int, bool]:
    """The labels, where they end, and whether `@st` follows."""
    found: dict[str, str] = {}
    at = 0
    if name := _NAME.match(line):
        found["__name__"] = name[0]
        at = name.end()
    if line[at : at + 1] == "{" and line[at : at + 2] != "{{":
        at = _braces(line, at + 1, found)
    elif not name:
        raise NotationError(f"no labels: {line}")
    start_times = line.startswith("@st", at)
    labels = tuple(sorted((key, value) for key, value in found.items() if value))
    return labels, at + 3 * start_times, start_times


def _braces(line: str, at: int, found: dict[str, str]) -> int:
    def skip(at: int) -> int:
        while line[at : at + 1] in (" ", "\t"):
            at += 1
        return at

    while True:
        at = skip(at)
        if line[at : at + 1] == "}":
            return at + 1
        part = _NAME.match(line, at) or _STRING.match(line, at)
        if part is None:
            raise NotationError(f"label expected at {at}: {line}")
        label = unquoted(part[0]) if part[0][0] in "\"'`" else part[0]
        at = skip(part.end())
        if line[at : at + 1] == "=":
            value = _STRING.match(line, skip(at + 1))
            if value is None:
                raise NotationError(f"quoted value expected at {at}: {line}")
            found[label] = unquoted(value[0])
            at = skip(value.end())
        else:
            found["__name__"] = label
        if line[at : at + 1] == ",":
            at += 1
        elif line[at : at + 1] != "}":
            raise NotationError(f"comma or brace expected at {at}: {line}")


def _points(text: str, line: str) -> tuple[Point, ...]:
    points: list[Point] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        if text.startswith("{{", at):
            histogram = _HISTOGRAM.match(text, at)
            if histogram is None:
                raise NotationError(f"histogram without end: {line}")
            points += [Histogram()] * (1 + int(histogram["times"] or 0))
            at = histogram.end()
            continue
        item = _ITEM.match(text, at)
        if item is None:
            raise NotationError(f"value expected at {text[at : at + 20]!r}: {line}")
        at = item.end()
        if item["blank"]:
            points += [None] * int(item["gaps"] or 1)
            continue
        value = STALE if item["first"] == "stale" else float(item["first"])
        change = float(item["change"] or 0)
        for _ in range(1 + int(item["times"] or 0)):
            points.append(value)
            if item["change"]:
                value += change
    return tuple(points)


def parse_number(text: str) -> float | None:
    """A line that is only a number (in Go's syntax), else None."""
    try:
        if re.fullmatch(r"[+-]?0[xXoObB][0-9a-fA-F_]+", text):
            return float(int(text, 0))
        if re.fullmatch(rf"[+-]?(?:{_NUMBER}|[iI]nfinity)", text):
            return float(text)
    except ValueError:
        return None
    return None
