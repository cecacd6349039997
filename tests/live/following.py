"""Follows feeds of a source and folds them, so that a live test can wait for what it wants to see."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sources.contract import Batch, Context, Delete, Snapshot, Status, Upsert
from sources.kubernetes import KubernetesSource
from sources.model import KINDS, Thing
from sources.world import Fold
from sources.world.tables import Table

SETTLED = ("live", "partial", "denied", "absent")


class Following:
    """One feed, folded. `statuses` are all that were said; `batches` how many arrived;
    `deleted` the keys that the server took back one by one, `appeared` how often each row came to be there."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.fold = Fold({kind: Table(self._note) for kind in KINDS})
        self.appeared: Counter[str] = Counter()
        self.statuses: list[Status] = []
        self.batches = 0
        self.upserts = 0
        self.snapshots: list[tuple[str, str, int]] = []
        self.deleted: set[str] = set()
        self._moved = asyncio.Event()

    def take(self, changes: Sequence[Any]) -> None:
        self.fold.apply(Batch("kubernetes", self.name, 0.0, tuple(changes)))
        self.batches += 1
        for change in changes:
            if isinstance(change, Status):
                self.statuses.append(change)
            elif isinstance(change, Upsert):
                self.upserts += 1
            elif isinstance(change, Delete):
                self.deleted.add(change.key)
            elif isinstance(change, Snapshot):
                self.snapshots.append((change.kind, change.scope, len(change.objects)))
        self._moved.set()
        self._moved = asyncio.Event()

    def _note(self, key: str, before: Thing | None, after: Thing | None) -> None:
        self.appeared[key] += before is None and after is not None

    @property
    def status(self) -> Status:
        return self.statuses[-1]

    def rows(self, kind: str) -> dict[str, Any]:
        return {row.key: row for row in self.fold.tables[kind]}

    async def until(self, wanted: Callable[[], bool], seconds: float = 60.0) -> None:
        """Waits until `wanted()` holds; looks whenever something arrived."""
        try:
            async with asyncio.timeout(seconds):
                while not wanted():
                    await self._moved.wait()
        except TimeoutError:
            raise AssertionError(f"{self.name}: not seen in {seconds} s; the last: {self.statuses[-3:]}") from None

    async def settled(self, seconds: float = 60.0) -> Status:
        await self.until(lambda: bool(self.statuses) and self.status.state in SETTLED, seconds)
        return self.status


@asynccontextmanager
async def following(kubeconfig: Path, *names: str, context: Context | None = None, **config: Any):
    """The source and a `Following` for each feed named."""
    context = context or Context("kubernetes")
    source = KubernetesSource(KubernetesSource.Config(kubeconfig=str(kubeconfig), **config), context)
    feeds = [Following(name) for name in names]

    async def run(feed: Following) -> None:
        async for changes in getattr(source, feed.name)():
            feed.take(changes)

    tasks = [asyncio.create_task(run(feed)) for feed in feeds]
    try:
        yield source, *feeds
    finally:
        crashed = [task.exception() for task in tasks if task.done() and not task.cancelled()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await source.close()
        assert not crashed, crashed
