"""Writes a graph's legend: one line a series with its values, the selected one always among them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from tui.widgets.axis import Unit, bounds, format_value
from tui.widgets.lines import Line
from tui.widgets.text import fit, width

LETTERS = "abcdefghijklmnopqrstuvwxyz"
SERIES_STYLES = 8
"""The palette's style names for series are series.0 to series.7; the ninth series has the first again."""


class Entry(NamedTuple):
    """A series of the legend: `name` is clean text; values as in `GraphSeries`."""

    name: str
    values: Sequence[float | None]


class Words(NamedTuple):
    """How values are written: scale and suffix, and which one is shown (None: the newest)."""

    unit: Unit = "si"
    suffix: str = ""
    at: int | None = None


def letter(index: int) -> str:
    """What tells a series apart without colours; "-" when the letters are used up."""
    return LETTERS[index] if index < len(LETTERS) else "-"


def amount(value: float | None, words: Words, step: float | None = None) -> str:
    """A value with its unit; "-" where there is none."""
    if value is None or value != value:
        return "-"
    text = format_value(value, words.unit, step)
    return text if text.endswith("Inf") else text + words.suffix


def legend(
    entries: Sequence[Entry],
    rows: int,
    columns: int,
    words: Words,
    left_out: int = 0,
    off: Collection[str] = (),
    selected: int | None = None,
    over: str = "cursor",
) -> list[Line]:
    """At most `rows` lines. Where they do not suffice, the last one counts the rest (`left_out` more are not drawn
    at all), and the lines move with the selection."""
    if rows <= 0 or not entries:
        return []
    whole = len(entries) + left_out <= rows
    shown = min(len(entries), rows if whole else max(rows - 1, 1))
    first = 0 if selected is None else min(max(selected - shown + 1, 0), len(entries) - shown)
    lines = [
        _line(index, entries[index], columns, words, entries[index].name in off, over if index == selected else "")
        for index in range(first, first + shown)
    ]
    if not whole and rows > 1:
        more = f"+{len(entries) - shown + left_out} more series"
        more += f", {left_out} of them not drawn" if left_out else ""
        lines.append(Line(((more, "legend"),)))
    return lines


def _line(index: int, entry: Entry, columns: int, words: Words, off: bool, over: str) -> Line:
    values = entry.values
    if words.at is None:
        word, value = "last", values[-1] if values else None
    else:
        word, value = "at", values[words.at] if 0 <= words.at < len(values) else None
    low, high = bounds([values]) or (None, None)
    numbers = [amount(each, words) for each in (value, low, high)]
    size = 7 + width(words.suffix)
    stats = "".join(
        f"  {label} {number:<{size}}" for label, number in zip((word, "min", "max"), numbers, strict=True)
    )
    room = columns - 2 - width(stats)
    if room < 8:
        stats, room = f"  {numbers[0]}", columns - 4 - width(numbers[0])
    name = fit(f"off {entry.name}" if off else entry.name, max(room, 0), elide="middle")
    style = "dim" if off else "legend"
    return Line(((f"{letter(index)} ", f"series.{index % SERIES_STYLES}"), (name, style), (stats, style)), over)
