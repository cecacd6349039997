"""The power operator agrees with Go's math.Pow, whose whole exponents round at each multiplication."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sources.promql.powers import power


@pytest.mark.parametrize(
    ("base", "exponent", "expected"),
    [
        (100, 100, 1.0000000000000005e200),  # 1e200 if it was rounded once
        (2, -3, 0.125),
        (-3, 3, -27),
        (0, -1, math.inf),
        (-0.0, -3, -math.inf),
        (-8, 0.5, math.nan),
        (9, -0.5, 1 / 3),
        (1.5, 5000, math.inf),
        (0.5, 2000, 0),
        (-2, 1e18, math.inf),
        (math.nan, 0, 1),
        (-1, math.inf, 1),
    ],
)
def test_powers(base: float, exponent: float, expected: float) -> None:
    with np.errstate(all="ignore"):
        found = power(np.array([base]), np.array([exponent]))[0]
    assert found == expected or (math.isnan(found) and math.isnan(expected))
