"""What a person types after `/`: which rows they want to see.

    web             rows with text that matches the regular expression `web` (small letters match any case)
    !web            rows that do not
    -l app=web,x!=y rows whose labels match, as in `kubectl -l`
    -f wb           rows whose name has these letters in this order
    status:Crash    one column matches
Several terms, separated by spaces, must all hold.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from sources.model import Labels


class FilterError(ValueError):
    """The filter cannot be understood; says which part and why."""


class Filterable(Protocol):
    """What a filter reads of a row."""

    def texts(self) -> Mapping[str, str]:
        """Text by column name; the row's name is under "name"."""

    def labels(self) -> Labels: ...


Test = Callable[[Filterable], bool]
LONGEST = 500


class Filter:
    """A parsed filter. `text` is what was typed; an empty one lets everything through."""

    def __init__(self, text: str, tests: Sequence[Test]) -> None:
        self.text = text
        self._tests = tests

    def __bool__(self) -> bool:
        return bool(self._tests)

    def __call__(self, row: Filterable) -> bool:
        return all(test(row) for test in self._tests)


def parse_filter(text: str, columns: Sequence[str] = ()) -> Filter:
    """Reads a filter; `columns` are the names that `column:regex` may use. Raises `FilterError`."""
    if len(text) > LONGEST:
        raise FilterError(f"a filter of {len(text)} characters is too long (at most {LONGEST})")
    try:
        words = shlex.split(text, posix=False)
    except ValueError:
        words = text.split()
    tests: list[Test] = []
    rest = iter(words)
    for word in rest:
        negated = word.startswith("!") and len(word) > 1
        bare = word[1:] if negated else word
        if bare in ("-l", "-f"):
            value = next(rest, None)
            if value is None:
                raise FilterError(f"{bare} needs a value, as in `{bare} {'app=web' if bare == '-l' else 'web'}`")
            test = _labels(value) if bare == "-l" else _fuzzy(value)
        else:
            test = _pattern(bare, columns)
        tests.append(_inverse(test) if negated else test)
    return Filter(text, tests)


def _inverse(test: Test) -> Test:
    return lambda row: not test(row)


def _pattern(word: str, columns: Sequence[str]) -> Test:
    column, colon, expression = word.partition(":")
    if colon and column.lower() in columns:
        found = _regex(expression)
        name = column.lower()
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


def _labels(selector: str) -> Test:
    """kubectl's equality-based selectors: `a=b`, `a==b`, `a!=b`, `a` (is there), `!a` (is not there)."""
    wanted: list[Callable[[Mapping[str, str]], bool]] = []
    for part in selector.split(","):
        requirement = re.fullmatch(r"\s*(!?)([\w./-]+)\s*(?:(==|=|!=)\s*([\w.-]*))?\s*", part)
        if requirement is None or (requirement[1] and requirement[3]):
            raise FilterError(f"{part!r} is not a label selector; write name=value, name!=value, name or !name")
        wanted.append(_requirement(*requirement.groups()))
    return lambda row: _all(wanted, dict(row.labels()))


def _all(wanted: Sequence[Callable[[Mapping[str, str]], bool]], labels: Mapping[str, str]) -> bool:
    return all(holds(labels) for holds in wanted)


def _requirement(
    negated: str, name: str, operator: str | None, value: str | None
) -> Callable[[Mapping[str, str]], bool]:
    if operator is None:
        return (lambda labels: name not in labels) if negated else (lambda labels: name in labels)
    if operator == "!=":
        return lambda labels: labels.get(name) != value
    return lambda labels: labels.get(name) == value
