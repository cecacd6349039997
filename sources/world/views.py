"""An ordered, filtered look at a table, kept right by the keys that changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sources.world.ordered import BLOCK, Ordered, Rank

__all__ = ["Rank", "View"]


class View(Sequence[str]):
    """The keys that `rank` does not refuse (None), in the order of their ranks.

    A large table is shown in steps: begin without keys and `update` with some at a time, those that change
    meanwhile among them. In the end it is the view that all of them together would have given.
    """

    def __init__(self, rank: Callable[[str], Rank | None], keys: Iterable[str] = ()) -> None:
        self._rank = rank
        self._ranks: dict[str, Rank] = {}
        self._order = Ordered()
        self.update(keys)

    def update(self, changed: Iterable[str]) -> bool:
        """Looks again at keys that were added, changed or removed; True when the view itself changed."""
        rank, ranks, order = self._rank, self._ranks, self._order
        moved = False
        for key in changed:
            before, after = ranks.get(key), rank(key)
            if before == after:
                continue
            moved = True
            if before is not None:
                order.remove(before, key)
            if after is None:
                del ranks[key]
            else:
                ranks[key] = order.add(after, key)
        return moved

    def shed(self) -> Iterator[None]:
        """Frees all rows in steps, of a view that is looked at no more: 150,000 at once hold everything up."""
        while self._ranks:
            for _ in range(min(BLOCK, len(self._ranks))):
                self._ranks.popitem()
            yield
        yield from self._order.shed()

    def bring(self, key: str) -> None:
        """Looks at a key now, ahead of those that are still to be given."""
        self.update([key])

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        return self._order[index]

    def __iter__(self) -> Iterator[str]:
        return iter(self._order)

    def __contains__(self, key: object) -> bool:
        return key in self._ranks

    def index(self, key: str, start: int = 0, stop: int | None = None) -> int:
        """Where a key stands. Raises ValueError for a key that is not in the view."""
        rank = self._ranks.get(key)
        if rank is None:
            raise ValueError(key)
        return self._order.index(rank, key)
