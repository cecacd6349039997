"""When an event happened, as far as it is known: the cluster tells its first and last moment and a count.

Of a repeated event nobody tells the moments between. What counts up while we watch is timed by the moment that the
cluster gives with it; what had counted up before stays untimed, and is shown so instead of being made up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sources.model import Event

MINUTES = 30
"""How far back the rate of events looks."""


class Step(NamedTuple):
    """What one look at an event adds: (minute since the epoch, times) pairs, and the span, in such minutes, in
    which it also happened, nobody knows when."""

    hits: tuple[tuple[int, int], ...] = ()
    untimed: tuple[int, int] | None = None


def minute(moment: float) -> int:
    return int(moment // 60)


def first_look(event: Event) -> Step:
    """An event that was not known before: its first and its last moment."""
    if event.last is None:
        return Step()
    last = minute(event.last)
    if event.count <= 1 or event.first is None:
        return Step(((last, 1),))
    first = minute(event.first)
    if first == last:
        return Step(((last, event.count),))
    return Step(((first, 1), (last, 1)), (first, last) if event.count > 2 else None)


def next_look(before: Event, after: Event, now: float) -> Step:
    """What happened between two looks at an event: how much it counted up, at the moment given with it."""
    more = after.count - before.count
    moved = after.last is not None and after.last != before.last
    if more <= 0:
        # The recorder starts its count again after a restart; a moment alone that moved is one more time.
        return Step(((minute(after.last or now), 1),)) if moved else Step()
    return Step(((minute(after.last if moved and after.last is not None else now), more),))


class EventTimes:
    """The known moments of every event, whatever is shown of them."""

    def __init__(self) -> None:
        self._known: dict[str, Event] = {}
        self._steps: dict[str, list[Step]] = {}

    def observe(self, key: str, event: Event | None, now: float) -> Step:
        """Takes note of an event as it is now, None when it is gone; what that adds."""
        before = self._known.get(key)
        if event is None:
            self._known.pop(key, None)
            self._steps.pop(key, None)
            return Step()
        self._known[key] = event
        if before is None:
            return first_look(event)
        step = next_look(before, event, now)
        if step.hits:
            # Only what was watched is kept: the first look can be had again from the event as it was then.
            kept = self._steps.setdefault(key, [first_look(before)])
            horizon = minute(now) - MINUTES
            kept[1:] = [old for old in kept[1:] if old.hits[0][0] > horizon]
            _append(kept, step)
        return step

    def steps(self, key: str) -> Sequence[Step]:
        """Everything known of an event's moments."""
        event = self._known.get(key)
        return self._steps.get(key) or ([first_look(event)] if event is not None else [])


def _append(kept: list[Step], step: Step) -> None:
    """Adds a step; one in the minute of the last is added to it."""
    (at, times), last = step.hits[0], kept[-1]
    if len(kept) > 1 and last.hits[0][0] == at:
        kept[-1] = Step(((at, last.hits[0][1] + times),))
    else:
        kept.append(step)


class Rate:
    """How often something happened in each of the last minutes, and where that is not known."""

    __slots__ = ("_hits", "_untimed")

    def __init__(self) -> None:
        self._hits: dict[int, int] = {}
        self._untimed: tuple[int, int] | None = None

    def add(self, step: Step) -> None:
        hits = self._hits
        for at, times in step.hits:
            hits[at] = hits.get(at, 0) + times
        if step.untimed is not None:
            span = self._untimed or step.untimed
            self._untimed = min(span[0], step.untimed[0]), max(span[1], step.untimed[1])
        if len(hits) > 2 * MINUTES:
            horizon = max(hits) - MINUTES
            self._hits = {at: times for at, times in hits.items() if at > horizon}

    def cells(self, now: float, count: int) -> list[float | None]:
        """The last `MINUTES` in `count` equal cells, oldest first: how often, 0 where it did not happen, None
        where it did at moments that nobody told."""
        return list(self._cells(minute(now), count))

    def _cells(self, now: int, count: int) -> Iterator[float | None]:
        each = MINUTES // count
        for index in range(count):
            end = now - (count - 1 - index) * each
            times = sum(self._hits.get(at, 0) for at in range(end - each + 1, end + 1))
            span = self._untimed
            hidden = span is not None and span[0] < end and span[1] > end - each
            yield None if not times and hidden else float(times)
