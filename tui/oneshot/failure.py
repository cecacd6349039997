"""What ends a command: an exit code and the lines for stderr. Imports next to nothing."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from sources.text import clean

OK = 0
USAGE = 2
UNREACHABLE = 3
DENIED = 4
INTERRUPTED = 130
PIPE_CLOSED = 141
"""As of a program that SIGPIPE ended."""

LINE = 2000
"""Characters of one error that are worth printing."""


class CommandError(Exception):
    """Ends the command with `code`; each of `lines` is printed after the program's name."""

    def __init__(self, code: int, *lines: str) -> None:
        super().__init__(*lines)
        self.code = code
        self.lines = lines


def shortly(problems: Sequence[str]) -> list[str]:
    """The first of several mistakes in the configuration, and how to see the others."""
    more = len(problems) - 1
    return [*problems[:1], *([f"and {more} more; `topmast config check` tells all"] if more > 0 else [])]


def say(*lines: str) -> None:
    """Prints to stderr, neutralised: servers and file names speak in here."""
    for line in lines:
        text = clean(line)
        print(f"topmast: {text[:LINE]}", file=sys.stderr)
