"""The expressions of rules and dashboards against a live Prometheus that holds the same samples: time and answers.

Ours is CPU time of the whole query over the memory that `--scrape` fills; theirs what the server says of its own
(execTotalTime), which leaves out its encoding of the answer. Each answer is compared sample by sample.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np

from sources.demo.metrics import DemoStorage
from sources.promql import Engine
from sources.promql.tsdb import Ring
from tests.bench.promql_invented import invented
from tests.bench.seat import percentile
from tests.differential.compare import Query, compare
from tests.differential.data import Raw
from tests.differential.server import Prometheus, prometheus

HISTORY = 3_600_000
SPAN, STEP = 1_800_000, 60_000
SCRAPE = 30_000


def samples(expressions: Sequence[str], demo: DemoStorage, end: int) -> list[Raw]:
    """An hour of all series of the demo cluster and of those that the expressions ask for besides."""
    found = [
        Raw(each.labels, each.times.tolist(), each.values.tolist()) for each in demo.select((), end - HISTORY, end)
    ]
    known = {dict(each.labels)["__name__"] for each in found}
    return found + invented(expressions, known, list(range(end - HISTORY, end + 1, SCRAPE)))


def filled(series: Sequence[Raw]) -> Ring:
    """The memory of `--scrape` with these samples."""
    ring = Ring(retention=2 * HISTORY, memory_limit=1 << 34)
    # Series with the same moments are a target's: one that skipped a scrape of its target would have ended.
    targets: dict[tuple[int, ...], list[Raw]] = {}
    for each in series:
        targets.setdefault(tuple(each.times), []).append(each)
    for number, (times, members) in enumerate(targets.items()):
        numbers = [ring.series(each.labels) for each in members]
        columns = np.array([each.values for each in members], np.float64).T
        for moment, column in zip(times, columns, strict=True):
            ring.append(number, moment, numbers, column)  # type: ignore[arg-type]  # as the bench of the storage
    return ring


def compared(expressions: Sequence[str], demo: DemoStorage, end: int, program: Path) -> bool:
    """Prints the ratios; whether all answers are the same."""
    series = samples(expressions, demo, end)
    ring = filled(series)
    count = sum(len(each.times) for each in series)
    print(
        f"{len(expressions)} expressions, {len(series):,} series with {count:,} samples, {SPAN // STEP + 1} steps"
    )
    figures: list[tuple[float, float, float, str]] = []
    with prometheus(program, series) as server:
        found = differences(expressions, ring, server, end)
        for text in found.differ.values():
            print(f"DIFFERS {text}")
        print(f"{len(found.differ)} answers differ; {found.empty} without a series on both sides")
        for expr in expressions:
            if expr not in found.differ:
                ours, theirs = _timed(ring, server, Query(expr, end - SPAN, end, STEP))
                figures.append((ours / theirs, ours, theirs, expr))
    _print(figures)
    return not found.differ


@dataclass(slots=True)
class Found:
    differ: dict[str, str] = field(default_factory=dict)
    """What is different, by expression: values, series, warnings, or an error on either side."""
    empty: int = 0


def differences(expressions: Sequence[str], ring: Ring, server: Prometheus, end: int) -> Found:
    """How the answers over the last `SPAN` before `end` differ."""
    found = Found()
    for expr in expressions:
        outcome = compare(server, Engine(), ring, ring, Query(expr, end - SPAN, end, STEP))
        found.empty += outcome.empty
        trouble = outcome.wrong or outcome.words or outcome.unsupported
        if trouble or outcome.failed:
            found.differ[expr] = f"{expr}\n    {trouble or 'an error on both sides'}"
    return found


def _timed(ring: Ring, server: Prometheus, query: Query) -> tuple[float, float]:
    """Seconds of ours and theirs, the better of two each."""
    ours, theirs = [], []
    for _ in range(2):
        before = time.process_time()
        Engine().query_range(query.text, query.start, query.end, query.step, ring)
        ours.append(time.process_time() - before)
        answer = server.ask(
            "query_range",
            query=query.text,
            start=str(query.start // 1000),
            end=str(query.end // 1000),
            step=str(query.step // 1000),
            stats="all",
        )
        theirs.append(float(answer["data"]["stats"]["timings"]["execTotalTime"]))
    return min(ours), max(min(theirs), 1e-6)


def _print(figures: list[tuple[float, float, float, str]]) -> None:
    if not figures:
        return
    figures.sort(reverse=True)
    own, other = sorted(each[1] for each in figures), sorted(each[2] for each in figures)
    ratios = sorted(each[0] for each in figures)
    for who, times in (("ours", own), ("theirs", other)):
        middle = percentile(times, 0.5)
        print(f"{who}: median {middle * 1000:.1f} ms, worst {times[-1]:.2f} s, in all {sum(times):.1f} s")
    print(f"ratio: median {percentile(ratios, 0.5):.1f}, worst {ratios[-1]:.1f}")
    print("worst ratios:")
    for ratio, ours, theirs, expr in islice(figures, 5):
        print(
            f"  {ratio:6.1f} x  {ours * 1000:8.1f} ms to {theirs * 1000:8.1f} ms  {' '.join(expr.split())[:150]}"
        )
    print("slowest:")
    for ratio, ours, theirs, expr in sorted(figures, key=lambda each: -each[1])[:5]:
        print(
            f"  {ratio:6.1f} x  {ours * 1000:8.1f} ms to {theirs * 1000:8.1f} ms  {' '.join(expr.split())[:150]}"
        )
