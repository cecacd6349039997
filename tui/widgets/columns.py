"""Decides which columns of a table fit into a width, and how wide each of them is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.widgets.text import Align, Elide


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    width: cells it would like. min_width: cells below which it is useless (None: `width`).
    flex: share of the room that is left over, 0 for a column that never grows; flexible ones shrink first.
    priority: what stays when room is short; the lowest is dropped first, of equals the rightmost.
    elide: where too long text loses its middle, start or end.
    """

    key: str
    title: str
    width: int
    flex: int = 0
    align: Align = "left"
    min_width: int | None = None
    priority: int = 0
    elide: Elide = "end"

    @property
    def least(self) -> int:
        """The smallest width it can be drawn in."""
        return self.width if self.min_width is None else min(self.min_width, self.width)


Fitted = tuple[int, int]
"""(index of the column, its cells)."""


def fit_columns(columns: Sequence[Column], cells: int, gap: int = 1) -> list[Fitted]:
    """The columns that fit into `cells` with `gap` cells between them, in order, with their widths.

    Too narrow: flexible columns shrink to their least width, then the other ones, then columns are dropped.
    Too wide: what is left goes to the flexible columns. At least one column always stays.
    """
    kept = list(range(len(columns)))
    if not kept or cells <= 0:
        return []
    while len(kept) > 1 and sum(columns[i].least for i in kept) + gap * (len(kept) - 1) > cells:
        kept.remove(min(kept, key=lambda i: (columns[i].priority, -i)))
    room = cells - gap * (len(kept) - 1)
    widths = {i: columns[i].width for i in kept}
    missing = sum(widths.values()) - room
    for group in ([i for i in kept if columns[i].flex], [i for i in kept if not columns[i].flex]):
        missing = _shrink(columns, widths, group, missing)
    if missing > 0:
        widths[kept[0]] = max(1, room)
    elif missing < 0:
        _grow(columns, widths, [i for i in kept if columns[i].flex], -missing)
    return [(i, widths[i]) for i in kept]


def _shrink(columns: Sequence[Column], widths: dict[int, int], group: list[int], missing: int) -> int:
    """Take `missing` cells evenly from the slack of `group`; returns what is still missing."""
    slack = {i: widths[i] - columns[i].least for i in group}
    total = sum(slack.values())
    if missing <= 0 or not total:
        return missing
    take = min(missing, total)
    left = take
    for index, i in enumerate(group):
        part = left if index == len(group) - 1 else min(slack[i], -(-take * slack[i] // total), left)
        part = min(part, slack[i])
        widths[i] -= part
        left -= part
    return missing - take + left


def _grow(columns: Sequence[Column], widths: dict[int, int], group: list[int], spare: int) -> None:
    weight = sum(columns[i].flex for i in group)
    left = spare
    for index, i in enumerate(group):
        part = left if index == len(group) - 1 else spare * columns[i].flex // weight
        widths[i] += part
        left -= part
