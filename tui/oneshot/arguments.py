"""Reads values of the command line: durations, moments. Errors are for argparse."""

from __future__ import annotations

import argparse
import math
import re
from datetime import datetime

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0, "y": 31536000.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w|y)")


def duration(text: str) -> float:
    """Seconds: a plain number, or Prometheus' and Go's way of writing ("30s", "1h30m", "7d")."""
    seconds = _number(text)
    if seconds is None and re.fullmatch(f"(?:{_PART.pattern})+", text):
        seconds = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))
    if seconds is None or seconds < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a duration; write seconds, or 30s, 5m, 1h30m, 7d")
    return seconds


def span(text: str) -> float:
    """A duration longer than nothing."""
    seconds = duration(text)
    if not seconds:
        raise argparse.ArgumentTypeError("a duration of zero makes no sense here")
    return seconds


def moment(text: str) -> float:
    """Epoch seconds: a number, or RFC 3339 ("2026-03-01T12:00:00Z"; the machine's time zone if it names none)."""
    seconds = _number(text)
    if seconds is None:
        try:
            seconds = datetime.fromisoformat(text).timestamp()
        except (ValueError, OverflowError):
            raise argparse.ArgumentTypeError(
                f"{text!r} is not a moment; write epoch seconds, or 2026-03-01T12:00:00Z"
            ) from None
    return seconds


def timeout(text: str) -> str:
    """kubectl's --request-timeout, checked and handed on as it is: "0" is no limit."""
    duration(text)
    return text


def size(text: str) -> tuple[int, int]:
    """Columns and rows of a screen, "160x48"."""
    found = re.fullmatch(r"(\d{1,4})[xX×](\d{1,4})", text)
    columns, rows = (int(found[1]), int(found[2])) if found else (0, 0)
    if not (20 <= columns <= 1000 and 5 <= rows <= 500):
        raise argparse.ArgumentTypeError(f"{text!r} is no size; write COLUMNSxROWS, from 20x5 to 1000x500")
    return columns, rows


def positive(text: str) -> float:
    """A number above zero."""
    value = _number(text)
    if value is None or value <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return value


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
