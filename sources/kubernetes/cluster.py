"""What everything that reads one API server shares: connection, clock, turns, what was learnt of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import random

from sources.contract import Clock, Nudge
from sources.kubernetes.api import Api
from sources.kubernetes.listgate import ListGate
from sources.kubernetes.liveness import Liveness

PAGES = 4
SLOW_RETRY = 30.0
"""401 and 403 are not tried again sooner."""


@dataclass(slots=True)
class Cluster:
    """One API server. Waiting for the next try goes through `pause`, so that a refresh ends it."""

    api: Api
    clock: Clock
    liveness: Liveness
    nudge: Nudge = field(default_factory=Nudge)
    gate: ListGate = field(default_factory=ListGate)
    pages: ListGate = field(default_factory=lambda: ListGate(PAGES))
    """For first pages: they are small, and nobody should wait for rows behind somebody's long list."""
    rng: Callable[[], float] = random
    watch_list: bool | None = None
    """Whether the server sends initial events on a watch; None until it was tried."""
    first_page: bool = True
    """Whether a long list begins with a page of it; False once the server refused that."""
    asked: Callable[[], None] = lambda: None
    """Called when somebody asks for a refresh: a credential that was refused may be another one by now."""

    async def pause(self, seconds: float) -> bool:
        """Waits until somebody asks for a refresh or the server is back (True), or for so many seconds."""
        asked = await self.nudge.pause(self.clock, seconds)
        if asked:
            self.asked()
        return asked
