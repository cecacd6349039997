"""Moments and ages: RFC 3339 to epoch seconds and back, and ages as kubectl prints them."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from functools import lru_cache

UNKNOWN = "<unknown>"
INVALID = "<invalid>"

_MINUTE = 60
_HOUR = 3600
_DAY = 86400
_YEAR_ONE = datetime.min.replace(tzinfo=UTC).timestamp()


def human_duration(seconds: float) -> str:
    """A span as `k8s.io/apimachinery/pkg/util/duration.HumanDuration` writes it: "45s", "3m5s", "2y30d".

    Two units only where the first one is small; a second unit of zero is left out. Down to -2 s is "0s" (two
    machines' clocks); earlier than that is "<invalid>". NaN and infinities are "<unknown>".
    """
    if not math.isfinite(seconds):
        return UNKNOWN
    whole = int(seconds)  # towards zero, as the Go conversion does
    if whole < -1:
        return INVALID
    if whole < 0:
        return "0s"
    if whole < 2 * _MINUTE:
        return f"{whole}s"
    if whole < 10 * _MINUTE:
        return _two(whole, _MINUTE, "m", 1, "s")
    if whole < 3 * _HOUR:
        return f"{whole // _MINUTE}m"
    if whole < 8 * _HOUR:
        return _two(whole, _HOUR, "h", _MINUTE, "m")
    if whole < 2 * _DAY:
        return f"{whole // _HOUR}h"
    if whole < 8 * _DAY:
        return _two(whole, _DAY, "d", _HOUR, "h")
    if whole < 2 * 365 * _DAY:
        return f"{whole // _DAY}d"
    if whole < 8 * 365 * _DAY:
        return _two(whole, 365 * _DAY, "y", _DAY, "d")
    return f"{whole // (365 * _DAY)}y"


def _two(seconds: int, big: int, big_name: str, small: int, small_name: str) -> str:
    rest = seconds % big // small
    return f"{seconds // big}{big_name}{rest}{small_name}" if rest else f"{seconds // big}{big_name}"


def age(moment: float | None, now: float) -> str:
    """The time since `moment` as kubectl's AGE prints it; "<unknown>" without a moment.

    Both are epoch seconds. Source: `translateTimestampSince` in Kubernetes' pkg/printers/internalversion.
    """
    return UNKNOWN if moment is None else human_duration(now - moment)


@lru_cache(maxsize=4096)
def parse_time(text: str | None) -> float | None:
    """RFC 3339 text (any zone, any fraction; kept to microseconds) as epoch seconds.

    None for null, for text that is not a full timestamp with a zone, and for Go's zero time, which Kubernetes
    prints as "<unknown>".
    """
    # fromisoformat alone would take a bare date, a week date and a local time.
    if text is None or len(text) < 20 or text[10] not in "Tt" or text[4] + text[7] + text[13] != "--:":
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    seconds = moment.timestamp()
    return None if seconds <= _YEAR_ONE else seconds


@lru_cache(maxsize=256)
def parse_go_duration(text: str | None) -> float | None:
    """A Go duration ("30s", "1m0.5s", "15.062s") in seconds, as metrics.k8s.io writes its window; None if not one.

    Source: `time.ParseDuration`.
    """
    if not text:
        return None
    sign = -1.0 if text[0] == "-" else 1.0
    rest = text[1:] if text[0] in "+-" else text
    if rest == "0":
        return 0.0
    total = 0.0
    if not rest:
        return None
    while rest:
        length = 0
        while length < len(rest) and (rest[length] == "." or "0" <= rest[length] <= "9"):
            length += 1
        digits, rest = rest[:length], rest[length:]
        unit = next((unit for unit in _GO_UNITS if rest.startswith(unit)), None)
        if unit is None or digits.count(".") > 1 or not digits.strip("."):
            return None
        total += float(digits) * _GO_UNITS[unit]
        rest = rest[len(unit) :]
    return sign * total


# Longer names first, so that "ms" is not read as minutes.
_GO_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def format_utc(moment: float | None) -> str:
    """Epoch seconds as RFC 3339 in UTC to the second ("2026-03-01T12:00:00Z"); "<unknown>" if out of range."""
    if moment is None or not math.isfinite(moment):
        return UNKNOWN
    try:
        return datetime.fromtimestamp(math.floor(moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError, OSError):
        return UNKNOWN
