"""How fast the real program is on a large cluster, beside the least that any client needs; against the budgets.

    python -m tests.bench [--size S|M|L] [--check] [--seconds 8] [--rows large|slow] [--pace 59]

A replay server (`replay.py`) on one core plays the cluster, its lists at the pace of a real API server; the
program runs in a terminal on the other.
S takes two minutes. With --check, exit 1 when a budget is missed. Memory counts the whole process. Stalls of the
event loop are the program's own computing (`beats.py`), beside keys stands what they cost: a busy machine delays
what it does not change.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from sources.kubernetes.usage import ROWS
from tests.bench.beats import Stalls
from tests.bench.objects import SIZES, Size
from tests.bench.replaying import OWN_CORE, replaying
from tests.bench.seat import ROOT, Pressed, Seat, compiled, percentile
from tests.bench.slow import slow
from tests.bench.startup import startup
from tests.bench.table import HEADER, Row

KEYS = "jjjkjjkjjjjkjjjkjjkjjjjkGgjj" * 2
CHURN = 2000
MANY = 100_000
PACE = 59.0
"""MB a second that a kube-apiserver 1.37 gives of a list of 150,000 pods to a bare client, which does nothing with
them, on two cores (`tests.bench.real --size L`)."""
READING = 0.2
"""Seconds between two keys while it loads: what keys cost is not to be what loading costs."""
INTERVAL = 15.0
"""Seconds between two polls of usage, of a cluster that is not large."""
NAME = r"team-\d+ +checkout-"
"""A pod, as much of its name as a narrow column shows."""


def bare(port: int) -> tuple[float, float, int]:
    """Wall and CPU seconds and bytes of a bare download of all pods."""
    command = ("taskset", "-c", str(OWN_CORE), sys.executable, "-m", "tests.bench.bare")
    url = f"http://127.0.0.1:{port}/api/v1/pods?resourceVersion=0"
    wall, cpu, size = subprocess.check_output((*command, url), cwd=ROOT, text=True).split()
    return float(wall), float(cpu), int(size)


def large(name: str, size: Size, seconds: float, pace: float) -> Iterator[Row]:
    with replaying(name, pace) as server, tempfile.TemporaryDirectory() as folder:
        wall, cpu, weight = bare(server.port)
        yield Row("bare download of all pods", wall, "s", note=f"{weight / 1e6:.0f} MB, {cpu:.2f} s of CPU")
        told = Path(folder, "stalls")
        stalls = Stalls(told)
        program = ("-m", "tests.bench.beats", str(told))
        with Seat(("--kubeconfig", str(server.kubeconfig)), OWN_CORE, program=program) as seat:
            first = seat.until(NAME, 120)
            yield Row("first rows on screen", first, "s", note=f"{seat.used.cpu:.2f} s of CPU")
            full = re.compile(rf"Pods +{size.pods}\b(?!.*loading)")
            stalls.take()
            pressed = [seat.press("j")]
            while not full.search(seat.text) and seat.elapsed < 600:
                seat.rest(READING)
                pressed.append(seat.press("j" if len(pressed) % 3 else "k"))
            yield Row("all rows on screen / bare download", seat.elapsed / wall, "x", 1.3, f"{seat.elapsed:.1f} s")
            yield Row("the same, CPU", seat.used.cpu / cpu, "x", note=f"{seat.used.cpu:.1f} s")
            yield from keyed(pressed, stalls, "while it loads")
            while seat.rest(1.0)[0] > 0.3 and seat.elapsed < 600:
                pass
            yield from keyed(presses(seat, stalls), stalls, "at rest")
            with stalls.without():
                idle_cpu, idle_bytes = seat.rest(seconds)
            every = max(INTERVAL, size.pods / ROWS)
            note = f"usage of all pods comes every {every:.0f} s, which may not fall into these {seconds:.0f} s"
            yield Row("idle, CPU", 100 * idle_cpu / seconds, "%", 2, note)
            yield Row("idle, to the terminal", idle_bytes / seconds / 1000, "KB/s", 2)
            seat.rest(every + 1.0)
            yield Row("longest stall over a poll of usage", stalls.take() * 1000, "ms", 50)
            base = used_without_pods(name, size, every)
            yield Row("memory in all", seat.used.memory / 1e6, "MB", 250, "at most, usage of all pods included")
            per_pod = (seat.used.memory - base) / size.pods
            note = f"more than without pods ({base / 1e6:.0f} MB)"
            # Of a few pods it would be what else differs, divided by them.
            yield Row("memory per pod", per_pod, "B", 1024 if size.pods >= MANY else None, note)
            yield from asked(seat, stalls, size)
            server.churn(CHURN)
            seat.rest(2.0)
            with stalls.without():
                busy_cpu, busy_bytes = seat.rest(seconds)
            yield Row(f"{CHURN} changes a second, CPU", 100 * busy_cpu / seconds, "%", 100)
            yield Row("the same, to the terminal", busy_bytes / seconds / 1000, "KB/s")
            yield from keyed(presses(seat, stalls), stalls, "under churn")
            server.churn(0)


def presses(seat: Seat, stalls: Stalls) -> list[Pressed]:
    seat.rest(0.3)
    stalls.take()
    return [seat.press(key) for key in KEYS]


def keyed(pressed: Sequence[Pressed], stalls: Stalls, when: str) -> Iterator[Row]:
    """Key to repaint, and how long the event loop stood still meanwhile."""
    for name, share, budget in (("p50", 0.5, 16), ("p99", 0.99, 50)):
        wall = percentile([each.wall for each in pressed], share)
        cpu = percentile([each.cpu for each in pressed], share)
        note = (
            f"{cpu * 1000:.1f} ms of CPU; {len(pressed)} keys, at most {max(each.sent for each in pressed)} bytes"
        )
        yield Row(f"key to repaint {when}, {name}", wall * 1000, "ms", budget, note)
    yield Row(f"longest stall {when}", stalls.take() * 1000, "ms", 50)


def asked(seat: Seat, stalls: Stalls, size: Size) -> Iterator[Row]:
    """A filter, an order, groups: until the whole table is looked at, and the longest stall meanwhile."""
    for what, keys, done in (
        ("filter", "/00a\r", rf"Pods +\d+/{size.pods} +/00a  ?─"),
        ("no filter", "\x1b", rf"Pods +{size.pods} +─"),
        ("sort by name", "N", rf"Pods +{size.pods} +─"),
        ("sort by CPU", "C", rf"Pods +{size.pods} +─"),
        ("group", "b", rf"Pods +{size.pods} +\d+ by owner +─"),
        ("no groups", "bbb", rf"Pods +{size.pods} +─"),
    ):
        seat.rest(0.5)
        stalls.take()
        began, cpu = time.monotonic(), seat.used.cpu
        seat.ask(keys)
        shown = re.compile(done)
        seat.wait_for(lambda shown=shown: shown.search(seat.text), 300)  # type: ignore[misc]
        note = f"{seat.used.cpu - cpu:.2f} s of CPU"
        yield Row(f"{what}, until all rows are looked at", time.monotonic() - began, "s", note=note)
        yield Row("longest stall meanwhile", stalls.take() * 1000, "ms", 50)


def used_without_pods(name: str, size: Size, seconds: float) -> int:
    """Resident bytes of the program on the same cluster without its pods, after so many seconds of rest."""
    with replaying(name, pods=False) as server, Seat(("--kubeconfig", str(server.kubeconfig)), OWN_CORE) as seat:
        seat.until(rf"Nodes +{size.nodes}\b(?!.*loading)", 120)
        seat.rest(seconds)
        return seat.used.memory


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=("S", "M", "L"), default="S")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--seconds", type=float, default=8.0, help="how long to watch it idle and under churn")
    parser.add_argument(
        "--pace", type=float, default=PACE, help="MB of a list a second at most; inf is as fast as can be"
    )
    parser.add_argument(
        "--rows", choices=("all", "startup", "large", "slow"), default="all", help="all is without slow"
    )
    args = parser.parse_args(argv)
    size = SIZES[args.size]
    print(f"{size.nodes} nodes, {size.pods} pods, {size.namespaces} namespaces; one core for the program")
    print(HEADER)
    compiled()
    began, missed = time.monotonic(), 0
    parts = {"startup": startup, "large": lambda: large(args.size, size, args.seconds, args.pace)}
    if args.rows == "slow":
        parts = {"slow": lambda: slow(args.seconds)}
    for name, part in parts.items():
        for row in part() if args.rows in ("all", name) else ():
            print(row.line(), flush=True)
            missed += row.missed
    print(f"{missed} budgets missed; {time.monotonic() - began:.0f} s")
    return 1 if args.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
