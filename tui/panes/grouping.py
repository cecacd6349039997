"""Pods in groups: by owner, node or namespace, with totals, each group opened and closed by itself."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence

from rich.style import Style

from sources.world import Frame
from sources.world.groups import GroupedView, GroupKey, Share
from sources.world.views import View
from tui.panes.catchup import STEP
from tui.panes.marked_pane import MarkedPane
from tui.panes.view_rows import Chosen
from tui.session import Session
from tui.sheets.pod_groups import GROUPINGS, Group, Grouping, group_cell, group_name, group_rank, share_of
from tui.sheets.pods import PodLine
from tui.widgets.lines import Piece
from tui.widgets.rows import Cell, Key


class GroupingPane(MarkedPane[PodLine]):
    """A pane of pods that can be grouped. Closed groups show what there is; the group of the cursor's pod opens,
    so that the cursor stays on its object."""

    def __init__(self, session: Session, palette: Mapping[str, Style], pane_id: str) -> None:
        self.grouping: Grouping = "none"
        self._opened: set[str] = set()
        super().__init__(session, palette, pane_id)

    @property
    def _grouped(self) -> GroupedView | None:
        return self.view if isinstance(self.view, GroupedView) else None

    def new_view(self) -> View | GroupedView:
        if self.grouping == "none":
            return super().new_view()
        return GroupedView(
            self._share,
            self.rank,
            lambda name, totals: group_rank(name, totals, self.sort, self.reverse),
            self._opened,
        )

    def wanted_first(self) -> list[str]:
        # A group is there as soon as one of its pods is.
        view, keys = self._grouped, super().wanted_first()
        if view is None:
            return keys
        names = [key.name for key in self.table.visible_keys if isinstance(key, GroupKey)]
        return [*keys, *(next(iter(view.groups[name].keys)) for name in names if name in view.groups)]

    @property
    def lags(self) -> bool:
        return super().lags or (self._grouped is not None and self._grouped.unplaced)

    def go_on(self, deadline: float) -> bool:
        more, view = super().go_on(deadline), self._grouped
        while not more and view is not None and view.advance(STEP):
            more = time.thread_time() >= deadline
        return more

    def touched(self) -> Collection[GroupKey]:
        return self._grouped.take_touched() if self._grouped is not None else ()

    def _share(self, key: str) -> Share | None:
        row = self.row(key)
        return share_of(row, self.grouping, self.session.look) if row is not None and self.passes(row) else None

    def movable(self, frame: Frame, changed: frozenset[str]) -> frozenset[str]:
        # Groups add up what their pods use.
        return changed if self._grouped is not None else super().movable(frame, changed)

    def cells(self, key: str | GroupKey) -> Sequence[Cell]:
        view = self._grouped
        if view is None:
            return super().cells(str(key))
        names = [field.column.key for field in self.fields]
        if isinstance(key, GroupKey):
            group = Group(key.name, view.groups[key.name], key.name in view.opened)
            return [group_cell(group, name, self.grouping, self.look) for name in names]
        # The rows of a group stand further in than its own.
        cells = list(super().cells(key))
        return [
            (f"  {text}", style) if name == "name" else (text, style)
            for name, (text, style) in zip(names, cells, strict=False)
        ]

    def shown(self) -> int:
        return self._grouped.members if self._grouped is not None else len(self.view)

    def particulars(self) -> Sequence[Piece]:
        pieces = list(super().particulars())
        if self._grouped is not None:
            pieces.insert(0, (f" {len(self._grouped.groups)} by {self.grouping} ", "title.filter"))
        return pieces

    # -- what keys do

    def group_by(self, grouping: Grouping) -> None:
        """Groups by something else, or not at all; the cursor stays on its pod, or goes to one of its group."""
        key = self.table.cursor_key if self.table.pinned else None
        if self._grouped is not None and isinstance(key, GroupKey):
            key = min(self._grouped.groups[key.name].keys, default=None)
        row = self.row(key) if isinstance(key, str) else None
        self.grouping = grouping
        self._opened = set() if row is None or grouping == "none" else {group_name(row, grouping)}
        self.rebuild("grouping")
        if isinstance(key, str):
            self.select(key)

    def step_grouping(self) -> Grouping:
        """The next way to group; gives it."""
        self.group_by(GROUPINGS[(GROUPINGS.index(self.grouping) + 1) % len(GROUPINGS)])
        return self.grouping

    def toggle_row(self) -> bool:
        """Opens or closes the group that the cursor is on or in; False where there is none."""
        view = self._grouped
        name = view.group_of(self.table.cursor_key) if view is not None else None
        if view is None or name is None:
            return False
        self.table.move_to(GroupKey(name))
        view.toggle(name)
        self.table.changed({GroupKey(name)})
        return True

    def toggle_folding(self) -> bool:
        """Closes all groups, or opens all when all are closed; True when they are closed now."""
        view = self._grouped
        if view is None:
            return False
        name = view.group_of(self.table.cursor_key)
        if name is not None and self.table.pinned:
            self.table.move_to(GroupKey(name))
        closing = bool(view.opened & view.groups.keys())
        for each in list(view.opened if closing else view.groups):
            view.toggle(each)
        self.table.changed(None)
        return closing

    def enter(self) -> bool:
        return isinstance(self.table.cursor_key, GroupKey) and self.toggle_row()

    def select(self, key: Key) -> bool:
        return self.table.move_to(key) if isinstance(key, GroupKey) else super().select(key)

    def capture(self) -> Chosen:
        return super().capture()._replace(grouping=self.grouping)

    def restore(self, view: object) -> None:
        if isinstance(view, Chosen) and view.grouping in GROUPINGS and view.grouping != self.grouping:
            self.group_by(view.grouping)
        super().restore(view)
