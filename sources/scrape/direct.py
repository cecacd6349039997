"""Samples that come as values and not as text: rows of a few metrics, with a memory for the rows already known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from sources.model import Labels
from sources.scrape.exposition import LEFT_OUT, About, Scraped


class Row(NamedTuple):
    """`key` are the values of the table's labels, `at` is milliseconds or None for the time of the scrape."""

    key: tuple[str, ...]
    at: int | None
    values: tuple[float, ...]
    """One for each metric of the table."""


class Table(NamedTuple):
    """Samples of several metrics that have the same labels."""

    metrics: tuple[str, ...]
    labels: tuple[str, ...]
    rows: Iterable[Row]


class Direct:
    """Numbers the tables of one target, again and again: a known row costs one look into a dictionary.

    `number_of` gives a new series its number or `LEFT_OUT`.
    """

    def __init__(self, number_of: Callable[[Labels], int], about: Mapping[str, About]) -> None:
        self.about = about
        self._number_of = number_of
        self._known: dict[tuple[str, ...], dict[tuple[str, ...], tuple[int, ...]]] = {}
        """By metrics and key."""

    def forget(self) -> None:
        """The numbers given to series are no longer valid."""
        self._known.clear()

    def read(self, tables: Sequence[Table]) -> Scraped:
        """Never fails: there is nothing to take apart."""
        found = Scraped([], [], [], [], [], 0)
        left_out = 0
        for table in tables:
            known, rows = self._known.setdefault(table.metrics, {}), 0
            for rows, (key, at, values) in enumerate(table.rows, 1):  # noqa: B007  # counted
                numbers = known.get(key)
                if numbers is None:
                    numbers = known[key] = self._numbers(table, key)
                for number, value in zip(numbers, values, strict=True):
                    if number == LEFT_OUT:
                        left_out += 1
                    elif at is None:
                        found.series.append(number)
                        found.values.append(value)
                    else:
                        found.own_series.append(number)
                        found.own_times.append(at)
                        found.own_values.append(value)
            if len(known) > 4 * rows + 1000:
                known.clear()  # of things that are gone
        return found._replace(left_out=left_out)

    def _numbers(self, table: Table, key: tuple[str, ...]) -> tuple[int, ...]:
        labels = tuple(zip(table.labels, key, strict=True))
        return tuple(self._number_of((("__name__", metric), *labels)) for metric in table.metrics)
