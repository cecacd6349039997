"""The bounded past: what each row was before it changed, so that the present can be taken back step by step."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import force_setattr

from sources.model import Event, Kind, Pod, Thing
from sources.world.tables import Rows

_TEXTS: Mapping[type, tuple[str, ...]] = {
    Pod: ("key", "name", "uid", "ip", "message"),
    Event: ("uid", "name", "message"),
}
"""What is read anew with every version of a row and mostly is what it was: half of what a past row weighs."""


def share_texts(before: Thing, after: Thing) -> None:
    """Lets a row have the texts of its version before, where they are equal."""
    for name in _TEXTS.get(type(after), ()):
        text = getattr(before, name)
        if text == getattr(after, name):
            force_setattr(after, name, text)


class Before(Struct, frozen=True, gc=False):
    """What a row was until `at` (epoch seconds); None: it was not there. The collector has nothing to find in
    it: it would come with every few thousands."""

    at: float
    kind: Kind
    key: str
    row: Thing | None


class History:
    """Keeps the last changes up to a number and an age, whichever is less.

    It holds the rows of the past and no copy of the present, which costs nothing where nothing changes: any moment
    still covered is the present with the later changes undone.
    """

    def __init__(self, max_changes: int = 50_000, max_age: float = 1800.0) -> None:
        self.changes: deque[Before] = deque(maxlen=max_changes)
        self.max_changes = max_changes
        self.max_age = max_age

    def note(self, at: float, kind: Kind, key: str, row: Thing | None) -> None:
        """A row changed; of too many changes the oldest goes."""
        self.changes.append(Before(at, kind, key, row))

    def shrink(self, most: int) -> None:
        """Keeps fewer changes from now on, until it may `grow`."""
        if self.changes.maxlen != most:
            self.changes = deque(self.changes, maxlen=most)

    def grow(self) -> None:
        """Keeps as many changes as at the beginning again."""
        self.shrink(self.max_changes)

    def forget(self, now: float) -> None:
        """Drops what is too old."""
        while self.changes and self.changes[0].at < now - self.max_age:
            self.changes.popleft()

    @property
    def since(self) -> float | None:
        """The earliest moment that can be shown; None while nothing was recorded."""
        return self.changes[0].at if self.changes else None

    def rows_at(self, moment: float, present: Mapping[Kind, Rows]) -> Iterator[Thing]:
        """All rows as they were at `moment` (epoch seconds), given those of now."""
        undone: dict[Kind, dict[str, Thing | None]] = {kind: {} for kind in present}
        for change in self.changes:
            if change.at > moment:
                undone[change.kind].setdefault(change.key, change.row)
        for kind, table in present.items():
            then = undone[kind]
            yield from (row for row in table if row.key not in then)
            yield from (row for row in then.values() if row is not None)
