"""Shows time series as a graph with axes and a legend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from math import isfinite

from rich.style import Style

from tui.widgets.axis import Unit, bounds, format_value, inner_ticks, spread, time_ticks, value_ticks
from tui.widgets.braille import BLANK, THRESHOLD, Run, Series, render, row_of
from tui.widgets.lines import Line, LineWidget, Piece
from tui.widgets.spark import Glyphs
from tui.widgets.text import fit, width, wrap

SERIES_STYLES = 8
"""The palette's style names for series are series.0 to series.7; the ninth series has the first again."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class GraphSeries:
    """A named series on the grid of its `GraphData`; gaps are None, NaN or infinite. `name` is clean text."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class GraphData:
    """What a graph shows: value i of each series was taken at `start` + i x `step` (UTC epoch seconds)."""

    series: Sequence[GraphSeries] = ()
    start: float = 0.0
    step: float = 1.0
    unit: Unit = "si"
    thresholds: Sequence[float] = ()
    left_out: int = 0
    """Series that are there but not among `series`."""

    @property
    def end(self) -> float:
        """Time of the last value."""
        return self.start + self.step * max(max((len(s.values) for s in self.series), default=0) - 1, 0)


class Graph(LineWidget):
    """A graph of `GraphData`; lines that stay the same from one `show` to the next are not sent again.

    Each series also has a letter, at its newest value and in the legend, for those who see no colours.
    Palette: series.0 to series.7, axis, threshold, legend, placeholder. `y_min` and `y_max` fix the range.
    """

    def __init__(
        self,
        palette: Mapping[str, Style] | None = None,
        *,
        tz: tzinfo = UTC,
        glyphs: Glyphs = "braille",
        y_min: float | None = None,
        y_max: float | None = None,
        legend: int = 6,
        name: str | None = None,
        id: str | None = None,  # noqa: A002  # Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(palette, name=name, id=id, classes=classes)
        self._data = GraphData()
        self._tz = tz
        self._glyphs: Glyphs = glyphs
        self._limits = (y_min, y_max)
        self._legend_rows = legend
        self._placeholder = "no data"

    def show(self, data: GraphData) -> None:
        """Draw other data."""
        if data is not self._data:
            self._data = data
            self.update_lines()

    def set_limits(self, y_min: float | None, y_max: float | None) -> None:
        """Fix the range of values; None takes that of the data."""
        self._limits = (y_min, y_max)
        self.update_lines()

    def set_glyphs(self, glyphs: Glyphs) -> None:
        """Draw with other characters."""
        self._glyphs = glyphs
        self.update_lines()

    def set_placeholder(self, text: str) -> None:
        """What stands there while there is no value to draw."""
        self._placeholder = text
        self.update_lines()

    def compose_lines(self, columns: int, rows: int) -> Sequence[Line]:
        """Plot, time axis, legend; in little room the legend goes first, then the axes."""
        found = bounds(one.values for one in self._data.series)
        if found is None:
            return [Line(((part, "placeholder"),)) for part in wrap(self._placeholder, columns)]
        count = len(self._data.series)
        legend = min(count, self._legend_rows, rows // 3)
        axis = rows - legend >= 3 and columns >= 20
        height = rows - legend - axis
        lo, hi, ticks = self._scale(found, height)
        labels = self._labels(ticks, lo, hi, height) if axis else {}
        left = max(map(width, labels.values()), default=-1) + 1
        right = 2 if count > 1 and columns >= 20 else 0
        room = columns - left - right
        if room < 1:
            left = right = 0
            room, labels = columns, {}
        series = [Series(one.values, i % SERIES_STYLES) for i, one in enumerate(self._data.series)]
        plot = render(series, room, height, lo, hi, self._glyphs, self._data.thresholds)
        marks = self._marks(lo, hi, height) if right else {}
        lines = [
            Line((*self._edge(labels.get(y), left), *map(_piece, runs), *marks.get(y, ())))
            for y, runs in enumerate(plot)
        ]
        if axis:
            lines.append(self._time_axis(left, room))
        return lines + self._legend(legend, columns)

    def _scale(self, found: tuple[float, float], height: int) -> tuple[float, float, list[float]]:
        y_min, y_max = self._limits
        lo, hi = spread(found[0] if y_min is None else y_min, found[1] if y_max is None else y_max)
        count = max(2, min(7, height // 3 + 1))
        unit = self._data.unit
        if y_min is not None and y_max is not None:
            return lo, hi, inner_ticks(lo, hi, count, unit)
        ticks = value_ticks(lo, hi, count, unit)
        lo, hi = ticks[0] if y_min is None else lo, ticks[-1] if y_max is None else hi
        return lo, hi, [tick for tick in ticks if lo <= tick <= hi]

    def _labels(self, ticks: Sequence[float], lo: float, hi: float, height: int) -> dict[int, str]:
        step = ticks[1] - ticks[0] if len(ticks) > 1 else None
        return {
            row_of(tick, lo, hi, height, self._glyphs): format_value(tick, self._data.unit, step) for tick in ticks
        }

    def _edge(self, label: str | None, left: int) -> list[Piece]:
        if left == 0:
            return []
        plain, tick = ("|", "+") if self._glyphs == "ascii" else ("│", "┤")
        return [(fit(label or "", left - 1, "right") + (tick if label else plain), "axis")]

    def _time_axis(self, left: int, room: int) -> Line:
        start, end = self._data.start, self._data.end
        text = ""
        for moment, label in time_ticks(start, end, max(1, room // 12), self._tz):
            column = left + round((moment - start) / (end - start) * (room - 1)) - len(label) // 2
            column = min(max(column, left), left + room - len(label))
            if not text or column > len(text):
                text = text.ljust(column) + label
        return Line(((text, "axis"),))

    def _marks(self, lo: float, hi: float, height: int) -> dict[int, list[Piece]]:
        """A letter beside each series' newest value; where places are taken, the next free one above."""
        marks: dict[int, list[Piece]] = {}
        for index, one in enumerate(self._data.series[: len(_LETTERS)]):
            last = _last(one.values)
            if last is None or not lo <= last <= hi:
                continue
            row = row_of(last, lo, hi, height, self._glyphs)
            free = [r for r in (row, row - 1, row + 1) if 0 <= r < height and r not in marks]
            if free:
                marks[free[0]] = [(" ", ""), (_LETTERS[index], f"series.{index % SERIES_STYLES}")]
        return marks

    def _legend(self, rows: int, columns: int) -> list[Line]:
        series, left_out = self._data.series, self._data.left_out
        lines: list[Line] = []
        for index, one in enumerate(series[:rows]):
            if index == rows - 1 and len(series) + left_out > rows:
                more = f"+{len(series) - index + left_out} more series"
                more += f", {left_out} of them not drawn" if left_out else ""
                lines.append(Line(((more, "legend"),)))
                break
            found = bounds([one.values]) or (float("nan"), float("nan"))
            numbers = [
                "-" if value is None or value != value else format_value(value, self._data.unit)
                for value in (one.values[-1] if one.values else None, *found)
            ]
            words = (("last", numbers[0]), ("min", numbers[1]), ("max", numbers[2]))
            stats = "".join(f"  {word} {number:<7}" for word, number in words)
            letter = _LETTERS[index] if index < len(_LETTERS) else "-"
            room = columns - 2 - width(stats)
            if room < 8:
                stats, room = f"  {numbers[0]}", columns - 4 - width(numbers[0])
            name = fit(one.name, max(room, 0), elide="middle")
            lines.append(
                Line(((f"{letter} ", f"series.{index % SERIES_STYLES}"), (name, "legend"), (stats, "legend")))
            )
        return lines


def _piece(run: Run) -> Piece:
    text, color = run
    return text, "" if color == BLANK else "threshold" if color == THRESHOLD else f"series.{color}"


def _last(values: Sequence[float | None]) -> float | None:
    return next((v for v in reversed(values) if v is not None and isfinite(v)), None)
