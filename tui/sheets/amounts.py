"""How amounts read in a cell: ages, CPU, memory, percentages, changes, and the style that they deserve."""

from __future__ import annotations

from sources.rules.duration import age, human_duration
from sources.rules.quantity import MEBI, format_cpu_top, format_memory_top

__all__ = [
    "age",
    "change",
    "cores",
    "cpu",
    "cpu_whole",
    "human_duration",
    "load_style",
    "memory",
    "memory_whole",
    "percent",
    "seconds_since",
]

UNKNOWN = "-"
MILLI = 1_000_000
"""Nanocores in a millicore."""
_GIBI = 1024 * MEBI


def cpu(nanocores: int | None) -> str:
    """As `kubectl top`: millicores, rounded up."""
    return UNKNOWN if nanocores is None else format_cpu_top(nanocores)


def memory(size: int | None) -> str:
    """As `kubectl top`: mebibytes, rounded down."""
    return UNKNOWN if size is None else format_memory_top(size)


def cpu_whole(nanocores: int | None) -> str:
    """What there is of CPU, in cores: "4", "15.9"."""
    return UNKNOWN if nanocores is None else f"{nanocores / (1000 * MILLI):.1f}".removesuffix(".0")


def memory_whole(size: int | None) -> str:
    """What there is of memory in few characters: "62.8Gi", "16Gi", "512Mi"."""
    if size is None:
        return UNKNOWN
    if size < _GIBI:
        return format_memory_top(size)
    return f"{size / _GIBI:.1f}".removesuffix(".0") + "Gi" if size < 100 * _GIBI else f"{size // _GIBI}Gi"


def percent(value: int | None) -> str:
    return UNKNOWN if value is None else f"{value}%"


def change(difference: float, unit: float, suffix: str, minutes: int) -> str:
    """What was added or taken, in units of `unit`: "+120m", "-3Mi"; with the span where it is not a full hour:
    "+120m/12m"."""
    whole = round(difference / unit)
    text = f"{whole:+d}{suffix}" if whole else f"0{suffix}"
    return text if minutes >= 60 else f"{text}/{minutes}m"


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
