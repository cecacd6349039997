"""The commands that the terminal tests run; each must leave the terminal as it found it."""

import sys
from pathlib import Path
from typing import NamedTuple


class Command(NamedTuple):
    """A full-screen program and how to handle it."""

    name: str
    argv: tuple[str, ...]
    ready: str
    """Text that stands on the screen once it takes keys."""
    quit: str
    """Keys that leave it."""

    def __str__(self) -> str:
        return self.name


SAMPLE = Command("sample", (sys.executable, str(Path(__file__).with_name("sample_app.py"))), "READY", "q")

DEMO = Command("demo", (sys.executable, "-m", "tui", "demo", "--speed", "0.001", "--mouse"), "Completed", "q")
"""The real program. Completed is what the first pods are: those of jobs. Its time hardly goes on, or on a busy
machine an incident would take their place before a test has looked."""

COMMANDS = (SAMPLE, DEMO)
