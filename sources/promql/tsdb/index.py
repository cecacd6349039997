"""Which series have which labels: an inverted index from label values to series numbers."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from sources.promql.regex import compile_regex
from sources.promql.storage import Labels, Matcher, MatchOp

Numbers = NDArray[np.int64]


class Index:
    """Numbers series 0, 1, 2... in the order they are added; keeps one copy of each (name, value) pair.

    Costs some 4 bytes for each label of a series and 200 for each value that is new.
    """

    def __init__(self) -> None:
        self.labels: list[Labels] = []
        """By number."""
        self._numbers: dict[Labels, int] = {}
        self._postings: dict[str, dict[str, array[int]]] = {}
        self._pairs: dict[tuple[str, str], tuple[str, str]] = {}

    def __len__(self) -> int:
        return len(self.labels)

    def find(self, labels: Labels) -> int | None:
        """The number of a series that is known."""
        return self._numbers.get(labels)

    def add(self, labels: Labels) -> int:
        """The number of a series, a new one if it was not known. `labels` are sorted and have no empty values."""
        known = self._numbers.get(labels)
        if known is not None:
            return known
        pairs = self._pairs
        labels = tuple([pairs.setdefault(pair, pair) for pair in labels])
        number = len(self.labels)
        for name, value in labels:
            values = self._postings.setdefault(name, {})
            numbers = values.get(value)
            if numbers is None:
                values[value] = array("I", (number,))
            else:
                numbers.append(number)
        self.labels.append(labels)
        self._numbers[labels] = number
        return number

    def names(self) -> Iterable[str]:
        """All label names, in no order."""
        return self._postings.keys()

    def values(self, name: str) -> Iterable[str]:
        """All values of a label, in no order."""
        return self._postings.get(name, {}).keys()

    def select(self, matchers: Sequence[Matcher]) -> Numbers:
        """The numbers of the series that satisfy all matchers, ascending."""
        found: Numbers | None = None
        # The matchers that name one value leave the fewest series to look at.
        for matcher in sorted(matchers, key=_cost):
            if found is not None and not len(found):
                break
            found = self._filtered(matcher, found)
        return np.arange(len(self.labels)) if found is None else found

    def _filtered(self, matcher: Matcher, among: Numbers | None) -> Numbers:
        values = self._postings.get(matcher.name, {})
        test = _Test(matcher)
        missing = test("")  # a label that is not there has the empty value
        if matcher.op is MatchOp.EQUAL and not missing:
            return _within(self._union([values[matcher.value]] if matcher.value in values else []), among)
        if among is not None and len(among) < len(values):
            kept = [number for number in among.tolist() if test(_value(self.labels[number], matcher.name))]
            return np.array(kept, np.int64)
        chosen = self._union([numbers for value, numbers in values.items() if test(value) != missing])
        if not missing:
            return _within(np.sort(chosen), among)
        rest = np.ones(len(self.labels), np.bool_)
        rest[chosen] = False
        return np.flatnonzero(rest) if among is None else among[rest[among]]

    def _union(self, postings: Sequence[array[int]]) -> Numbers:
        if not postings:
            return np.empty(0, np.int64)
        return np.concatenate([np.array(numbers, np.int64) for numbers in postings])


class _Test:
    """Whether a value satisfies a matcher; each value is tried once."""

    def __init__(self, matcher: Matcher) -> None:
        self._wanted = matcher.op in (MatchOp.EQUAL, MatchOp.REGEX)
        self._value = matcher.value
        regex = None if matcher.op in (MatchOp.EQUAL, MatchOp.NOT_EQUAL) else compile_regex(matcher.value)
        self._matches = regex.matches if regex is not None else matcher.value.__eq__
        self._known: dict[str, bool] = {}

    def __call__(self, value: str) -> bool:
        known = self._known.get(value)
        if known is None:
            known = self._known[value] = self._matches(value) == self._wanted
        return known


def _cost(matcher: Matcher) -> tuple[int, bool]:
    exact = matcher.op is MatchOp.EQUAL and matcher.value != ""
    return (0 if exact else 1 if matcher.op is MatchOp.REGEX else 2, matcher.name != "__name__")


def _within(found: Numbers, among: Numbers | None) -> Numbers:
    return found if among is None else np.intersect1d(among, found, assume_unique=True)


def _value(labels: Labels, name: str) -> str:
    for each, value in labels:
        if each == name:
            return value
    return ""
