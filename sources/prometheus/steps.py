"""Steps of a range query: how many the server allows, how wide they should be, and where they should lie."""

from __future__ import annotations

import math

from sources.contract import QueryError

MAX_STEPS = 11_000
"""Prometheus refuses more (web/api/v1, query_range)."""

_NICE = (
    *(1, 2, 5, 10, 15, 20, 30),
    *(60 * minutes for minutes in (1, 2, 5, 10, 15, 20, 30)),
    *(3600 * hours for hours in (1, 2, 3, 4, 6, 8, 12)),
)
_DAY = 86_400


def align(start: float, end: float, step: float) -> tuple[float, float]:
    """Both ends moved back to multiples of `step`, so that a repeated query hits the same moments.

    Without it each refresh samples other moments and the line wobbles. Neither end moves into the future.
    """
    if step <= 0:
        raise ValueError("step must be positive")
    return math.floor(start / step) * step, math.floor(end / step) * step


def step_for(span: float, columns: int) -> float:
    """A round step (seconds) that gives a graph `columns` cells wide at most two points a cell over `span`."""
    return nice(span / max(1, 2 * columns))


def nice(seconds: float) -> float:
    """The next round number of seconds, minutes, hours or days that is not less."""
    for step in _NICE:
        if step >= seconds:
            return float(step)
    return float(math.ceil(seconds / _DAY) * _DAY)


def check_range(start: float, end: float, step: float) -> None:
    """Raises `QueryError` for what the server would refuse, with the step that works."""
    if not all(map(math.isfinite, (start, end, step))):
        raise QueryError("start, end and step must be finite numbers")
    if step <= 0:
        raise QueryError("the step must be greater than zero")
    if end < start:
        raise QueryError("the range ends before it starts")
    steps = (end - start) / step
    if steps > MAX_STEPS:
        wide_enough = nice((end - start) / MAX_STEPS)
        raise QueryError(
            f"{math.ceil(steps):,} steps are more than the {MAX_STEPS:,} that Prometheus allows: "
            f"use a step of at least {wide_enough:g} s or a shorter range"
        )
