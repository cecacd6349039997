"""The shape of a range function: one series' windows for all steps, in one call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sources.promql.storage import Floats, Times


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """One series and its window at each of n steps.

    `times` (milliseconds) and `values` are all its samples without stale markers; the window of step i holds the
    samples low[i]:high[i], those with start[i] < time <= end[i] (milliseconds, the offset already applied).
    Windows may be empty and may overlap; low, high, start and end never decrease.
    """

    times: Times
    values: Floats
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    start: Times
    end: Times


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A value per step, and where there is one at all (a NaN can be a value)."""

    values: Floats
    present: NDArray[np.bool_]


class Kernel(Protocol):
    """A range function. `params` are its scalar arguments, each as one value per step (n of them)."""

    def __call__(self, windows: Windows, *params: Floats) -> Column: ...
