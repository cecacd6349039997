"""The real screen over a runtime of its own, drawn nowhere, and somebody who looks at it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from sources.config import Settings, Ui
from sources.contract import Clock
from sources.kubernetes import KubernetesSource
from sources.runtime import Planned, Runtime
from sources.world import World
from tui.app import TopmastApp
from tui.commands import run_command
from tui.panes.table_pane import TablePane
from tui.screen import MainScreen
from tui.terminal.collector import Collector

BEAT = 0.02
"""Seconds between two looks at the loop."""


class Watched:
    """A main screen. `pods` and the like are its rows by key."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self._pilot = pilot
        self.stall = 0.0
        """The most CPU (seconds) that the screen's loop took between two looks at it, without what `ours` took."""
        self._ours = 0.0

    @property
    def screen(self) -> MainScreen:
        """The one that is shown: another one after :reload."""
        shown = self._pilot.app.screen
        assert isinstance(shown, MainScreen)
        return shown

    @property
    def world(self) -> World:
        return self.screen.session.world

    @property
    def nodes(self) -> dict[str, Any]:
        return {node.key: node for node in self.world.nodes}

    @property
    def pods(self) -> dict[str, Any]:
        return {pod.key: pod for pod in self.world.pods}

    @property
    def events(self) -> dict[str, Any]:
        return {event.key: event for event in self.world.events}

    @property
    def busy(self) -> bool:
        return self.screen.session.busy or self.screen.chain.busy

    def states(self) -> dict[str, str]:
        """What the title of each pane says of its data, in a word."""
        return {pane.id or "": pane.state().state for pane in self.screen.panes}

    async def tasks(self) -> int:
        """How many tasks the sources have."""

        async def count() -> int:
            return len(asyncio.all_tasks()) - 1

        return await asyncio.wrap_future(self.screen.session.runtime.ask(count))

    def header(self) -> str:
        return "\n".join(self.screen.header.plain)

    def command(self, line: str) -> None:
        """What is typed behind ":"."""
        run_command(self.screen, line)

    def retry(self) -> None:
        """What Ctrl-R does."""
        self.screen.session.runtime.retry_now()

    async def until(self, what: str, wanted: Callable[[], bool], seconds: float = 60.0) -> None:
        """Looks until `wanted()` holds: the screen takes what arrived by itself, and tells nobody."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not wanted():
            assert loop.time() < end, f"{what}: not on the screen in {seconds:g} s"
            await self._pilot.pause(0.05)

    async def feel(self) -> None:
        """Measures stalls for ever. By CPU time of this thread: on a busy machine others take the rest."""
        while True:
            before, ours = time.thread_time(), self._ours
            await asyncio.sleep(BEAT)
            self.stall = max(self.stall, time.thread_time() - before - (self._ours - ours))

    @contextmanager
    def ours(self) -> Iterator[None]:
        """What the block computes is not the screen's."""
        before = time.thread_time()
        try:
            yield
        finally:
            self._ours += time.thread_time() - before


class _Collector(Collector):
    """As in a terminal: else each full collection goes through all that the checker keeps. The sweep does so
    now and then, and is not the screen's."""

    def __init__(self, watched: Watched) -> None:
        super().__init__()
        self._watched = watched

    def sweep(self) -> bool:
        with self._watched.ours():
            return super().sweep()


def printed(pane: TablePane[Any], *columns: str) -> dict[str, tuple[str, ...]]:
    """What the cells of these columns say, for each row."""
    places = [next(n for n, field in enumerate(pane.fields) if field.column.key == name) for name in columns]
    rows = [(key, pane.cells(key)) for key in pane.keys()]  # noqa: SIM118  # a pane is no mapping
    return {key: tuple(row[place][0].strip() for place in places) for key, row in rows}


def names(rows: Mapping[str, Any]) -> set[str]:
    return {f"{row.namespace}/{row.name}" for row in rows.values()}


def cluster(kubeconfig: Path) -> Planned:
    """Only the cluster of a kubeconfig."""
    return {"kubernetes": ("kubernetes", KubernetesSource.Config(kubeconfig=str(kubeconfig)))}


@asynccontextmanager
async def screening(planned: Planned, clock: Clock) -> AsyncIterator[Watched]:
    """A screen of 200x50 on these sources."""
    runtime = Runtime(planned, clock=clock)
    runtime.start()
    app = TopmastApp(runtime, Settings(Ui(refresh=0.1), {}, {}, None), clock)
    try:
        async with app.run_test(size=(200, 50)) as pilot:
            watched = Watched(pilot)
            app.collector = _Collector(watched)
            app.collector.start(asyncio.get_running_loop())
            yield watched
    finally:
        app.collector.stop()
        await asyncio.to_thread(app.runtime.stop)
