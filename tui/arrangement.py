"""How the panes are arranged just now: which layout, which panes are hidden, and whether one is alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from tui import layouts
from tui.layouts import PRESETS, Box, taller, wider


class Arrangement(NamedTuple):
    """What the keys for panes change. `name` is the layout's; `changed` says that it was resized since."""

    name: str = "overview"
    layout: layouts.Layout = PRESETS["overview"]
    hidden: frozenset[str] = frozenset()
    zoomed: bool = False
    changed: bool = False

    def shown(self) -> list[str]:
        """The panes that Tab goes through, in reading order."""
        return [pane for pane in self.layout.panes if pane not in self.hidden]

    def hide(self, pane: str) -> Arrangement:
        """Without a pane. The last one stays."""
        hidden = self.hidden | {pane}
        return self if len(hidden) >= len(self.layout.panes) else self._replace(hidden=hidden, zoomed=False)

    def with_pane(self, pane: str) -> Arrangement:
        """With a pane that is asked for, whether it was hidden or is no part of the layout."""
        if pane not in self.layout.panes:
            *columns, last = self.layout.columns
            return self._replace(layout=self.layout._replace(columns=(*columns, (*last, pane))))
        return self._replace(hidden=self.hidden - {pane})

    def wider(self, pane: str, steps: int, width: int) -> Arrangement:
        return self._replace(layout=wider(self.layout, pane, steps, width), changed=True)

    def taller(self, pane: str, steps: int) -> Arrangement:
        return self._replace(layout=taller(self.layout, pane, steps), changed=True)

    def boxes(self, width: int, height: int, active: str, alone: bool) -> dict[str, Box]:
        """The cells of the panes; `alone` gives all of them to the active one."""
        if alone or self.zoomed:
            return {active: Box(0, 0, width, height)}
        return layouts.place(self.layout, width, height, active, self.hidden)


class Body(Widget):
    """Holds the panes and gives each its cells. Textual's own containers cannot move a pane from one column to
    another without unmounting it, and with it its cursor."""

    DEFAULT_CSS = "Body { height: 1fr; width: 1fr; }"

    def __init__(self, panes: Sequence[Widget]) -> None:
        super().__init__(*panes, id="body")
        self.boxes: Callable[[int, int], Mapping[str, Box]] = lambda _width, _height: {}
        self._placed = _Placed(self)

    @property
    def layout(self) -> Layout:
        """Textual's styles only take layouts of Textual's own."""
        return self._placed

    def show(self, boxes: Callable[[int, int], Mapping[str, Box]], shown: Collection[str]) -> None:
        """Gives the `shown` panes the cells that `boxes` says for (width, height); the others are hidden."""
        self.boxes = boxes
        for child in self.children:
            child.display = child.id in shown
            # Asked of a child: what Textual keeps of an arrangement is forgotten by the ancestors of what changed.
            child.refresh(layout=True, repaint=False)


class _Placed(Layout):
    """Where the body says."""

    name = "panes"

    def __init__(self, body: Body) -> None:
        self._body = body

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:
        boxes = self._body.boxes(size.width, size.height)
        return [
            WidgetPlacement(Region(*box), NULL_OFFSET, NULL_SPACING, child)
            for child in children
            if (box := boxes.get(child.id or "")) is not None
        ]
