"""A runtime without sources: tests put batches into it, and it answers what they said it would."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from typing import Any

from sources.config import Settings, Ui
from sources.contract import Batch, Change
from sources.testing import ManualClock
from tui.app import TopmastApp

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

    def stop(self, timeout: float = 0.0) -> None: ...


def staged_app(runtime: StagedRuntime, clock: ManualClock | None = None, **ui: Any) -> TopmastApp:
    """The real application over a staged runtime, its own clock at rest: tests tick by hand."""
    settings = Settings(Ui(refresh=10.0, **ui), {}, {}, None)
    return TopmastApp(runtime, settings, clock or ManualClock(NOW))  # type: ignore[arg-type]  # stands for it
