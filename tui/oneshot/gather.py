"""Runs the feeds that a command needs until each has said all it can, and folds them into a World."""

from __future__ import annotations

import argparse
import asyncio
import logging
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, NamedTuple, Protocol, TypeVar

from sources.config import Settings
from sources.contract import STREAMS, Batch, Denied, Monitoring, Objects, Snapshot, SourceError, Unauthorized
from sources.model import Kind
from sources.runtime import Runtime
from sources.world import FeedState, History, World
from tui.oneshot.arguments import duration
from tui.oneshot.errors import exit_code
from tui.oneshot.failure import DENIED, UNREACHABLE, USAGE, CommandError

T = TypeVar("T")

PATIENCE = 30.0
"""Seconds that a command waits when --request-timeout does not say otherwise."""
EXTRA = 5.0
"""Seconds that it waits for what is welcome but not needed, once it has the rest."""
PROBE = 3.0
SETTLED = frozenset({"live", "stale", "partial", "denied", "absent", "failed"})
SHOWS_ROWS = frozenset({"live", "stale", "partial", "loading"})

Feeder = tuple[str, str]
"""(source, feed)"""


class Sources(Protocol):
    """What a command needs of `sources.runtime.Runtime`; tests stage their own."""

    sources: dict[str, Any]
    problems: dict[str, str]

    def start(self) -> None: ...
    def stop(self, timeout: float = ...) -> None: ...
    def take(self) -> Sequence[Batch]: ...
    def wait(self, timeout: float) -> bool: ...
    def offering(self, capability: type[T]) -> Sequence[T]: ...
    def ask(self, question: Callable[[], Coroutine[Any, Any, T]]) -> Any: ...


def patience(args: argparse.Namespace) -> float:
    """Seconds to wait at most; infinite for --request-timeout 0."""
    if args.request_timeout is None:
        return PATIENCE
    return duration(args.request_timeout) or float("inf")


@contextmanager
def running(settings: Settings, feeds: frozenset[str]) -> Iterator[Sources]:
    """The sources with these feeds; stopped on the way out."""
    # A source's own mishaps become statuses. What libraries log or threads print is not for this stderr.
    quiet, hook = logging.lastResort, threading.excepthook
    logging.lastResort = None
    threading.excepthook = lambda _args: None
    try:
        runtime: Sources = Runtime(settings.sources, feeds=feeds)
        runtime.start()
        try:
            refuse_wrong_flags(settings, runtime)
            yield runtime
        finally:
            runtime.stop(2.0)
    finally:
        logging.lastResort, threading.excepthook = quiet, hook


def refuse_wrong_flags(settings: Settings, runtime: Sources) -> None:
    """A source that the file configures wrongly is left out and told; for one that a flag asked for, that is not
    what the user wants. Raises `CommandError`."""
    for name, problem in runtime.problems.items():
        flags = {
            origin
            for key, origin in settings.origins.items()
            if key.startswith(f"sources.{name}.") and origin.startswith("--")
        }
        if flags:
            raise CommandError(USAGE, f"{', '.join(sorted(flags))}: {problem}")


class Picture(NamedTuple):
    """What is known when the feeds have settled. `scopes` are the namespaces that were listed, by kind."""

    world: World
    scopes: Mapping[Kind, set[str]]
    waiting: Sequence[Feeder]
    """Feeds that are needed and have not settled in time."""

    def states(self, feeds: Iterable[str]) -> list[FeedState]:
        wanted = set(feeds)
        return [state for (_, feed), state in self.world.feeds.items() if feed in wanted]

    @property
    def clock_offset(self) -> float:
        """The server's clock minus ours; less than two seconds are noise."""
        offsets = (state.status.clock_offset for state in self.world.feeds.values())
        offset = next((each for each in offsets if each is not None), 0.0)
        return offset if abs(offset) > 2 else 0.0

    @property
    def now(self) -> float:
        """The moment that ages are counted to."""
        return time.time() + self.clock_offset


def gather(runtime: Sources, needed: Sequence[str], welcome: Sequence[str], seconds: float) -> Picture:
    """Waits until all `needed` feeds have settled, and a little for the `welcome` ones.

    Raises `CommandError` when no source offers what is needed.
    """
    expected = feeders(runtime, needed)
    if not expected:
        problems = [f"{name}: {problem}" for name, problem in runtime.problems.items()]
        raise CommandError(USAGE, *(problems or [f"no configured source offers {' or '.join(needed)}"]))
    extra = feeders(runtime, welcome)
    world = World(_Forgetful())
    scopes: dict[Kind, set[str]] = {}
    deadline = time.monotonic() + seconds
    extra_until: float | None = None
    while True:
        for batch in runtime.take():
            world.apply(batch)
            for change in batch.changes:
                if isinstance(change, Snapshot) and change.last:
                    scopes.setdefault(change.kind, set()).add(change.scope)
        waiting = [feeder for feeder in expected if not settled(world, feeder)]
        now = time.monotonic()
        if not waiting:
            if all(settled(world, feeder) for feeder in extra):
                break
            extra_until = extra_until or now + EXTRA
            deadline = min(deadline, extra_until)
        if now >= deadline:
            break
        runtime.wait(min(deadline - now, 1.0))
    return Picture(world, scopes, waiting)


class _Forgetful(History):
    """A command looks at the present only."""

    def append(self, batch: Batch) -> None: ...


def feeders(runtime: Sources, feeds: Iterable[str]) -> list[Feeder]:
    """Those of `feeds` that there will be."""
    return [
        (name, feed)
        for name, source in runtime.sources.items()
        for feed in feeds
        if isinstance(source, STREAMS[feed])
    ]


def settled(world: World, feeder: Feeder) -> bool:
    """Whether a feed has said all it can for now."""
    state = world.feeds.get(feeder)
    return state is not None and state.status.state in SETTLED


# -- what went wrong ---------------------------------------------------------------------------------------


def judge(runtime: Sources, picture: Picture, needed: Sequence[str], seconds: float) -> tuple[int, list[str]]:
    """The exit code of what was gathered, and what is missing from it in words.

    Raises `CommandError` when there is nothing at all to show.
    """
    warnings = [f"{name}: {problem}" for name, problem in runtime.problems.items()]
    shown = False
    codes = []
    for state in picture.states(needed):
        words = trouble(state)
        if words:
            warnings.append(words)
        if state.status.state in SHOWS_ROWS:
            shown = True
        elif state.status.state == "denied":
            codes.append(DENIED)
        elif state.status.state != "connecting":
            codes.append(_reason(runtime, state))
    late = [f"{source} has not answered all within {seconds:g} s ({feed})" for source, feed in picture.waiting]
    warnings += late
    if not shown:
        # The most telling of several: wrong settings before a missing right before silence.
        code = min(codes, key=(USAGE, DENIED, UNREACHABLE).index) if codes else UNREACHABLE
        raise CommandError(code, *warnings)
    return (UNREACHABLE if late else 0), warnings


def trouble(state: FeedState) -> str:
    """What is wrong with a feed, in a line; "" when nothing is."""
    status = state.status
    missing = "; ".join(status.missing)
    if status.state == "partial":
        return f"not everything is shown: {missing or status.detail}"
    if status.state == "denied":
        return f"denied: {status.detail or missing}"
    if status.state == "stale":
        return f"{state.source}: not current: {status.detail}"
    if status.state in ("failed", "absent"):
        return f"{state.source}: {status.detail or state.feed + ' ' + status.state}"
    return ""


def _reason(runtime: Sources, state: FeedState) -> int:
    """A status says in words why a feed failed. Which kind of failure it was is asked of the source itself:
    the error that a small request raises."""
    source = runtime.sources.get(state.source)
    question: Callable[[], Coroutine[Any, Any, object]]
    if isinstance(source, Objects):
        question = partial(source.get_object, "Namespace", "", "default")
    elif isinstance(source, Monitoring):
        question = source.build_info
    else:
        return UNREACHABLE
    try:
        answered(runtime, question, PROBE)
    except (Denied, Unauthorized):
        return DENIED
    except SourceError as error:
        return exit_code(error)
    except Exception:
        # Whatever a third party's source raises here only decides the exit code.
        return UNREACHABLE
    return UNREACHABLE


def answered(runtime: Sources, question: Callable[[], Coroutine[Any, Any, T]], seconds: float) -> T:
    """The answer of a coroutine on the sources' loop. Raises TimeoutError, and what the coroutine raises."""

    async def bounded() -> T:
        return await asyncio.wait_for(question(), None if seconds == float("inf") else seconds)

    future = runtime.ask(bounded)
    try:
        answer: T = future.result()
    except CancelledError:
        raise TimeoutError from None
    except KeyboardInterrupt:
        with suppress(RuntimeError):
            future.cancel()
        raise
    return answer
