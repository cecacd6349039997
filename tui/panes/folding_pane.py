"""A table pane whose rows are folds of several things that can be opened, or each thing by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Generic, TypeVar

from rich.style import Style

from sources.world.views import Rank
from tui.panes.table_pane import TablePane
from tui.session import Session

R = TypeVar("R")


class FoldingPane(TablePane[R], Generic[R]):
    """Things are filtered before they are folded, so that a fold holds and counts only what is shown.

    A fold has a key of its own, also when it holds one thing: the cursor stays on it as it grows.
    """

    def __init__(self, session: Session, palette: Mapping[str, Style], pane_id: str) -> None:
        self.folded = True
        self.opened: set[str] = set()
        """Folds whose single things stand below them."""
        super().__init__(session, palette, pane_id)

    # -- what a subclass says

    def members(self, fold: str) -> Collection[str]:
        """The keys of the things in a fold; none when there is no such fold."""
        raise NotImplementedError

    def fold_of(self, key: str) -> str | None:
        """The fold that holds a thing."""
        raise NotImplementedError

    def thing(self, row: R) -> str:
        """The key of the thing that a row shows, of a fold the one that stands for it."""
        raise NotImplementedError

    # -- the view

    def open_fold(self, key: str) -> str | None:
        """The opened fold of several things below which a thing stands."""
        fold = self.fold_of(key)
        return fold if fold in self.opened and len(self.members(fold)) > 1 else None

    def rank(self, key: str) -> Rank | None:
        row = self.row(key)
        if row is None:
            return None
        if not self.folded:
            return self._place(row) if self.passes(row) else None
        fold = key if self.members(key) else self.open_fold(key)
        head = self.row(fold) if fold is not None else None
        if fold is None or head is None:
            return None
        own = (0, 0) if fold == key else (1, self.default_order(row))
        return (*self._place(head), fold, *own)

    def _place(self, row: R) -> tuple[Any, ...]:
        place = self.sheet.place(row, self.sort, self.reverse, self.session.now)
        return (*place, *self.default_order(row))

    def with_inside(self, folds: Collection[str]) -> set[str]:
        """These folds, and the rows below those of them that are open: they move with it."""
        keys = set(folds)
        for fold in self.opened.intersection(folds):
            keys.update(self.members(fold))
        return keys

    # -- what keys do

    def toggle_row(self) -> bool:
        """Opens or closes the fold that the cursor is on or in; False where there is none of several things."""
        key = str(self.table.cursor_key or "")
        fold = key if self.members(key) else self.fold_of(key)
        if not self.folded or fold is None or len(self.members(fold)) < 2:
            return False
        self.opened ^= {fold}
        changed = {fold, *self.members(fold)}
        if fold not in self.opened:
            self.table.move_to(fold)
        self.view.update(changed)
        self.table.changed(changed)
        self.tell_title()
        return True

    def toggle_folding(self) -> bool:
        """Folds, or shows each thing by itself; True when folded now. The cursor stays on its thing."""
        row = self.selected()
        follow = self.table.pinned
        self.folded = not self.folded
        self.opened.clear()
        self.rebuild("folding" if self.folded else "unfolding")
        if row is not None and follow:
            key = self.thing(row)
            self.select(self.fold_of(key) or key if self.folded else key)
        return self.folded
