"""What a table shows: rows that somebody else owns, reached by position and known by identity."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, Protocol, TypeVar

from tui.widgets.text import head

Key = Hashable
"""Identity of a row (a uid, a (namespace, name)...): stays the same wherever the row moves."""

Spans = tuple[tuple[int, str], ...]
"""Styles side by side: how many cells, and the name of the style that they have."""

Cell = tuple[str, str | Spans]
"""(text, style name). The text is clean: no control characters, one line. A text that is exactly as wide as its
column may have several styles."""

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


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


def styled(text: str, spans: Spans) -> list[tuple[str, str]]:
    """A text in the styles of its parts; what is left over has the last one."""
    pieces: list[tuple[str, str]] = []
    for cells, style in spans[:-1]:
        part = head(text, cells)
        pieces.append((part, style))
        text = text[len(part) :]
    pieces.append((text, spans[-1][1] if spans else ""))
    return pieces
