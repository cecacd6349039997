"""The samples of one target: a table with a row for each series and a column for each scrape.

Arrays are only ever written beyond what has been given out, or replaced by new ones; so a query may go on reading
its slices while scrapes go on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sources.promql.storage import STALE_BITS, Floats, Times

ABSENT_BITS = 0x7FF4DEAD00000001
"""The bits of the NaN that says: no sample in this column. It never leaves this room."""
_FIRST_COLUMNS = 8

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Samples(NamedTuple):
    times: Times
    values: Floats


class SharedLane:
    """Series that all have the target's scrape times: 8 bytes for a sample, and the times once."""

    def __init__(self) -> None:
        self.count = 0
        """Columns in use."""
        self.rows = 0
        """Rows in use."""
        self.times = np.empty(_FIRST_COLUMNS, np.int64)
        self._bits = np.empty((0, _FIRST_COLUMNS), np.uint64)
        self._present = np.empty(0, np.bool_)
        self._gaps = np.empty(0, np.bool_)

    @property
    def nbytes(self) -> int:
        return self.times.nbytes + self._bits.nbytes + self._present.nbytes + self._gaps.nbytes

    @property
    def first(self) -> int | None:
        return int(self.times[0]) if self.count else None

    @property
    def last(self) -> int | None:
        return int(self.times[self.count - 1]) if self.count else None

    @property
    def samples(self) -> int:
        """Cells in use, gaps among them."""
        return self.rows * self.count

    def add_rows(self, count: int) -> Rows:
        """New rows, empty so far."""
        first, self.rows = self.rows, self.rows + count
        if self.rows > len(self._bits):
            room = self.rows + (self.rows // 8 if first else 0)
            bits = np.empty((room, self._bits.shape[1]), np.uint64)
            bits[:first, : self.count] = self._bits[:first, : self.count]
            self._bits = bits
            self._present = _extended(self._present, room)
            self._gaps = _extended(self._gaps, room)
        self._bits[first : self.rows, : self.count] = ABSENT_BITS
        self._present[first : self.rows] = False
        self._gaps[first : self.rows] = self.count > 0
        return np.arange(first, self.rows)

    def append(self, time: int, rows: Rows, values: Floats, keep: int) -> int:
        """A scrape, later than the last one; rows of the last scrape that are not among `rows` end here.

        Of two values for a row the first counts; gives how many were left out. `keep` is how many milliseconds
        are to be kept when the table has to grow.
        """
        if self.count == len(self.times):
            self._make_room(time, keep)
        column = np.full(self.rows, ABSENT_BITS, np.uint64)
        present = self._present[: self.rows]
        column[present] = STALE_BITS
        column[rows[::-1]] = np.ascontiguousarray(values, np.float64).view(np.uint64)[::-1]
        now = np.zeros(self.rows, np.bool_)
        now[rows] = True
        self._gaps[: self.rows] |= ~(now | present)
        self._present[: self.rows] = now
        self._bits[: self.rows, self.count] = column
        self.times[self.count] = time
        self.count += 1
        return len(rows) - int(np.count_nonzero(now))

    def _make_room(self, time: int, keep: int) -> None:
        old = int(np.searchsorted(self.times[: self.count], time - keep))
        columns = len(self.times)
        if old < max(1, columns // 16):
            span = int(self.times[self.count - 1] - self.times[0])
            apart = max(1, span // max(1, self.count - 1))
            wanted = keep // apart
            columns = max(columns + columns // 8 + 1, min(2 * columns, wanted + wanted // 12 + 2))
        self._rebuild(old, columns)

    def _rebuild(self, drop: int, columns: int) -> None:
        """New arrays without the first columns."""
        count = self.count - drop
        bits = np.empty((len(self._bits), columns), np.uint64)
        bits[: self.rows, :count] = self._bits[: self.rows, drop : self.count]
        times = np.empty(columns, np.int64)
        times[:count] = self.times[drop : self.count]
        self._bits, self.times, self.count = bits, times, count

    def drop_before(self, cutoff: int) -> int:
        """Forgets the columns before a moment and the room they took; gives how many cells those were."""
        drop = int(np.searchsorted(self.times[: self.count], cutoff))
        if not drop:
            return 0
        self._rebuild(drop, max(_FIRST_COLUMNS, self.count - drop + 1))
        return drop * self.rows

    def unused(self) -> Rows:
        """Rows with no sample left but at most an end."""
        if not self.count:
            return np.arange(self.rows)
        silent = np.flatnonzero(~self._present[: self.rows])
        bits = self._bits[silent, : self.count]
        live: Mask = ((bits != ABSENT_BITS) & (bits != STALE_BITS)).any(axis=1)
        return silent[~live]

    def remove(self, rows: Rows) -> Rows:
        """Removes rows; gives, for each old row, its new one or -1."""
        kept = np.ones(self.rows, np.bool_)
        kept[rows] = False
        moved = np.where(kept, np.cumsum(kept) - 1, -1)
        used = slice(0, self.rows)
        self._bits = self._bits[used][kept]
        self._present, self._gaps = self._present[used][kept], self._gaps[used][kept]
        self.rows = len(self._bits)
        return moved

    def cut(self, start: int, end: int) -> slice:
        """The columns of start <= time <= end."""
        low, high = np.searchsorted(self.times[: self.count], [start, end + 1])
        return slice(int(low), int(high))

    def read(self, rows: Rows, start: int, end: int) -> list[Samples]:
        """The samples of some rows within a range of time (milliseconds); empty ones too."""
        cut = self.cut(start, end)
        times = self.times[cut]
        bits, gaps = self._bits, self._gaps[rows].tolist()
        values = bits.view(np.float64)
        found = []
        for row, gap in zip(rows.tolist(), gaps, strict=True):
            if gap:
                kept = bits[row, cut] != ABSENT_BITS
                found.append(Samples(times[kept], values[row, cut][kept]))
            else:
                found.append(Samples(times, values[row, cut]))
        return found


class OwnLane:
    """Series whose samples come with times of their own: 16 bytes for a sample."""

    def __init__(self) -> None:
        self.rows = 0
        self._times = np.empty((0, _FIRST_COLUMNS), np.int64)
        self._values = np.empty((0, _FIRST_COLUMNS), np.float64)
        self._counts = np.empty(0, np.int64)
        self._present = np.empty(0, np.bool_)

    @property
    def nbytes(self) -> int:
        return self._times.nbytes + self._values.nbytes + self._counts.nbytes + self._present.nbytes

    @property
    def samples(self) -> int:
        return int(self._counts[: self.rows].sum())

    @property
    def first(self) -> int | None:
        used = self._counts[: self.rows] > 0
        return int(self._times[: self.rows, 0][used].min()) if used.any() else None

    @property
    def last(self) -> int | None:
        used = np.flatnonzero(self._counts[: self.rows])
        return int(self._times[used, self._counts[used] - 1].max()) if len(used) else None

    def add_rows(self, count: int) -> Rows:
        """New rows, empty so far."""
        first, self.rows = self.rows, self.rows + count
        if self.rows > len(self._times):
            room = self.rows + (self.rows // 8 if first else 0)
            self._resize(room, self._times.shape[1])
            self._counts = _extended(self._counts, room)
            self._present = _extended(self._present, room)
        self._counts[first : self.rows] = 0
        self._present[first : self.rows] = False
        return np.arange(first, self.rows)

    def _resize(self, rows: int, columns: int) -> None:
        used = (slice(0, min(len(self._times), rows)), slice(0, self._times.shape[1]))
        for name in ("_times", "_values"):
            old = getattr(self, name)
            new = np.empty((rows, columns), old.dtype)
            new[used] = old[used]
            setattr(self, name, new)

    def append(self, rows: Rows, times: Times, values: Floats, cutoff: int) -> tuple[int, int]:
        """One sample for each row; gives how many were too old and how many were duplicates with another value.

        What is before `cutoff` may be forgotten when the table has to grow.
        """
        counts = self._counts[rows]
        before = np.maximum(counts - 1, 0)
        last = np.where(counts > 0, self._times[rows, before], np.iinfo(np.int64).min)
        fresh = times > last
        same = times == last
        equal = same & (self._values[rows, before].view(np.uint64) == values.view(np.uint64))
        old, duplicate = int(np.count_nonzero(times < last)), int(np.count_nonzero(same & ~equal))
        rows, times, values = rows[fresh], times[fresh], values[fresh]
        if len(rows) and int(self._counts[rows].max()) >= self._times.shape[1]:
            self._make_room(cutoff)
        at = self._counts[rows]
        self._times[rows, at], self._values[rows, at] = times, values
        self._counts[rows] += 1
        return old, duplicate

    def end_missing(self, present: Rows, time: int, cutoff: int) -> None:
        """Rows that were in the last scrape and are not in this one end at `time`."""
        now = np.zeros(self.rows, np.bool_)
        now[present] = True
        gone = np.flatnonzero(self._present[: self.rows] & ~now)
        self._present[: self.rows] = now
        if len(gone):
            stale = np.full(len(gone), STALE_BITS, np.uint64).view(np.float64)
            self.append(gone, np.full(len(gone), time, np.int64), stale, cutoff)

    def _make_room(self, cutoff: int) -> None:
        full = np.flatnonzero(self._counts[: self.rows] >= self._times.shape[1])
        columns = self._times.shape[1]
        if (self._times[full, columns // 16] >= cutoff).any():
            self._resize(len(self._times), columns + max(4, columns // 4))
        else:
            self.drop_before(cutoff, columns)

    def drop_before(self, cutoff: int, columns: int = 0) -> int:
        """Forgets the samples before a moment; gives how many those were."""
        counts = self._counts[: self.rows]
        used = np.arange(self._times.shape[1]) < counts[:, None]
        old = np.count_nonzero((self._times[: self.rows] < cutoff) & used, axis=1)
        if not old.any() and not columns:
            return 0
        left = counts - old
        columns = columns or max(_FIRST_COLUMNS, int(left.max(initial=0)) + 1)
        times = np.empty((len(self._times), columns), np.int64)
        values = np.empty((len(self._times), columns), np.float64)
        for row, (skip, kept) in enumerate(zip(old.tolist(), left.tolist(), strict=True)):
            times[row, :kept] = self._times[row, skip : skip + kept]
            values[row, :kept] = self._values[row, skip : skip + kept]
        self._times, self._values = times, values
        self._counts = _extended(left, len(times))
        return int(old.sum())

    def unused(self) -> Rows:
        """Rows with no sample left but at most an end."""
        counts = self._counts[: self.rows]
        only = self._values[: self.rows, 0].view(np.uint64) == STALE_BITS
        return np.flatnonzero((counts == 0) | ((counts == 1) & only))

    def remove(self, rows: Rows) -> Rows:
        """Removes rows; gives, for each old row, its new one or -1."""
        kept = np.ones(self.rows, np.bool_)
        kept[rows] = False
        moved = np.where(kept, np.cumsum(kept) - 1, -1)
        used = slice(0, self.rows)
        self._times, self._values = self._times[used][kept], self._values[used][kept]
        self._counts, self._present = self._counts[used][kept], self._present[used][kept]
        self.rows = len(self._times)
        return moved

    def read(self, rows: Rows, start: int, end: int) -> list[Samples]:
        """The samples of some rows within a range of time (milliseconds); empty ones too."""
        found = []
        for row, count in zip(rows.tolist(), self._counts[rows].tolist(), strict=True):
            times = self._times[row, :count]
            low, high = np.searchsorted(times, [start, end + 1])
            found.append(Samples(times[low:high], self._values[row, low:high]))
        return found


Lane = SharedLane | OwnLane


def _extended(old: NDArray, room: int) -> NDArray:  # type: ignore[type-arg]  # of any kind
    new = np.zeros(room, old.dtype)
    new[: len(old)] = old
    return new
