"""One copy of each repeated text and label set, bounded, so that a decoded pod costs under a kilobyte."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TypeVar

from sources.model import Labels
from sources.rules.wire import StringMap

H = TypeVar("H", bound=Hashable)

DEFAULT_LIMIT = 65_536


class Interner:
    """Hands back the first equal value it saw.

    Not `sys.intern`: Python 3.12 never frees those, and node names, hashes and label sets come and go for as
    long as a session runs. When `limit` values are held the table starts anew; values in use stay as they are.
    """

    def __init__(self, limit: int = DEFAULT_LIMIT) -> None:
        self._limit = limit
        self._known: dict[Hashable, Hashable] = {}

    def __len__(self) -> int:
        return len(self._known)

    def one(self, value: H) -> H:
        """The shared copy of an equal value of the same type."""
        known = self._known
        if len(known) >= self._limit:
            known.clear()
        found = known.setdefault(value, value)
        # 1, 1.0 and True are equal; whoever asks for a float must not get an int.
        return found if type(found) is type(value) else value

    def text(self, value: str | None) -> str:
        """The shared copy of a text; "" for None."""
        return self.one(value) if value else ""

    def labels(self, labels: StringMap | None) -> Labels:
        """A label map as the model's sorted pairs, shared; null values become ""."""
        if not labels:
            return ()
        # Without making pairs and sorting them again: a thousand replicas come with the same names and values.
        as_sent = (None, *labels, *labels.values())  # equals no pair
        found = self._known.get(as_sent)
        if found is None:
            pairs = sorted(labels.items(), key=_first)
            found = self.one(tuple(self.one((self.one(name), self.one(value or ""))) for name, value in pairs))
            self._known[as_sent] = found
        return found  # type: ignore[return-value]  # what this method put there


def _first(pair: tuple[str, str | None]) -> str:
    return pair[0]
