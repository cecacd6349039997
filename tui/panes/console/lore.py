"""What a metrics source said of its names, labels and values: asked once, kept for a while, never waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any, NamedTuple

from sources.contract import Clock, MetricsQueries
from sources.model import MetricMetadata
from tui.panes.console.wanted import Wanted
from tui.states import error_text

KEPT = 300.0
"""Seconds that an answer is used."""
RETRY = 15.0
"""Seconds until a question that failed is asked again."""
MOST_NAMES = 10_000
"""Names that are asked for at most; beyond, those that begin with what was typed."""
MOST_KEPT = 64
"""Answers that are kept; the oldest are forgotten first."""

Question = Callable[[MetricsQueries], Coroutine[Any, Any, Any]]
Ask = Callable[[Question], Awaitable[Any] | None]
"""Puts a question to the source; None when there is none."""


class Known(NamedTuple):
    """What is known by now; `note` says what is missing: "asking", why it failed, that there are more."""

    names: Sequence[str] = ()
    note: str = ""


class _Entry(NamedTuple):
    at: float
    names: Sequence[str] | None = None
    error: str = ""


class Lore:
    """`ask` reaches the source, `start` runs a coroutine aside, `told` hears of each answer."""

    def __init__(
        self,
        ask: Ask,
        start: Callable[[Coroutine[Any, Any, None]], object],
        clock: Clock,
        told: Callable[[], None],
    ) -> None:
        self._ask, self._start, self._clock, self._told = ask, start, clock, told
        self._entries: dict[tuple[str, ...], _Entry] = {}
        self._running: set[tuple[str, ...]] = set()
        self.metadata: Mapping[str, MetricMetadata] = {}
        """By metric; empty until somebody completed a metric's name."""

    def known(self, want: Wanted) -> Known:
        """What could complete `want`; asks for it when it is not known or too old."""
        if want.kind == "operand" or (want.kind, want.label) == ("value", "__name__"):
            self._look(("metadata",), self._metadata)
            return self._names(want.prefix)
        if want.kind == "label":
            match = [want.match] if want.match else []
            return self._look(("labels", want.match), lambda source: source.labels(match, MOST_NAMES))
        if want.kind == "value":
            match = [want.match] if want.match else []
            key = ("values", want.label, want.match)
            return self._look(key, lambda source: source.label_values(want.label, match, MOST_NAMES))
        return Known()

    def _names(self, prefix: str) -> Known:
        known = self._look(("names", ""), lambda source: source.label_values("__name__", (), MOST_NAMES))
        begin = prefix[:3]
        if len(known.names) < MOST_NAMES or len(begin) < 3:
            return known
        match = f'{{__name__=~"{begin}.*"}}'
        return self._look(("names", begin), lambda source: source.label_values("__name__", (match,), MOST_NAMES))

    async def _metadata(self, source: MetricsQueries) -> Sequence[str]:
        found = await source.metadata()
        self.metadata = {each.name: each for each in found}
        return ()

    def _look(self, key: tuple[str, ...], question: Question) -> Known:
        now = self._clock.monotonic()
        entry = self._entries.get(key)
        age = now - entry.at if entry is not None else 0.0
        if key not in self._running and (entry is None or age > (RETRY if entry.error else KEPT)):
            self._running.add(key)
            self._start(self._fetch(key, question))
        if entry is None or entry.names is None:
            return Known((), entry.error if entry is not None and entry.error else "asking the server")
        more = len(entry.names) >= MOST_NAMES
        return Known(entry.names, f"only the first {MOST_NAMES:,} are known" if more else "")

    async def _fetch(self, key: tuple[str, ...], question: Question) -> None:
        try:
            awaited = self._ask(question)
            names = tuple(await awaited) if awaited is not None else ()
            self._keep(key, _Entry(self._clock.monotonic(), names))
        except asyncio.CancelledError:
            raise
        except Exception as error:  # a plugin may raise anything
            before = self._entries.get(key)
            known = before.names if before is not None else None
            self._keep(key, _Entry(self._clock.monotonic(), known, error_text(error)))
        finally:
            self._running.discard(key)
        self._told()

    def _keep(self, key: tuple[str, ...], entry: _Entry) -> None:
        self._entries.pop(key, None)
        self._entries[key] = entry
        while len(self._entries) > MOST_KEPT:
            del self._entries[next(iter(self._entries))]
