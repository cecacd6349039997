"""Sets of characters as sorted ranges of code points: the classes of RE2, their complements and case folding."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from typing import TypeAlias

Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""Inclusive ranges, sorted, neither overlapping nor touching."""

LAST = 0x10FFFF
ANY: Ranges = ((0, LAST),)
NOT_NEWLINE: Ranges = ((0, 9), (11, LAST))

_DIGIT: Ranges = ((48, 57),)
_UPPER: Ranges = ((65, 90),)
_LOWER: Ranges = ((97, 122),)
_ALPHA: Ranges = _UPPER + _LOWER
_ALNUM: Ranges = _DIGIT + _ALPHA
_WORD: Ranges = (*_DIGIT, *_UPPER, (95, 95), *_LOWER)

PERL: dict[str, Ranges] = {"d": _DIGIT, "w": _WORD, "s": ((9, 10), (12, 13), (32, 32))}
POSIX: dict[str, Ranges] = {
    "alnum": _ALNUM,
    "alpha": _ALPHA,
    "ascii": ((0, 127),),
    "blank": ((9, 9), (32, 32)),
    "cntrl": ((0, 31), (127, 127)),
    "digit": _DIGIT,
    "graph": ((33, 126),),
    "lower": _LOWER,
    "print": ((32, 126),),
    "punct": ((33, 47), (58, 64), (91, 96), (123, 126)),
    "space": ((9, 13), (32, 32)),
    "upper": _UPPER,
    "word": _WORD,
    "xdigit": ((48, 57), (65, 70), (97, 102)),
}


def merged(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Sorts and joins ranges."""
    out: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if out and low <= out[-1][1] + 1:
            out[-1] = out[-1][0], max(high, out[-1][1])
        else:
            out.append((low, high))
    return tuple(out)


def complement(ranges: Ranges) -> Ranges:
    """All other code points."""
    out: list[tuple[int, int]] = []
    next_low = 0
    for low, high in ranges:
        if low > next_low:
            out.append((next_low, low - 1))
        next_low = high + 1
    if next_low <= LAST:
        out.append((next_low, LAST))
    return tuple(out)


def contains(ranges: Ranges, code: int) -> bool:
    if len(ranges) == 1:
        return ranges[0][0] <= code <= ranges[0][1]
    index = bisect_right(ranges, (code, LAST)) - 1
    return index >= 0 and code <= ranges[index][1]


def _fold_key(char: str) -> str:
    """What is equal for the characters that simple case folding holds for the same."""
    if char in "\u0130\u0131":  # the dotted and dotless i of Turkish fold to nothing else
        return char
    upper = char.upper()
    lower = (upper if len(upper) == 1 else char).lower()
    return lower if len(lower) == 1 else char


@lru_cache(maxsize=1)
def _fold_classes() -> dict[int, frozenset[int]]:
    """For each code point that has another case: all that fold to the same. Built when first needed."""
    groups: dict[str, set[int]] = {}
    for code in range(0x1E944):
        char = chr(code)
        key = _fold_key(char)
        if key != char:
            groups.setdefault(key, {ord(key)}).add(code)
    return {code: frozenset(group) for group in groups.values() for code in group}


def folded(ranges: Ranges) -> Ranges:
    """The set together with every other case of its members."""
    if ranges == ANY:
        return ranges
    if all(high < 128 for _, high in ranges):
        added = [
            (ord(other), ord(other))
            for low, high in ranges
            for code in range(low, high + 1)
            for other in _ascii_cases(chr(code))
        ]
        return merged([*ranges, *added])
    classes = _fold_classes()
    return merged([*ranges, *((o, o) for code, group in classes.items() if contains(ranges, code) for o in group)])


def _ascii_cases(char: str) -> str:
    if not char.isalpha():
        return ""
    return char.swapcase() + {"s": "\u017f", "k": "\u212a"}.get(char.lower(), "")


@lru_cache(maxsize=32)
def category(name: str) -> Ranges | None:
    """A general category of Unicode such as `Lu` or `L`, `Any` or `ASCII`; None for any other name."""
    if name == "Any":
        return ANY
    if name == "ASCII":
        return POSIX["ascii"]
    known = {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf"}
    known |= {"Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Co", "Cs"}
    if not (name in known or name in ("L", "M", "N", "P", "S", "Z", "C")):
        return None
    found = (code for code in range(LAST + 1) if _in_category(unicodedata.category(chr(code)), name))
    return merged((code, code) for code in found)


def _in_category(actual: str, name: str) -> bool:
    return actual.startswith(name) and actual != "Cn"
