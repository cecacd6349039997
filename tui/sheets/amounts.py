"""How amounts read in a cell: ages, CPU, memory, percentages, and the style that a percentage deserves."""

from __future__ import annotations

from sources.rules.duration import age, human_duration
from sources.rules.quantity import format_cpu_top, format_memory_top

__all__ = ["age", "cores", "cpu", "human_duration", "load_style", "memory", "percent", "seconds_since"]

UNKNOWN = "-"


def cpu(nanocores: int | None) -> str:
    """As `kubectl top`: millicores, rounded up."""
    return UNKNOWN if nanocores is None else format_cpu_top(nanocores)


def memory(size: int | None) -> str:
    """As `kubectl top`: mebibytes, rounded down."""
    return UNKNOWN if size is None else format_memory_top(size)


def percent(value: int | None) -> str:
    return UNKNOWN if value is None else f"{value}%"


def cores(nanocores: int | None) -> float | None:
    """For filters, which compare cores."""
    return None if nanocores is None else nanocores / 1e9


def seconds_since(moment: float | None, now: float) -> float | None:
    """An age for filters."""
    return None if moment is None else now - moment


def load_style(value: int | None) -> str:
    """Calm below 80 %, a warning up to 95 %, then bad."""
    if value is None:
        return "dim"
    if value >= 95:
        return "bad"
    return "warn" if value >= 80 else ""
