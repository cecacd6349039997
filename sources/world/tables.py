"""The plain fold: tables by kind and key, kept apart by the source that states them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Generic, Protocol, TypeVar

from sources.contract import Batch, Delete, Snapshot, Upsert
from sources.model import KINDS, Kind, Thing, kind_of

T = TypeVar("T", bound=Thing)

SLICE, SCANNED = 250, 5_000
"""Rows that are put in, or only looked at, at one go; then others get their turn."""

Moved = Callable[[str, "Thing | None", "Thing | None"], None]
"""Told (key, before, after) for each row that really changed."""


class Table(Generic[T]):
    """Rows by key. Each source has a part of its own, so that its snapshot cannot delete another's rows; where
    two sources state the same key, the one that was configured first to speak wins."""

    def __init__(self, moved: Moved | None = None) -> None:
        self._parts: dict[str, dict[str, T]] = {}
        self._listed: dict[tuple[str, str], set[str]] = {}
        """Keys of lists under way, by source and scope."""
        self._every: tuple[str, ...] | None = None
        self._moved = moved

    def __len__(self) -> int:
        if len(self._parts) == 1:
            return len(next(iter(self._parts.values())))
        return sum(1 for _ in self.keys())

    def __iter__(self) -> Iterator[T]:
        if len(self._parts) == 1:
            return iter(next(iter(self._parts.values())).values())
        return (row for key in self.keys() if (row := self.get(key)) is not None)

    def __contains__(self, key: object) -> bool:
        return any(key in part for part in self._parts.values())

    def keys(self) -> Iterable[str]:
        if len(self._parts) == 1:
            return next(iter(self._parts.values())).keys()
        return dict.fromkeys(key for part in self._parts.values() for key in part)

    def every(self) -> tuple[str, ...]:
        """The keys that there are now, to go through them while they change: 150,000 are not copied each time."""
        if self._every is None:
            self._every = tuple(self.keys())
        return self._every

    def get(self, key: str) -> T | None:
        for part in self._parts.values():
            row = part.get(key)
            if row is not None:
                return row
        return None

    def put(self, source: str, row: T) -> None:
        self._put(self._parts.setdefault(source, {}), row.key, row)

    def _put(self, part: dict[str, T], key: str, row: T) -> None:
        before = part.get(key)
        if before is row or before == row:
            return
        if len(self._parts) == 1:
            part[key] = row
            if before is None:
                self._every = None
            if self._moved is not None:
                self._moved(key, before, row)
            return
        shown = self.get(key)
        part[key] = row
        self._tell(key, shown)

    def drop(self, source: str, key: str, uid: str = "") -> None:
        part, shown = self._parts.get(source, {}), self.get(key)
        row = part.get(key)
        if row is not None and not (uid and getattr(row, "uid", uid) not in ("", uid)):
            del part[key]
            self._tell(key, shown)

    def _tell(self, key: str, before: T | None) -> None:
        """Where several sources state a key, only what is shown of it counts."""
        after = self.get(key)
        if before is None or after is None:
            self._every = None
        if self._moved is not None and before is not after:
            self._moved(key, before, after)

    def replacing(
        self, source: str, scope: str, rows: Iterable[T], first: bool = True, last: bool = True
    ) -> Iterator[None]:
        """What the source says of `scope` ("" is everything) is to be exactly `rows`: done when the iterator is at
        its end. What is not among them goes last."""
        part = self._parts.setdefault(source, {})
        if first:
            self._listed.pop((source, scope), None)
        fresh = self._listed.setdefault((source, scope), set())
        for number, row in enumerate(rows):
            key = row.key
            fresh.add(key)
            self._put(part, key, row)
            if not (number + 1) % SLICE:
                yield
        if not last:
            return
        del self._listed[source, scope]
        if len(fresh) == len(part):
            return  # nothing but these: most lists find that nothing is gone
        for number, key in enumerate(tuple(part)):
            held = part.get(key)  # between two steps it may have gone: memory is short, and events are let go
            if held is not None and key not in fresh and _within(held, scope):
                self.drop(source, key)
            if not (number + 1) % SCANNED:
                yield


def _within(row: Thing, scope: str) -> bool:
    return not scope or getattr(row, "namespace", "") == scope


class Rows(Protocol):
    """What a table is to the fold, and to whoever looks something up in it."""

    def get(self, key: str) -> Thing | None: ...

    def put(self, source: str, row: Any) -> None: ...

    def drop(self, source: str, key: str, uid: str = "") -> None: ...

    def replacing(
        self, source: str, scope: str, rows: Any, first: bool = True, last: bool = True
    ) -> Iterator[None]: ...

    def keys(self) -> Iterable[str]: ...

    def __iter__(self) -> Iterator[Any]: ...

    def __len__(self) -> int: ...

    def __contains__(self, key: object) -> bool: ...


class Fold:
    """All tables, and nothing else: the state after some batches. Statuses are the World's business."""

    def __init__(self, tables: Mapping[Kind, Rows] | None = None) -> None:
        self.tables: Mapping[Kind, Rows] = tables or {kind: Table() for kind in KINDS}

    def apply(self, batch: Batch) -> None:
        for _step in self.applying(batch):
            pass

    def applying(self, batch: Batch) -> Iterator[None]:
        """Takes a batch in, in steps of some hundred rows: a list of 150,000 takes a second."""
        for number, change in enumerate(batch.changes, 1):
            if isinstance(change, Upsert):
                self.tables[kind_of(change.object)].put(batch.source, change.object)
            elif isinstance(change, Delete):
                self.tables[change.kind].drop(batch.source, change.key, change.uid)
            elif isinstance(change, Snapshot):
                yield from self.tables[change.kind].replacing(
                    batch.source, change.scope, change.objects, change.first, change.last
                )
            if not number % SLICE:
                yield
