"""The last hour of usage, a sample a minute: one compact array per minute for all rows together."""

from __future__ import annotations

from array import array
from collections import deque
from typing import NamedTuple

from sources.world.packed import unpacked

SPAN = 60
"""Minutes that are kept."""
LARGE = 20_000
"""Rows from which on old minutes are not kept one by one..."""
RECENT, TOGETHER = 10, 5
"""...but how many together, and how many minutes are not old."""


class Then(NamedTuple):
    """What was used some time ago: nanocores, bytes, and how many whole minutes ago (1..SPAN)."""

    cpu: float
    memory: float
    minutes: int


class Minutes:
    """Remembers the last sample of each minute for each slot, which is a row's number.

    An array for each row would cost more than what is in it. A row takes 244 bytes for the hour; one of a `LARGE`
    table about 100, as its old minutes have the samples of the last one of five. Values are `packed`; 0 means that
    there was no sample.
    """

    def __init__(self) -> None:
        self._since = array("I")  # by slot: the minute from which on it belongs to its row
        self._columns: deque[tuple[int, array[int]]] = deque()

    def begin(self, slot: int, moment: float) -> None:
        """The slot, a used one or the next, belongs to a row whose first sample arrives at `moment`."""
        minute = int(moment // 60)
        if self._columns:
            minute = max(minute, self._columns[-1][0])
        if slot == len(self._since):
            self._since.append(minute)
        else:
            self._since[slot] = minute

    def note(self, slot: int, cpu: int, memory: int, moment: float) -> None:
        """A sample that arrived at `moment` (epoch seconds), both values `packed`. A clock that goes back does not
        change the past."""
        minute = int(moment // 60)
        columns = self._columns
        if not columns or minute > columns[-1][0]:
            columns.append((minute, array("H", bytes(4 * len(self._since)))))
            while columns[0][0] < minute - SPAN:
                columns.popleft()
            if len(self._since) >= LARGE:
                self._share(minute - RECENT)
        minute, column = columns[-1]
        at = 2 * slot
        if at >= len(column):
            column.frombytes(bytes(4 * len(self._since) - 2 * len(column)))
        column[at] = cpu
        column[at + 1] = memory

    def _share(self, until: int) -> None:
        """Gives all minutes of five that ended before `until` the samples of the last one, which says nothing of a
        row that had its slot before."""
        columns, group, shared = self._columns, -1, self._columns[-1][1]
        for place in reversed(range(len(columns))):
            minute, column = columns[place]
            if minute // TOGETHER != group:
                group, shared = minute // TOGETHER, column
            elif (group + 1) * TOGETHER <= until:
                columns[place] = (minute, shared)

    def then(self, slot: int, now: float) -> Then | None:
        """The oldest sample within the hour before `now`; None where there is none from an earlier minute."""
        current = int(now // 60)
        first, at = max(self._since[slot], current - SPAN), 2 * slot
        for minute, column in self._columns:
            if minute >= current:
                break
            if minute >= first and at < len(column) and column[at]:
                return Then(unpacked(column[at]), unpacked(column[at + 1]), current - minute)
        return None

    def hour(self, slot: int, now: float) -> list[tuple[float, float] | None]:
        """The samples of the hour before `now`, one a minute, oldest first; None for a minute without one."""
        samples: list[tuple[float, float] | None] = [None] * (SPAN + 1)
        current, at, since = int(now // 60), 2 * slot, self._since[slot]
        for minute, column in self._columns:
            place = minute - current + SPAN
            if 0 <= place <= SPAN and minute >= since and at < len(column) and column[at]:
                samples[place] = unpacked(column[at]), unpacked(column[at + 1])
        return samples
