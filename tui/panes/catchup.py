"""What a table pane has still to look at, in short steps: a large table in a new order, and bursts of changes."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

Look = Callable[[Sequence[str]], object]

STEP = 20
"""Rows that are looked at without asking for the time: about a millisecond."""
AT_ONCE = 100
"""Rows of a frame that are looked at in that frame; the others wait for the next ones."""
COUNTED_EVERY = 0.2
"""Seconds between two counts while they change with every frame."""
NOTHING: Iterator[None] = iter(())
_DONE = object()
SORTED = 4000
"""Rows that may be sorted at one go."""
FIRST = 100
"""Rows of a new order that are looked at as soon as it is asked for."""


class Progress(NamedTuple):
    """How far a new order is: what is done, with how many rows, of how many."""

    word: str
    done: int
    total: int

    @property
    def text(self) -> str:
        return f"{self.word} {self.done:,} of {self.total:,}"


class CatchUp:
    """Rows of the whole table (`begin`, which takes the place of one that is under way) and rows that changed
    (`add`). Both by turns: changes of a whole cluster, which come with every poll of usage, must not keep a new
    order from its end."""

    def __init__(self, fresh: Look, changed: Look) -> None:
        self._fresh = fresh
        self._changed = changed
        self._waiting: dict[str, None] = {}
        """Rows that changed..."""
        self._due: Iterator[str] = iter(())
        self._left = 0
        """...and those of them whose turn it is, and how many these are."""
        self._rest: Iterator[str] = iter(())
        self._old: deque[Iterator[None]] = deque()
        self.progress: Progress | None = None
        """The new order that is under way."""
        self._counted = 0.0
        self._fresh_turn = False

    def begin(self, word: str, keys: Sequence[str], old: Iterator[None] = NOTHING) -> None:
        """All rows are to be looked at, for what `word` says; meanwhile `old` frees what was before, to its end,
        in steps."""
        if old is not NOTHING:
            self._old.append(old)
        self._rest = iter(keys)
        self.progress = Progress(word, 0, len(keys))
        self._fresh_turn = True

    def add(self, keys: Iterable[str]) -> None:
        """These rows are to be looked at again, in their order: of a list each then goes behind the last."""
        keys = tuple(keys)
        self._waiting.update(dict.fromkeys(sorted(keys) if len(keys) <= SORTED else keys))

    @property
    def behind(self) -> bool:
        """Whether rows that changed still wait."""
        return self._left > 0 or bool(self._waiting)

    @property
    def busy(self) -> bool:
        return self.progress is not None or self.behind or bool(self._old)

    def count_due(self, more: bool) -> bool:
        """Whether it is time to say how far it is: a few times a second, and at the end."""
        now = time.monotonic()
        if more and now - self._counted < COUNTED_EVERY:
            return False
        self._counted = now
        return True

    def take(self, count: int) -> None:
        """Looks at up to so many rows, and at nothing that can wait."""
        while count > 0 and (self.progress is not None or self.behind):
            count -= self._step(min(count, STEP))

    def advance(self, deadline: float) -> bool:
        """Looks at rows until `deadline` (`time.thread_time`), at least a step; True while there are more."""
        while self.busy:
            if self._old and next(self._old[0], _DONE) is _DONE:
                self._old.popleft()
            self._step(STEP)
            if time.thread_time() >= deadline:
                break
        return self.busy

    def _step(self, count: int) -> int:
        self._fresh_turn = self.progress is not None and not self._fresh_turn
        if self.behind and not self._fresh_turn:
            if not self._left:  # as a tuple: the collector goes through a long list of texts again and again
                self._left, self._due = len(self._waiting), iter(tuple(self._waiting))
                self._waiting.clear()
            keys = list(islice(self._due, count))
            self._left -= len(keys)
            self._changed(keys)
            return len(keys)
        keys = list(islice(self._rest, count))
        if keys:
            self._fresh(keys)
        if self.progress is not None:
            word, done, total = self.progress
            done += len(keys)
            self.progress = Progress(word, done, total) if keys and done < total else None
        return count
