"""The real program in a terminal, read all the time by a thread of its own."""

from __future__ import annotations

import re
import select
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from tests.pty.harness import PATIENCE, Pty

LOOK = 0.05
"""Seconds after which the program is looked at although it draws nothing: it may have ended."""
ROOT = Path(__file__).resolve().parents[2]


class Taken(NamedTuple):
    """What a process has now: resident bytes, threads, descriptors; and CPU seconds that it used."""

    memory: int
    threads: int
    descriptors: int
    cpu: float


class Program:
    """topmast, 200x50. A terminal that nobody reads would hold it up."""

    def __init__(self, *arguments: str, group: Path | None = None) -> None:
        """`group` is where a control group takes process ids."""
        command = (sys.executable, "-m", "tui", *arguments)
        if group is not None:
            command = ("sh", "-c", 'echo $$ > "$0" && exec "$@"', str(group), *command)
        self._pty = Pty(command, columns=200, rows=50, env={"PYTHONPATH": str(ROOT)})
        self._drawn, self._ends = threading.Condition(), threading.Event()
        self._thread = threading.Thread(target=self._read, name="terminal", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ends.set()
        self._thread.join()
        self._pty.__exit__(kind, error, trace)

    def press(self, key: str) -> None:
        with self._drawn:
            self._pty.send(key)

    @property
    def text(self) -> str:
        with self._drawn:
            return self._pty.text

    def wait_for(self, wanted: Callable[[str], bool]) -> None:
        """Returns once its screen is as wanted."""
        with self._drawn:
            self._drawn.wait_for(lambda: self.ended is not None or wanted(self.text), PATIENCE)
            assert wanted(self.text), f"it ended with {self.ended}:\n{self.text}"

    @property
    def ended(self) -> int | None:
        """Its exit code; None while it runs."""
        return self._pty.process.poll()

    @property
    def taken(self) -> Taken:
        """By proc(5)."""
        proc = Path("/proc", str(self._pty.process.pid))
        status = (proc / "status").read_text()
        fields = (proc / "stat").read_text().rpartition(")")[2].split()
        return Taken(
            int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) << 10,
            int(re.findall(r"Threads:\s+(\d+)", status)[0]),
            len(list((proc / "fd").iterdir())),
            (int(fields[11]) + int(fields[12])) / 100,
        )

    def _read(self) -> None:
        while not self._ends.is_set():
            select.select([self._pty.master], [], [], LOOK)
            with self._drawn:
                came = self._pty.read(0)
                self._pty.output.clear()
                self._drawn.notify_all()
            if not came:
                self._ends.wait(LOOK)  # of a program that has ended the terminal is always ready


def pods_drawn(text: str) -> Sequence[tuple[str, str, str]]:
    """(name, ready, status) of each pod that can be seen, as it is drawn: a long name without its middle."""
    return re.findall(r"^.. \S+ +(\S+) +(\d+/\d+) +(\S+)", text, re.MULTILINE)


def pods_counted(text: str) -> int | None:
    """What the title of the pods says."""
    found = re.search(r" Pods +(\d+) ", text)
    return int(found[1]) if found else None
