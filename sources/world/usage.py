"""What all rows of one kind use: now, in the last samples, and in the last hour; numbers in columns."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, Protocol, TypeVar

from sources.model import NodeUsage, PodUsage
from sources.world.minutes import SPAN, Minutes, Then
from sources.world.packed import packed, unpacked
from sources.world.tables import SLICE

U = TypeVar("U", NodeUsage, PodUsage)
M = TypeVar("M", NodeUsage, PodUsage, covariant=True)

TREND = 24
"""Samples that are kept of each row: six minutes at the usual 15 s."""

_MOST = (1 << 63) - 1
_UNKNOWN = float("-inf")


class _Make(Protocol[M]):
    """Makes the row of a key."""

    def __call__(self, key: str, cpu: int, memory: int, at: float | None, window: float | None) -> M: ...


def node_usage(key: str, cpu: int, memory: int, at: float | None, window: float | None) -> NodeUsage:
    """A row of the table of nodes."""
    return NodeUsage(key, cpu, memory, at, window)


def pod_usage(key: str, cpu: int, memory: int, at: float | None, window: float | None) -> PodUsage:
    """A row of the table of pods."""
    namespace, _, name = key.partition("/")
    return PodUsage(namespace, name, cpu, memory, at, window)


class _List:
    """A list under way: its number, and how many rows it brought so far."""

    __slots__ = ("count", "round")

    def __init__(self, number: int) -> None:
        self.round = number
        self.count = 0


class Usage(Generic[U]):
    """A table as `Table` is one, of rows that are made when they are asked for: as objects the samples of 150,000
    pods would weigh more than the pods themselves. Of several sources that state a row the first one has it."""

    def __init__(
        self,
        make: _Make[U],
        touched: Callable[[str], object] = lambda _key: None,
        named: Callable[[str], str] = lambda key: key,
    ) -> None:
        self._make: _Make[U] = make
        self._touched = touched
        """Told the key of each row that changed."""
        self._named = named
        """Gives the text that others have of an equal key: there need not be a second one of 150,000."""
        self.moment = 0.0
        """When what is put in now arrived (epoch seconds, the cluster's clock)."""
        self._slots: dict[str, int] = {}
        self._free: list[int] = []
        self._sources: dict[str, int] = {}
        self._owner = bytearray()
        self._round = array("H")
        """The list that each row was in last..."""
        self._rounds = 0
        self._lists: dict[tuple[str, str], _List] = {}
        """...and those under way, by source and scope."""
        self._cpu, self._memory = array("q"), array("q")
        self._at, self._window = array("d"), array("d")
        self._trend, self._samples = array("H"), array("I")
        """CPU and memory of the last samples in a ring for each slot, and how many there were in all."""
        self._minutes = Minutes()

    # -- as a table

    def __len__(self) -> int:
        return len(self._slots)

    def __iter__(self) -> Iterator[U]:
        return (self._row(key, slot) for key, slot in self._slots.items())

    def __contains__(self, key: object) -> bool:
        return key in self._slots

    def keys(self) -> Iterable[str]:
        return self._slots.keys()

    def get(self, key: str) -> U | None:
        slot = self._slots.get(key)
        return None if slot is None else self._row(key, slot)

    def put(self, source: str, row: U) -> None:
        self._put(self._source(source), row.key, row)

    def drop(self, source: str, key: str, uid: str = "") -> None:
        slot = self._slots.get(key)
        if slot is None or self._owner[slot] != self._sources.get(source):
            return
        del self._slots[key]
        self._free.append(slot)
        self._touched(key)

    def replacing(
        self, source: str, scope: str, rows: Iterable[U], first: bool = True, last: bool = True
    ) -> Iterator[None]:
        """What the source says of `scope` is to be exactly `rows`, in steps as `Table.replacing`."""
        owner, place = self._source(source), (source, scope)
        if first or place not in self._lists:
            self._rounds = self._rounds % 0xFFFF + 1
            self._lists[place] = _List(self._rounds)
        under_way = self._lists[place]
        for number, row in enumerate(rows):
            slot = self._put(owner, row.key, row)
            if slot is not None and self._round[slot] != under_way.round:
                self._round[slot] = under_way.round
                under_way.count += 1
            if not (number + 1) % SLICE:
                yield
        if not last:
            return
        del self._lists[place]
        if not scope and under_way.count == len(self._slots):
            return
        begin = f"{scope}/" if scope else ""
        slots, rounds, owners = self._slots, self._round, self._owner
        gone = [
            key
            for key, slot in slots.items()
            if rounds[slot] != under_way.round and owners[slot] == owner and key.startswith(begin)
        ]
        for key in gone:
            self.drop(source, key)

    def _source(self, name: str) -> int:
        return self._sources.setdefault(name, len(self._sources))

    def _row(self, key: str, slot: int) -> U:
        at, window = self._at[slot], self._window[slot]
        return self._make(
            key,
            self._cpu[slot],
            self._memory[slot],
            None if at == _UNKNOWN else at,
            None if window == _UNKNOWN else window,
        )

    def _put(self, owner: int, key: str, row: U) -> int | None:
        """The slot of the row; None where it is another source's."""
        cpu, memory = row.cpu, row.memory
        if not (-_MOST <= cpu <= _MOST and -_MOST <= memory <= _MOST):
            cpu, memory = max(min(cpu, _MOST), -_MOST), max(min(memory, _MOST), -_MOST)
        at = _UNKNOWN if row.at is None else row.at
        slot = self._slots.get(key)
        if slot is None:
            slot = self._take(key, owner)
        elif self._owner[slot] != owner:
            return None
        elif self._at[slot] == at and self._cpu[slot] == cpu and self._memory[slot] == memory:
            return slot
        self._cpu[slot], self._memory[slot], self._at[slot] = cpu, memory, at
        self._window[slot] = _UNKNOWN if row.window is None else row.window
        short_cpu, short_memory = packed(cpu), packed(memory)
        count = self._samples[slot]
        place = 2 * (TREND * slot + count % TREND)
        self._trend[place], self._trend[place + 1] = short_cpu, short_memory
        self._samples[slot] = count + 1
        self._minutes.note(slot, short_cpu, short_memory, self.moment)
        self._touched(self._named(key))
        return slot

    def _take(self, key: str, owner: int) -> int:
        key = self._named(key)
        if self._free:
            slot = self._free.pop()
            self._owner[slot], self._round[slot], self._samples[slot] = owner, 0, 0
        else:
            slot = len(self._owner)
            self._owner.append(owner)
            for numbers in (self._cpu, self._memory, self._samples, self._round):
                numbers.append(0)
            for moments in (self._at, self._window):
                moments.append(_UNKNOWN)
            self._trend.frombytes(bytes(4 * TREND))
        self._minutes.begin(slot, self.moment)
        self._slots[key] = slot
        return slot

    # -- the past

    def cpu_trend(self, key: str) -> tuple[float, ...]:
        """The last samples of CPU, in nanocores, oldest first."""
        return self._lately(key, 0)

    def memory_trend(self, key: str) -> tuple[float, ...]:
        """The last samples of memory, in bytes, oldest first."""
        return self._lately(key, 1)

    def _lately(self, key: str, which: int) -> tuple[float, ...]:
        slot = self._slots.get(key)
        if slot is None:
            return ()
        count = self._samples[slot]
        places = (2 * (TREND * slot + each % TREND) + which for each in range(max(0, count - TREND), count))
        return tuple(unpacked(self._trend[place]) for place in places)

    def then(self, key: str, now: float) -> Then | None:
        """The oldest sample of the hour up to `now` (cluster's clock); None before there are two minutes."""
        slot = self._slots.get(key)
        return None if slot is None else self._minutes.then(slot, now)

    def hour(self, key: str, now: float) -> list[tuple[float, float] | None]:
        """CPU and memory of the hour up to `now` (cluster's clock), a sample a minute, oldest first."""
        slot = self._slots.get(key)
        return [None] * (SPAN + 1) if slot is None else self._minutes.hour(slot, now)

    def rows_at(self, moment: float) -> Iterator[U]:
        """The rows there are now as they were at `moment`, as far as that is remembered."""
        for key, slot in self._slots.items():
            sample = next((one for one in reversed(self._minutes.hour(slot, moment)) if one is not None), None)
            if sample is not None:
                yield self._make(key, round(sample[0]), round(sample[1]), moment, None)
