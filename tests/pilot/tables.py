"""A table of names, which counts what is formatted and sent again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.style import Style
from textual.app import App, ComposeResult

from tests.pilot.sent import Sent
from tui.widgets.columns import Column
from tui.widgets.rows import Cell, KeyedRows
from tui.widgets.table import LineTable

COLUMNS = (Column("name", "NAME", 12, flex=1), Column("cpu", "CPU", 5, align="right"))


class Owner:
    """Rows by key, counting how many are formatted."""

    def __init__(self, names: Sequence[str]) -> None:
        self.keys = list(names)
        self.cpu = dict.fromkeys(names, "1m")
        self.formatted: list[str] = []
        self.rows = KeyedRows(self.keys, str, self.cells)

    def cells(self, name: str) -> Sequence[Cell]:
        self.formatted.append(name)
        return ((name, ""), (self.cpu[name], "good"))


class Watched(Sent, LineTable):
    """Notes what is sent again."""


class Screen(App[None]):
    """One table."""

    def __init__(self, table: LineTable) -> None:
        super().__init__()
        self.table = table
        self.told: list[Any] = []

    def compose(self) -> ComposeResult:
        yield self.table

    def on_line_table_chosen(self, message: LineTable.Chosen) -> None:
        self.told.append(("chosen", message.key))

    def on_line_table_header_clicked(self, message: LineTable.HeaderClicked) -> None:
        self.told.append(("header", message.column))


def table_of(owner: Owner) -> Watched:
    return Watched(COLUMNS, {"good": Style(color="green"), "cursor": Style(reverse=True)}, rows=owner.rows)


def quiet(table: Watched, owner: Owner) -> None:
    table.sent.clear()
    owner.formatted.clear()
