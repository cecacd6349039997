"""How fast the engine answers: one heavy range query, and what dashboards and alerting rules usually ask.

python -m tests.bench.promql_queries [--manifests FOLDER] [--against [PROGRAM]] [--check]

(a) `sum by (namespace) (rate(x[5m]))` over 10,000 series at 240 steps, in CPU seconds; (b) expressions as those of
the rules and dashboards for Kubernetes and its nodes, over half an hour of a simulated cluster of 100 nodes. A
query counts with all that it needs: samples (for b they are invented first), evaluation, results. With
--manifests, (b) takes the rules and dashboards of that folder (kube-prometheus' manifests/, say) as well; with
--against, it asks a live Prometheus (the test bed's) with the same samples too, and compares times and answers.
With --check, exit 1 when the budget of (a) is missed, an expression fails or an answer differs.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from sources.demo.cluster import build
from sources.demo.metrics import DemoStorage
from sources.demo.scenarios import BY_NAME, DEFAULT
from sources.promql import Engine
from sources.promql.results import Matrix, PromQLError
from sources.promql.storage import Labels, Matcher, Storage, StoredSeries
from tests.bench.promql_against import compared
from tests.bench.promql_expressions import EXPRESSIONS
from tests.bench.promql_manifests import expressions
from tests.bench.seat import percentile
from tests.testbed import build as testbed
from tests.testbed import paths

BUDGET = 0.5
SERIES, STEPS, STEP = 10_000, 240, 15_000
START = 1_760_000_000
STEP_SHOWN = 60


class Counters:
    """`x` in 50 namespaces: counters with a sample each 15 s for as long as the query looks at."""

    def __init__(self, count: int) -> None:
        self._times = np.arange(-20, STEPS, dtype=np.int64) * STEP
        rises = np.random.default_rng(1).random((count, len(self._times)))
        self._values = np.cumsum(rises, axis=1)
        self._labels: list[Labels] = [
            (("__name__", "x"), ("namespace", f"team-{number % 50}"), ("pod", f"pod-{number}"))
            for number in range(count)
        ]

    def select(self, matchers: Sequence[Matcher], start: int, end: int) -> Iterable[StoredSeries]:
        for labels, values in zip(self._labels, self._values, strict=True):
            yield StoredSeries(labels, self._times, values)


def cpu_of(expr: str, storage: Storage, start: int, end: int, step: int) -> tuple[float, int]:
    """CPU seconds of a range query (milliseconds), and how many series it gave."""
    before = time.process_time()
    value = Engine().query_range(expr, start, end, step, storage).value
    used = time.process_time() - before
    assert isinstance(value, Matrix)
    return used, len(value.series)


def heavy() -> bool:
    storage = Counters(SERIES)
    expr = "sum by (namespace) (rate(x[5m]))"
    used = min(cpu_of(expr, storage, 0, (STEPS - 1) * STEP, STEP)[0] for _ in range(3))
    mark = "MISSED" if used > BUDGET else "ok"
    print(f"{expr}, {SERIES:,} series x {STEPS} steps: {used:.2f} s of CPU (budget {BUDGET} s: {mark})")
    return used <= BUDGET


def usual(expressions: Sequence[str], nodes: int, program: Path | None) -> bool:
    storage = DemoStorage(build(1, nodes, float(START), BY_NAME[DEFAULT]), lambda: float(START))
    if program is not None:
        return compared(expressions, storage, START * 1000, program)
    figures: list[tuple[float, str]] = []
    failed = empty = 0
    for expr in expressions:
        try:
            used, series = cpu_of(expr, storage, (START - 1800) * 1000, START * 1000, STEP_SHOWN * 1000)
        except PromQLError as error:
            failed += 1
            print(f"FAILED {expr}: {error}")
            continue
        empty += not series
        figures.append((used, expr))
    figures.sort(reverse=True)
    median = percentile([used for used, _ in figures], 0.5)
    print(
        f"{len(expressions)} expressions over {nodes} nodes, {failed} failed, {empty} without a series: "
        f"median {median * 1000:.0f} ms, worst {figures[0][0]:.2f} s of CPU"
    )
    for used, expr in figures[:5]:
        print(f"  {used:.2f} s  {expr}")
    return not failed


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=100)
    parser.add_argument("--manifests", type=Path)
    parser.add_argument("--against", type=Path, nargs="?", const=Path())
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args(argv)
    asked = list(EXPRESSIONS)
    if args.manifests is not None:
        asked = list(dict.fromkeys((*asked, *expressions(args.manifests))))
    program: Path | None = args.against
    if program == Path():
        program = testbed.ensure(paths.cache_dir(), ["prometheus"])["prometheus"]
    well = [heavy(), usual(asked, args.nodes, program)]
    return 1 if args.check and not all(well) else 0


if __name__ == "__main__":
    sys.exit(main())
