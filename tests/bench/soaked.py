"""Runs topmast on a clock that is faster than the machine's, and notes what it holds.

    python -m tests.bench.soaked FILE FASTER EPOCH TRACE [arguments of topmast]

Compressed is the program's own clock: polls, retries, idle and open watches, expiry, the hour of minutes, the
history, and the garbage collector's sweep, which is offered at every look. Not compressed are Textual's timers
(drawing keeps its ordinary pace), the timeouts of HTTP itself and pauses that share CPU out. `FILE` gets a line of
JSON every few seconds. With TRACE 1 the lines also say which lines of the program hold more memory than a third of
the way before (tracemalloc, several times slower).
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import sys
import threading
import time
import tracemalloc
from pathlib import Path
from typing import Any

import msgspec

from tests.bench.turnover import Faster

EVERY = 1.5
"""Seconds of real time between two lines."""
TRACED_FROM = 100
"""The line whose memory later ones are compared with."""


def hasten(clock: Faster) -> None:
    """Every clock of the program that is not a test's own."""
    from sources.clock import SystemClock
    from tui.terminal.collector import Collector

    async def sleep(_: SystemClock, seconds: float) -> None:
        await asyncio.sleep(seconds / clock.faster)

    SystemClock.now = lambda _: clock.now()  # type: ignore[method-assign]
    SystemClock.monotonic = lambda _: time.monotonic() * clock.faster  # type: ignore[method-assign]
    SystemClock.sleep = sleep  # type: ignore[method-assign]
    Collector.__init__.__defaults__ = (lambda: time.monotonic() * clock.faster,)  # type: ignore[attr-defined]


_MALLINFO = (
    "arena",
    "ordblks",
    "smblks",
    "hblks",
    "hblkhd",
    "usmblks",
    "fsmblks",
    "uordblks",
    "fordblks",
    "keepcost",
)


class Malloc(ctypes.Structure):
    """`struct mallinfo2` of glibc (mallinfo(3))."""

    _fields_ = [(name, ctypes.c_size_t) for name in _MALLINFO]


def heap() -> dict[str, float]:
    """What of the memory is whose: Python's blocks, and glibc's (asked for, free in between, mapped alone)."""
    ask = getattr(ctypes.CDLL(None), "mallinfo2", None)
    if ask is None:
        return {"python blocks": sys.getallocatedblocks()}
    ask.restype = Malloc
    told = ask()
    return {
        "python blocks": sys.getallocatedblocks(),
        "heap used": told.uordblks,
        "heap free": told.fordblks,
        "heap mapped": told.hblkhd,
    }


def held(app: Any, clock: Faster) -> dict[str, float]:
    """What the process and its World hold now."""
    world, loop = app.session.world, app.runtime._loop
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return {
        "hours": (clock.now() - clock.epoch) / 3600,
        "rss": resident,
        "descriptors": sum(1 for _ in Path("/proc/self/fd").iterdir()),
        "tasks": len(asyncio.all_tasks()) + len(asyncio.all_tasks(loop)),
        "threads": threading.active_count(),
        "objects": len(gc.get_objects()) + gc.get_freeze_count(),
        "nodes": len(world.nodes),
        "pods": len(world.pods),
        "events": len(world.events),
        "events by object": len(world._events_by_object),
        "pods by node": sum(map(len, world._pods_by_node.values())),
        "pods by namespace": sum(map(len, world._pods_by_namespace.values())),
        "pod usage": len(world.pod_usage),
        "places of pod usage": len(world.pod_usage._owner),
        "history": len(world.history.changes),
        "restarts": len(world._restarts._stamps),
        **heap(),
    }


async def note(app: Any, clock: Faster, file: Path, trace: bool) -> None:
    before: tracemalloc.Snapshot | None = None
    count = sweeps = 0
    with file.open("ab", buffering=0) as out:
        while True:
            await asyncio.sleep(EVERY)
            sweeps += app.collector.sweep()
            line: dict[str, object] = {**held(app, clock), "sweeps": sweeps}
            count += 1
            if trace and count >= TRACED_FROM and count % 20 == 0:
                now = tracemalloc.take_snapshot()
                if before is None:
                    before = now
                line["grown"] = [str(each) for each in now.compare_to(before, "lineno")[:20]]
            out.write(msgspec.json.encode(line) + b"\n")


def main() -> int:
    from textual.app import App

    file, faster, epoch, trace = Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]), sys.argv[4] == "1"
    del sys.argv[1:5]
    clock = Faster(faster, epoch)
    hasten(clock)
    if trace:
        tracemalloc.start()

    from tui.cli import main as topmast

    run = App.run_async

    async def noting(self: App[object], *args: object, **more: object) -> object:
        watching = asyncio.create_task(note(self, clock, file, trace))
        try:
            return await run(self, *args, **more)  # type: ignore[arg-type]  # passed on as they came
        finally:
            watching.cancel()

    App.run_async = noting  # type: ignore[method-assign, assignment]
    return topmast() or 0


if __name__ == "__main__":
    sys.exit(main())
