"""What a pane has chosen and ordered, as the rows of a table widget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from tui.sheets.choice import Choice
from tui.widgets.rows import Cell, Key


class Chosen(NamedTuple):
    """What was chosen in a table, to come back to; `cursor` is None where nobody has moved it."""

    filter: str = ""
    faults_only: bool = False
    sort: str = ""
    reverse: bool = False
    cursor: Key | None = None
    columns: Choice = Choice()
    grouping: str = ""


class ViewRows:
    """A view as the rows of a table widget."""

    def __init__(self, view: Sequence[Any], cells: Callable[[Any], Sequence[Cell]]) -> None:
        self.view = view
        self._cells = cells

    def __len__(self) -> int:
        return len(self.view)

    def key(self, index: int) -> Key:
        key: Key = self.view[index]
        return key

    def cells(self, index: int) -> Sequence[Cell]:
        return self._cells(self.view[index])

    def index(self, key: Key, near: int) -> int | None:
        return self.view.index(key) if key in self.view else None
