"""What a person types after `/`: which rows they want to see.

    web             rows with words that match the regular expression `web` (small letters match any case); in
                    amounts and ages one looks by their name: `age:5d`, `cpu>500m`
    !web            rows that do not
    "back off"      text with a space in it
    -l app=web,x!=y rows whose labels match, as in `kubectl -l`; also `-l tier in (front, back)`
    -f wb           rows whose name has these letters in this order
    status:Crash    one column matches
    cpu>500m        one column's number compares: > >= < <= = != and a number in the column's unit
Several terms, separated by spaces, must all hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from sources.world.amounts import COMPARISON, Unit, comparison
from sources.world.selectors import Selector, read_selector
from sources.world.terms import Filterable, FilterError, Test

__all__ = ["Filter", "FilterError", "Filterable", "parse_filter"]

LONGEST = 500
SYNONYMS = {"mem": "memory", "mem%": "memory%", "ns": "namespace"}
"""Other words for a column, where a table has no column of that word itself."""

_WORD = re.compile(r'(?:"[^"]*"|\S)+')


class Filter:
    """A parsed filter. `text` is what was typed; an empty one lets everything through."""

    def __init__(self, text: str, tests: Sequence[Test]) -> None:
        self.text = text
        self._tests = tests

    def __bool__(self) -> bool:
        return bool(self._tests)

    def __call__(self, row: Filterable) -> bool:
        return all(test(row) for test in self._tests)


def parse_filter(text: str, columns: Sequence[str] = (), units: Mapping[str, Unit] | None = None) -> Filter:
    """Reads a filter. `columns` are the names that `column:regex` may use, `units` those that are compared.

    Raises `FilterError`.
    """
    if len(text) > LONGEST:
        raise FilterError(f"a filter of {len(text)} characters is too long (at most {LONGEST})")
    tests: list[Test] = []
    rest = text.strip()
    while rest:
        test, rest = _term(rest, columns, units or {})
        tests.append(test)
        rest = rest.lstrip()
    return Filter(text, tests)


def _term(text: str, columns: Sequence[str], units: Mapping[str, Unit]) -> tuple[Test, str]:
    """The first term of a text, and what stands behind it."""
    found = _WORD.match(text)
    word = found[0] if found is not None else text
    rest = text[len(word) :]
    negated = word.startswith("!") and len(word) > 1
    bare = word[1:] if negated else word
    if bare in ("-l", "-f"):
        if not rest.strip():
            raise FilterError(f"{bare} needs a value, as in `{bare} {'app=web' if bare == '-l' else 'web'}`")
        if bare == "-l":
            selected, rest = read_selector(rest)
            test = _labelled(selected)
        else:
            letters, _, rest = rest.strip().partition(" ")
            test = _fuzzy(letters)
    else:
        test = _compared(bare, columns, units) or _pattern(bare.replace('"', ""), columns)
    return (_inverse(test) if negated else test), rest


def _labelled(selected: Selector) -> Test:
    return lambda row: selected(row.labels())


def _inverse(test: Test) -> Test:
    return lambda row: not test(row)


def _column(word: str, known: Sequence[str] | Mapping[str, Unit]) -> str | None:
    """The column that a word names; None when it names none."""
    name = word.lower()
    other = SYNONYMS.get(name, name)
    return name if name in known else other if other in known else None


def _compared(word: str, columns: Sequence[str], units: Mapping[str, Unit]) -> Test | None:
    """A comparison of a column's number; None for text that only looks a little like one."""
    found = COMPARISON.fullmatch(word)
    if found is None:
        return None
    named, sign, amount = found["column"], found["sign"], found["amount"]
    column = _column(named, units)
    if column is not None:
        return comparison(column, sign, amount, units[column])
    if units and sign[0] in "<>" and amount[:1].isdigit():
        kind = "text, not a number; write" if _column(named, columns) else "no column here; for text write"
        raise FilterError(f"{word}: {named} is {kind} {named}:{amount}; numbers here: {', '.join(units)}")
    return None


def _pattern(word: str, columns: Sequence[str]) -> Test:
    named, colon, expression = word.partition(":")
    name = _column(named, columns) if colon else None
    if name is not None:
        found = _regex(expression)
        return lambda row: bool(found(row.texts().get(name, "")))
    anywhere = _regex(word)
    return lambda row: any(anywhere(part) for part in row.texts().values())


def _regex(expression: str) -> Callable[[str], object]:
    # Capital letters ask for an exact match, as vim's smartcase does.
    flags = 0 if any(letter.isupper() for letter in expression) else re.IGNORECASE
    try:
        return re.compile(expression, flags).search
    except re.error as error:
        raise FilterError(f"{expression!r} is not a regular expression: {error}") from error


def _fuzzy(letters: str) -> Test:
    wanted = letters.lower()

    def test(row: Filterable) -> bool:
        name = iter(row.texts().get("name", "").lower())
        return all(letter in name for letter in wanted)

    return test
