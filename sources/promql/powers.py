"""`^` to the last bit as Prometheus computes it: whole exponents by repeated squaring of a scaled mantissa."""

from __future__ import annotations

import numpy as np

from sources.promql.storage import Floats

_FAR = 4096
"""Beyond this binary exponent the result is zero or infinite anyway."""


def power(base: Floats, exponent: Floats) -> Floats:
    """base ** exponent; whole exponents carry the rounding of each multiplication, as Go's math.Pow does."""
    x, y = np.broadcast_arrays(np.asarray(base, np.float64), np.asarray(exponent, np.float64))
    result = np.asarray(np.power(x, y))
    root = np.abs(y) == 0.5
    if root.any():
        usable = root & (x > 0)
        roots = np.sqrt(np.where(usable, x, 1.0))
        result = np.where(usable, np.where(y > 0, roots, 1 / roots), result)
    whole = np.isfinite(x) & (x != 0) & (np.abs(x) != 1) & (y == np.trunc(y))
    whole &= (np.abs(y) > 1) & (np.abs(y) < 2.0**63)
    if not whole.any():
        return result
    result = np.array(result)
    result[whole] = _whole(x[whole], y[whole])
    return result


def _whole(base: Floats, exponent: Floats) -> Floats:
    mantissa, scale = np.frexp(base)
    scale = scale.astype(np.int64)
    left = np.abs(exponent).astype(np.int64)
    product, total = np.ones(len(base)), np.zeros(len(base), np.int64)
    while (active := left != 0).any():
        far = active & (np.abs(scale) > _FAR)
        total = np.where(far, total + scale, total)
        left = np.where(far, 0, left)
        taken = (left & 1) == 1
        product = np.where(taken, product * mantissa, product)
        total = np.where(taken, total + scale, total)
        mantissa, scale = mantissa * mantissa, scale * 2
        small = mantissa < 0.5
        mantissa, scale = np.where(small, mantissa + mantissa, mantissa), np.where(small, scale - 1, scale)
        scale = np.clip(scale, -4 * _FAR, 4 * _FAR)
        left = left >> 1
    negative = exponent < 0
    product, total = np.where(negative, 1 / product, product), np.where(negative, -total, total)
    return np.asarray(np.ldexp(product, np.clip(total, -(2**30), 2**30).astype(np.int32)))
