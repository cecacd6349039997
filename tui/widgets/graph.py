"""Shows time series as a graph with axes, a legend, and a cursor that reads off values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from math import isfinite

from rich.style import Style

from tui.widgets.axis import Unit, bounds, inner_ticks, spread, time_ticks, value_ticks
from tui.widgets.braille import BLANK, RULE, THRESHOLD, Run, Series, cell_of, render, row_of
from tui.widgets.legend import LETTERS, SERIES_STYLES, Entry, Words, amount, legend
from tui.widgets.lines import Line, LineWidget, Piece
from tui.widgets.spark import Glyphs
from tui.widgets.text import fit, width, wrap

REACH = 4.0
"""A threshold is drawn as long as it makes the graph at most so many times taller; else it is only told."""


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
    suffix: str = ""
    """What stands behind each value, as "B/s"."""

    @property
    def size(self) -> int:
        """Moments of the grid."""
        return max((len(s.values) for s in self.series), default=0)

    @property
    def end(self) -> float:
        """Time of the last value."""
        return self.start + self.step * max(self.size - 1, 0)


class Graph(LineWidget, can_focus=True):
    """A graph of `GraphData`; lines that stay the same from one `show` to the next are not sent again.

    Each series also has a letter, at its newest value and in the legend, for those who see no colours. The time
    cursor stays at its moment and the selection on its series when other data are shown.
    Palette: series.0 to series.7, axis, threshold, legend, dim, placeholder, accent, cursor, cursor.blurred.
    """

    def __init__(
        self,
        palette: Mapping[str, Style] | None = None,
        *,
        tz: tzinfo = UTC,
        glyphs: Glyphs = "braille",
        y_min: float | None = None,
        y_max: float | None = None,
        legend: int = 12,
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
        self._moment: float | None = None
        self._selected = ""
        self._off: set[str] = set()
        self._room = 1  # cells of the plot

    def show(self, data: GraphData) -> None:
        """Draw other data."""
        if data is not self._data:
            self._data = data
            self.update_lines()

    def reset(self) -> None:
        """Another question: no cursor, nothing selected, all series on."""
        self._moment, self._selected = None, ""
        self._off.clear()

    def set_placeholder(self, text: str) -> None:
        """What stands there while there is no value to draw."""
        self._placeholder = text
        self.update_lines()

    # The cursor in time, and the selected series

    @property
    def moment(self) -> float | None:
        """The moment under the cursor (UTC epoch seconds), None without a cursor."""
        at = self._at()
        return None if at is None else self._data.start + at * self._data.step

    @property
    def selected(self) -> str:
        """The name of the selected series, "" for none."""
        return self._selected

    @property
    def off(self) -> frozenset[str]:
        """The names of the series that are not drawn."""
        return frozenset(self._off)

    def action_cursor_left(self) -> None:
        """The cursor a cell into the past; it begins at the newest value."""
        self._step(-1)

    def action_cursor_right(self) -> None:
        """The cursor a cell on; behind the newest value it goes away."""
        self._step(1)

    def action_cursor_up(self) -> None:
        """The series before in the legend."""
        self._select(-1)

    def action_cursor_down(self) -> None:
        """The next series in the legend."""
        self._select(1)

    def action_page_up(self) -> None:
        """Ten series up."""
        self._select(-10)

    def action_page_down(self) -> None:
        """Ten series down."""
        self._select(10)

    def action_home(self) -> None:
        """The first series."""
        self._select(-len(self._data.series))

    def action_end(self) -> None:
        """The last series."""
        self._select(len(self._data.series))

    def toggle_series(self) -> None:
        """Takes the selected series out of the graph, or back; selects the first one when none is."""
        if self._index() is None:
            self._select(1)
            return
        self._off ^= {self._selected}
        self.update_lines()

    def _at(self) -> int | None:
        """The place of the cursor on the grid."""
        data = self._data
        if self._moment is None or not data.size:
            return None
        return min(max(round((self._moment - data.start) / data.step), 0), data.size - 1)

    def _step(self, way: int) -> None:
        size = self._data.size
        if not size:
            return
        at = self._at()
        by = max(1, round(size / self._room))
        at = size - 1 if at is None else at + way * by
        if at > size - 1 + by // 2 or (way > 0 and self._moment is None):
            self._moment = None
        else:
            self._moment = self._data.start + min(max(at, 0), size - 1) * self._data.step
        self.update_lines()

    def _index(self) -> int | None:
        return next((i for i, one in enumerate(self._data.series) if one.name == self._selected), None)

    def _select(self, by: int) -> None:
        series = self._data.series
        if series:
            index = self._index()
            place = 0 if index is None else min(max(index + by, 0), len(series) - 1)
            self._selected = series[place].name
            self.update_lines()

    # Drawing

    def compose_lines(self, columns: int, rows: int) -> Sequence[Line]:
        """Plot, time axis, legend; in little room the legend goes first, then the axes."""
        data = self._data
        if bounds(one.values for one in data.series) is None:
            return [Line(((part, "placeholder"),)) for part in wrap(self._placeholder, columns)]
        drawn = [(i, one) for i, one in enumerate(data.series) if one.name not in self._off]
        found = bounds(one.values for _, one in drawn) or (0.0, 0.0)
        legend_rows = min(len(data.series) + bool(data.left_out), self._legend_rows, rows // 3)
        axis = rows - legend_rows >= 3 and columns >= 20
        height = rows - legend_rows - axis
        lo, hi, ticks = self._scale(found, height)
        labels = self._labels(ticks, lo, hi, height) if axis else {}
        left = max((width(text) for text, _ in labels.values()), default=-1) + 1
        right = 2 if len(data.series) > 1 and columns >= 20 else 0
        room = columns - left - right
        if room < 1:
            left = right = 0
            room, labels = columns, {}
        self._room = room
        at = self._at()
        rule = cell_of(at, data.size, room, self._glyphs) if at is not None else None
        # The selected series last: it lies on top.
        drawn.sort(key=lambda pair: pair[1].name == self._selected)
        series = [Series(one.values, i % SERIES_STYLES) for i, one in drawn]
        plot = render(series, room, height, lo, hi, self._glyphs, data.thresholds, rule)
        marks = self._marks(lo, hi, height) if right else {}
        lines = [
            Line((*self._edge(labels.get(y), left), *map(_piece, runs), *marks.get(y, ())))
            for y, runs in enumerate(plot)
        ]
        if axis:
            lines.append(self._time_axis(left, room, rule, lo, hi))
        entries = [Entry(one.name, one.values) for one in data.series]
        over = "cursor" if self.has_focus else "cursor.blurred"
        return lines + legend(
            entries, legend_rows, columns, self._words(at), data.left_out, self._off, self._index(), over
        )

    def _words(self, at: int | None = None) -> Words:
        return Words(self._data.unit, self._data.suffix, at)

    def _scale(self, found: tuple[float, float], height: int) -> tuple[float, float, list[float]]:
        y_min, y_max = self._limits
        low, high = self._with_thresholds(*found)
        lo, hi = spread(low if y_min is None else y_min, high if y_max is None else y_max)
        count = max(2, min(7, height // 3 + 1))
        unit = self._data.unit
        if y_min is not None and y_max is not None:
            return lo, hi, inner_ticks(lo, hi, count, unit)
        ticks = value_ticks(lo, hi, count, unit)
        lo, hi = ticks[0] if y_min is None else lo, ticks[-1] if y_max is None else hi
        return lo, hi, [tick for tick in ticks if lo <= tick <= hi]

    def _with_thresholds(self, lo: float, hi: float) -> tuple[float, float]:
        """The range with those thresholds in it that do not press the data flat."""
        most = REACH * max(hi - lo, abs(lo), abs(hi))
        for value in self._data.thresholds:
            wider = min(lo, value), max(hi, value)
            if wider[1] - wider[0] <= most or not most:
                lo, hi = wider
        return lo, hi

    def _labels(self, ticks: Sequence[float], lo: float, hi: float, height: int) -> dict[int, tuple[str, str]]:
        """Text and style by row; a threshold's stands before a tick's."""
        step = ticks[1] - ticks[0] if len(ticks) > 1 else None
        words = self._words()
        labels = {
            row_of(tick, lo, hi, height, self._glyphs): (amount(tick, words, step), "axis") for tick in ticks
        }
        for value in self._data.thresholds:
            if lo <= value <= hi:
                labels[row_of(value, lo, hi, height, self._glyphs)] = (amount(value, words), "threshold")
        return labels

    def _edge(self, label: tuple[str, str] | None, left: int) -> list[Piece]:
        if left == 0:
            return []
        plain, tick = ("|", "+") if self._glyphs == "ascii" else ("│", "┤")
        text, style = label or ("", "axis")
        return [(fit(text, left - 1, "right") + (tick if label else plain), style)]

    def _time_axis(self, left: int, room: int, rule: int | None, lo: float, hi: float) -> Line:
        """Round times; the cursor's own goes before them, and so does a threshold that is out of the picture."""
        start, end = self._data.start, self._data.end
        labels = [
            (left + round((moment - start) / (end - start) * (room - 1)) - len(label) // 2, label, "axis")
            for moment, label in time_ticks(start, end, max(1, room // 12), self._tz)
        ]
        first: list[tuple[int, str, str]] = []
        if rule is not None and (moment := self.moment) is not None:
            said = self._clock(moment)
            first.append((left + rule - len(said) // 2, said, "accent"))
        if beyond := self._beyond(lo, hi):
            first.append((left, beyond, "threshold"))
        pieces: list[Piece] = []
        for column, label, style in _apart(first, labels, left, left + room):
            used = sum(width(text) for text, _ in pieces)
            pieces += [(" " * (column - used), "axis"), (label, style)]
        return Line(tuple(pieces))

    def _clock(self, moment: float) -> str:
        long = self._data.end - self._data.start > 86_400
        shape = "%m-%d %H:%M" if long else "%H:%M:%S" if self._data.step < 60 else "%H:%M"
        try:
            return datetime.fromtimestamp(moment, self._tz).strftime(shape)
        except (OverflowError, ValueError, OSError):
            return f"{moment:g}"

    def _beyond(self, lo: float, hi: float) -> str:
        """A threshold outside the picture, in words."""
        words = self._words()
        said = [
            f"limit {amount(value, words)} {'above' if value > hi else 'below'}"
            for value in self._data.thresholds
            if not lo <= value <= hi
        ]
        return ", ".join(said)

    def _marks(self, lo: float, hi: float, height: int) -> dict[int, list[Piece]]:
        """A letter beside each series' newest value; where places are taken, the next free one above."""
        marks: dict[int, list[Piece]] = {}
        for index, one in enumerate(self._data.series[: len(LETTERS)]):
            last = _last(one.values) if one.name not in self._off else None
            if last is None or not lo <= last <= hi:
                continue
            row = row_of(last, lo, hi, height, self._glyphs)
            free = [r for r in (row, row - 1, row + 1) if 0 <= r < height and r not in marks]
            if free:
                marks[free[0]] = [(" ", ""), (LETTERS[index], f"series.{index % SERIES_STYLES}")]
        return marks


_STYLES: Mapping[int, str] = {BLANK: "", THRESHOLD: "threshold", RULE: "accent"}


def _piece(run: Run) -> Piece:
    text, color = run
    return text, _STYLES[color] if color < 0 else f"series.{color}"


def _apart(
    first: Sequence[tuple[int, str, str]], then: Sequence[tuple[int, str, str]], left: int, end: int
) -> list[tuple[int, str, str]]:
    """(column, label, style) from left to right, each within left..end and a blank from its neighbours; `first` is
    kept where there is no room for all."""
    kept: list[tuple[int, str, str]] = []
    for column, label, style in (*first, *then):
        place = max(min(column, end - width(label)), left)
        stop = place + width(label)
        if stop <= end and all(stop < other or place > other + width(text) for other, text, _ in kept):
            kept.append((place, label, style))
    return sorted(kept)


def _last(values: Sequence[float | None]) -> float | None:
    return next((v for v in reversed(values) if v is not None and isfinite(v)), None)
