"""Where panes stand: layouts as data, and the cells that each pane gets on a screen of a size. Pure functions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

GAP = 1
"""Empty cells between two columns of panes."""
FEWEST = 4
"""Rows below which a pane shows its title line only: a header and two rows are noise, its counts are not."""
WIDE = 140
"""Below so many columns a layout may have other widths: a pod's row needs them."""
STEP = 5
"""How far one key press moves an edge, in percent of the screen."""
LEAST = 10
"""Percent of the screen that a column or a pane keeps when others grow."""


class Layout(NamedTuple):
    """`columns` of panes from left to right, each from top to bottom, with the shares of their `widths`.

    `heights` are shares within the column (1 when not named); a share of 0 is a title line until the pane has the
    keyboard. `medium` are the widths below `WIDE` columns, when they differ. `active` has the keyboard first.
    """

    columns: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    heights: Mapping[str, float] = MappingProxyType({})
    active: str = "pods"
    medium: tuple[float, ...] = ()

    @property
    def panes(self) -> list[str]:
        """All panes of the layout, in reading order."""
        return [pane for column in self.columns for pane in column]


class Box(NamedTuple):
    """Cells: the left upper corner, and how many of them."""

    x: int
    y: int
    width: int
    height: int


PRESETS: Mapping[str, Layout] = {
    "overview": Layout(
        (("nodes", "pods", "events"), ("console", "alerts")),
        (5, 3),
        {"nodes": 5, "pods": 9, "events": 6, "console": 9, "alerts": 8},
        medium=(2, 1),
    ),
    "workloads": Layout(
        (("pods", "nodes"), ("alerts", "events", "console")),
        (5, 3),
        {"pods": 13, "nodes": 5, "alerts": 6, "events": 8, "console": 0},
        medium=(2, 1),
    ),
    "events": Layout(
        (("events", "pods", "nodes"), ("alerts", "console")),
        (5, 3),
        {"events": 12, "pods": 6, "nodes": 0, "alerts": 8, "console": 6},
        active="events",
        medium=(2, 1),
    ),
    "metrics": Layout(
        (("console",), ("alerts", "pods", "nodes", "events")),
        (3, 2),
        {"alerts": 6, "pods": 8, "nodes": 0, "events": 5},
        active="console",
    ),
    "alerts": Layout(
        (("alerts", "events"), ("console", "pods", "nodes")),
        (1, 1),
        {"alerts": 9, "events": 7, "console": 9, "pods": 7, "nodes": 0},
        active="alerts",
    ),
}


def place(
    layout: Layout, width: int, height: int, active: str = "", hidden: Collection[str] = ()
) -> dict[str, Box]:
    """The cells of each pane that is shown on `width` x `height` cells; they never overlap."""
    columns = [[pane for pane in column if pane not in hidden] for column in layout.columns]
    shares = layout.medium if layout.medium and width < WIDE else layout.widths
    shown = [(column, share) for column, share in zip(columns, shares, strict=True) if column]
    boxes: dict[str, Box] = {}
    x = 0
    cells = _split(width - GAP * (len(shown) - 1), [share for _, share in shown])
    for (column, _), wide in zip(shown, cells, strict=True):
        y = 0
        for pane, tall in zip(column, _heights(column, layout, height, active), strict=True):
            boxes[pane] = Box(x, y, wide, tall)
            y += tall
        x += wide + GAP
    return boxes


def _heights(column: Sequence[str], layout: Layout, height: int, active: str) -> list[int]:
    """Rows of each pane of a column; what would be too small becomes a title line, never the active one."""
    shares = [float(layout.heights.get(pane, 1)) for pane in column]
    largest = max(shares) or 1.0
    for index, pane in enumerate(column):
        if pane == active and not shares[index]:
            shares[index] = largest
    if not any(shares):
        shares[0] = 1.0
    while True:
        closed = sum(1 for share in shares if not share)
        rows = _split(height - closed, [share for share in shares if share])
        opened = iter(rows)
        heights = [next(opened) if share else 1 for share in shares]
        small = [
            index
            for index, share in enumerate(shares)
            if share and heights[index] < FEWEST and column[index] != active
        ]
        if not small or len(rows) == 1:
            return heights
        shares[min(small, key=lambda index: (heights[index], -index))] = 0.0


def _split(cells: int, shares: Sequence[float]) -> list[int]:
    """Whole cells in proportion to the shares; together exactly `cells`."""
    whole = sum(shares) or 1.0
    edges = [round(max(cells, 0) * sum(shares[: index + 1]) / whole) for index in range(len(shares))]
    return [edge - before for edge, before in zip(edges, [0, *edges], strict=False)]


def wider(layout: Layout, pane: str, steps: int, width: int) -> Layout:
    """The layout with the pane's column grown by `steps` (shrunk when negative) at the cost of the others."""
    shares = layout.medium if layout.medium and width < WIDE else layout.widths
    place_of = next((index for index, column in enumerate(layout.columns) if pane in column), None)
    if place_of is None:
        return layout
    grown = tuple(_grown(shares, place_of, steps))
    return layout._replace(medium=grown) if shares is layout.medium else layout._replace(widths=grown)


def taller(layout: Layout, pane: str, steps: int) -> Layout:
    """The layout with the pane grown by `steps` within its column at the cost of the others in it."""
    column = next((column for column in layout.columns if pane in column), ())
    if not column:
        return layout
    shares = [float(layout.heights.get(each, 1)) for each in column]
    opened = [index for index, share in enumerate(shares) if share or column[index] == pane]
    grown = _grown([shares[index] for index in opened], opened.index(column.index(pane)), steps)
    heights = {**layout.heights, **{column[index]: share for index, share in zip(opened, grown, strict=True)}}
    return layout._replace(heights=heights)


def _grown(shares: Sequence[float], index: int, steps: int) -> list[float]:
    """Shares in percent, the one at `index` moved by `steps`; nobody falls below `LEAST`."""
    whole = sum(shares) or 1.0
    percents = [100 * share / whole for share in shares]
    most = 100.0 - LEAST * (len(shares) - 1)
    wanted = min(max(percents[index] + STEP * steps, LEAST), max(most, LEAST))
    rest = 100.0 - percents[index]
    if len(shares) == 1 or rest <= 0:
        return list(percents)
    scaled = [wanted if i == index else each * (100.0 - wanted) / rest for i, each in enumerate(percents)]
    return [round(each, 2) for each in scaled]
