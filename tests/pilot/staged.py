"""A runtime without sources: tests put batches into it, and it answers what they said it would."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, asynccontextmanager, suppress
from math import inf
from typing import Any
from unittest.mock import patch

from textual.events import Paste
from textual.pilot import Pilot
from textual.worker import WorkerCancelled

from sources.config import Settings, Ui
from sources.contract import Batch, Change, Snapshot, Status
from sources.model import Event, Kind, Node, ObjectRef, Pod, Thing
from sources.testing import ManualClock
from tests.goldens import screen_text
from tui.app import TopmastApp
from tui.chain import Chain
from tui.panes.folding_pane import FoldingPane
from tui.panes.pane import Pane
from tui.panes.table_pane import TablePane
from tui.screen import MainScreen
from tui.widgets.lines import LineWidget

NOW = 1_764_000_000.0


class StagedRuntime:
    """Stands for `sources.runtime.Runtime`: the same calls, everything in the test's own loop."""

    def __init__(self, *sources: Any) -> None:
        self.sources = {f"s{index}": source for index, source in enumerate(sources)}
        self.problems: dict[str, str] = {}
        self.retried = 0
        self.told: list[Callable[[], object]] = []
        self._mail: list[Batch] = []

    def put(self, feed: str, *changes: Change, source: str = "kubernetes", at: float = NOW) -> None:
        self._mail.append(Batch(source, feed, at, changes))

    @property
    def has_mail(self) -> bool:
        return bool(self._mail)

    def deliver(self, batch: Batch) -> None:
        """A batch as a supervisor hands it over."""
        self._mail.append(batch)

    def take(self) -> Sequence[Batch]:
        mail, self._mail = self._mail, []
        return mail

    def offering(self, capability: type[Any]) -> Sequence[Any]:
        return [source for source in self.sources.values() if isinstance(source, capability)]

    def ask(self, question: Callable[[], Coroutine[Any, Any, Any]]) -> Future[Any]:
        return asyncio.run_coroutine_threadsafe(question(), asyncio.get_running_loop())

    def tell(self, note: Callable[[], object]) -> None:
        self.told.append(note)
        note()

    def retry_now(self) -> None:
        self.retried += 1

    def watch_errors(self, handler: object) -> None: ...

    def stop(self, timeout: float = 0.0) -> None: ...


def staged_app(runtime: StagedRuntime, clock: ManualClock | None = None, **ui: Any) -> TopmastApp:
    """The real application over a staged runtime, its own clock at rest: tests tick by hand."""
    settings = Settings(Ui(refresh=10.0, **ui), {}, {}, None)
    return TopmastApp(runtime, settings, clock or ManualClock(NOW))  # type: ignore[arg-type]  # stands for it


class Stage:
    """A running application, and what a person in front of it can do and see."""

    def __init__(self, app: TopmastApp, pilot: Pilot[None], runtime: StagedRuntime, clock: ManualClock) -> None:
        self.app = app
        self.pilot = pilot
        self.runtime = runtime
        self.clock = clock

    @property
    def screen(self) -> MainScreen:
        assert isinstance(self.app.screen, MainScreen)
        return self.app.screen

    # -- what happens

    async def put(self, feed: str, *changes: Change, source: str = "kubernetes", at: float | None = None) -> None:
        """Changes arrive, and a frame is drawn."""
        self.runtime.put(feed, *changes, source=source, at=self.clock.now() if at is None else at)
        await self.tick()

    async def fill(self, feed: str, kind: Kind, *things: Thing, source: str = "kubernetes") -> None:
        """A whole list arrives and the feed is live."""
        await self.put(feed, Snapshot(kind, "", things), Status("live"), source=source)

    async def tick(self) -> None:
        """A frame, or as many as it takes: each folds only what its budget of time allows."""
        self.screen.tick()
        while self.screen.chain.busy:
            self.screen.tick()
        await self.pilot.pause(0)

    async def settle(self) -> None:
        """Waits until every question that the screen asked is answered and shown, and all rows are looked at."""
        for pane in self.screen.panes:
            pane.advance(inf)
        while running := [worker for worker in self.screen.workers if not worker.is_finished]:
            with suppress(WorkerCancelled):
                await running[0].wait()
        await self.pilot.pause(0)

    async def pass_seconds(self, seconds: int = 1) -> None:
        """Time goes on, and the clock of the screen with it."""
        for _ in range(seconds):
            await self.clock.advance(1.0)
            self.screen.second()
        await self.pilot.pause(0)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause(0)

    async def type(self, text: str) -> None:
        """Types a line into whatever has the keyboard, and Enter; sent as a paste, which is much faster."""
        focused = self.app.focused
        assert focused is not None
        focused.post_message(Paste(text))
        await self.press("enter")

    async def command(self, line: str) -> None:
        """`:` and a line."""
        await self.press("colon")
        await self.type(line)

    async def filter(self, text: str) -> None:
        """`/` and a line in place of what stands there."""
        await self.press("slash", "ctrl+u")
        await self.type(text)

    async def focus(self, pane: Pane) -> None:
        self.screen.focus_pane(pane)
        await self.pilot.pause(0)

    async def resize(self, columns: int, rows: int) -> None:
        await self.pilot.resize_terminal(columns, rows)
        await self.pilot.pause()

    # -- what is seen

    @property
    def text(self) -> str:
        """All lines of the screen."""
        return screen_text(self.app)

    @property
    def bottom(self) -> str:
        return self.text.splitlines()[-1].strip()

    def title(self, pane: Pane) -> str:
        return pane.heading.plain[0]

    def keys(self, pane: TablePane[Any]) -> list[str]:
        """The rows of a pane in their order, by key."""
        return list(pane.view)

    def things(self, pane: FoldingPane[Any]) -> list[str]:
        """What the rows of a folding pane show, by key: of a fold the thing that stands for it."""
        rows = [pane.row(key) for key in pane.view]
        return [pane.thing(row) for row in rows if row is not None]

    def shown(self) -> list[LineWidget]:
        """Everything that draws lines and can be seen."""
        return [widget for widget in self.screen.query(LineWidget) if widget.is_on_screen and widget.size]


@asynccontextmanager
async def stage(
    *sources: Any,
    size: tuple[int, int] = (120, 36),
    clock: ManualClock | None = None,
    runtime: StagedRuntime | None = None,
    namespaces: Sequence[str] = (),
    ascii_only: bool = False,
    **ui: Any,
) -> AsyncIterator[Stage]:
    """The application, started, without any timer of its own: nothing moves unless the test says so."""
    runtime = runtime or StagedRuntime(*sources)
    clock = clock or ManualClock(NOW)
    settings = Settings(Ui(refresh=10.0, **ui), {}, {}, None)
    app = TopmastApp(runtime, settings, clock, namespaces, ascii_only)  # type: ignore[arg-type]  # stands for it
    with ExitStack() as without_clock, patch.object(Chain, "next", _nothing):
        # The screen's timers call what they were given at its start, and that is nothing.
        for clocked in ("tick", "second"):
            without_clock.enter_context(patch.object(MainScreen, clocked, _nothing))
        async with app.run_test(size=size) as pilot:
            while app.focused is None:  # the screen begins when it has drawn itself
                await pilot.pause(0)
            await pilot.pause()
            assert isinstance(app.screen, MainScreen)
            without_clock.close()
            yield Stage(app, pilot, runtime, clock)


def _nothing(_of: object) -> None:
    """What the screen's own timers do on a stage."""


# -- things to put on the stage


def pod(key: str, status: str = "Running", **more: Any) -> Pod:
    """A sound pod "namespace/name" unless said otherwise."""
    namespace, _, name = key.rpartition("/")
    return Pod(
        namespace or "shop",
        name,
        **{"phase": "Running", "status": status, "ready": 1, "total": 1, "created": NOW - 3600.0, **more},
    )


def node(name: str, status: str = "Ready", **more: Any) -> Node:
    return Node(name, **{"status": status, "version": "v1.34.1", "created": NOW - 86400.0 * 30, **more})


def event(uid: str, about: str = "shop/web-1", kind: str = "Pod", **more: Any) -> Event:
    """A normal event a minute ago that is no noise, about a pod unless said otherwise."""
    namespace, _, name = about.rpartition("/")
    wanted = {"type": "Normal", "reason": "Killing", "message": "it is told to stop", "last": NOW - 60.0, **more}
    return Event(uid, namespace, f"{name}.{uid}", about=ObjectRef(kind, name, namespace), **wanted)
