"""Columns that nodes and pods have in common: what is used, its trend, and its change against an hour ago."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from sources.model import NodeUsage, PodUsage
from sources.rules.quantity import MEBI
from sources.rules.top import is_stale
from tui.sheets.amounts import MILLI, UNKNOWN, change, load_style
from tui.sheets.past import Change, Past
from tui.sheets.sheet import Field, Look
from tui.widgets.columns import Column
from tui.widgets.rows import Spans
from tui.widgets.spark import bar, trendline

MEASURED = frozenset(
    [
        "cpu",
        "cpu%",
        "cpu%limit",
        "cpubar",
        "cputrend",
        "cpu+",
        "memory",
        "memory%",
        "memory%request",
        "membar",
        "memorytrend",
        "memory+",
    ]
)
"""The columns that another sample of usage changes, of nodes and of pods."""
TREND = 8
BAR = 6
TRACK = "title.rule"
"""The style of what a bar has left."""


class Measured(Protocol):
    """A row with usage."""

    @property
    def usage(self) -> NodeUsage | PodUsage | None: ...

    @property
    def past(self) -> Past | None: ...


M = TypeVar("M", bound=Measured)


def is_old(line: Measured, look: Look) -> bool:
    """Whether there is no sample, or one that says little about now."""
    return line.usage is None or is_stale(line.usage, look.now)


def usage_style(line: Measured, look: Look) -> str:
    return "dim" if is_old(line, look) else ""


def share_style(value: int | None, line: Measured, look: Look) -> str:
    """By load; an old sample is dim whatever it says, it may be over."""
    return "dim" if is_old(line, look) else load_style(value)


def bar_text(value: int | None, look: Look) -> str:
    return bar(None if value is None else value / 100, BAR, look.glyphs)[0]


def bar_style(value: int | None, line: Measured, look: Look) -> Spans:
    filled = bar(None if value is None else value / 100, BAR, look.glyphs)[1]
    return (filled, share_style(value, line, look) or "bar"), (BAR - filled, TRACK)


def trend_style(line: Measured, look: Look) -> str:
    return "dim" if is_old(line, look) else "trend"


def changed(line: Measured) -> Change | None:
    return line.past.change(line.usage) if line.past is not None and line.usage is not None else None


def trend_field(title: str, name: str, priority: int) -> Field[Any]:
    """The trend of "cpu" or "memory"; ordered as the amount itself is: glyphs have no meaningful order."""

    def values(line: Measured) -> tuple[float, ...]:
        if line.past is None:
            return ()
        return line.past.cpu_trend() if name == "cpu" else line.past.memory_trend()

    return Field(
        Column(f"{name}trend", title, TREND, priority=priority),
        lambda line, look: trendline(values(line), TREND, look.glyphs),
        trend_style,
        rank=lambda line: line.usage and getattr(line.usage, name),
        largest_first=True,
        drawn=True,
    )


def change_field(title: str, name: str, priority: int) -> Field[Any]:
    """How much "cpu" or "memory" has been added within the hour: in absolute numbers, because twice of nothing is
    no news, and so that the order by this column is the order of what it says."""
    unit, suffix = (MILLI, "m") if name == "cpu" else (MEBI, "Mi")

    def text(line: Measured, _: Look) -> str:
        found = changed(line)
        return UNKNOWN if found is None else change(getattr(found, name), unit, suffix, found.minutes)

    def style(line: Measured, look: Look) -> str:
        found = changed(line)
        if found is None or is_old(line, look):
            return "dim"
        before = getattr(line.usage, name) - getattr(found, name)
        return "" if abs(getattr(found, name)) > before / 5 else "dim"

    def rank(line: Measured) -> float | None:
        found = changed(line)
        return None if found is None else getattr(found, name)

    return Field(
        Column(f"{name}+", title, 11, min_width=8, align="right", priority=priority),
        text,
        style,
        rank=rank,
        largest_first=True,
        amount=True,
    )
