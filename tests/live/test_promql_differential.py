"""The embedded PromQL engine gives what a live Prometheus gives, for random queries over random data.

Followed is the newest Prometheus. Seen to differ on purpose or by chance:

- Go's logarithms are wrong for subnormal numbers on amd64 (`log10(1e-308)` is -307.8 there); ours are right.
- The number of samples in the note on histograms that are not monotonic is what the server makes of merging notes
  with themselves (1024 for two samples, even negative); ours counts the samples.
- Which pair of series an error about duplicate series names is chance on the server.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.differential.runner import run
from tests.testbed import build, paths


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
