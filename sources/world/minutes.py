"""The last hour of usage, a sample a minute: one compact array per minute for all rows together."""

from __future__ import annotations

from array import array
from collections import deque
from math import log2
from typing import NamedTuple

SPAN = 60
"""Minutes that are kept."""

_STEPS = 1023
_LARGEST = float(1 << 63)


class Then(NamedTuple):
    """What was used some time ago: nanocores, bytes, and how many whole minutes ago (1..SPAN)."""

    cpu: float
    memory: float
    minutes: int


class Minutes:
    """Remembers the last sample of each minute for each key.

    Each key has a slot, and each minute one array over all slots, because an array per key costs more than what
    is in it: 150,000 keys take 244 bytes each for the hour, and their slot. Values are kept to 0.04 %, as 16-bit
    logarithms; 0 means that there was no sample.
    """

    def __init__(self) -> None:
        self._slots: dict[str, int] = {}
        self._free: list[int] = []
        self._since = array("I")  # by slot: the minute from which on it belongs to its key
        self._columns: deque[tuple[int, array[int]]] = deque()

    def note(self, key: str, cpu: float, memory: float, moment: float) -> None:
        """A sample that arrived at `moment` (epoch seconds). A clock that goes back does not change the past."""
        minute = int(moment // 60)
        if not self._columns or minute > self._columns[-1][0]:
            self._columns.append((minute, array("H", bytes(4 * len(self._since)))))
            while self._columns[0][0] < minute - SPAN:
                self._columns.popleft()
        minute, column = self._columns[-1]
        slot = self._slots.get(key)
        if slot is None:
            slot = self._take(key, minute)
        at = 2 * slot
        if at >= len(column):
            column.frombytes(bytes(4 * len(self._since) - 2 * len(column)))
        column[at] = _packed(cpu)
        column[at + 1] = _packed(memory)

    def forget(self, key: str) -> None:
        """The row is gone."""
        slot = self._slots.pop(key, None)
        if slot is not None:
            self._free.append(slot)

    def then(self, key: str, now: float) -> Then | None:
        """The oldest sample within the hour before `now`; None where there is none from an earlier minute."""
        slot = self._slots.get(key)
        if slot is None:
            return None
        current = int(now // 60)
        first = max(self._since[slot], current - SPAN)
        at = 2 * slot
        for minute, column in self._columns:
            if minute >= current:
                break
            if minute >= first and at < len(column) and column[at]:
                return Then(_unpacked(column[at]), _unpacked(column[at + 1]), current - minute)
        return None

    def hour(self, key: str, now: float) -> list[tuple[float, float] | None]:
        """The samples of the hour before `now`, one a minute, oldest first; None for a minute without one."""
        slot = self._slots.get(key)
        samples: list[tuple[float, float] | None] = [None] * (SPAN + 1)
        if slot is None:
            return samples
        current, at = int(now // 60), 2 * slot
        for minute, column in self._columns:
            place = minute - current + SPAN
            if 0 <= place <= SPAN and minute >= self._since[slot] and at < len(column) and column[at]:
                samples[place] = _unpacked(column[at]), _unpacked(column[at + 1])
        return samples

    def _take(self, key: str, minute: int) -> int:
        if self._free:
            slot = self._free.pop()
            self._since[slot] = minute
        else:
            slot = len(self._since)
            self._since.append(minute)
        self._slots[key] = slot
        return slot


def _packed(value: float) -> int:
    return 1 + round(log2(min(max(value, 0.0), _LARGEST) + 1.0) * _STEPS)


def _unpacked(packed: int) -> float:
    return float(2.0 ** ((packed - 1) / _STEPS) - 1.0)
