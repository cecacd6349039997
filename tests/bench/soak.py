"""Whether the real program holds what it held after hours on a cluster that turns over, in minutes.

    python -m tests.bench.soak [--minutes 5] [--faster 60] [--size S] [--check] [--trace]

Server and program share a clock that runs `--faster` times as fast (`soaked.py` says what of the program is not
compressed); eight minutes are eight hours. All panes are open, somebody opens sheets, filters, sorts and groups.
Compared are the medians of the last quarter and of the second one: in the first it warms up. No Prometheus is
there and nodes cannot be scraped: the embedded storage holds little. With --check, exit 1 when one is missed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from pathlib import Path
from statistics import median

import msgspec

from tests.bench.objects import SIZES
from tests.bench.replaying import OWN_CORE, replaying
from tests.bench.seat import Seat, compiled
from tests.bench.table import HEADER, Row
from tests.bench.turnover import Faster

CHANGES = 200
"""A second of real time."""
KEYS = ("\t", "j", "\r", "j", "\x1b", "/0a", "\x1b", "C", "b", "b", "b", "b", "N", "G", "g", "y", "\x1b", "i", "i")
PAUSE = 0.7
"""Seconds between two keys."""
LULL = 6.0
"""Seconds without a key after each round: it sweeps only while nobody types."""
COMING_AND_GOING = 2
"""Tasks, or connections, that a poll or a sheet has for a moment."""

Line = Mapping[str, float]


def soak(size: str, minutes: float, faster: float, trace: bool) -> list[Line]:
    """The lines that the program wrote about itself."""
    clock = Faster(faster, time.time())
    with replaying(size) as server, tempfile.TemporaryDirectory() as folder:
        told = Path(folder, "held")
        program = ("-m", "tests.bench.soaked", str(told), str(faster), str(clock.epoch), str(int(trace)))
        server.soak(CHANGES, clock)
        with Seat(("--kubeconfig", str(server.kubeconfig)), OWN_CORE, program=program) as seat:
            seat.until(rf"Pods +{SIZES[size].pods}\b", 120)
            for key in cycle((*KEYS, "")):
                if seat.elapsed > minutes * 60:
                    break
                if seat.process.poll() is not None:
                    raise SystemExit(f"it ended after {seat.elapsed:.0f} s:\n{seat.text}")
                seat.send(key)
                seat.rest(PAUSE if key else LULL)
                seat.output.clear()
            print(seat.text)
        return [msgspec.json.decode(line) for line in told.read_bytes().splitlines()]


def verdict(lines: Sequence[Line], pods: int) -> Iterator[Row]:
    """Rows of what must not grow, then of what is worth knowing."""
    quarter = len(lines) // 4
    second, last = lines[quarter : 2 * quarter], lines[3 * quarter :]

    def both(name: str) -> tuple[float, float]:
        return median(line[name] for line in second), median(line[name] for line in last)

    yield Row("hours that passed", lines[-1]["hours"], "h", note=f"{len(lines)} looks")
    for name, budget, spare in (
        ("rss", 1.05, 0),
        ("descriptors", 1.0, COMING_AND_GOING),
        ("threads", 1.0, 0),
        ("tasks", 1.0, COMING_AND_GOING),
    ):
        before, after = both(name)
        note = f"{before:.0f}, {after:.0f}"
        yield Row(f"{name}, last / second quarter", after / before, "x", (before * budget + spare) / before, note)
    yield Row("pods too many or too few", abs(both("pods")[1] - pods), "", 0)
    for name in list(lines[-1])[5:]:
        if name != "grown":
            before, after = both(name)
            yield Row(name, after / before if before else after, "x", note=f"{before:.0f}, {after:.0f}")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--faster", type=float, default=60.0)
    parser.add_argument("--size", choices=SIZES, default="S")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--trace", action="store_true", help="say which lines of the program hold more and more")
    args = parser.parse_args(argv)
    compiled()
    lines = soak(args.size, args.minutes, args.faster, args.trace)
    print(HEADER)
    missed = 0
    for row in verdict(lines, SIZES[args.size].pods):
        print(row.line())
        missed += row.missed
    if args.trace:
        print(*next((line["grown"] for line in reversed(lines) if "grown" in line), ()), sep="\n")  # type: ignore[misc]
    print(f"{missed} budgets missed")
    return 1 if args.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
