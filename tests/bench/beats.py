"""Runs topmast with a heartbeat on its event loop, and tells how long the loop stood still.

    python -m tests.bench.beats FILE [arguments of topmast]

A beat that comes late was held up. What counts is the time that the program itself computed meanwhile, in any of
its threads, at most the delay: neighbours on a busy machine are not its fault. `FILE` holds the longest one, and
whether the heart beats at all: it costs a percent or two of a core, which is not the program's.
"""

from __future__ import annotations

import asyncio
import mmap
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BEAT = 0.005
RESTING = 0.25
_FORMAT = struct.Struct("dd")


class Stalls:
    """The longest stall, in seconds, in a file that two processes share."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(_FORMAT.pack(0.0, 1.0))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _FORMAT.size)

    def note(self, seconds: float) -> None:
        longest, beating = _FORMAT.unpack_from(self._map)
        if seconds > longest and beating:
            _FORMAT.pack_into(self._map, 0, seconds, beating)

    def take(self) -> float:
        """The longest one since the last call."""
        longest: float
        longest, beating = _FORMAT.unpack_from(self._map)
        _FORMAT.pack_into(self._map, 0, 0.0, beating)
        return longest

    @property
    def beating(self) -> bool:
        return bool(_FORMAT.unpack_from(self._map)[1])

    @contextmanager
    def without(self) -> Iterator[None]:
        """Nobody listens meanwhile."""
        _FORMAT.pack_into(self._map, 0, 0.0, 0.0)
        try:
            yield
        finally:
            time.sleep(2 * RESTING)
            _FORMAT.pack_into(self._map, 0, 0.0, 1.0)


def beat(loop: asyncio.AbstractEventLoop, stalls: Stalls, due: float, computed: float) -> None:
    late = time.monotonic() - due
    used = time.process_time()
    stalls.note(min(late, used - computed))
    pause = BEAT if stalls.beating else RESTING
    loop.call_later(pause, beat, loop, stalls, time.monotonic() + pause, used)


def main() -> int:
    from textual.app import App

    from tui.cli import main as topmast

    stalls = Stalls(Path(sys.argv.pop(1)))
    run = App.run_async

    async def beating(self: App[object], *args: object, **more: object) -> object:
        loop = asyncio.get_running_loop()
        beat(loop, stalls, time.monotonic(), time.process_time())
        return await run(self, *args, **more)  # type: ignore[arg-type]  # passed on as they came

    App.run_async = beating  # type: ignore[method-assign, assignment]
    return topmast() or 0


if __name__ == "__main__":
    sys.exit(main())
