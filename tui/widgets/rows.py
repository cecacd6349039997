"""What a table shows: rows that somebody else owns, reached by position and known by identity."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Generic, Protocol, TypeVar, runtime_checkable

Key = Hashable
"""Identity of a row (a uid, a (namespace, name)...): stays the same wherever the row moves."""

Spans = tuple[tuple[int, str], ...]
"""Styles side by side: how many cells, and the name of the style that they have."""

Cell = tuple[str, str | Spans]
"""(text, style name). The text is clean: no control characters, one line. A text that is exactly as wide as its
column may have several styles."""

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


@runtime_checkable
class Rows(Protocol):
    """An ordered sequence of rows. All answers hold until the owner tells the widget of a change."""

    def __len__(self) -> int: ...

    def key(self, index: int, /) -> Key:
        """Identity of the row at `index` (0 <= index < len)."""
        ...

    def cells(self, index: int, /) -> Sequence[Cell]:
        """One cell for each column of the table, in its order; asked for visible rows only."""
        ...

    def index(self, key: Key, near: int, /) -> int | None:
        """Where the row of `key` is now, None when it is gone; `near` is where it was last seen."""
        ...


@runtime_checkable
class FreezableRows(Rows, Protocol):
    """Rows that can be held still while their owner goes on."""

    def freeze(self) -> Rows:
        """The rows as they are now, unaffected by what happens later."""
        ...


def find_near(keys: Sequence[Key], key: Key, near: int, reach: int = 64) -> int | None:
    """Index of `key`: first around `near`, where a row usually still is, then everywhere."""
    size = len(keys)
    near = min(max(near, 0), size)
    for distance in range(reach):
        for index in (near + distance, near - distance):
            if 0 <= index < size and keys[index] == key:
                return index
    try:
        return keys.index(key)
    except ValueError:
        return None


class KeyedRows(Generic[K, T]):
    """Rows given as a sequence of keys, a way to an item by its key, and a way from an item to its cells."""

    def __init__(self, keys: Sequence[K], item: Callable[[K], T], cells: Callable[[T], Sequence[Cell]]) -> None:
        self.keys = keys
        self._item = item
        self._cells = cells

    def __len__(self) -> int:
        return len(self.keys)

    def key(self, index: int) -> K:
        """Identity of the row at `index`."""
        return self.keys[index]

    def item(self, index: int) -> T:
        """The object of the row at `index`."""
        return self._item(self.keys[index])

    def cells(self, index: int) -> Sequence[Cell]:
        """The cells of the row at `index`."""
        return self._cells(self._item(self.keys[index]))

    def index(self, key: Key, near: int) -> int | None:
        """Where `key` is now."""
        return find_near(self.keys, key, near)

    def freeze(self) -> KeyedRows[K, T]:
        """These keys with these items (the items themselves are expected to be immutable)."""
        keys = tuple(self.keys)
        return KeyedRows(keys, dict(zip(keys, map(self._item, keys), strict=True)).__getitem__, self._cells)


class Ring(Generic[K, T]):
    """At most `bound` items in the order of their last arrival; more push out the oldest.

    An item that arrives again under its key takes its place anew, as an event does that repeats.
    """

    def __init__(self, bound: int, cells: Callable[[T], Sequence[Cell]], *, newest_first: bool = True) -> None:
        if bound < 1:
            raise ValueError(f"a ring holds at least one item, not {bound}")
        self.bound = bound
        self.newest_first = newest_first
        self.dropped = 0
        """How many items were pushed out so far."""
        self._cells = cells
        self._items: dict[K, T] = {}
        self._keys: list[K] | None = None

    def extend(self, entries: Iterable[tuple[K, T]]) -> None:
        """Add (key, item) pairs, oldest first."""
        items = self._items
        for key, item in entries:
            items.pop(key, None)
            items[key] = item
        while len(items) > self.bound:
            del items[next(iter(items))]
            self.dropped += 1
        self._keys = None

    def discard(self, keys: Iterable[K]) -> None:
        """Remove the items of `keys`, those that are there."""
        for key in keys:
            self._items.pop(key, None)
        self._keys = None

    def _ordered(self) -> list[K]:
        if self._keys is None:
            self._keys = list(reversed(self._items)) if self.newest_first else list(self._items)
        return self._keys

    def __len__(self) -> int:
        return len(self._items)

    def key(self, index: int) -> K:
        """Identity of the row at `index`."""
        return self._ordered()[index]

    def item(self, index: int) -> T:
        """The object of the row at `index`."""
        return self._items[self._ordered()[index]]

    def cells(self, index: int) -> Sequence[Cell]:
        """The cells of the row at `index`."""
        return self._cells(self.item(index))

    def index(self, key: Key, near: int) -> int | None:
        """Where `key` is now."""
        return find_near(self._ordered(), key, near) if key in self._items else None

    def freeze(self) -> KeyedRows[K, T]:
        """The items as they are now."""
        return KeyedRows(tuple(self._ordered()), dict(self._items).__getitem__, self._cells)
