"""Samples of the last while in memory, for what topmast scrapes itself: bounded by age, by bytes and by series.

Cost, as `python -m tests.bench.promql_storage` measures it: 8 bytes a sample (16 for samples with times of their
own) with up to an eighth of room to grow, and `SERIES_COST` bytes for the labels of a series and their index.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sources.promql.storage import Floats, Labels, Matcher, StoredSeries, Times
from sources.promql.tsdb.index import Index, Numbers
from sources.promql.tsdb.lanes import Lane, OwnLane, Rows, Samples, SharedLane

SERIES_COST = 700
"""Bytes that a series costs besides its samples (labels of the usual length, index, and the scraper's own key)."""
SHORTEST = 120_000
"""Milliseconds: a memory shorter than this answers nothing, so new series are refused before it gets there."""
AHEAD = 600_000
"""Milliseconds that a sample's own time may be ahead of the scrape, as in Prometheus; further ones are refused."""
_TIDY = 60_000
_NOWHERE = -1


class Full(Exception):
    """There is no room for a new series."""


class Appended(NamedTuple):
    """What became of samples that were not simply stored."""

    out_of_order: int = 0
    """Older than the series' last one, than all that is kept, or too far ahead."""
    duplicates: int = 0
    """At the time of the series' last one, with another value (as Prometheus, the same value again is nothing)."""


@dataclass(slots=True)
class Counters:
    """Since the start. `forgotten` are samples that went before their age because of the memory limit."""

    out_of_order: int = 0
    duplicates: int = 0
    refused_series: int = 0
    forgotten: int = 0


class Ring:
    """Implements the engine's `Storage`; safe for one writer and many readers in threads.

    A lane is what one target says: series of a lane share its scrape times. `retention` and all moments are
    milliseconds, `memory_limit` is bytes. When memory is short the oldest samples of all lanes go.
    """

    def __init__(
        self, retention: int = 3_600_000, memory_limit: int = 1 << 29, max_series: int = 1_000_000
    ) -> None:
        self.retention, self.memory_limit, self.max_series = retention, memory_limit, max_series
        self.counters = Counters()
        self.epoch = 0
        """Goes up when numbers of series that were given out become invalid."""
        self._lock = threading.RLock()
        self._index = Index()
        self._lanes: list[Lane] = []
        self._weights: list[int] = []
        self._weight = 0
        """Bytes of each lane when it was last written to, and of all: hundreds are not asked at each scrape."""
        self._keys: dict[Hashable, tuple[int, int]] = {}
        """For each target its lane of shared and its lane of own times."""
        self._spare: list[tuple[int, int]] = []
        """Lanes of targets that are gone: pods that are scraped come and go under ever new names."""
        self._lane = np.full(1024, _NOWHERE, np.int32)
        self._row = np.full(1024, _NOWHERE, np.int32)
        """For each series where its samples are..."""
        self._elsewhere: dict[tuple[int, int], int] = {}
        """...and the rows of those that several lanes have, by (series, lane)."""
        self._live = self._pending = 0
        """Series that have a place for samples, and new ones that are about to get one."""
        self._keep = retention
        self._tidied = 0

    # -- writing ---------------------------------------------------------------------------------------

    def series(self, labels: Labels) -> int:
        """The number of a series, for `append`; valid as long as `epoch`. Raises Full."""
        with self._lock:
            known = self._index.find(labels)
            if known is None:
                if self._live + self._pending >= self.max_series or self._cramped():
                    self.counters.refused_series += 1
                    raise Full
                known = self._index.add(labels)
                self._pending += 1
                if known >= len(self._lane):
                    room = np.full(len(self._lane) // 2, _NOWHERE, np.int32)
                    self._lane = np.concatenate([self._lane, room])
                    self._row = np.concatenate([self._row, room])
            return known

    def append(
        self,
        target: Hashable,
        time: int,
        series: Sequence[int],
        values: Sequence[float],
        own: tuple[Sequence[int], Sequence[int], Sequence[float]] = ((), (), ()),
    ) -> Appended:
        """All that a scrape at `time` said; what the last scrape had and this one has not, ends here (staleness).

        `own` are samples that came with times of their own: series, times, values.
        """
        with self._lock:
            shared, other = self._lanes_of(target)
            numbers = np.array(series, np.int64)
            kept = self._admitted(numbers)
            lost = self._append_shared(shared, time, numbers[kept], np.array(values, np.float64)[kept])
            lane = self._lanes[other]
            if own[0] or lane.rows:
                kept = self._admitted(np.array(own[0], np.int64))
                more = self._append_own(other, time, *(np.array(part)[kept] for part in own))
                lost = Appended(lost.out_of_order + more.out_of_order, lost.duplicates + more.duplicates)
            self._weigh(shared, other)
            self._pending = 0
            self.counters.out_of_order += lost.out_of_order
            self.counters.duplicates += lost.duplicates
            if time - self._tidied >= _TIDY:
                self._tidied = time
                self._forget(time - self._keep)
            if self.memory > self.memory_limit:
                self._squeeze(time)
            return lost

    def _admitted(self, series: Numbers) -> NDArray[np.bool_]:
        """Which samples have a series with a place, or with room for one. Numbers that were given out for a body
        that then could not be read are no longer counted when it can be."""
        if self._live + len(series) <= self.max_series:
            return np.ones(len(series), np.bool_)
        homeless = np.unique(series[self._lane[series] == _NOWHERE])
        refused = homeless[max(0, self.max_series - self._live) :]
        self.counters.refused_series += len(refused)
        return np.isin(series, refused, invert=True)

    def _append_shared(self, number: int, time: int, series: Numbers, values: Floats) -> Appended:
        lane = self._lanes[number]
        assert isinstance(lane, SharedLane)
        if lane.last is not None and time <= lane.last:
            return Appended(duplicates=len(series)) if time == lane.last else Appended(len(series))
        rows = self._rows(number, series)
        return Appended(duplicates=lane.append(time, rows, values, self._keep))

    def _append_own(self, number: int, time: int, series: Numbers, times: Times, values: Floats) -> Appended:
        lane = self._lanes[number]
        assert isinstance(lane, OwnLane)
        rows = self._rows(number, series.astype(np.int64))
        cutoff = time - self._keep
        left = np.flatnonzero((times >= cutoff) & (times <= time + AHEAD))
        old, duplicates = len(rows) - len(left), 0
        while len(left):  # one turn for each sample that a series has here
            first = np.sort(np.unique(rows[left], return_index=True)[1])
            turn = left[first]
            late, double = lane.append(
                rows[turn], times[turn].astype(np.int64), values[turn].astype(np.float64), cutoff
            )
            old, duplicates = old + late, duplicates + double
            left = np.delete(left, first)
        lane.end_missing(rows, time, cutoff)
        return Appended(old, duplicates)

    def _lanes_of(self, target: Hashable) -> tuple[int, int]:
        found = self._keys.get(target)
        if found is None and self._spare:
            found = self._keys[target] = self._spare.pop()
        elif found is None:
            found = self._keys[target] = (len(self._lanes), len(self._lanes) + 1)
            self._lanes += [SharedLane(), OwnLane()]
            self._weights += [0, 0]
        return found

    def _rows(self, lane: int, series: Numbers) -> Rows:
        """Where the samples of the series go in a lane; rows are made for those that have none there."""
        rows = np.where(self._lane[series] == lane, self._row[series], _NOWHERE).astype(np.int64)
        missing = np.unique(series[rows == _NOWHERE])
        if len(missing):
            homeless = missing[self._lane[missing] == _NOWHERE]
            self._row[homeless] = self._lanes[lane].add_rows(len(homeless))
            self._lane[homeless] = lane
            self._live += len(homeless)
            for each in missing[self._lane[missing] != lane].tolist():
                if (each, lane) not in self._elsewhere:
                    self._elsewhere[each, lane] = int(self._lanes[lane].add_rows(1)[0])
            rows = np.where(self._lane[series] == lane, self._row[series], _NOWHERE).astype(np.int64)
            for place in np.flatnonzero(rows == _NOWHERE).tolist():
                rows[place] = self._elsewhere[int(series[place]), lane]
        return rows

    # -- bounds ----------------------------------------------------------------------------------------

    @property
    def memory(self) -> int:
        """Bytes in use, as far as it is counted."""
        return self._weight + SERIES_COST * len(self._index)

    def _weigh(self, *numbers: int) -> None:
        for number in numbers:
            weight = self._lanes[number].nbytes
            self._weight += weight - self._weights[number]
            self._weights[number] = weight

    @property
    def live_series(self) -> int:
        """Series with samples."""
        return self._live

    @property
    def first(self) -> int | None:
        """The oldest moment (milliseconds) that any sample is of; None while there is none."""
        with self._lock:
            return min((lane.first for lane in self._lanes if lane.first is not None), default=None)

    @property
    def keeps(self) -> int:
        """Milliseconds that are kept now: `retention`, or less if the memory limit wants it so."""
        return self._keep

    def _cramped(self) -> bool:
        return self._keep <= SHORTEST and self.memory > 0.9 * self.memory_limit

    def _squeeze(self, now: int) -> None:
        """Forgets the oldest samples of all lanes until a tenth of the memory is free."""
        while self.memory > 0.9 * self.memory_limit and self._keep > SHORTEST:
            first = self.first
            age = min(self._keep, now - first) if first is not None else self._keep
            self._keep = max(SHORTEST, min(self._keep - 1, age * 4 // 5))
            self.counters.forgotten += self._forget(now - self._keep)

    def _forget(self, cutoff: int) -> int:
        """Drops what is older, then the series that have nothing left; gives how many samples went."""
        gone = 0
        for number, lane in enumerate(self._lanes):
            first, last = lane.first, lane.last
            # A lane that is written to makes room for itself; memory is only moved where much is to be won.
            if first is not None and last is not None and first < cutoff - (last - first) // 8:
                gone += lane.drop_before(cutoff)
            unused = lane.unused()
            if len(unused):
                self._remove(number, lane, unused)
        self._free_lanes()
        self._weigh(*range(len(self._lanes)))
        dead = len(self._index) - self._live - self._pending
        if dead > max(1000, self._live // 2):
            self._rebuild()
        return gone

    def _free_lanes(self) -> None:
        for target, pair in tuple(self._keys.items()):
            if not any(self._lanes[each].rows or self._lanes[each].last is not None for each in pair):
                del self._keys[target]
                self._lanes[pair[0]], self._lanes[pair[1]] = SharedLane(), OwnLane()
                self._spare.append(pair)

    def _remove(self, number: int, lane: Lane, unused: Rows) -> None:
        moved = lane.remove(unused)
        here = np.flatnonzero(self._lane[: len(self._index)] == number)
        rows = moved[self._row[here]]
        self._row[here] = rows
        lost = here[rows == _NOWHERE]
        self._lane[lost] = _NOWHERE
        self._live -= len(lost)
        for key in [key for key in self._elsewhere if key[1] == number]:
            row = int(moved[self._elsewhere[key]])
            if row == _NOWHERE:
                del self._elsewhere[key]
            else:
                self._elsewhere[key] = row
        for each in lost.tolist():
            other = next((key for key in self._elsewhere if key[0] == each), None)
            if other is not None:
                self._lane[each], self._row[each] = other[1], self._elsewhere.pop(other)
                self._live += 1

    def _rebuild(self) -> None:
        """A new index without the series that are gone: all numbers change."""
        old, used = self._index, np.flatnonzero(self._lane[: len(self._index)] != _NOWHERE)
        self._index = Index()
        numbers = {each: self._index.add(old.labels[each]) for each in used.tolist()}
        lanes, rows = self._lane[used], self._row[used]
        room = max(1024, len(used) + len(used) // 8)
        self._lane, self._row = np.full(room, _NOWHERE, np.int32), np.full(room, _NOWHERE, np.int32)
        self._lane[: len(used)], self._row[: len(used)] = lanes, rows
        self._elsewhere = {(numbers[each], lane): row for (each, lane), row in self._elsewhere.items()}
        self._live = len(used)
        self.epoch += 1

    # -- reading ---------------------------------------------------------------------------------------

    def select(self, matchers: Sequence[Matcher], start: int, end: int) -> Iterable[StoredSeries]:
        """See `Storage`; what is given stays as it is while scrapes go on."""
        with self._lock:
            chosen = self._index.select(matchers)
            labels = self._index.labels
            several = {each for each, _ in self._elsewhere}
            found: list[StoredSeries] = []
            lanes = self._lane[chosen]
            for number in np.unique(lanes[lanes != _NOWHERE]).tolist():
                here = chosen[lanes == number]
                samples = self._lanes[number].read(self._row[here].astype(np.int64), start, end)
                for each, (times, values) in zip(here.tolist(), samples, strict=True):
                    if each in several:
                        times, values = self._merged(each, Samples(times, values), start, end)
                    if len(times):
                        found.append(StoredSeries(labels[each], times, values))
            return found

    def _merged(self, series: int, samples: Samples, start: int, end: int) -> Samples:
        parts = [samples]
        for (each, lane), row in self._elsewhere.items():
            if each == series:
                parts += self._lanes[lane].read(np.array([row]), start, end)
        times: Times = np.concatenate([part.times for part in parts])
        values: Floats = np.concatenate([part.values for part in parts])
        times, first = np.unique(times, return_index=True)
        return Samples(times, values[first])

    def label_sets(self, matchers: Sequence[Matcher]) -> list[Labels]:
        """The series that satisfy all matchers and have samples, in no order."""
        with self._lock:
            chosen = self._index.select(matchers)
            return [self._index.labels[each] for each in chosen[self._lane[chosen] != _NOWHERE].tolist()]
