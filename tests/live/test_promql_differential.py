"""The embedded PromQL engine gives what a live Prometheus gives, for random queries over random data.

Followed is the newest Prometheus. Seen to differ from it:

- Go's logarithms are wrong for subnormal numbers on amd64 (`log10(1e-308)` is -307.8 there); ours are right.
- Transcendental functions and `^` differ in the last digit, which steep functions after them magnify.
- `absent` of a selector with two conditions on one label: the server's answer depends on how many blocks it holds.
- The number of samples in the note on histograms that are not monotonic is what the server makes of merging notes
  with themselves (1024 for two samples, even negative); ours counts the samples.
- Which group and which series an error about duplicate series names is chance on the server.

Prometheus 2 differs in what `OLD` lists.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sources.demo.cluster import build as build_demo
from sources.demo.metrics import DemoStorage
from sources.demo.scenarios import BY_NAME, DEFAULT
from tests.bench.promql_against import differences, filled, samples
from tests.bench.promql_expressions import EXPRESSIONS
from tests.differential.runner import run
from tests.differential.server import prometheus
from tests.testbed import build, paths

OLD = {
    "no durations as numbers, nor numbers as durations, nor quoted names": "theirs fails: .*parse error",
    "first_over_time is new": "unknown function",
    "strings in parentheses fail": "unexpected result in StepInvariantExpr",
    "histogram_fraction takes classic histograms now": "histogram_fraction",
    "atan2 with a scalar kept the metric's name": "atan2",
    "a counter that began in the window went back to zero, now half an interval at most": r"rate\(|increase\(",
    "windows held their left bound": r":[0-9ms]*\]|@",
    "the dot of a matcher left newlines out": r"=~|!~",
    "averages, deviations and quantiles with infinities": "inf|nan",
    "a second match was no error where a comparison drops it": "multiple matches",
}
"""What Prometheus 2.42 does otherwise, and how it shows in a query or in how the answers differ."""


@pytest.fixture(scope="module")
def newest() -> Path:
    return build.ensure(paths.cache_dir(), ["prometheus"])["prometheus"]


@pytest.mark.parametrize("seed", [20, 21])
def test_random_queries_agree_with_the_newest_prometheus(newest: Path, seed: int) -> None:
    report = run(newest, seed, 250)
    assert report.wrong == [], report.summary()
    assert report.words == []
    assert report.unsupported == []
    assert report.samples > 3_000, "the queries hardly met any data"


def test_what_prometheus_2_answers_otherwise_is_known() -> None:
    old = paths.cache_dir() / "debian" / "prometheus" / "usr" / "bin" / "prometheus"
    if not old.exists():
        pytest.skip("no Prometheus 2 on this machine")
    report = run(old, 20, 300, mistakes=0, apart=True)
    unknown = [
        (query.text, text)
        for query, text in report.wrong
        if not any(re.search(pattern, f"{query.text} {text}") for pattern in OLD.values())
    ]
    assert unknown == []
    assert len(report.wrong) < report.queries // 4
    assert report.samples > 3_000, "the queries hardly met any data"


def test_what_rules_and_dashboards_ask_agrees_over_a_cluster(newest: Path) -> None:
    now = 1_760_000_000
    demo = DemoStorage(build_demo(1, 4, float(now), BY_NAME[DEFAULT]), lambda: float(now))
    series = samples(EXPRESSIONS, demo, now * 1000)
    with prometheus(newest, series) as server:
        found = differences(EXPRESSIONS, filled(series), server, now * 1000)
    assert found.differ == {}
    assert found.empty < len(EXPRESSIONS) // 2, "the expressions hardly met any data"
