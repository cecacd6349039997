"""Headers that servers of all kinds send: the moment by their clock, and how long to leave them alone."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime


def http_date(text: str) -> float | None:
    """A date of HTTP (RFC 9110, 5.6.7) as epoch seconds; None for what is none."""
    try:
        moment = parsedate_to_datetime(text)
        # "-0000" is UTC from a place that is not told, not the time of this machine.
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def retry_after(text: str, now: float) -> float | None:
    """Seconds of a Retry-After (RFC 9110, 10.2.3), given in seconds or as a date; None for what is neither."""
    text = text.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    moment = http_date(text)
    return None if moment is None else max(0.0, moment - now)
