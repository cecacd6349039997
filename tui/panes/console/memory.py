"""What the console remembers from one session to the next: the queries asked, and those that are pinned."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from tui.kept import write

FILE = "console.json"
MOST_ASKED = 500
MOST_PINS = 20
LONGEST = 20_000
"""Characters of a query that is remembered."""


class Kept(Struct, frozen=True):
    """The file. `history` is oldest first, each query once."""

    history: tuple[str, ...] = ()
    pins: tuple[str, ...] = ()


class Memory:
    """`folder` is where the file is; without one, or where it cannot be written, all lasts for the session."""

    def __init__(self, folder: Path | None, configured: Sequence[str] = ()) -> None:
        self._file = folder / FILE if folder is not None else None
        kept = self._read()
        self.history: list[str] = list(kept.history)[-MOST_ASKED:]
        self.pins: list[str] = list(dict.fromkeys((*configured, *kept.pins)))[:MOST_PINS]
        self._configured = frozenset(configured)
        self._asked: list[str] = []

    def remember(self, query: str) -> None:
        """A query was asked; it moves to the end of the history. Nothing is written yet."""
        if query.strip() and len(query) <= LONGEST:
            self._asked.append(query)
            self.history = _newest([*self.history, query])

    def pin(self, query: str) -> str:
        """Pins a query; what to say about it."""
        if query in self.pins:
            return "this query is pinned already"
        if len(self.pins) >= MOST_PINS:
            return f"{MOST_PINS} queries are pinned, which is all there can be: `:unpin N` makes room"
        self.pins.append(query)
        return self._said("pinned")

    def unpin(self, query: str) -> str:
        """Takes a pinned query away; what to say about it."""
        self.pins.remove(query)
        if query in self._configured:
            return "unpinned for this session; it is pinned in the configuration"
        return self._said("unpinned")

    def _said(self, what: str) -> str:
        if self._file is None:
            return f"{what} for this session"
        problem = self.save()
        return f"{what} for this session only: {problem}" if problem else what

    def save(self) -> str:
        """Writes the file, with what other sessions asked meanwhile; what went wrong, "" when nothing did."""
        if self._file is None:
            return ""
        history = _newest([*self._read().history, *self._asked])
        pins = [pin for pin in self.pins if pin not in self._configured]
        kept = Kept(tuple(map(_writable, history)), tuple(map(_writable, pins)))
        try:
            write(self._file, kept)
        except OSError as error:
            return f"{self._file}: {error.strerror}"
        return ""

    def _read(self) -> Kept:
        """What was kept. A file that somebody broke is left alone until there is something to write."""
        if self._file is None:
            return Kept()
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=Kept)
        except (OSError, msgspec.MsgspecError):
            return Kept()


def _writable(query: str) -> str:
    """The query as UTF-8 has it: half a character (a lone surrogate) becomes a question mark."""
    return query.encode("utf-8", "replace").decode("utf-8")


def _newest(queries: Sequence[str]) -> list[str]:
    """Each query once, where it was asked last; the newest of them."""
    return list(reversed(dict.fromkeys(reversed(queries))))[-MOST_ASKED:]
