"""What a simulated series is: labels and a function of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

Gauge: TypeAlias = Callable[[float], float | None]
"""The value at a moment, None while the series does not exist."""
SeriesOf: TypeAlias = Iterator[tuple[dict[str, str], Gauge]]
SCRAPE = 30.0
"""Seconds between two scrapes."""
KSM = {"instance": "10.244.7.21:8080", "job": "kube-state-metrics"}
"""The labels of everything that kube-state-metrics tells."""


def always(value: float) -> Callable[[float], float]:
    """A gauge that does not move."""
    return lambda t: value
