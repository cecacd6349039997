"""How amounts read in a cell: ages, CPU, memory, percentages, and the style that a percentage deserves."""

from __future__ import annotations

from sources.rules.duration import age, human_duration
from sources.rules.quantity import format_cpu_top, format_memory_top

__all__ = ["age", "cpu", "human_duration", "load_style", "memory", "percent"]

UNKNOWN = "-"


def cpu(nanocores: int | None) -> str:
    """As `kubectl top`: millicores, rounded up."""
    return UNKNOWN if nanocores is None else format_cpu_top(nanocores)


def memory(size: int | None) -> str:
    """As `kubectl top`: mebibytes, rounded down."""
    return UNKNOWN if size is None else format_memory_top(size)


def percent(value: int | None) -> str:
    return UNKNOWN if value is None else f"{value}%"


def load_style(value: int | None) -> str:
    """Calm below 80 %, a warning up to 95 %, then bad."""
    if value is None:
        return "dim"
    if value >= 95:
        return "bad"
    return "warn" if value >= 80 else ""
