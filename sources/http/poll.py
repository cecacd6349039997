"""A feed made from a question that is asked again and again: first everything, then what changed."""

from __future__ import annotations

import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

from sources.contract import (
    MOST_ASKED,
    Change,
    Clock,
    Delete,
    Denied,
    NotSupported,
    Nudge,
    Snapshot,
    SourceError,
    State,
    Status,
    Unavailable,
    Upsert,
)
from sources.model import Kind, Thing

LAST_DELAY = 60.0
"""Seconds between tries at most while a server is away."""


class Picture(NamedTuple):
    """One answer: things by kind, what of them is missing, and how it was obtained."""

    things: Mapping[Kind, Sequence[Thing]]
    via: str
    missing: tuple[str, ...] = ()
    detail: str = ""
    clock_offset: float | None = None


async def poll(
    read: Callable[[], Awaitable[Picture]],
    clock: Clock,
    interval: float,
    via: str,
    rng: random.Random | None = None,
    nudge: Nudge | None = None,
) -> AsyncGenerator[Sequence[Change]]:
    """Asks every `interval` seconds, give or take a tenth, so that many screens do not ask in step.

    While the server is away the last picture stands and the status says since when.
    """
    rng = rng or random.Random()
    nudge = nudge or Nudge()
    known: dict[Kind, dict[str, Thing]] = {}
    last_good: float | None = None
    failures = 0
    yield [Status("connecting", via=via)]
    while True:
        try:
            picture = await read()
        except SourceError as error:
            failures += 1
            pause = min(interval * 2 ** min(failures - 1, 6), max(LAST_DELAY, interval))
            if isinstance(error, Unavailable) and error.retry_after:
                pause = max(pause, min(error.retry_after, MOST_ASKED))
            pause *= rng.uniform(0.9, 1.1)
            yield [failure(error, last_good, clock.now() + pause, via)]
        else:
            failures = 0
            pause = interval * rng.uniform(0.9, 1.1)
            via, last_good = picture.via, clock.now()
            state: State = "partial" if picture.missing else "live"
            status = Status(
                state,
                detail=picture.detail,
                missing=picture.missing,
                clock_offset=picture.clock_offset,
                via=via,
            )
            yield [*_changes(known, picture.things), status]
        if await nudge.pause(clock, pause):
            failures = 0  # somebody asked, or the way there is open again: short pauses once more


def failure(error: SourceError, last_good: float | None, retry_at: float, via: str) -> Status:
    """What a failed poll means: `last_good` is when the picture that still stands was taken, None without one."""
    if isinstance(error, Denied):
        missing = (error.missing,) if error.missing else ()
        return Status("denied", str(error), since=last_good, missing=missing, retry_at=retry_at, via=via)
    if isinstance(error, NotSupported) and last_good is None:
        return Status("absent", str(error), retry_at=retry_at, via=via)
    state: State = "failed" if last_good is None else "stale"
    return Status(state, str(error), since=last_good, retry_at=retry_at, via=via)


def _changes(known: dict[Kind, dict[str, Thing]], things: Mapping[Kind, Sequence[Thing]]) -> list[Change]:
    changes: list[Change] = []
    for kind, new in things.items():
        table = {thing.key: thing for thing in new}
        old = known.get(kind)
        if old is None:
            changes.append(Snapshot(kind, "", tuple(table.values())))
        else:
            changes += [Upsert(thing) for key, thing in table.items() if old.get(key) != thing]
            changes += [Delete(kind, key) for key in old if key not in table]
        known[kind] = table
    return changes
