"""An ordered, filtered look at a table, kept right by the keys that changed."""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

Rank = tuple[Any, ...]
"""Where a row stands: compared from the left, and ending with the row's key so that no two are equal."""

T = TypeVar("T")

FEW = 64
"""Up to so many changed rows are moved one by one; more are merged, which a sort of nearly ordered rows does
in about 25 ms for 5,000 changes among 150,000."""


class View(Sequence[str]):
    """The keys that `rank` does not refuse (None), in the order of their ranks."""

    def __init__(self, rank: Callable[[str], Rank | None], keys: Iterable[str] = ()) -> None:
        self._rank = rank
        self._ranks: dict[str, Rank] = {}
        self._order: list[Rank] = []
        self.rebuild(keys)

    def rebuild(self, keys: Iterable[str]) -> None:
        """Starts again from all keys of the table: the filter or the order is another one."""
        rank = self._rank
        self._ranks = {key: place for key in keys if (place := rank(key)) is not None}
        self._order = sorted(self._ranks.values())

    def update(self, changed: Iterable[str]) -> bool:
        """Looks again at keys that were added, changed or removed; True when the view itself changed."""
        moves = []
        for key in changed:
            before, after = self._ranks.get(key), self._rank(key)
            if before != after:
                moves.append((key, before, after))
        if not moves:
            return False
        if len(moves) <= FEW:
            for _, before, after in moves:
                if before is not None:
                    del self._order[bisect_left(self._order, before)]
                if after is not None:
                    insort(self._order, after)
        else:
            left = {before for _, before, _ in moves if before is not None}
            kept = [place for place in self._order if place not in left]
            kept.extend(sorted(after for _, _, after in moves if after is not None))
            kept.sort()
            self._order = kept
        for key, _, after in moves:
            if after is None:
                self._ranks.pop(key, None)
            else:
                self._ranks[key] = after
        return True

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [place[-1] for place in self._order[index]]
        return self._order[index][-1]

    def __iter__(self) -> Iterator[str]:
        return (place[-1] for place in self._order)

    def __contains__(self, key: object) -> bool:
        return key in self._ranks

    def index(self, key: str, start: int = 0, stop: int | None = None) -> int:
        """Where a key stands. Raises ValueError for a key that is not in the view."""
        place = self._ranks.get(key)
        if place is None:
            raise ValueError(key)
        return bisect_left(self._order, place)


def top_n(rows: Iterable[T], count: int, rank: Callable[[T], Any]) -> list[T]:
    """The first `count` rows by rank, without ordering the rest."""
    return heapq.nsmallest(count, rows, key=rank)
