"""Regular expressions of label matchers in linear time: no pattern can stall the program.

Prometheus matches with RE2, anchored at both ends, dot matching newlines. Python's `re` backtracks, and a
pattern such as `(a+)+b` takes it exponential time; so patterns are compiled here to a nondeterministic automaton
and run as a deterministic one that is built while it is used. The syntax is RE2's common part: literals, `.`,
classes (also `[[:alpha:]]`, `\\d \\w \\s`), groups, `|`, `* + ? {n,m}` and their lazy forms (which match the same
texts), `^ $`, the flag `(?i)`. `RegexError` names what is not understood.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple, TypeAlias

_MOST_STATES = 4000
_MOST_REPEATS = 1000
_MOST_LENGTH = 4000
_MOST_DEPTH = 100
Test: TypeAlias = Callable[[str], bool]

_PERL: dict[str, Test] = {
    "d": lambda c: "0" <= c <= "9",
    "w": lambda c: c.isascii() and (c.isalnum() or c == "_"),
    "s": lambda c: c in " \t\n\r\f",
}
_POSIX: dict[str, Test] = {
    "alpha": lambda c: c.isascii() and c.isalpha(),
    "digit": lambda c: "0" <= c <= "9",
    "alnum": lambda c: c.isascii() and c.isalnum(),
    "lower": lambda c: "a" <= c <= "z",
    "upper": lambda c: "A" <= c <= "Z",
    "space": lambda c: c in " \t\n\r\f\v",
    "punct": lambda c: "!" <= c <= "~" and not c.isalnum(),
    "xdigit": lambda c: c in "0123456789abcdefABCDEF",
    "word": _PERL["w"],
}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}


class RegexError(ValueError):
    """The pattern is not a regular expression, or uses what this matcher does not know."""


class _Edge(NamedTuple):
    """One step of the automaton: `test` reads a character; "start"/"end" hold only there; None is free."""

    test: Test | str | None
    to: int


class Regex:
    """A compiled pattern; `matches` is anchored at both ends."""

    def __init__(self, edges: list[list[_Edge]], start: int, accept: int) -> None:
        self._edges = edges
        self._accept = accept
        self._steps: dict[tuple[frozenset[int], str], frozenset[int]] = {}
        self._first = self._closure({start}, "start")

    def matches(self, text: str) -> bool:
        """Whether the whole text matches; takes time in proportion to its length."""
        states = self._first
        for char in text:
            key = (states, char)
            known = self._steps.get(key)
            if known is None:
                known = self._step(states, char)
                if len(self._steps) > 20_000:
                    self._steps.clear()
                self._steps[key] = known
            if not known:
                return False
            states = known
        assertions = ("end",) if text else ("start", "end")
        return self._accept in self._closure(set(states), *assertions)

    def _step(self, states: frozenset[int], char: str) -> frozenset[int]:
        reached = {
            edge.to
            for state in states
            for edge in self._edges[state]
            if edge.test is not None and not isinstance(edge.test, str) and edge.test(char)
        }
        return self._closure(reached)

    def _closure(self, states: set[int], *assertions: str) -> frozenset[int]:
        todo = list(states)
        while todo:
            for edge in self._edges[todo.pop()]:
                if edge.to not in states and (edge.test is None or edge.test in assertions):
                    states.add(edge.to)
                    todo.append(edge.to)
        return frozenset(states)


@lru_cache(maxsize=256)
def compile_regex(pattern: str) -> Regex:
    """Compiles a pattern. Raises RegexError."""
    if len(pattern) > _MOST_LENGTH:
        raise RegexError(f"the pattern is longer than {_MOST_LENGTH} characters")
    return _Compiler(pattern).compile()


class _Compiler:
    """Recursive descent over the pattern; each method returns the first and last state of its fragment."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._edges: list[list[_Edge]] = []
        self._fold = False
        self._depth = 0

    def compile(self) -> Regex:
        first, last = self._alternatives()
        if self._at < len(self._pattern):
            raise RegexError("unexpected )")
        return Regex(self._edges, first, last)

    def _state(self) -> int:
        if len(self._edges) >= _MOST_STATES:
            raise RegexError("the expression is too large")
        self._edges.append([])
        return len(self._edges) - 1

    def _link(self, start: int, to: int, test: Test | str | None = None) -> None:
        self._edges[start].append(_Edge(test, to))

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _take(self, what: str) -> str:
        char = self._peek()
        if not char:
            raise RegexError(f"missing {what}")
        self._at += 1
        return char

    def _alternatives(self) -> tuple[int, int]:
        first, last = self._state(), self._state()
        while True:
            start, end = self._sequence()
            self._link(first, start)
            self._link(end, last)
            if self._peek() != "|":
                return first, last
            self._at += 1

    def _sequence(self) -> tuple[int, int]:
        first = last = self._state()
        while self._peek() not in ("", "|", ")"):
            begins = self._at
            start, end = self._atom()
            atom_ends = self._at
            bounds = self._repetition()
            if bounds is not None:
                start, end = self._repeated(begins, atom_ends, bounds, start, end)
            self._link(last, start)
            last = end
        return first, last

    def _repetition(self) -> tuple[int, int | None] | None:
        char = self._peek()
        bounds: tuple[int, int | None]
        if char in ("*", "+", "?"):
            bounds = {"*": (0, None), "+": (1, None), "?": (0, 1)}[char]
            self._at += 1
        elif char == "{" and (found := self._braces()):
            bounds = found
        else:
            return None
        if self._peek() == "?":
            self._at += 1
        if self._peek() in ("*", "+", "?"):
            raise RegexError(f"invalid nested repetition operator: {char}{self._peek()}")
        return bounds

    def _braces(self) -> tuple[int, int | None] | None:
        end = self._pattern.find("}", self._at)
        low, comma, high = self._pattern[self._at + 1 : max(end, 0)].partition(",")
        if end < 0 or not low.isdecimal() or (high and not high.isdecimal()):
            return None  # a brace that is not a count stands for itself
        bounds = int(low), (int(high) if high else None) if comma else int(low)
        if max(bounds[0], bounds[1] or 0) > _MOST_REPEATS or (bounds[1] is not None and bounds[1] < bounds[0]):
            raise RegexError(f"invalid repeat count: {self._pattern[self._at : end + 1]}")
        self._at = end + 1
        return bounds

    def _repeated(
        self, begins: int, atom_ends: int, bounds: tuple[int, int | None], start: int, end: int
    ) -> tuple[int, int]:
        """Copies are made by compiling the atom's text again; the first copy is there already."""
        low, high = bounds
        after = self._at
        copies = [(start, end)]
        while len(copies) < max(low, high or 0, 1):
            self._at = begins
            copies.append(self._atom())
        self._at = after
        first = last = self._state()
        for index, (start, end) in enumerate(copies):
            out = self._state()
            self._link(last, start)
            self._link(end, out)
            if index >= low:
                self._link(last, out)
            if high is None and index == len(copies) - 1:
                self._link(out, start)
            last = out
        if high == 0:
            return first, first
        return first, last

    def _reads(self, test: Test) -> tuple[int, int]:
        first, last = self._state(), self._state()
        self._link(first, last, test)
        return first, last

    def _holds(self, assertion: str) -> tuple[int, int]:
        first, last = self._state(), self._state()
        self._link(first, last, assertion)
        return first, last

    def _literal(self, char: str) -> tuple[int, int]:
        if self._fold:
            folded = char.casefold()
            return self._reads(lambda c: c.casefold() == folded)
        return self._reads(lambda c: c == char)

    def _atom(self) -> tuple[int, int]:
        char = self._take("an expression")
        if char == "(":
            return self._group()
        if char == "[":
            return self._reads(self._class())
        if char == ".":
            return self._reads(lambda c: True)
        if char == "^":
            return self._holds("start")
        if char == "$":
            return self._holds("end")
        if char == "\\":
            return self._escape()
        if char in "*+?":
            raise RegexError(f"missing argument to repetition operator: {char}")
        return self._literal(char)

    def _group(self) -> tuple[int, int]:
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            raise RegexError("expression nests too deeply")
        outer = self._fold
        if self._peek() == "?":
            end = min((i for i in (self._pattern.find(c, self._at) for c in ":>)") if i >= 0), default=-1)
            head = self._pattern[self._at + 1 : end] if end >= 0 else ""
            if head.startswith(("P<", "<")) and head[-1:] not in ("=", "!") and self._pattern[end] == ">":
                self._at = end + 1
            elif end >= 0 and set(head) <= set("is") and self._pattern[end] in ":)":
                self._fold = outer or "i" in head
                self._at = end + 1
                if self._pattern[end] == ")":
                    self._depth -= 1
                    state = self._state()
                    return state, state  # the flag stays on until the surrounding group ends
            else:
                raise RegexError(f"invalid or unsupported Perl syntax: (?{head[:8]}")
        found = self._alternatives()
        if self._peek() != ")":
            raise RegexError("missing closing )")
        self._at += 1
        self._fold = outer
        self._depth -= 1
        return found

    def _escape(self) -> tuple[int, int]:
        char = self._take("a character after \\")
        if char.lower() in _PERL and char.isascii():
            return self._reads(_perl(char))
        if char == "A":
            return self._holds("start")
        if char == "z":
            return self._holds("end")
        return self._literal(self._escaped(char))

    def _escaped(self, char: str) -> str:
        if char in _ESCAPES:
            return _ESCAPES[char]
        if char == "x":
            digits = self._pattern[self._at : self._at + 2]
            try:
                value = chr(int(digits, 16))
            except ValueError:
                raise RegexError(f"invalid escape sequence: \\x{digits}") from None
            self._at += 2
            return value
        if char.isascii() and char.isalnum():
            raise RegexError(f"invalid or unsupported escape sequence: \\{char}")
        return char

    def _class(self) -> Test:
        negated = self._peek() == "^"
        if negated:
            self._at += 1
        tests: list[Test] = []
        opening = True
        while opening or self._peek() != "]":
            opening = False
            if self._pattern.startswith("[:", self._at) and (end := self._pattern.find(":]", self._at)) > 0:
                name = self._pattern[self._at + 2 : end]
                if name.lstrip("^") not in _POSIX:
                    raise RegexError(f"invalid character class range: [:{name}:]")
                test = _POSIX[name.lstrip("^")]
                tests.append(_not(test) if name.startswith("^") else test)
                self._at = end + 2
                continue
            low = self._take("closing ]")
            if low == "\\":
                low = self._take("a character after \\")
                if low.lower() in _PERL:
                    tests.append(_perl(low))
                    continue
                low = self._escaped(low)
            high = low
            if self._peek() == "-" and self._pattern[self._at + 1 : self._at + 2] not in ("]", ""):
                self._at += 1
                high = self._take("closing ]")
                if high == "\\":
                    high = self._escaped(self._take("a character after \\"))
                if high < low:
                    raise RegexError(f"invalid character class range: {low}-{high}")
            tests.append(_range(low, high))
        self._at += 1
        if self._fold:
            inner = tests
            tests = [lambda c: any(test(c.lower()) or test(c.upper()) for test in inner)]
        found: Test = lambda c: any(test(c) for test in tests)  # noqa: E731  # it is returned, not named
        return _not(found) if negated else found


def _range(low: str, high: str) -> Test:
    return lambda c: low <= c <= high


def _not(test: Test) -> Test:
    return lambda c: not test(c)


def _perl(char: str) -> Test:
    test = _PERL[char.lower()]
    return _not(test) if char.isupper() else test
