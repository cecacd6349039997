"""Actions on the columns of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.actions.action import Action
from tui.panes.console import ConsolePane
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


COLUMNS: tuple[Action, ...] = (
    Action("wide", "w,ctrl+w", "w", "wide columns; in the console: whole series", "Rows", _wide),
)
