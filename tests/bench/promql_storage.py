"""What the ring storage costs: memory for each series and sample, and the time to write, select and evaluate.

python -m tests.bench.promql_storage [--series 200000] [--scrapes 240]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from sources.promql import Engine
from sources.promql.storage import Labels, Matcher, MatchOp
from sources.promql.tsdb import Ring
from sources.promql.tsdb.ring import SERIES_COST

STEP = 15_000
IN_TARGET = 2_000


def resident() -> int:
    """Bytes of memory that this process has now."""
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * 4096


def container_series(target: int, number: int) -> Labels:
    """Labels as those of a kubelet's cAdvisor: ten, one value of which is this series' own."""
    pod, metric = divmod(number, 20)
    pairs = {
        "__name__": f"container_metric_{metric}_seconds_total",
        "container": "app",
        "endpoint": "cadvisor",
        "id": f"/kubepods/burstable/pod{target:08x}-{pod:04x}-4bcd-8123-0123456789ab/{target * 7919 + pod:064x}",
        "image": "registry.example.com/shop/payments:v1.2.3",
        "instance": f"node-{target}",
        "job": "kubelet",
        "namespace": f"team-{pod % 40}",
        "node": f"node-{target}",
        "pod": f"payments-{target:04x}-{pod:04x}",
    }
    return tuple(sorted(pairs.items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=200_000)
    parser.add_argument("--scrapes", type=int, default=240)
    args = parser.parse_args()
    targets = args.series // IN_TARGET
    before = resident()
    ring = Ring(retention=args.scrapes * STEP, memory_limit=1 << 34)
    started = time.process_time()
    numbers = [[ring.series(container_series(each, i)) for i in range(IN_TARGET)] for each in range(targets)]
    labelled = time.process_time() - started
    only_labels = (resident() - before) / (targets * IN_TARGET)
    rng = np.random.default_rng(1)
    started = time.process_time()
    for scrape in range(args.scrapes):
        for target in range(targets):
            values = rng.random(IN_TARGET) + scrape
            ring.append(target, scrape * STEP + target * 7, numbers[target], values)  # type: ignore[arg-type]
    written = time.process_time() - started
    used, samples = resident() - before, targets * IN_TARGET * args.scrapes
    count = targets * IN_TARGET
    print(f"{count:,} series x {args.scrapes} samples: {used / 1e6:,.0f} MB")
    print(f"  a series without samples  {only_labels:8,.0f} bytes (counted as {SERIES_COST})")
    print(f"  a series with its samples {used / count:8,.0f} bytes, {used / samples:.2f} a sample")
    print(f"  counted by the ring itself {ring.memory / 1e6:,.0f} MB, {ring.memory / used:.2f} of what it takes")
    print(f"CPU: a new series {labelled / count * 1e6:.2f} us, a sample {written / samples * 1e9:.1f} ns")
    _queries(ring, args.scrapes * STEP)


def _queries(ring: Ring, end: int) -> None:
    one = (Matcher("__name__", MatchOp.EQUAL, "container_metric_3_seconds_total"),)
    started = time.process_time()
    found = list(ring.select(one, 0, end))
    selected = time.process_time() - started
    expr = "sum by (namespace) (rate(container_metric_3_seconds_total[5m]))"
    started = time.process_time()
    Engine().query_range(expr, end - 239 * STEP, end, STEP, ring)
    evaluated = time.process_time() - started
    regex = (*one, Matcher("pod", MatchOp.REGEX, "payments-00.*"), Matcher("image", MatchOp.NOT_EQUAL, ""))
    started = time.process_time()
    list(ring.select(regex, 0, end))
    print(f"CPU: select {len(found):,} series by name {selected * 1000:.0f} ms")
    print(f"CPU: the same with a regular expression {(time.process_time() - started) * 1000:.0f} ms")
    print(f"CPU: {expr} over 240 steps {evaluated:.2f} s, {evaluated / selected:.0f} x the selection")


if __name__ == "__main__":
    main()
