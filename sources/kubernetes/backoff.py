"""How long to wait before the next attempt: client-go's reflector backoff, with an injected clock and dice."""

from __future__ import annotations

from collections.abc import Callable
from random import random

from sources.contract import MOST_ASKED

INITIAL = 0.8
CAP = 30.0
FACTOR = 2.0
JITTER = 1.0
RESET_AFTER = 120.0


class Backoff:
    """0.8 s, doubling up to 30 s, each stretched by up to as much again; forgotten two minutes after a wait.

    The numbers are those of client-go's `tools/cache/reflector.go`. `monotonic` gives seconds, `rng` a number
    in [0, 1).
    """

    def __init__(
        self,
        monotonic: Callable[[], float],
        rng: Callable[[], float] = random,
        initial: float = INITIAL,
        cap: float = CAP,
    ) -> None:
        self._monotonic = monotonic
        self._rng = rng
        self._initial = initial
        self._cap = cap
        self._delay = initial
        self._until: float | None = None

    def reset(self) -> None:
        """What we waited for has changed: begins with short waits again."""
        self._delay = self._initial

    def next(self, at_least: float | None = None) -> float:
        """Seconds to wait now. `at_least` is what the server asked for (Retry-After); jitter comes on top."""
        now = self._monotonic()
        if self._until is not None and now - self._until > RESET_AFTER:
            self._delay = self._initial
        delay = max(self._delay, min(at_least or 0.0, MOST_ASKED))
        delay += self._rng() * JITTER * min(delay, self._cap)
        self._delay = min(self._delay * FACTOR, self._cap)
        self._until = now + delay
        return delay
