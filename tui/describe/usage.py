"""The use of CPU and memory as two small graphs side by side, with the requests and limits as lines across."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, TypeAlias

from sources.model import NodeUsage, PodUsage
from sources.rules.duration import age, human_duration
from sources.world import World
from tui.describe.parts import heading
from tui.sheets.amounts import cpu, memory
from tui.sheets.sheet import Look
from tui.widgets.braille import THRESHOLD, Series, render, row_of
from tui.widgets.document import Drawing, Entry, Text
from tui.widgets.lines import Line, Piece
from tui.widgets.spark import Glyphs
from tui.widgets.text import fit
from tui.words import counted

Values: TypeAlias = tuple[float | None, ...]

HEIGHT = 4
GAP = 3
NEAR = 3.0
"""Times its peak: a line further away than this would press the graph flat, so it is only named."""


MINUTES = 6
"""So many minutes are told by their single samples."""


class Bound(NamedTuple):
    """A line across a graph, and the letter at its end."""

    letter: str
    name: str
    value: int | None


class Chart(NamedTuple):
    """One graph: a caption, values oldest first, bounds across."""

    caption: str
    values: Values
    bounds: tuple[Bound, ...]
    glyphs: Glyphs
    series: int


def usage_entries(
    world: World,
    kind: Literal["node_usage", "pod_usage"],
    key: str,
    usage: NodeUsage | PodUsage | None,
    look: Look,
    cpu_bounds: Sequence[Bound],
    memory_bounds: Sequence[Bound],
) -> list[Entry]:
    """Use now and its trend, with the age of the sample; what is not measured is said, not shown as zero."""
    lines: list[Entry] = list(heading("Usage"))
    if usage is None:
        return [*lines, Text("", "not measured (no sample from the metrics API)", "dim")]
    glyphs: Glyphs = "ascii" if look.glyphs == "ascii" else "braille"
    cpus, memories, span = _past(world, kind, key, look.now)
    charts = (
        Chart(_caption("CPU", usage.cpu, cpu_bounds, cpu), cpus, tuple(cpu_bounds), glyphs, 0),
        Chart(_caption("Memory", usage.memory, memory_bounds, memory), memories, tuple(memory_bounds), glyphs, 2),
    )
    window = f" over {human_duration(usage.window)}" if usage.window else ""
    said = f"measured {age(usage.at, look.now)} ago{window}; {span}"
    return [*lines, Drawing(charts, draw), Text("", said, "dim")]


def _past(
    world: World, kind: Literal["node_usage", "pod_usage"], key: str, now: float
) -> tuple[Values, Values, str]:
    """CPU, memory and how far they reach: minutes as soon as there are a few, single samples before that."""
    hour = world.usage_hour(kind, key, now)
    known = next((place for place, sample in enumerate(hour) if sample is not None), len(hour))
    minutes = len(hour) - known - 1
    if minutes <= MINUTES:
        trend = world.cpu_trend(kind, key)
        return trend, world.memory_trend(kind, key), f"the last {counted(len(trend), 'sample')}"
    shown = hour[known:]
    while shown and shown[-1] is None:  # this minute has none yet
        shown.pop()
    cpus, memories = (tuple(sample[i] if sample is not None else None for sample in shown) for i in (0, 1))
    return cpus, memories, f"the last {minutes} minutes"


def _caption(name: str, value: int, bounds: Sequence[Bound], write: Callable[[int | None], str]) -> str:
    known = [f"{one.name} {write(one.value)} ({100 * value // one.value}%)" for one in bounds if one.value]
    return "  ".join((f"{name} {write(value)}", *(known or ("no request, no limit",))))


def draw(charts: Sequence[Chart], columns: int) -> list[Line]:
    """The charts side by side, each under its caption."""
    room = max((columns - 2 - GAP * (len(charts) - 1)) // len(charts), 8)
    drawn = [_chart(chart, room) for chart in charts]
    lines = []
    for rows in zip(*drawn, strict=True):
        pieces: list[Piece] = [("  ", "")]
        for number, row in enumerate(rows):
            pieces += [(" " * GAP, "")] if number else []
            pieces += row
        lines.append(Line(tuple(pieces)))
    return lines


def _chart(chart: Chart, columns: int) -> list[list[Piece]]:
    peak = max((value for value in chart.values if value is not None), default=0.0)
    near = [one for one in chart.bounds if one.value and peak and one.value <= NEAR * peak]
    top = max([peak, *(float(one.value or 0) for one in near)], default=0.0) or 1.0
    width = columns - 2
    plot = render(
        [Series(chart.values, chart.series)],
        width,
        HEIGHT,
        0.0,
        top,
        chart.glyphs,
        [float(one.value or 0) for one in near],
    )
    letters: dict[int, str] = {}
    for one in near:
        row = row_of(float(one.value or 0), 0.0, top, HEIGHT, chart.glyphs)
        letters[row] = f"{letters[row][:1]}{one.letter}" if row in letters else one.letter
    rows: list[list[Piece]] = [[(fit(chart.caption, columns), "strong")]]
    for number, runs in enumerate(plot):
        pieces = [(text, "threshold" if color == THRESHOLD else f"series.{max(color, 0)}") for text, color in runs]
        rows.append([*pieces, (fit(letters.get(number, ""), 2), "threshold")])
    return rows
