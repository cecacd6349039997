"""Where the screen has been: a bounded trail of places with a way back and forward, and nothing else."""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

P = TypeVar("P")
MOST = 50
"""Places that are kept; the oldest are forgotten first."""


class Trail(NamedTuple, Generic[P]):
    """Places in the order in which they were gone to, as a browser keeps them; `at` is where we are.

    A place is left with what it has become meanwhile (`now`): that is what one comes back to.
    """

    places: tuple[P, ...]
    at: int = 0

    @property
    def place(self) -> P:
        return self.places[self.at]

    @property
    def before(self) -> P | None:
        """Where back leads to; None at the beginning."""
        return self.places[self.at - 1] if self.at else None

    def go(self, now: P, to: P) -> Trail[P]:
        """On to another place. What was ahead is forgotten."""
        places = (*self.places[: self.at], now, to)[-MOST:]
        return Trail(places, len(places) - 1)

    def back(self, now: P) -> Trail[P]:
        """One place back; the same trail at its beginning."""
        return self._step(now, -1)

    def forward(self, now: P) -> Trail[P]:
        """One place forward again; the same trail at its end."""
        return self._step(now, 1)

    def _step(self, now: P, step: int) -> Trail[P]:
        if not 0 <= self.at + step < len(self.places):
            return self
        places = (*self.places[: self.at], now, *self.places[self.at + 1 :])
        return Trail(places, self.at + step)
