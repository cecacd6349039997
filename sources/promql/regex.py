"""Regular expressions of label matchers and label_replace in linear time: no pattern can stall the program.

Prometheus matches with RE2, anchored at both ends, dot matching newlines. Python's `re` backtracks, and a pattern
such as `(a+)+b` takes it exponential time; so patterns become a nondeterministic automaton here. `matches` runs it
as a deterministic one that is built while it is used; `groups` runs it thread by thread in RE2's order of
preference. Literals, alternatives of literals and `.*literal.*` take neither.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from sources.promql.charsets import ANY, NOT_NEWLINE, Ranges, contains
from sources.promql.regex_syntax import (
    Assertion,
    Chars,
    Choice,
    Group,
    RegexError,
    Repeat,
    Sequence,
    Tree,
    parse,
)

__all__ = ["Regex", "RegexError", "compile_regex"]

_MOST_INSTRUCTIONS = 10_000
_MOST_LENGTH = 50_000
_MOST_TRANSITIONS = 50_000
_SPECIAL = re.compile(r"[\\.+*?()\[\]{}^$]")
_REFERENCE = re.compile(r"\$(?:(\$)|\{(\w+)\}|(\w+))", re.ASCII)


class _State:
    """A set of places in the automaton, after a character of some kind; `steps` are the known transitions."""

    __slots__ = ("after", "places", "steps")

    def __init__(self, places: frozenset[int], after: str) -> None:
        self.places, self.after = places, after
        self.steps: dict[str, _State] = {}


class _Program:
    """Instructions, each a kind with its operands; lower operands of a split are preferred."""

    def __init__(self, tree: Tree) -> None:
        self.code: list[tuple[str, object, int]] = []
        """(chars, ranges, next), (assert, kind, next), (save, slot, next), (split, second, first), jump, end."""
        self._emit(tree)
        self._add("end", 0)
        self.asserts = any(kind == "assert" for kind, _, _ in self.code)

    def _add(self, kind: str, operand: object, following: int = -1) -> int:
        if len(self.code) >= _MOST_INSTRUCTIONS:
            raise RegexError("expression too large", "")
        here = len(self.code)
        self.code.append((kind, operand, following if following >= 0 else here + 1))
        return here

    def _split(self, at: int, first: int, second: int) -> None:
        self.code[at] = ("split", second, first)

    def _emit(self, tree: Tree) -> None:
        """Appends a fragment that is entered at its beginning and left past its end."""
        if isinstance(tree, Chars):
            self._add("chars", tree.ranges)
        elif isinstance(tree, Assertion):
            self._add("assert", tree.kind)
        elif isinstance(tree, Sequence):
            for part in tree.parts:
                self._emit(part)
        elif isinstance(tree, Choice):
            self._choice(tree)
        elif isinstance(tree, Group):
            self._add("save", 2 * tree.index)
            self._emit(tree.part)
            self._add("save", 2 * tree.index + 1)
        else:
            self._repeat(tree)

    def _choice(self, tree: Choice) -> None:
        leave: list[int] = []
        for part in tree.parts[:-1]:
            fork = self._add("split", 0)
            self._emit(part)
            leave.append(self._add("jump", 0))
            self._split(fork, fork + 1, len(self.code))
        self._emit(tree.parts[-1])
        for jump in leave:
            self.code[jump] = ("jump", 0, len(self.code))

    def _repeat(self, tree: Repeat) -> None:
        for _ in range(tree.low if tree.high is not None or tree.low == 0 else tree.low - 1):
            self._emit(tree.part)
        if tree.high is None:
            if tree.low == 0 and not _can_be_empty(tree.part):
                fork = self._add("split", 0)
                self._emit(tree.part)
                self._add("jump", 0, fork)
                self._fork(fork, tree.greedy)
                return
            # At least once, then as often as it goes; around it a way past, if it may be absent.
            past = self._add("split", 0) if tree.low == 0 else -1
            begin = len(self.code)
            self._emit(tree.part)
            again = self._add("split", 0)
            self._split(again, *((begin, again + 1) if tree.greedy else (again + 1, begin)))
            if past >= 0:
                self._fork(past, tree.greedy)
            return
        forks = []
        for _ in range(tree.high - tree.low):
            forks.append(self._add("split", 0))
            self._emit(tree.part)
        for fork in forks:
            self._fork(fork, tree.greedy)

    def _fork(self, fork: int, greedy: bool) -> None:
        end = len(self.code)
        self._split(fork, *((fork + 1, end) if greedy else (end, fork + 1)))


def _can_be_empty(tree: Tree) -> bool:
    if isinstance(tree, Chars):
        return False
    if isinstance(tree, Assertion):
        return True
    if isinstance(tree, Sequence):
        return all(_can_be_empty(part) for part in tree.parts)
    if isinstance(tree, Choice):
        return any(_can_be_empty(part) for part in tree.parts)
    return tree.low == 0 or _can_be_empty(tree.part) if isinstance(tree, Repeat) else _can_be_empty(tree.part)


def _kind(char: str) -> str:
    """What assertions need to know about a neighbouring character; "" is none."""
    if not char:
        return ""
    return "\n" if char == "\n" else "w" if char.isascii() and (char.isalnum() or char == "_") else "."


def _holds(assertion: str, before: str, after: str) -> bool:
    if assertion == "start":
        return not before
    if assertion == "end":
        return not after
    if assertion == "line-start":
        return before in ("", "\n")
    if assertion == "line-end":
        return after in ("", "\n")
    return ((before == "w") != (after == "w")) == (assertion == "word")


class Regex:
    """A compiled pattern, anchored at both ends.

    `literals` are the only texts that match, if they are known, else None.
    """

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.literals: frozenset[str] | None = None
        self._names: list[str | None] = []
        self._quick: Callable[[str], bool] | None = None
        self._program: _Program | None = None
        if not _SPECIAL.search(pattern):
            self.literals = frozenset(pattern.split("|"))
            return
        if len(pattern) > _MOST_LENGTH:
            raise RegexError("expression too large", pattern[:40] + "...")
        self._tree, self._names = parse(pattern)
        try:
            self._program = _Program(self._tree)
        except RegexError:
            raise RegexError("expression too large", pattern[:80]) from None
        self.literals, self._quick = _shortcuts(self._tree)
        self._reset()

    def _reset(self) -> None:
        self._states: dict[tuple[frozenset[int], str], _State] = {}
        self._known = 0
        self._first = self._state(frozenset([0]), "")

    def _state(self, places: frozenset[int], after: str) -> _State:
        return self._states.setdefault((places, after), _State(places, after))

    def matches(self, text: str) -> bool:
        """Whether the whole text matches; takes time in proportion to its length."""
        if self.literals is not None:
            return text in self.literals
        if self._quick is not None:
            return self._quick(text)
        state = self._first
        for char in text:
            following = state.steps.get(char)
            if following is None:
                following = self._step(state, char)
            if not following.places:
                return False
            state = following
        return self._ends(state)

    def _ends(self, state: _State) -> bool:
        assert self._program is not None
        end = len(self._program.code) - 1
        return end in self._reached(state, "")

    def _reached(self, state: _State, char: str) -> set[int]:
        """All places one can be in before reading `char` (none at the end)."""
        assert self._program is not None
        code = self._program.code
        seen = set(state.places)
        todo = list(state.places)
        after = _kind(char) if self._program.asserts else "."
        if not char:
            after = ""
        while todo:
            kind, operand, following = code[todo.pop()]
            if kind == "chars" or kind == "end":
                continue
            if kind == "assert" and not _holds(str(operand), state.after, after):
                continue
            if following not in seen:
                seen.add(following)
                todo.append(following)
            if kind == "split" and operand not in seen:
                assert isinstance(operand, int)
                seen.add(operand)
                todo.append(operand)
        return seen

    def _step(self, state: _State, char: str) -> _State:
        assert self._program is not None
        code = self._program.code
        number = ord(char)
        places = frozenset(
            code[place][2]
            for place in self._reached(state, char)
            if code[place][0] == "chars" and contains(code[place][1], number)  # type: ignore[arg-type]  # by kind
        )
        if self._known >= _MOST_TRANSITIONS:
            self._reset()
        following = self._state(places, _kind(char) if self._program.asserts else ".")
        state.steps[char] = following
        self._known += 1 + len(places) // 8  # large sets count for what they hold
        return following

    def groups(self, text: str) -> tuple[str | None, ...] | None:
        """The whole text and what each group matched (None: nothing), or None if the text does not match.

        Takes time in proportion to the lengths of text and pattern.
        """
        if self._program is None:
            return (text,) if self.matches(text) else None
        if not self.matches(text):
            return None
        empty: tuple[int, ...] = (-1,) * (2 * len(self._names) + 2)
        threads: list[tuple[int, tuple[int, ...]]] = [(0, empty)]
        before = ""
        code = self._program.code
        for index, char in enumerate(text):
            after = _kind(char)
            ahead: list[tuple[int, tuple[int, ...]]] = []
            number = ord(char)
            waiting: set[int] = set()
            for place, slots in self._threads(threads, index, before, after):
                kind, operand, following = code[place]
                if kind == "chars" and following not in waiting and contains(operand, number):  # type: ignore[arg-type]  # by kind
                    waiting.add(following)
                    ahead.append((following, slots))
            threads, before = ahead, after
        for place, slots in self._threads(threads, len(text), before, ""):
            if code[place][0] == "end":
                pairs = zip(slots[2::2], slots[3::2], strict=True)
                return (text, *(text[a:b] if a >= 0 and b >= 0 else None for a, b in pairs))
        return None

    def _threads(
        self, threads: list[tuple[int, tuple[int, ...]]], index: int, before: str, after: str
    ) -> Iterator[tuple[int, tuple[int, ...]]]:
        """The places reached without reading, in the order of preference, with what their groups hold."""
        assert self._program is not None
        code = self._program.code
        seen: set[int] = set()
        for thread in threads:
            todo = [thread]
            while todo:
                place, slots = todo.pop()
                if place in seen:
                    continue
                seen.add(place)
                kind, operand, following = code[place]
                if kind in ("chars", "end"):
                    yield place, slots
                elif kind == "split":
                    assert isinstance(operand, int)
                    todo += [(operand, slots), (following, slots)]
                elif kind == "save":
                    assert isinstance(operand, int)
                    todo.append((following, (*slots[:operand], index, *slots[operand + 1 :])))
                elif kind == "jump" or _holds(str(operand), before, after):
                    todo.append((following, slots))

    def expand(self, template: str, text: str) -> str | None:
        """The template with $1, ${1}, $name and $$ replaced as Go's Expand does; None if the text does not match.

        A group that does not exist or matched nothing is empty; $1x is the group "1x".
        """
        found = self.groups(text)
        if found is None:
            return None
        if "$" not in template:
            return template

        def value(reference: re.Match[str]) -> str:
            if reference[1]:
                return "$"
            name = reference[2] or reference[3]
            if name.isdecimal() and (name == "0" or name[0] != "0"):
                number = int(name) if len(name) < 9 else len(found)
                return (found[number] or "") if number < len(found) else ""
            for index, each in enumerate(self._names, 1):
                if each == name and found[index] is not None:
                    return found[index] or ""
            return ""

        return _REFERENCE.sub(value, template)


def _shortcuts(tree: Tree) -> tuple[frozenset[str] | None, Callable[[str], bool] | None]:
    """The texts that alone match, or a test without an automaton; (None, None) where neither is simple."""
    while isinstance(tree, Group):
        tree = tree.part
    texts = [_text(part) for part in (tree.parts if isinstance(tree, Choice) else (tree,))]
    if all(text is not None for text in texts):
        return frozenset(text for text in texts if text is not None), None
    parts = tree.parts if isinstance(tree, Sequence) else (tree,)
    opens, closes = _anything(parts[0]), _anything(parts[-1])
    if len(parts) == 1:
        return None, opens
    text = _text(Sequence(parts[opens is not None : len(parts) - (closes is not None)]))
    if text is None or (opens not in (None, _always)) or (closes not in (None, _always)):
        return None, None
    if opens and closes:
        return None, lambda value: text in value
    if opens:
        return None, lambda value: value.endswith(text)
    return None, lambda value: value.startswith(text)


def _always(text: str) -> bool:
    return True


def _anything(tree: Tree) -> Callable[[str], bool] | None:
    """The test for `.*`, `.+`, `[^\\n]*`..., None for anything else."""
    if not (isinstance(tree, Repeat) and isinstance(tree.part, Chars) and tree.high is None and tree.low < 2):
        return None
    some = tree.low == 1
    ranges: Ranges = tree.part.ranges
    if ranges == ANY:
        return bool if some else _always
    if ranges == NOT_NEWLINE:
        return (lambda text: bool(text) and "\n" not in text) if some else (lambda text: "\n" not in text)
    return None


def _text(tree: Tree) -> str | None:
    """The one text that matches, None if there are others; ^ and $ at the ends of a sequence change nothing."""
    if isinstance(tree, Group):
        return _text(tree.part)
    if isinstance(tree, Chars):
        (low, high), *others = tree.ranges or ((0, 1),)
        return chr(low) if low == high and not others else None
    if isinstance(tree, Sequence):
        texts = [_text(part) for part in tree.parts]
        return None if None in texts else "".join(text for text in texts if text is not None)
    return None


@lru_cache(maxsize=512)
def compile_regex(pattern: str) -> Regex:
    """Compiles a pattern. Raises RegexError, whose text is Go's."""
    return Regex(pattern)
