"""Amounts of CPU and memory in 16 bits, for the past of many rows: to 0.05 %, small whole numbers exactly."""

from __future__ import annotations

from array import array

LARGEST = float(1 << 63)

_float = array("f", [0.0])
_bits = memoryview(_float).cast("B").cast("I")
_ONE = 127 << 23
"""The bits of 1.0 (IEEE 754): what lies above are exponents of no more than six bits, then the fraction."""
_CUT = 13
"""Bits of the fraction that are left out."""
_LEAST = _ONE - (1 << (_CUT - 1)) - (1 << _CUT)
"""What lies half a step, to be rounded, and a whole one, for 1 to be the least, below 1.0."""


def packed(value: float) -> int:
    """1 to 65,535, ascending with the value: the upper bits of a float of one more. What is less than nothing, or
    out of all bounds, becomes the nearest that can be said."""
    _float[0] = 1.0 + (value if 0.0 <= value < LARGEST else 0.0 if value <= 0.0 else LARGEST)
    return (_bits[0] - _LEAST) >> _CUT


def unpacked(value: int) -> float:
    """The amount that was packed."""
    _bits[0] = ((value - 1) << _CUT) + _ONE
    return _float[0] - 1.0
