"""Numbers, durations and strings as the query writes them, to their values."""

from __future__ import annotations

import math
import re

from sources.promql.cursor import Cursor
from sources.promql.durations import parse_duration
from sources.promql.formats import quoted
from sources.promql.tokens import Token

_INTEGER = re.compile(r"0[xX]_?[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*|0(?:_?[0-7]+)+|[1-9][0-9]*(?:_[0-9]+)*|0")
_STRAY = re.compile(r"(?<![0-9])_|_(?![0-9])")
"""An underscore that does not stand between digits."""
_ESCAPE = re.compile(r"\\(?:([abfnrtv\\\"'])|([0-7]{3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))")
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def number(cursor: Cursor, token: Token) -> float:
    """A number's value."""
    text = token.text
    if _INTEGER.fullmatch(text) and (value := _integer(text)) < 2**63:
        return float(value)
    problem = "invalid syntax"
    if "x" not in text.lower() and not _STRAY.search(text):
        try:
            decimal = float(text.replace("_", ""))
        except ValueError:
            pass
        else:
            if not math.isinf(decimal) or "inf" in text.lower():
                return decimal
            problem = "value out of range"
    problem = f"error parsing number: strconv.ParseFloat: parsing {quoted(text)}: {problem}"
    return cursor.error(problem, token.start, token.end)


def _integer(text: str) -> int:
    digits = text.replace("_", "")
    if digits[:2] in ("0x", "0X"):
        return int(digits[2:], 16)
    return int(digits, 8) if digits.startswith("0") else int(digits)


def duration(cursor: Cursor, token: Token) -> float:
    """A duration's seconds."""
    try:
        return parse_duration(token.text) / 1000
    except ValueError as error:
        return cursor.error(str(error), token.start, token.end)


def string(token: Token) -> str:
    """A string's value; the lexer has checked its escapes. Bytes that are not UTF-8 are replaced."""
    body = token.text[1:-1]
    if token.text[0] == "`" or "\\" not in body:
        return body
    found = bytearray()
    at = 0
    for match in _ESCAPE.finditer(body):
        found += body[at : match.start()].encode()
        simple, octal, byte, short, long = match.groups()
        if simple:
            found += _SIMPLE.get(simple, simple).encode()
        elif octal or byte:
            found.append(int(octal, 8) if octal else int(byte, 16))
        else:
            found += chr(int(short or long, 16)).encode()
        at = match.end()
    return (found + body[at:].encode()).decode(errors="replace")
