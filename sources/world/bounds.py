"""The World within bounds: what goes in a storm of events, and when memory gets short."""

from __future__ import annotations

from heapq import nsmallest

from sources.contract import Batch, Delete
from sources.model import Event
from sources.world.world import World

MOST_EVENTS = 50_000
"""Events that are kept; some 25 MB."""
FEW_EVENTS = 5_000
"""...when memory is short..."""
FEW_CHANGES = 1_000
"""...and how many changes of the past."""
KEPT = 0.8
"""The share of them that stays when some have to go: not each event is to look for another one to replace."""
SHORT = 64 << 20
"""Bytes left for us below which memory is short..."""
DESPERATE = SHORT // 2
"""...below which nothing is left to give up but what is looked at..."""
ENOUGH = 4 * SHORT
"""...and from which on it is no longer."""


class Bounds:
    """Holds one World within its bounds."""

    def __init__(self, most_events: int = MOST_EVENTS) -> None:
        self._usual = self.most_events = most_events
        self.shed = 0
        """Events that had to go so far."""
        self.short = False
        """Whether memory is short: the past has gone, and fewer events are kept."""

    def hold(self, world: World) -> None:
        """Lets events go if there are too many: Normal ones first, of each kind those that were seen longest ago.
        Costs nothing but a comparison as long as there are not."""
        if len(world.events) <= self.most_events:
            return
        excess = len(world.events) - int(self.most_events * KEPT)
        gone = tuple(Delete("event", event.key) for event in nsmallest(excess, world.events, _worth))
        for state in tuple(world.feeds.values()):
            if state.feed == "events":
                # At the moment something was last heard: this is no sign of life.
                world.apply(Batch(state.source, state.feed, state.heard, gone))
                self.shed += excess
                return

    def look(self, world: World, left: int | None) -> bool:
        """Gives up what can be done without when few bytes are left; with more again, what comes then is kept.
        True where that was done before and did not help: somebody has to look at less."""
        if left is None:
            return False
        desperate = self.short and left < DESPERATE
        if left < SHORT:
            self.short, self.most_events = True, min(FEW_EVENTS, self._usual)
            world.history.shrink(FEW_CHANGES)
            self.hold(world)
        elif self.short and left >= ENOUGH:
            self.short, self.most_events = False, self._usual
            world.history.grow()
        return desperate


def _worth(event: Event) -> tuple[bool, float]:
    return event.type != "Normal", event.last or event.first or 0.0
