"""What a pane has chosen and ordered, as the rows of a table widget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tui.widgets.rows import Cell, Key


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
