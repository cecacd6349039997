"""Keeps a cursor on an object and the part of a long list around it in view, while the list changes."""

from __future__ import annotations

from collections.abc import Sequence

from tui.widgets.rows import Key, Rows

_NEIGHBOURS = 8  # rows looked at on each side of a vanished one; a search in a long list is not free


class Viewport:
    """Where the cursor and the view are.

    The cursor rests on the first row until it is moved; then it is pinned to its object. The first row stays in
    view, once it is, for as long as the cursor can be seen too.
    """

    def __init__(self) -> None:
        self.key: Key | None = None
        """The object under the cursor; remembered while there are no rows, if pinned."""
        self.at = 0
        """Position of the cursor's row."""
        self.top = 0
        """Position of the first row in view."""
        self.height = 0
        """Rows that fit into the view."""
        self.pinned = False

    def move(self, rows: Rows, index: int) -> None:
        """Put the cursor on the row nearest to `index` and pin it to that object."""
        if len(rows):
            self.pinned = True
            self._stand(rows, min(max(index, 0), len(rows) - 1))

    def scroll(self, rows: Rows, by: int) -> bool:
        """Move the view, and the cursor only as far as it must to stay inside; False if at an end already."""
        top = min(max(self.top + by, 0), max(0, len(rows) - self.height))
        if top == self.top or self.height < 1:
            return False
        self.top = top
        self.move(rows, min(max(self.at, top), top + self.height - 1))
        return True

    def follow(self, rows: Rows, seen: Sequence[Key]) -> None:
        """Find the cursor's object after the rows changed.

        `seen` are the keys that were in view, from the top; if the object is gone, the nearest of them that
        is left takes the cursor.
        """
        if not len(rows):
            if not self.pinned:  # else the object is remembered: a list that fills again has not lost it
                self.key = None
            return
        if not self.pinned or self.key is None:
            self.top = 0
            self._stand(rows, 0)
            return
        was = self.at
        index = rows.index(self.key, was)
        self._stand(rows, self._nearest(rows, seen) if index is None else index)
        if self.at != was:
            self.top = self._stillest(rows, seen, self.top + self.at - was)

    def place(self, size: int) -> None:
        """Move the view as little as needed to show the cursor; a far jump puts it in the middle."""
        if self.height < 1 or size < 1:
            return
        self.at = min(self.at, size - 1)
        limit = max(0, size - self.height)
        top = min(max(self.top, 0), limit)
        bottom = top + self.height - 1
        if max(top - self.at, self.at - bottom) > self.height:
            top = self.at - self.height // 2
        elif self.at < top:
            top = self.at
        elif self.at > bottom:
            top = self.at - self.height + 1
        self.top = min(max(top, 0), limit)

    def thumb(self, size: int) -> tuple[int, int]:
        """First and one-past-last line of a scroll bar's thumb; (0, 0) when all rows are in view."""
        if size <= self.height or self.height < 1:
            return 0, 0
        length = max(1, self.height * self.height // size)
        first = self.top * (self.height - length) // (size - self.height)
        return first, first + length

    def _stand(self, rows: Rows, index: int) -> None:
        self.at, self.key = index, rows.key(index)

    def _nearest(self, rows: Rows, seen: Sequence[Key]) -> int:
        if self.key in seen:
            place = seen.index(self.key)
            for distance in range(1, _NEIGHBOURS + 1):
                for other in (place + distance, place - distance):
                    index = rows.index(seen[other], self.at) if 0 <= other < len(seen) else None
                    if index is not None:
                        return index
        return min(self.at, len(rows) - 1)

    def _stillest(self, rows: Rows, seen: Sequence[Key], shift: int) -> int:
        """Of the old place and `shift`, the one for the view where more rows stay where they were."""
        limit = max(0, len(rows) - self.height)
        stay, shift = min(self.top, limit), min(max(shift, 0), limit)
        if stay == shift or (stay == 0 and self.at < self.height):
            return stay

        def kept(top: int) -> int:
            view = range(top, min(top + self.height, len(rows)))
            pairs = zip(view, seen, strict=False)
            return sum(rows.key(i) == key for i, key in pairs if key != self.key)

        return shift if kept(shift) > kept(stay) else stay
