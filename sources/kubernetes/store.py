"""Turns what a reflector reads into changes, and gathers a list that is under way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sources.contract import Change, Delete, Snapshot, Upsert
from sources.kubernetes.api import Resource
from sources.kubernetes.watchstream import EventMeta
from sources.model import Node, Pod, Thing


class Store:
    """Turns objects into changes. The objects themselves live in the World; once a list is complete nothing of
    them is left here.

    While a list is under way (`begin` to `finish`) objects are gathered aside. On the very first one they are
    handed out at once, so that rows appear while the rest loads; later ones show only as the final Snapshot. What
    a first page or a list that broke had handed out stays until then, or until it is said to be deleted.
    """

    def __init__(self, resource: Resource, namespace: str) -> None:
        self.synced = False
        """Whether a list was ever complete."""
        self._resource = resource
        self._namespace = namespace
        self._gathered: dict[str, Thing] | None = None
        self._ahead: dict[str, Thing] = {}
        """Handed out before, and not yet seen in the list under way."""

    @property
    def gathering(self) -> bool:
        return self._gathered is not None

    @property
    def gathered(self) -> int:
        """Objects of the list under way, and those handed out before it."""
        return len(self._gathered or ()) + len(self._ahead)

    def begin(self) -> None:
        """A list starts (again)."""
        if self._gathered and not self.synced:
            self._ahead |= self._gathered
        self._gathered = {}

    def add(self, things: Iterable[Thing]) -> Sequence[Change]:
        """Objects that were listed, added or modified."""
        changes: list[Change] = []
        for thing in things:
            if self._gathered is not None:
                self._gathered[thing.key] = thing
                self._ahead.pop(thing.key, None)
            if self._gathered is None or not self.synced:
                changes.append(Upsert(thing))
        return changes

    def remove(self, meta: EventMeta) -> Sequence[Change]:
        """An object that was deleted, unless another one bears its name by now (a StatefulSet's pod)."""
        delete = Delete(self._resource.kind, self._resource.key(meta), meta.uid or "")
        if self._gathered is None:
            return (delete,)
        holder = self._gathered if delete.key in self._gathered else self._ahead
        thing = holder.get(delete.key)
        if thing is None or _other(_uid(thing), meta.uid):
            return ()
        del holder[delete.key]
        return () if self.synced else (delete,)

    def finish(self) -> Snapshot:
        """The list is complete: what was gathered is everything there is."""
        gathered, self._gathered, self._ahead = self._gathered or {}, None, {}
        self.synced = True
        return Snapshot(self._resource.kind, self._namespace, tuple(gathered.values()))


def _uid(thing: Thing) -> str:
    return thing.uid if isinstance(thing, Pod | Node) else ""


def _other(known: str, said: str | None) -> bool:
    return bool(known and said) and known != said
