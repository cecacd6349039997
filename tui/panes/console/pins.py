"""Pinned queries: when each is due, and what its answer says in one line. No I/O."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from sources.model import QueryResult
from tui.panes.console.measures import PLAIN, Measure
from tui.panes.console.table import measured_text, value_text
from tui.states import error_text

EVERY = 30
"""Seconds between two evaluations of a pinned query."""
AT_ONCE = 2
"""Pinned queries on their way at the same time."""


class Pinned(NamedTuple):
    """What is known of a pinned query; `error` says why there is nothing newer than `result`."""

    result: QueryResult | None = None
    error: str = ""
    asked: int | None = None
    """The second it was last asked in, None when it never was."""


class Board:
    """The pinned queries and when to ask for each: one after the other, never all at once."""

    def __init__(self) -> None:
        self.known: dict[str, Pinned] = {}
        self._second = 0
        self._running: set[str] = set()

    def tick(self, pins: Sequence[str]) -> list[str]:
        """A second passed: the queries to ask now, those that were never asked first; at most one a second, unless
        nothing is on its way yet."""
        self._second += 1
        for gone in self.known.keys() - set(pins):
            del self.known[gone]
        waiting = [pin for pin in pins if pin not in self._running and self._is_due(pin)]
        waiting.sort(key=lambda pin: self.known.get(pin, Pinned()).asked or 0)
        due = waiting[: min(1, AT_ONCE - len(self._running))]
        for pin in due:
            self._running.add(pin)
            self.known[pin] = self.known.get(pin, Pinned())._replace(asked=self._second)
        return due

    def _is_due(self, pin: str) -> bool:
        asked = self.known.get(pin, Pinned()).asked
        return asked is None or self._second - asked >= EVERY

    def answered(self, pin: str, answer: QueryResult | BaseException) -> None:
        """What came back. A failure leaves the last picture, and says so."""
        self._running.discard(pin)
        before = self.known.get(pin)
        if before is None:
            return  # unpinned meanwhile
        if isinstance(answer, BaseException):
            self.known[pin] = before._replace(error=error_text(answer))
        else:
            self.known[pin] = before._replace(result=answer, error="")

    def dropped(self, pin: str) -> None:
        """The question was cancelled."""
        self._running.discard(pin)


def digest(result: QueryResult, unit: Measure) -> tuple[Sequence[float | None], str]:
    """The line of an answer, and its newest value in words. Of several series it is the largest at each moment."""
    start, step = result.start or 0.0, result.step or 1.0
    size = round(((result.end or start) - start) / step) + 1
    values: list[float | None] = [None] * size
    for one in result.series:
        for moment, value in zip(one.times, one.values, strict=True):
            place = round((moment - start) / step)
            known = values[place] if 0 <= place < size else None
            if 0 <= place < size and not math.isnan(value) and (known is None or value > known):
                values[place] = value
    if not result.series:
        return values, "no series"
    last = values[-1] if values else None
    text = "-" if last is None else measured_text(last, unit) if unit != PLAIN else _short(last)
    return values, text if len(result.series) == 1 else f"max of {len(result.series)}: {text}"


def _short(value: float) -> str:
    return value_text(value) if abs(value) < 1e6 else measured_text(value, PLAIN)
