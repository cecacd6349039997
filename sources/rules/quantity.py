"""Kubernetes resource quantities, exactly: text to whole nano-units and back to what kubectl prints.

The rules are those of `k8s.io/apimachinery/pkg/api/resource` (quantity.go, suffix.go). That package keeps no
value finer than nano, so an int of nano-units holds every quantity without loss: "1500m" of CPU is
1_500_000_000 nanocores, "1Ki" of memory is 1024 * 10**9 nanobytes.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

NANO = 1_000_000_000
MEBI = 1 << 20
MAX_NANO = ((1 << 63) - 1) * NANO
"""Larger values are capped, as ParseQuantity caps them at the largest int64."""

_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_NANO_FACTOR = {
    "n": 1,
    "u": 1_000,
    "m": 1_000_000,
    **{suffix: 10 ** (9 + power) for suffix, power in _DECIMAL.items() if power >= 3},
    **{suffix: NANO << shift for suffix, shift in _BINARY.items()},
}
_MEASURED = {suffix: _NANO_FACTOR[suffix] for suffix in ("n", "u", "m", "Ki", "Mi")}
"""Those that 12 digits of cannot be too many."""
_SHAPE = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>[0-9]*)(?:\.(?P<part>[0-9]*))?(?P<suffix>[numkMGTPE]?|[KMGTPE]i|[eE][+-]?[0-9]+)",
    re.ASCII,
)
_LONGEST = 512


class QuantityError(ValueError):
    """The text is not a Kubernetes quantity; the message shows it, shortened."""


def parse(text: str | int | float) -> int:
    """A quantity in nano-units, rounded away from zero to nano and capped like `ParseQuantity`.

    Accepts the suffixes n u m k M G T P E and Ki..Ei, an exponent ("1e3"), decimals, a sign, and the bare JSON
    numbers that `Quantity.UnmarshalJSON` accepts. Raises QuantityError for anything else.
    """
    return _parse(text if isinstance(text, str) else _number(text))


def parse_measured(text: str | int | float) -> int:
    """As `parse`, for what is measured: it hardly repeats, so that reading it costs less than remembering it."""
    if not isinstance(text, str):
        return _read(_number(text))
    # "123456n", "20480Ki": four of them for a pod of two containers, for every pod, at every poll.
    length = -2 if text[-1:] == "i" else -1
    digits, factor = text[:length], _MEASURED.get(text[length:])
    if factor is None or len(digits) > 12 or not digits.isdecimal() or not digits.isascii():
        return _read(text)
    return int(digits) * factor


def parse_or_none(text: str | int | float | None) -> int | None:
    """As `parse`; None for null and for text that is not a quantity (an unknown value is never shown as 0)."""
    if text is None:
        return None
    try:
        return parse(text)
    except QuantityError:
        return None


def _read(text: str) -> int:
    # Most quantities are digits with at most one suffix; isdecimal alone would let other scripts' digits in.
    if 0 < len(text) < 19 and text.isascii():
        if text.isdecimal():
            return int(text) * NANO
        length = 2 if text[-1] == "i" else 1
        digits, factor = text[:-length], _NANO_FACTOR.get(text[-length:])
        if factor is not None and digits.isdecimal():
            return min(int(digits) * factor, MAX_NANO)
    return _parse_any(text)


_parse = lru_cache(maxsize=8192)(_read)


def _parse_any(text: str) -> int:
    found = _SHAPE.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None or not (found["whole"] or found["part"]):
        raise QuantityError(f"not a quantity: {text[:40]!r} (expected a number such as 250m, 1.5 or 128Mi)")
    part = (found["part"] or "").rstrip("0")
    digits = int((found["whole"] + part) or "0")
    suffix = found["suffix"]
    if digits == 0:
        return 0
    if suffix in _BINARY:
        power, digits = 0, digits << _BINARY[suffix]
    elif suffix in _DECIMAL:
        power = _DECIMAL[suffix]
    else:
        # An exponent may be absurd; past these bounds the answer is the cap or the smallest value anyway.
        power = max(-_LONGEST * 2, min(_LONGEST * 2, int(suffix[1:])))
    power += 9 - len(part)
    factor: int = 10 ** abs(power)
    nano = digits * factor if power >= 0 else -(-digits // factor)
    return -nano if found["sign"] == "-" else min(nano, MAX_NANO)


def _number(value: int | float) -> str:
    if isinstance(value, bool) or not math.isfinite(value):
        raise QuantityError(f"not a quantity: {value!r} (expected a number such as 250m, 1.5 or 128Mi)")
    return str(value)


def scaled(nano: int, unit: int) -> int:
    """`nano` in multiples of `unit` nano-units, rounded away from zero as `ScaledValue` rounds."""
    return -(-nano // unit) if nano >= 0 else nano // unit


def milli_value(nano: int) -> int:
    """`Quantity.MilliValue()`: thousandths, rounded away from zero (1n of CPU is 1m)."""
    return scaled(nano, 1_000_000)


def value(nano: int) -> int:
    """`Quantity.Value()`: whole units (bytes, pods), rounded away from zero."""
    return scaled(nano, NANO)


def parse_cpu(text: str | int | float) -> int:
    """CPU in nanocores. Raises QuantityError."""
    return parse(text)


def parse_bytes(text: str | int | float) -> int:
    """Memory or storage in bytes, rounded up to a whole byte as `Quantity.Value()` does. Raises QuantityError."""
    return value(parse(text))


def format_cpu_top(nanocores: int) -> str:
    """CPU as `kubectl top` prints it: `MilliValue()` and "m" (kubectl metricsutil/metrics_printer.go)."""
    return f"{milli_value(nanocores)}m"


def format_memory_top(size: int) -> str:
    """Bytes as `kubectl top` prints them: whole MiB, rounded towards zero (kubectl metrics_printer.go)."""
    return f"{size // MEBI if size >= 0 else -(-size // MEBI)}Mi"
