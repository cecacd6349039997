"""The size of the first frame is the terminal's own, whatever the environment says."""

import os
import pty
import sys

import pytest
from textual.geometry import Size

from tui.terminal.app import TerminalSafeApp
from tui.terminal.driver import TerminalDriver


async def test_exported_sizes_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """A screen may be laid out before the first Resize arrives: with the size of COLUMNS and LINES it was drawn
    three times."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    master, slave = pty.openpty()
    try:
        with os.fdopen(slave, "w", encoding="utf-8") as terminal:
            monkeypatch.setattr(sys, "__stderr__", terminal)
            monkeypatch.setattr(os, "get_terminal_size", lambda _descriptor: os.terminal_size((132, 43)))
            app = TerminalSafeApp[None]()
            app._driver = TerminalDriver(app)
            assert app.size == Size(132, 43)
    finally:
        os.close(master)
