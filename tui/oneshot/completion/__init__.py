"""`topmast completion`: scripts for shells, made from the argument parser itself."""

from __future__ import annotations

import argparse

from tui.oneshot.completion.bash import bash
from tui.oneshot.completion.fish import fish
from tui.oneshot.completion.grammar import grammar
from tui.oneshot.completion.zsh import zsh

SCRIPTS = {"bash": bash, "zsh": zsh, "fish": fish}
NAMES = ("topmast", "kubectl-topmast")
"""The programs that the script is for."""


def completion(parser: argparse.ArgumentParser, shell: str) -> int:
    """Prints the script; returns the exit code."""
    print(SCRIPTS[shell](grammar(parser), NAMES), end="")
    return 0
