"""How far the terminal is behind: drawing waits while it has not taken what was sent."""

from typing import Any

from textual.app import App

from tui.terminal.outlet import Outlet
from tui.terminal.pace import Pace


def backlog(app: App[Any]) -> int:
    """Writes that wait for the terminal; 0 when it keeps up or the application does not run in one.

    Textual's writer queue holds 30 writes (about ten frames) and then blocks the whole event loop until the
    link takes more. Whoever draws on a clock skips the tick while this is not 0. The attribute names are
    Textual's own (a test notices a rename).
    """
    queue = getattr(getattr(getattr(app, "_driver", None), "_writer_thread", None), "_queue", None)
    return queue.qsize() if queue is not None else 0


def behind(app: App[Any]) -> bool:
    """Whether the terminal has still to take, or to draw, what it was sent."""
    pace, outlet = getattr(app, "pace", None), getattr(app, "outlet", None)
    waits = isinstance(outlet, Outlet) and outlet.waits
    return backlog(app) > 0 or waits or (isinstance(pace, Pace) and not pace.clear)
