"""A storage of series that are all given at once, as files have them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from sources.promql.storage import Floats, Labels, Matcher, StoredSeries, Times
from sources.promql.tsdb.index import Index


class FixedStorage:
    """Samples in any order; of two at the same time the first stays. `duplicates` counts those left out."""

    def __init__(self, series: Iterable[tuple[Labels, Sequence[int], Sequence[float]]]) -> None:
        self.index = Index()
        self.duplicates = 0
        self._samples: list[tuple[Times, Floats]] = []
        for labels, given_times, given_values in series:
            times, values = np.array(given_times, np.int64), np.array(given_values, np.float64)
            kept, first = np.unique(times, return_index=True)
            self.duplicates += len(times) - len(kept)
            number = self.index.add(labels)
            if number < len(self._samples):
                raise ValueError(f"a series is given twice: {labels}")
            self._samples.append((kept, values[first]))

    @property
    def span(self) -> tuple[int, int] | None:
        """The first and the last moment (milliseconds) that there is a sample of; None without samples."""
        ends = [(int(times[0]), int(times[-1])) for times, _ in self._samples if len(times)]
        return (min(first for first, _ in ends), max(last for _, last in ends)) if ends else None

    def select(self, matchers: Sequence[Matcher], start: int, end: int) -> Iterable[StoredSeries]:
        for number in self.index.select(matchers).tolist():
            times, values = self._samples[number]
            low, high = np.searchsorted(times, [start, end + 1])
            if low < high:
                yield StoredSeries(self.index.labels[number], times[low:high], values[low:high])

    def label_sets(self, matchers: Sequence[Matcher]) -> list[Labels]:
        """The series that satisfy all matchers, in no order."""
        return [self.index.labels[number] for number in self.index.select(matchers).tolist()]
