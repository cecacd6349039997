"""Runs topmast with a heartbeat on its event loop, and tells how long the loop stood still.

    python -m tests.bench.beats FILE [arguments of topmast]

A beat that comes late was held up. What counts is the time that the program itself computed meanwhile, in any of
its threads, at most the delay: neighbours on a busy machine are not its fault. `FILE` holds the longest one.
"""

from __future__ import annotations

import asyncio
import mmap
import struct
import sys
import time
from pathlib import Path

BEAT = 0.005
_FORMAT = struct.Struct("d")


class Stalls:
    """The longest stall, in seconds, in a file that two processes share."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(_FORMAT.pack(0.0))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _FORMAT.size)

    def note(self, seconds: float) -> None:
        if seconds > _FORMAT.unpack_from(self._map)[0]:
            _FORMAT.pack_into(self._map, 0, seconds)

    def take(self) -> float:
        """The longest one since the last call."""
        longest: float = _FORMAT.unpack_from(self._map)[0]
        _FORMAT.pack_into(self._map, 0, 0.0)
        return longest


def beat(loop: asyncio.AbstractEventLoop, stalls: Stalls, due: float, computed: float) -> None:
    late = time.monotonic() - due
    used = time.process_time()
    stalls.note(min(late, used - computed))
    loop.call_later(BEAT, beat, loop, stalls, time.monotonic() + BEAT, used)


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
