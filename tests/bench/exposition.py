"""The exposition parser against prometheus-client's on the same body: lines a second, and how many times as fast.

python -m tests.bench.exposition [--lines 50000]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from prometheus_client.parser import text_string_to_metric_families

from sources.scrape.exposition import Exposition


def body(lines: int) -> bytes:
    """Counters as cAdvisor's, ten labels each, with times of their own."""
    made = [
        "# HELP container_cpu_usage_seconds_total Cumulative cpu time.",
        "# TYPE container_cpu_usage_seconds_total counter",
    ]
    for number in range(lines):
        pod = f"payments-{number // 20:06x}"
        made.append(
            f'container_cpu_usage_seconds_total{{container="app",cpu="cpu{number % 20}",id="/kubepods/{pod}",'
            f'image="registry.example.com/shop/payments:v1",name="{number:064x}",namespace="team-a",pod="{pod}"}} '
            f"{number * 1.25} 1700000000123"
        )
    return ("\n".join(made) + "\n").encode()


def cost(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=50_000)
    lines: int = parser.parse_args().lines
    text = body(lines)
    numbers = iter(range(10**9))
    reader = Exposition(lambda _: next(numbers))
    first = cost(lambda: reader.read(text))
    again = min(cost(lambda: reader.read(text)) for _ in range(3))
    plain = text.replace(b" 1700000000123", b"")
    reader.read(plain)
    without = min(cost(lambda: reader.read(plain)) for _ in range(3))
    theirs = cost(lambda: [*text_string_to_metric_families(text.decode())])
    print(f"{lines:,} lines, {len(text) / 1e6:.1f} MB, CPU:")
    print(f"  new series               {first:.3f} s, {first / lines * 1e6:6.2f} us a line")
    print(f"  known, with timestamps   {again:.3f} s, {again / lines * 1e6:6.2f} us a line")
    print(f"  known, without           {without:.3f} s, {without / lines * 1e6:6.2f} us a line")
    print(f"  prometheus-client        {theirs:.3f} s: {theirs / first:.1f} x new, {theirs / again:.0f} x known")


if __name__ == "__main__":
    main()
