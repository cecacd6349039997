"""Somebody in front of the real program: starts it in a terminal on one core, presses keys, and holds the watch.

All figures come from outside the program: bytes that arrive at the terminal, and what the kernel counts.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.pty.harness import Pty, PtyTimeoutError
from tests.pty.link import Link
from tests.testbed.paths import cache_dir

PACE = 0.06
"""Seconds between what a key did and the next key: who presses sixteen in a second holds it down."""
BAR = "000087"
"""The background of the row under the cursor, in 256 colours."""
NAMED = range(3, 36)
"""Where such a row has its namespace and name, which tell it from others."""
MARKED = {b"\x1b[?2026$p": b"\x1b[?2026;2$y"}
"""A terminal that knows synchronized output: the program marks where a frame ends."""
FRAME_END = b"\x1b[?2026l"
TOPMAST = ("-m", "tui")
ROOT = Path(__file__).resolve().parents[2]


class Used(NamedTuple):
    """What a process has used: CPU seconds, and resident bytes at most."""

    cpu: float
    memory: int


class Pressed(NamedTuple):
    """From a key to the last byte of the frame that shows what it did: seconds, those of CPU among them, and the
    bytes."""

    wall: float
    cpu: float
    sent: int


def used(pid: int) -> Used:
    """By the process's own clock (clock_getcpuclockid(3)), and VmHWM of /proc (proc(5))."""
    clock = ctypes.c_int()
    if failed := ctypes.CDLL(None).clock_getcpuclockid(pid, ctypes.byref(clock)):
        raise OSError(failed, os.strerror(failed))
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return Used(time.clock_gettime(clock.value), int(peak[1]) * 1024 if peak else 0)


def compiled() -> None:
    """Lets programs that are started from now on find their modules compiled, as an installed one does."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(cache_dir() / "pycache")


class Seat(Pty):
    """A Python program, topmast if no other is named, in a terminal of 200x50, pinned to a core. Without an
    `interpreter` any other program."""

    def __init__(
        self,
        arguments: Sequence[str],
        core: int,
        columns: int = 200,
        rows: int = 50,
        program: Sequence[str] = TOPMAST,
        stderr: int | None = None,
        interpreter: Sequence[str] = (sys.executable,),
        env: Mapping[str, str] | None = None,
        link: Link | None = None,
        replies: Mapping[bytes, bytes] | None = None,
    ) -> None:
        self.started = time.monotonic()
        pinned = ("taskset", "-c", str(core), *interpreter, *program, *arguments)
        given = {"PYTHONPATH": str(ROOT), **(env or {})}
        known = {**MARKED, **(replies or {})}
        super().__init__(pinned, columns=columns, rows=rows, env=given, stderr=stderr, link=link, replies=known)

    @property
    def used(self) -> Used:
        return used(self.process.pid)

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self.started

    def until(self, pattern: str, timeout: float) -> float:
        """Seconds since the start at which the screen shows the pattern."""
        seen = re.compile(pattern)
        self.wait_for(lambda: seen.search(self.text), timeout)
        return self.elapsed

    @property
    def chosen(self) -> str:
        """The name in the row under the cursor; "" where there is none."""
        rows = (line for line in self.screen.buffer.values() if line[NAMED.start].bg == BAR)
        return "".join(line[x].data for line in rows for x in NAMED)

    def press(self, key: str) -> Pressed:
        """Presses a key that moves the cursor and waits for the end of the frame that shows it elsewhere. What
        else is drawn before counts too: it is what a person waits."""
        while self.read(0):
            pass
        before, chosen, pressed, cpu = len(self.output), self.chosen, time.monotonic(), self.used.cpu
        self.send(key)
        while self.read(pressed + 5.0 - time.monotonic()):
            taken = self.used.cpu - cpu
            ended = self.output.rfind(FRAME_END, before) + len(FRAME_END)
            if ended > before and self.chosen != chosen:
                found = Pressed(self.heard - pressed, taken, ended - before)
                self.rest(PACE)
                return found
        raise PtyTimeoutError(f"{key!r} moved no cursor in 5 s; the screen:\n{self.text}")

    def ask(self, keys: str) -> None:
        """Types, and waits until something is drawn."""
        while self.read(0):
            pass
        before = len(self.output)
        self.send(keys)
        self.wait_for(lambda: self.output.find(FRAME_END, before) >= 0)
        self.rest(PACE)

    def rest(self, seconds: float) -> tuple[float, int]:
        """CPU seconds used and bytes sent while nobody does anything for so long."""
        cpu, sent, end = self.used.cpu, len(self.output), time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.read(left)
        return self.used.cpu - cpu, len(self.output) - sent


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
