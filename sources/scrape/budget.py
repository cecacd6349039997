"""How much may be read: bytes of a minute, and what has to give where they do not suffice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from sources.scrape.targets import Target

LONGEST = 60.0
"""Seconds between two scrapes at most: beyond, rates over the usual five minutes have too few samples."""


class Plan(NamedTuple):
    """The targets that are scraped, how many seconds apart, and what is said of it ("" if all is as wished)."""

    targets: list[Target]
    interval: float
    note: str


def plan(targets: Sequence[Target], size: Callable[[Target], int], interval: float, per_minute: float) -> Plan:
    """All targets as often as wished, else less often, else fewer: the last ones are left out."""
    chosen: list[Target] = []
    total = 0
    most = per_minute * max(interval, LONGEST) / 60
    for target in targets:
        if total + size(target) > most and chosen:
            continue
        chosen.append(target)
        total += size(target)
    slower = max(interval, 60 * total / per_minute)
    notes = []
    if slower > interval * 1.01:
        notes.append(f"every {slower:.0f} s instead of {interval:g} s")
    if len(chosen) < len(targets):
        notes.append(f"{len(targets) - len(chosen)} of {len(targets)} targets left out")
    limit = f"{per_minute / 1e6:g} MB a minute reached"
    return Plan(chosen, slower, f"{limit}: {', '.join(notes)}" if notes else "")


class Bucket:
    """Bytes that may be spent now; refills with time. Moments are seconds."""

    def __init__(self, per_minute: float, now: float) -> None:
        self._per_minute, self._left, self._at = per_minute, per_minute, now

    def spend(self, amount: int, now: float) -> None:
        """Some bytes were read, more than there are if need be."""
        self._refill(now)
        self._left -= amount

    def wait(self, now: float) -> float:
        """Seconds until something may be read again."""
        self._refill(now)
        return max(0.0, -self._left * 60 / self._per_minute)

    def _refill(self, now: float) -> None:
        self._left = min(self._per_minute, self._left + (now - self._at) * self._per_minute / 60)
        self._at = now
