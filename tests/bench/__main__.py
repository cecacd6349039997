"""How fast the real program is on a large cluster, beside the least that any client needs; against the budgets.

    python -m tests.bench [--size S|M|L] [--check] [--seconds 8]

A replay server (`replay.py`) on one core plays the cluster; the program runs in a terminal on the other.
S takes under a minute. With --check, exit 1 when a budget is missed. Memory counts the whole process.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

from tests.bench.objects import SIZES, Size
from tests.bench.replaying import OWN_CORE, replaying
from tests.bench.seat import ROOT, Seat, compiled, percentile
from tests.bench.startup import startup
from tests.bench.table import HEADER, Row

KEYS = "jjjkjjkjjjjkjjjkjjkjjjjkGgjj" * 2
CHURN = 2000


def bare(port: int) -> tuple[float, float, int]:
    """Wall and CPU seconds and bytes of a bare download of all pods."""
    command = ("taskset", "-c", str(OWN_CORE), sys.executable, "-m", "tests.bench.bare")
    url = f"http://127.0.0.1:{port}/api/v1/pods?resourceVersion=0"
    wall, cpu, size = subprocess.check_output((*command, url), cwd=ROOT, text=True).split()
    return float(wall), float(cpu), int(size)


def keyed(seat: Seat) -> tuple[float, float, int]:
    """p50 and p99 of key to repaint in seconds, and the most bytes that one key cost."""
    found = [seat.press(key) for key in KEYS]
    waits = [wait for wait, _ in found]
    return percentile(waits, 0.5), percentile(waits, 0.99), max(sent for _, sent in found)


def large(name: str, size: Size, seconds: float) -> Iterator[Row]:
    with replaying(name) as server:
        wall, cpu, weight = bare(server.port)
        yield Row("bare download of all pods", wall, "s", note=f"{weight / 1e6:.0f} MB, {cpu:.2f} s of CPU")
        with Seat(("--kubeconfig", str(server.kubeconfig)), OWN_CORE) as seat:
            first = seat.until(r"checkout-8", 120)
            yield Row("first rows on screen", first, "s")
            while_loading = seat.press("j")[0]
            yield Row("a key while it loads", while_loading * 1000, "ms")
            full = seat.until(rf"Pods +{size.pods}\b(?!.*loading)", 300)
            yield Row("all rows on screen / bare download", full / wall, "x", 1.3, f"{full:.1f} s")
            while seat.rest(1.0)[0] > 0.3 and seat.elapsed < 300:
                pass
            base = used_at_start()
            per_pod = (seat.used.memory - base) / size.pods
            yield Row("memory per pod", per_pod, "B", 1024, f"{seat.used.memory / 1e6:.0f} MB in all")
            p50, p99, most = keyed(seat)
            yield Row("key to repaint, p50", p50 * 1000, "ms", 16)
            yield Row("key to repaint, p99", p99 * 1000, "ms", 50, f"at most {most} bytes a key")
            idle_cpu, idle_bytes = seat.rest(seconds)
            yield Row("idle, CPU", 100 * idle_cpu / seconds, "%", 2, "usage of all pods comes every 15 s")
            yield Row("idle, to the terminal", idle_bytes / seconds / 1000, "KB/s", 2)
            server.churn(CHURN)
            seat.rest(2.0)
            busy_cpu, busy_bytes = seat.rest(seconds)
            yield Row(f"{CHURN} changes a second, CPU", 100 * busy_cpu / seconds, "%", 100)
            yield Row("the same, to the terminal", busy_bytes / seconds / 1000, "KB/s")
            p50, p99, _ = keyed(seat)
            yield Row("key to repaint under churn, p50", p50 * 1000, "ms", 16)
            yield Row("key to repaint under churn, p99", p99 * 1000, "ms", 50)
            server.churn(0)


def used_at_start() -> int:
    """Resident bytes of the program on a cluster of nobody: what it weighs before the first pod."""
    with Seat(("demo",), OWN_CORE) as seat:
        seat.until(r"Pods +\d", 60)
        return seat.used.memory


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=("S", "M", "L"), default="S")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--seconds", type=float, default=8.0, help="how long to watch it idle and under churn")
    args = parser.parse_args(argv)
    size = SIZES[args.size]
    print(f"{size.nodes} nodes, {size.pods} pods, {size.namespaces} namespaces; one core for the program")
    print(HEADER)
    compiled()
    began, missed = time.monotonic(), 0
    for rows in (startup(), large(args.size, size, args.seconds)):
        for row in rows:
            print(row.line(), flush=True)
            missed += row.missed
    print(f"{missed} budgets missed; {time.monotonic() - began:.0f} s")
    return 1 if args.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
