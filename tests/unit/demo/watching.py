"""A demo on a clock of its own whose feeds are read as time is moved on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from sources.contract import Change, Context, Delete, Snapshot, Upsert
from sources.demo import DemoConfig, DemoSource
from sources.model import kind_of
from sources.testing import ManualClock

START = 1_760_000_000.0


class Watched:
    """One demo: its source, and all changes of each feed so far."""

    def __init__(self, config: DemoConfig, names: tuple[str, ...]) -> None:
        self.clock = ManualClock(START)
        self.source = DemoSource(config, Context("demo", self.clock))
        self.changes: dict[str, list[Change]] = {name: [] for name in names}
        self._tasks = [asyncio.create_task(self._read(name)) for name in names]

    async def _read(self, name: str) -> None:
        async for batch in getattr(self.source, name)():
            self.changes[name] += batch

    async def run(self, seconds: float) -> None:
        await self.clock.advance(0.0)
        await self.clock.advance(seconds)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def watched(*names: str, **config: Any) -> AsyncIterator[Watched]:
    made = Watched(msgspec.convert({"start": START, **config}, DemoConfig), names)
    try:
        yield made
    finally:
        await made.stop()


def fold(changes: list[Change]) -> dict[tuple[str, str], object]:
    """What is there after all changes."""
    there: dict[tuple[str, str], object] = {}
    for change in changes:
        if isinstance(change, Upsert):
            there[kind_of(change.object), change.object.key] = change.object
        elif isinstance(change, Delete):
            assert there.pop((change.kind, change.key), None) is not None, f"{change} was never there"
        elif isinstance(change, Snapshot):
            there = {key: thing for key, thing in there.items() if key[0] != change.kind}
            there |= {(change.kind, thing.key): thing for thing in change.objects}
    return there
