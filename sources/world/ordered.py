"""Ranks kept in order in blocks: one more or one less costs the same among a hundred and a hundred thousand."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

Rank = tuple[Any, ...]
"""Where a row stands: compared from the left, and ending with the row's key so that no two are equal."""

BLOCK = 1000
"""Ranks in a block at most. One list of 150,000 would hold every other thread up while it is sorted or moved."""


class Ordered:
    """Ranks that differ, smallest first."""

    def __init__(self) -> None:
        self._blocks: list[list[Rank]] = []
        self._lasts: list[Rank] = []
        """The last rank of each block, which is never empty."""
        self._ends: list[int] | None = None
        """Where each block ends, counted from the first rank; None when that has to be counted again."""
        self._size = 0

    def add(self, rank: Rank) -> None:
        self._size += 1
        self._ends = None
        if not self._blocks:
            self._blocks.append([rank])
            self._lasts.append(rank)
            return
        if rank > self._lasts[-1]:  # so it is with each of a list that comes in order
            if len(self._blocks[-1]) < BLOCK:
                self._blocks[-1].append(rank)
                self._lasts[-1] = rank
            else:
                self._blocks.append([rank])
                self._lasts.append(rank)
            return
        place = bisect_left(self._lasts, rank)
        block = self._blocks[place]
        insort(block, rank)
        if len(block) > BLOCK:
            rest = block[BLOCK // 2 :]
            del block[BLOCK // 2 :]
            self._blocks.insert(place + 1, rest)
            self._lasts.insert(place, block[-1])
            self._lasts[place + 1] = rest[-1]
        else:
            self._lasts[place] = block[-1]

    def remove(self, rank: Rank) -> None:
        """Takes away a rank that is there."""
        self._size -= 1
        self._ends = None
        place = bisect_left(self._lasts, rank)
        block = self._blocks[place]
        del block[bisect_left(block, rank)]
        if block:
            self._lasts[place] = block[-1]
        else:
            del self._blocks[place], self._lasts[place]

    def index(self, rank: Rank) -> int:
        """How many ranks stand before one that is there."""
        place = bisect_left(self._lasts, rank)
        before = self._counted()[place - 1] if place else 0
        return before + bisect_left(self._blocks[place], rank)

    def shed(self) -> Iterator[None]:
        """Frees all ranks, a block in each step."""
        while self._blocks:
            self._blocks.pop()
            yield
        self._lasts.clear()
        self._ends, self._size = None, 0

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Rank]:
        for block in self._blocks:
            yield from block

    def __getitem__(self, index: int) -> Rank:
        if index < 0:
            index += self._size
        if not 0 <= index < self._size:
            raise IndexError(index)
        ends = self._counted()
        place = bisect_left(ends, index + 1)
        return self._blocks[place][index - (ends[place - 1] if place else 0)]

    def _counted(self) -> list[int]:
        if self._ends is None:
            self._ends = list(accumulate(map(len, self._blocks)))
        return self._ends
