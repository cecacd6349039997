"""Actions on folded rows: events that say the same, alerts of one name; and on what is left out of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.actions.action import Action
from tui.panes.folding_pane import FoldingPane
from tui.panes.grouping import GroupingPane

if TYPE_CHECKING:
    from tui.screen import MainScreen


def _toggle_row(screen: MainScreen) -> None:
    """A detail has its own way to do it; among the rows it is the fold or the group of the cursor."""
    pane = screen.active
    if not (isinstance(pane, (FoldingPane, GroupingPane)) and pane.toggle_row()):
        screen.say("there is nothing folded here: open something, group the pods, or go to events or alerts")


def _toggle_folding(screen: MainScreen) -> None:
    active = screen.active
    if isinstance(active, GroupingPane) and active.grouping != "none":
        screen.say(f"groups of {active.what}: all {'closed' if active.toggle_folding() else 'open'}")
        return
    pane = active if isinstance(active, FoldingPane) else screen.events_pane
    folded = pane.toggle_folding()
    screen.say(f"{pane.what}: {'those that say the same are one row' if folded else 'each in a row of its own'}")


def _step_normal(screen: MainScreen) -> None:
    words = {"quiet": "all but routine ones", "warnings": "warnings only", "all": "all"}
    screen.say(f"events: {words[screen.events_pane.step_mode()]}")


def _active_alerts(screen: MainScreen) -> None:
    if not screen.alerts_pane.display:
        screen.focus_pane(screen.alerts_pane)
    screen.alerts_pane.toggle_faults()


EVENTS: tuple[Action, ...] = (
    Action("unfold", "u", "u", "unfold or fold the row; in a detail, long lists", "Rows", _toggle_row),
    Action("folding", "U", "U", "fold rows that say the same, or not", "Rows", _toggle_folding),
    Action("normal", "i", "i", "events: warnings, all, without noise", "Events and alerts", _step_normal),
    Action("active_alerts", "a", "a", "only active alerts, or all", "Events and alerts", _active_alerts),
)
