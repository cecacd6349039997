"""What the terms of a filter share: the rows they read, what a test is, and their error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from sources.model import Labels


class FilterError(ValueError):
    """A filter cannot be understood; says which term, why, and what was expected."""


class Filterable(Protocol):
    """What a filter reads of a row."""

    def texts(self) -> Mapping[str, str]:
        """Text by column name; the row's name is under "name"."""

    def labels(self) -> Labels: ...

    def number(self, column: str) -> float | None:
        """What a column counts, in the unit it was declared with; None where that is not known."""


Test = Callable[[Filterable], bool]
