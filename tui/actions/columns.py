"""Actions on the columns of a table, and on the groups of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.actions.action import Action
from tui.panes.console import ConsolePane
from tui.panes.grouping import GroupingPane
from tui.panes.table_pane import TablePane
from tui.sheets.choice import Choice

if TYPE_CHECKING:
    from tui.screen import MainScreen


def _wide(screen: MainScreen) -> None:
    pane = screen.active
    if isinstance(pane, ConsolePane):
        pane.toggle_wide()
        return
    if not isinstance(pane, TablePane):
        screen.say("only tables have columns")
        return
    extra = [field.column.key for field in pane.sheet.fields if field.wide]
    if not extra:
        screen.say(f"{pane.what} have no wide columns")
        return
    wide = not pane.choice.wide or bool(pane.choice.names)
    pane.choose_columns(Choice(wide))
    screen.say(f"{'with' if wide else 'without'} the wide columns: {', '.join(extra)}")


def _group(screen: MainScreen) -> None:
    if isinstance(screen.active, GroupingPane):
        grouping = screen.active.step_grouping()
        screen.say("not grouped" if grouping == "none" else f"by {grouping}; Enter opens and closes a group")
    else:
        screen.say("only pods can be grouped")


COLUMNS: tuple[Action, ...] = (
    Action("wide", "w,ctrl+w", "w", "wide columns; in the console: whole series", "Rows", _wide),
    Action("group", "b", "b", "group pods by owner, node, namespace, or not", "Rows", _group),
)
