"""Keys kept in order in blocks: one more or one less costs the same among a hundred and a hundred thousand."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

Rank = tuple[Any, ...]
"""What rows are compared by, from the left; those of equal ranks stand in the order of their keys."""

BLOCK = 1000
"""Keys in a block at most. One list of 150,000 would hold every other thread up while it is sorted or moved."""


class _Block:
    """Some neighbours: their ranks, and beside each its key. Not as pairs: on a large cluster most rows rank alike
    and share one rank; a pair for each would weigh half as much as its pod."""

    __slots__ = ("keys", "ranks")

    def __init__(self, ranks: list[Rank], keys: list[str]) -> None:
        self.ranks, self.keys = ranks, keys

    def place(self, rank: Rank, key: str) -> int:
        """Where the key stands, or would stand."""
        ranks = self.ranks
        if ranks[0] == rank == ranks[-1]:  # so it is in most blocks of a large cluster
            return bisect_left(self.keys, key)
        first = bisect_left(ranks, rank)
        if first == len(ranks) or ranks[first] != rank:
            return first
        return bisect_left(self.keys, key, first, bisect_right(ranks, rank, first))

    def add(self, place: int, rank: Rank, key: str) -> Rank:
        """Gives the rank that stands there now: an equal one of a neighbour's, if there is one."""
        for near in (place - 1, place):
            if 0 <= near < len(self.ranks) and self.ranks[near] == rank:
                rank = self.ranks[near]
                break
        self.ranks.insert(place, rank)
        self.keys.insert(place, key)
        return rank

    def split(self) -> _Block:
        """Takes the upper half away, and gives it."""
        half = len(self.keys) // 2
        upper = _Block(self.ranks[half:], self.keys[half:])
        del self.ranks[half:], self.keys[half:]
        return upper


class Ordered:
    """Keys that differ, with their ranks, smallest first."""

    def __init__(self) -> None:
        self._blocks: list[_Block] = []
        """None of them empty."""
        self._lasts: list[tuple[Rank, str]] = []
        """The last rank and key of each block."""
        self._ends: list[int] | None = None
        """Where each block ends, counted from the first key; None when that has to be counted again."""
        self._size = 0

    def add(self, rank: Rank, key: str) -> Rank:
        """Takes a key in that is not there; gives the rank to keep, which others may share."""
        self._size += 1
        self._ends = None
        number = bisect_left(self._lasts, (rank, key))
        if number == len(self._blocks):  # so it is with each of a list that comes in order
            if not number or len(self._blocks[-1].keys) >= BLOCK:
                shared = self._lasts[-1][0] if number and self._lasts[-1][0] == rank else rank
                self._blocks.append(_Block([shared], [key]))
                self._lasts.append((shared, key))
                return shared
            number -= 1
            block = self._blocks[number]
            shared = block.add(len(block.keys), rank, key)
            self._lasts[number] = (shared, key)
            return shared
        block = self._blocks[number]
        shared = block.add(block.place(rank, key), rank, key)
        if len(block.keys) > BLOCK:
            upper = block.split()
            self._blocks.insert(number + 1, upper)
            self._lasts.insert(number, (block.ranks[-1], block.keys[-1]))
        return shared

    def remove(self, rank: Rank, key: str) -> None:
        """Takes away a key that is there, with this rank."""
        self._size -= 1
        self._ends = None
        number = bisect_left(self._lasts, (rank, key))
        block = self._blocks[number]
        place = block.place(rank, key)
        del block.ranks[place], block.keys[place]
        if not block.keys:
            del self._blocks[number], self._lasts[number]
        elif place == len(block.keys):
            self._lasts[number] = (block.ranks[-1], block.keys[-1])

    def index(self, rank: Rank, key: str) -> int:
        """How many keys stand before one that is there."""
        number = bisect_left(self._lasts, (rank, key))
        before = self._counted()[number - 1] if number else 0
        return before + self._blocks[number].place(rank, key)

    def shed(self) -> Iterator[None]:
        """Frees all keys, a block in each step."""
        while self._blocks:
            self._blocks.pop()
            yield
        self._lasts.clear()
        self._ends, self._size = None, 0

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[str]:
        for block in self._blocks:
            yield from block.keys

    def __getitem__(self, index: int) -> str:
        if index < 0:
            index += self._size
        if not 0 <= index < self._size:
            raise IndexError(index)
        ends = self._counted()
        number = bisect_left(ends, index + 1)
        return self._blocks[number].keys[index - (ends[number - 1] if number else 0)]

    def _counted(self) -> list[int]:
        if self._ends is None:
            self._ends = list(accumulate(len(block.keys) for block in self._blocks))
        return self._ends
