"""Commands that go to a pane."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from tui.commands.command import Command, Complete
from tui.commands.filters import complete_filter
from tui.panes.table_pane import TablePane

if TYPE_CHECKING:
    from tui.screen import MainScreen


def _pane(pane_id: str) -> Callable[[MainScreen, str], object]:
    def run(screen: MainScreen, rest: str) -> None:
        pane = screen.pane(pane_id)
        screen.focus_pane(pane)
        if rest and isinstance(pane, TablePane):
            pane.set_filter(rest)

    return run


def _filters(pane_id: str) -> Complete:
    def complete(screen: MainScreen, rest: str) -> Iterable[str]:
        pane = screen.pane(pane_id)
        found = complete_filter(pane.sheet, rest) if isinstance(pane, TablePane) else None
        return () if found is None else (found,)

    return complete


PANES: tuple[Command, ...] = (
    Command(("pods", "po", "pod"), "[filter]", "go to the pods", _pane("pods"), _filters("pods")),
    Command(("nodes", "no", "node"), "[filter]", "go to the nodes", _pane("nodes"), _filters("nodes")),
    Command(("events", "ev", "event"), "[filter]", "go to the events", _pane("events"), _filters("events")),
    Command(("alerts", "al", "alert"), "[filter]", "go to the alerts", _pane("alerts"), _filters("alerts")),
)
