"""The data plane: sources on an event loop of their own, in a thread of their own.

The screen (or a command) pulls immutable batches with `take` and asks questions with `ask`; nothing is pushed
at it, so a slow screen never holds a source up, and a slow source never holds the screen up.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from sources.contract import Batch, Clock, Context, Misconfigured, Nudge, Source, SystemClock
from sources.redact import redact
from sources.registry import load
from sources.supervisor import Supervisor

T = TypeVar("T")
P = TypeVar("P")

Planned = Mapping[str, tuple[str, Any]]
"""Instance name to (kind of source, its configuration)."""


class Runtime:
    """Owns the thread, the loop, the sources and the mailbox between them and the screen.

    Sources that cannot be built are kept out and named in `problems`; the others run.
    """

    def __init__(
        self,
        planned: Planned,
        feeds: frozenset[str] | None = None,
        clock: Clock | None = None,
        tap: Callable[[Batch], None] | None = None,
    ) -> None:
        self._planned = planned
        self._feeds = feeds
        self._clock: Clock = clock or SystemClock()
        self._tap = tap
        self._mail: deque[Batch] = deque()
        self._arrived = threading.Condition()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._main, name="topmast-sources", daemon=True)
        self._stopping: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._nudge = Nudge()
        self._failure: BaseException | None = None
        self._offering: dict[type[Any], tuple[int, Sequence[Any]]] = {}
        """The sources that offer a capability, and of how many that was said."""
        self.sources: dict[str, Source] = {}
        self.problems: dict[str, str] = {}

    # -- from any thread

    def start(self) -> None:
        """Starts the thread and returns as soon as the sources are built (no I/O happens before that)."""
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise self._failure

    def stop(self, timeout: float = 3.0) -> None:
        """Cancels the feeds, closes the sources and ends the thread; gives up waiting after `timeout`."""
        if self._loop is None or self._stopping is None or not self._thread.is_alive():
            return
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(timeout)

    def take(self) -> Sequence[Batch]:
        """All batches that arrived since the last call, oldest first."""
        taken = []
        while self._mail:
            taken.append(self._mail.popleft())
        return taken

    @property
    def has_mail(self) -> bool:
        """Whether there is something to take."""
        return bool(self._mail)

    def wait(self, timeout: float) -> bool:
        """Blocks until there is something to take; False when `timeout` seconds passed without."""
        with self._arrived:
            return self._arrived.wait_for(lambda: bool(self._mail), timeout)

    def offering(self, capability: type[P]) -> Sequence[P]:
        """The sources that offer a capability, in the order of the configuration."""
        known = self._offering.get(capability)
        if known is None or known[0] != len(self.sources):  # asked while they were built: `isinstance` costs
            found = [source for source in self.sources.values() if isinstance(source, capability)]
            known = self._offering[capability] = (len(self.sources), found)
        return known[1]

    def ask(self, question: Callable[[], Coroutine[Any, Any, T]]) -> Future[T]:
        """Runs a coroutine on the sources' loop; cancelling the future cancels it there."""
        if self._loop is None:
            raise RuntimeError("the runtime has not been started")
        return asyncio.run_coroutine_threadsafe(question(), self._loop)

    def tell(self, note: Callable[[], object]) -> None:
        """Runs a plain function on the sources' loop, without waiting."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(note)

    def watch_errors(self, handler: Callable[[asyncio.AbstractEventLoop, dict[str, Any]], object]) -> None:
        """Hands what nobody caught on the sources' loop to `handler` (see `loop.set_exception_handler`)."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._loop.set_exception_handler, handler)

    @property
    def planned(self) -> Planned:
        """The sources as they were configured."""
        return self._planned

    def elsewhere(self, configs: Mapping[str, Any]) -> Runtime:
        """A new runtime, not started, with other configurations for the sources of these names."""
        planned = {name: (kind, configs.get(name, config)) for name, (kind, config) in self._planned.items()}
        return Runtime(planned, self._feeds, self._clock, self._tap)

    def retry_now(self) -> None:
        """Feeds that wait for their next try or their next poll do it now."""
        self.tell(self._nudge.now)

    # -- on the sources' loop

    def _main(self) -> None:
        try:
            asyncio.run(self._live())
        except BaseException as error:
            self._failure = error
            raise
        finally:
            self._ready.set()

    async def _live(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        for name, (kind, config) in self._planned.items():
            try:
                context = Context(name, self._clock, lambda: tuple(self.sources.values()), self._nudge)
                self.sources[name] = load(kind)(config, context)
            except Misconfigured as problem:
                self.problems[name] = str(problem)
            except Exception as bug:  # a third party's, which must not keep the others from running
                self.problems[name] = redact(f"{type(bug).__name__}: {bug}")
        supervisor = Supervisor(self.sources, self._emit, self._clock, nudge=self._nudge)
        supervisor.start(self._feeds)
        self._ready.set()
        await self._stopping.wait()
        await supervisor.stop()
        await asyncio.gather(*(_closing(source) for source in self.sources.values()), return_exceptions=True)

    def _emit(self, batch: Batch) -> None:
        if self._tap is not None:
            self._tap(batch)
        with self._arrived:
            self._mail.append(batch)
            self._arrived.notify_all()


async def _closing(source: Source) -> None:
    closed: Awaitable[None] = source.close()
    await asyncio.wait_for(closed, 2.0)
