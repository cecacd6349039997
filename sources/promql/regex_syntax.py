"""Regular expressions of RE2 (as Go's regexp/syntax reads them) to a tree; errors in Go's words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from sources.promql.charsets import (
    ANY,
    NOT_NEWLINE,
    PERL,
    POSIX,
    Ranges,
    category,
    complement,
    folded,
    merged,
)

_MOST_REPEATS = 1000
_MOST_DEPTH = 150
_ESCAPES = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class RegexError(ValueError):
    """The pattern is not a regular expression, or uses what this matcher leaves out."""

    def __init__(self, what: str, fragment: str) -> None:
        super().__init__(f"error parsing regexp: {what}: `{fragment}`")


@dataclass(frozen=True, slots=True)
class Chars:
    """One character out of a set."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Assertion:
    """Holds at a place: `start` and `end` of the text, `line-start`, `line-end`, `word`, `not-word`."""

    kind: str


@dataclass(frozen=True, slots=True)
class Sequence:
    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """The first alternative that leads to a match wins."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    part: Tree
    low: int
    high: int | None
    greedy: bool
    counted: bool
    """Written as {n,m}."""


@dataclass(frozen=True, slots=True)
class Group:
    part: Tree
    index: int


Tree: TypeAlias = Chars | Assertion | Sequence | Choice | Repeat | Group


@dataclass(frozen=True, slots=True)
class Flags:
    fold: bool = False
    dot_newline: bool = True
    many_lines: bool = False
    lazy: bool = False


@dataclass
class _Open:
    """A parenthesis that is not closed yet."""

    index: int | None
    flags: Flags
    branches: list[Tree]
    parts: list[Tree]


def parse(pattern: str) -> tuple[Tree, list[str | None]]:
    """The tree and the names of the groups (None where a group has none). Raises RegexError."""
    return _Parser(pattern).parse()


def _literal(char: str, flags: Flags) -> Chars:
    ranges: Ranges = ((ord(char), ord(char)),)
    return Chars(folded(ranges) if flags.fold else ranges)


def _joined(parts: list[Tree]) -> Tree:
    return parts[0] if len(parts) == 1 else Sequence(tuple(parts))


class _Parser:
    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._flags = Flags()
        self._open: list[_Open] = []
        self._names: list[str | None] = []

    def parse(self) -> tuple[Tree, list[str | None]]:
        self._open.append(_Open(None, self._flags, [], []))
        repeated_at = -1
        while self._at < len(self._pattern):
            char = self._pattern[self._at]
            begins = self._at
            if char in "*+?" or (char == "{" and self._counts() is not None):
                self._repeat(repeated_at)
                repeated_at = begins
                continue
            repeated_at = -1
            self._one(char)
        if len(self._open) > 1:
            raise RegexError("missing closing )", self._pattern)
        return self._close(self._open.pop()), self._names

    @property
    def _parts(self) -> list[Tree]:
        return self._open[-1].parts

    def _rest(self) -> str:
        return self._pattern[self._at :]

    def _one(self, char: str) -> None:
        if char == "(":
            self._enter()
            return
        if char == "\\":
            self._backslash()
            return
        if char == "[":
            self._parts.append(self._class())
            return
        self._at += 1
        if char == "|":
            self._open[-1].branches.append(_joined(self._parts))
            self._open[-1].parts = []
        elif char == ")":
            if len(self._open) == 1:
                raise RegexError("unexpected )", self._pattern)
            group = self._open.pop()
            self._flags = group.flags
            inner = self._close(group)
            self._parts.append(inner if group.index is None else Group(inner, group.index))
        elif char == "^":
            self._parts.append(Assertion("line-start" if self._flags.many_lines else "start"))
        elif char == "$":
            self._parts.append(Assertion("line-end" if self._flags.many_lines else "end"))
        elif char == ".":
            self._parts.append(Chars(ANY if self._flags.dot_newline else NOT_NEWLINE))
        else:
            self._parts.append(_literal(char, self._flags))

    @staticmethod
    def _close(group: _Open) -> Tree:
        branches = [*group.branches, _joined(group.parts)]
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def _counts(self) -> tuple[int, int | None, int] | None:
        """Of {n}, {n,} or {n,m} here: n, m, and where it ends; None if the brace stands for itself."""
        end = self._pattern.find("}", self._at)
        low, comma, high = self._pattern[self._at + 1 : max(end, 0)].partition(",")
        for number in (low, high):
            if number and not (number.isascii() and number.isdecimal() and (number == "0" or number[0] != "0")):
                return None
        if end < 0 or not low:
            return None
        cap = 10**6
        most = (min(int(high[:9]), cap) if high else None) if comma else min(int(low[:9]), cap)
        return min(int(low[:9]), cap), most, end + 1

    def _repeat(self, repeated_at: int) -> None:
        begins = self._at
        low: int
        high: int | None
        char = self._pattern[begins]
        if char == "{":
            counts = self._counts()
            assert counts is not None
            low, high, self._at = counts
            most = max(low, high or 0)
            if most > _MOST_REPEATS or (high is not None and low > high):
                raise RegexError("invalid repeat count", self._pattern[begins : self._at])
        else:
            low, high = {"*": (0, None), "+": (1, None), "?": (0, 1)}[char]
            self._at += 1
        lazy = self._flags.lazy
        if self._rest().startswith("?"):
            self._at += 1
            lazy = not lazy
        written = self._pattern[begins : self._at]
        if repeated_at >= 0:
            raise RegexError("invalid nested repetition operator", self._pattern[repeated_at : self._at])
        if not self._parts:
            raise RegexError("missing argument to repetition operator", written)
        made = Repeat(self._parts.pop(), low, high, not lazy, char == "{")
        if made.counted and most > 1 and not _repeats_fit(made, _MOST_REPEATS):
            raise RegexError("invalid repeat count", written)
        self._parts.append(made)

    def _enter(self) -> None:
        flags = self._flags
        index: int | None = None
        rest = self._rest()
        if rest.startswith("(?"):
            name_at = 4 if rest.startswith("(?P<") else 3 if rest.startswith("(?<") else 0
            if name_at:
                end = rest.find(">")
                if end < 0:
                    raise RegexError("invalid named capture", rest)
                name = rest[name_at:end]
                if not name or not all(c == "_" or (c.isascii() and c.isalnum()) for c in name):
                    raise RegexError("invalid named capture", rest[: end + 1])
                self._at += end + 1
                self._names.append(name)
                index = len(self._names)
            elif not self._set_flags():
                return
        else:
            self._at += 1
            self._names.append(None)
            index = len(self._names)
        if len(self._open) > _MOST_DEPTH:
            raise RegexError("expression nests too deeply", self._pattern)
        self._open.append(_Open(index, flags, [], []))

    def _set_flags(self) -> bool:
        """Reads (?flags) or (?flags:; true if it opens a group."""
        begins = self._at
        self._at += 2
        flags, to, seen = self._flags, True, False
        while self._at < len(self._pattern):
            char = self._pattern[self._at]
            self._at += 1
            if char in "imsU":
                seen = True
                field = {"i": "fold", "m": "many_lines", "s": "dot_newline", "U": "lazy"}[char]
                flags = replace(flags, **{field: to})
            elif char == "-" and to:
                to, seen = False, False
            elif char in ":)" and (to or seen):
                self._flags = flags
                return char == ":"
            else:
                break
        raise RegexError("invalid or unsupported Perl syntax", self._pattern[begins : self._at])

    def _backslash(self) -> None:
        rest = self._rest()
        char = rest[1:2]
        kinds = {"A": "start", "z": "end", "b": "word", "B": "not-word"}
        if char in kinds:
            self._at += 2
            self._parts.append(Assertion(kinds[char]))
        elif char == "Q":
            text, _, _ = rest[2:].partition("\\E")
            self._at += 2 + len(text) + (2 if "\\E" in rest[2:] else 0)
            self._parts.extend(_literal(each, self._flags) for each in text)
        elif (ranges := self._escaped_class()) is not None:
            self._parts.append(Chars(ranges))
        else:
            self._parts.append(_literal(self._escape(), self._flags))

    def _escaped_class(self) -> Ranges | None:
        """\\d, \\W, \\pL, \\p{Lu}... here, or None."""
        rest = self._rest()
        char = rest[1:2]
        if char and char in "pP":
            end = rest.find("}") if rest[2:3] == "{" else 2
            if end < 0 or len(rest) < 3:
                raise RegexError("invalid character class range", rest)
            written = rest[: end + 1]
            name = written[3:-1] if rest[2] == "{" else written[2:]
            ranges = category(name.lstrip("^"))
            if ranges is None:
                raise RegexError("invalid or unsupported character class range", written)
            self._at += len(written)
            ranges = folded(ranges) if self._flags.fold else ranges
            return complement(ranges) if (char == "P") != name.startswith("^") else ranges
        if char and char in "dswDSW":
            self._at += 2
            ranges = folded(PERL[char.lower()]) if self._flags.fold else PERL[char.lower()]
            return complement(ranges) if char.isupper() else ranges
        return None

    def _escape(self) -> str:
        """The character that an escape sequence here stands for."""
        rest = self._rest()
        if len(rest) < 2:
            raise RegexError("trailing backslash at end of expression", "")
        char = rest[1]
        used = 2
        if char in "01234567" and (char == "0" or rest[2:3] in tuple("01234567")):
            while used < 4 and rest[used : used + 1] in tuple("01234567"):
                used += 1
            self._at += used
            return chr(int(rest[1:used], 8))
        if char == "x":
            return self._hexadecimal(rest)
        if char in _ESCAPES:
            self._at += 2
            return _ESCAPES[char]
        if char.isascii() and not char.isalnum():
            self._at += 2
            return char
        raise RegexError("invalid escape sequence", rest[:2])

    def _hexadecimal(self, rest: str) -> str:
        braces = rest[2:3] == "{"
        end = rest.find("}") if braces else 4
        digits = rest[3:end] if braces else rest[2:4]
        hexadecimal = digits and all(c in "0123456789abcdefABCDEF" for c in digits)
        if end < 0 or not hexadecimal or (not braces and len(digits) < 2) or int(digits, 16) > 0x10FFFF:
            raise RegexError("invalid escape sequence", rest[: max(end, 3)])
        self._at += end + 1 if braces else 4
        return chr(int(digits, 16))

    def _class(self) -> Chars:
        whole = self._rest()
        self._at += 1
        negated = self._rest().startswith("^")
        self._at += negated
        ranges: list[tuple[int, int]] = []
        opening = True
        while opening or not self._rest().startswith("]"):
            opening = False
            if self._rest().startswith("[:") and (end := self._pattern.find(":]", self._at + 2)) >= 0:
                ranges.extend(self._named_class(end))
                continue
            escaped = self._escaped_class() if self._rest().startswith("\\") else None
            if escaped is not None:
                ranges.extend(escaped)
                continue
            begins = self._at
            low = high = self._class_char(whole)
            if self._rest().startswith("-") and self._rest()[1:2] not in ("]", ""):
                self._at += 1
                high = self._class_char(whole)
                if high < low:
                    raise RegexError("invalid character class range", self._pattern[begins : self._at])
            one: Ranges = ((ord(low), ord(high)),)
            ranges.extend(folded(one) if self._flags.fold else one)
        self._at += 1
        found = merged(ranges)
        return Chars(complement(found) if negated else found)

    def _class_char(self, whole: str) -> str:
        rest = self._rest()
        if not rest:
            raise RegexError("missing closing ]", whole)
        if rest[0] == "\\":
            return self._escape()
        self._at += 1
        return rest[0]

    def _named_class(self, end: int) -> Ranges:
        written = self._pattern[self._at : end + 2]
        name = written[2:-2]
        if name.removeprefix("^") not in POSIX:
            raise RegexError("invalid character class range", written)
        self._at = end + 2
        ranges = POSIX[name.removeprefix("^")]
        ranges = folded(ranges) if self._flags.fold else ranges
        return complement(ranges) if name.startswith("^") else ranges


def _repeats_fit(tree: Tree, limit: int) -> bool:
    """Whether nested counts multiply to no more than the limit."""
    if isinstance(tree, Repeat) and tree.counted:
        most = tree.high if tree.high is not None else tree.low
        if tree.high == 0:
            return True
        if most > limit:
            return False
        if most > 0:
            limit //= most
    if isinstance(tree, Repeat | Group):
        return _repeats_fit(tree.part, limit)
    if isinstance(tree, Sequence | Choice):
        return all(_repeats_fit(part, limit) for part in tree.parts)
    return True
