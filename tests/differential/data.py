"""Random series of every kind that queries find in the wild, from a seed."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from sources.promql.storage import STALE, Labels

BASE = 1_700_000_000_000
"""Milliseconds of the first sample."""
SPAN = 5_400_000
STEP = 15_000

JOBS = ("api", "web", "db")
INSTANCES = ("a:1", "b:2", "c:3")
CODES = ("200", "404", "500")
ODD_VALUES = ("", "a b", "ü", 'quo"te', "back\\slash", "new\nline", "x.y")
BOUNDS = ("0.1", "0.5", "1", "2.5", "+Inf")


@dataclass(frozen=True, slots=True)
class Raw:
    labels: Labels
    times: list[int]
    values: list[float]


def labels(name: str, **others: str) -> Labels:
    return tuple(sorted((key, value) for key, value in {"__name__": name, **others}.items() if value))


def make(seed: int) -> list[Raw]:
    """The series of a seed."""
    rng = random.Random(seed)
    series: list[Raw] = []
    for job in JOBS:
        for instance in INSTANCES:
            for code in CODES:
                if rng.random() < 0.85:
                    key = labels("requests_total", job=job, instance=instance, code=code)
                    series.append(Raw(key, *_counter(rng)))
            series.append(Raw(labels("errors_total", job=job, instance=instance), *_counter(rng)))
            series.append(Raw(labels("memory_bytes", job=job, instance=instance), *_gauge(rng, 1e9)))
            series.append(Raw(labels("up", job=job, instance=instance), *_flag(rng)))
            version = rng.choice(("1.0", "1.1", "2.0"))
            series.append(Raw(labels("build_info", job=job, instance=instance, version=version), *_constant(rng)))
            if rng.random() < 0.8:
                series += _histogram(rng, job, instance)
        series.append(Raw(labels("temperature", job=job, room=rng.choice(ODD_VALUES)), *_gauge(rng, 20)))
    for room in ODD_VALUES:
        series.append(Raw(labels("odd", room=room), *_odd(rng)))
    series.append(Raw(labels("constant"), *_constant(rng)))
    series.append(Raw(labels("whole"), *_whole(rng)))
    return _once(series)


def _once(series: list[Raw]) -> list[Raw]:
    found: dict[Labels, Raw] = {}
    for each in series:
        found.setdefault(each.labels, each)
    return [found[key] for key in sorted(found)]


def _times(rng: random.Random) -> list[int]:
    """Every 15 s, some with jitter, some with an own phase, some that begin late or end early, some with holes."""
    phase = rng.choice((0, 0, rng.randrange(STEP)))
    jitter = rng.choice((0, 0, 0, 40, 3_000))
    begin = rng.choice((0, 0, 0, rng.randrange(SPAN)))
    end = rng.choice((SPAN, SPAN, SPAN, rng.randrange(SPAN)))
    holes = rng.choice((0.0, 0.0, 0.02, 0.3))
    times = range(phase, SPAN, STEP)
    return [
        BASE + at + (rng.randrange(-jitter, jitter + 1) if jitter and at > jitter else 0)
        for at in times
        if begin <= at <= max(end, begin + 60_000) and rng.random() >= holes
    ]


def _staled(rng: random.Random, times: list[int], values: list[float]) -> tuple[list[int], list[float]]:
    """Sometimes with stale markers: one where a gap begins, one at the end."""
    if len(times) > 20 and rng.random() < 0.3:
        at = rng.randrange(5, len(times) - 10)
        values[at] = STALE
        gap = rng.randrange(1, 40)
        del times[at + 1 : at + gap], values[at + 1 : at + gap]
    if times and rng.random() < 0.2:
        values[-1] = STALE
    return times, values


def _counter(rng: random.Random) -> tuple[list[int], list[float]]:
    times = _times(rng)
    value = rng.choice((0.0, 0.0, float(rng.randrange(1000)), rng.random() * 1e6))
    whole = rng.random() < 0.6
    resets = rng.choice((0.0, 0.01, 0.05))
    rate = rng.choice((0.0, 1, 30, 1000))
    values = []
    for _ in times:
        if rng.random() < resets:
            value = 0.0 if rng.random() < 0.5 else value * rng.random()
        if rng.random() < 0.8:
            value += float(rng.randrange(int(rate) + 1)) if whole else rng.random() * rate
        value = float(int(value)) if whole else value
        values.append(value)
    return _staled(rng, times, values)


def _gauge(rng: random.Random, scale: float) -> tuple[list[int], list[float]]:
    times = _times(rng)
    value = scale * rng.random()
    values = []
    for _ in times:
        value += rng.gauss(0, scale / 30)
        values.append(value)
    return _staled(rng, times, values)


def _flag(rng: random.Random) -> tuple[list[int], list[float]]:
    times = _times(rng)
    return _staled(rng, times, [float(rng.random() < 0.9) for _ in times])


def _constant(rng: random.Random) -> tuple[list[int], list[float]]:
    times = [BASE + at for at in range(0, SPAN, STEP)]
    return times, [1.0] * len(times)


def _whole(rng: random.Random) -> tuple[list[int], list[float]]:
    times = [BASE + at for at in range(0, SPAN, STEP)]
    return times, [float(rng.randrange(-5, 6)) for _ in times]


def _odd(rng: random.Random) -> tuple[list[int], list[float]]:
    """NaN, infinities, zeros of both signs, huge and tiny values among usual ones."""
    times = _times(rng)
    special = (math.nan, math.inf, -math.inf, 0.0, -0.0, 1e308, -1e308, 1e-300, 2.0**53 + 1)
    share = rng.choice((0.05, 0.3))
    values = [rng.choice(special) if rng.random() < share else rng.gauss(0, 10) for _ in times]
    return _staled(rng, times, values)


def _histogram(rng: random.Random, job: str, instance: str) -> list[Raw]:
    times = _times(rng)
    broken = rng.random() < 0.15
    totals = [0.0] * len(BOUNDS)
    columns: list[list[float]] = [[] for _ in BOUNDS]
    sums: list[float] = []
    total = 0.0
    reset = rng.choice((0.0, 0.02))
    for _ in times:
        if rng.random() < reset:
            totals = [0.0] * len(BOUNDS)
            total = 0.0
        for _ in range(rng.randrange(6)):
            value = rng.expovariate(1.5)
            total += value
            for index, bound in enumerate(BOUNDS):
                totals[index] += value <= float(bound)
        for index, column in enumerate(columns):
            column.append(totals[index] + (rng.randrange(3) if broken else 0))
        sums.append(total)
    base = {"job": job, "instance": instance}
    made = [
        Raw(labels("latency_seconds_bucket", le=bound, **base), list(times), column)
        for bound, column in zip(BOUNDS, columns, strict=True)
        if not (broken and bound == "1")
    ]
    made.append(Raw(labels("latency_seconds_sum", **base), list(times), sums))
    made.append(Raw(labels("latency_seconds_count", **base), list(times), columns[-1]))
    return made
