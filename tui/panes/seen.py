"""What is new since somebody looked: which rows deserve a mark, and when the marks go."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

STAY = 60.0
"""Seconds after the last key in a pane until what stood there counts as seen: long enough to look at a marked row
and come back, so that the key that goes to a row does not take its mark away."""


class Seen:
    """Marks rows that appeared, or became faulty, since the last key was pressed in a pane (epoch seconds by the
    cluster's clock). While keys are pressed, and for `STAY` seconds after, the marks stay as they are; `all_seen`
    takes them away at once. Nothing is marked before `begin`: what one finds on arrival is not news."""

    def __init__(self) -> None:
        self._looked = inf
        self._used = inf
        self._turned: dict[str, float] = {}

    def begin(self, now: float) -> None:
        """The picture is complete for the first time."""
        if self._looked == inf:
            self._looked = self._used = now

    def used(self, now: float) -> None:
        """A key was pressed in the pane."""
        if self._looked != inf:
            self._used = now

    def pass_time(self, now: float) -> bool:
        """Some time after the last key, what was there until then has been seen: True in that moment."""
        if due := self._looked < self._used <= now - STAY:
            self._look(self._used)
        return due

    def all_seen(self, now: float) -> None:
        """Takes all marks away."""
        if self._looked != inf:
            self._used = now
            self._look(now)

    def turned(self, keys: Iterable[str], now: float) -> None:
        """These rows, known before, have become faulty."""
        self._turned.update(dict.fromkeys(keys, now))

    def cured(self, keys: Iterable[str]) -> None:
        """These rows are sound again, or gone."""
        for key in keys:
            self._turned.pop(key, None)

    def shift(self, seconds: float) -> None:
        """The clock was set by so many seconds: what was looked at before the others still was."""
        self._looked += seconds
        self._used += seconds
        self._turned = {key: at + seconds for key, at in self._turned.items()}

    def is_fresh(self, key: str, created: float | None) -> bool:
        """Whether a row has a mark; `created` is when it came into being, which no restart of a source changes."""
        return (created is not None and created > self._looked) or self._turned.get(key, 0.0) > self._looked

    def _look(self, moment: float) -> None:
        self._looked = moment
        self._turned = {key: at for key, at in self._turned.items() if at > moment}
