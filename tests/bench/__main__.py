"""How fast the real program is on a large cluster, beside the least that any client needs; against the budgets.

    python -m tests.bench [--size S|M|L] [--check] [--seconds 8]

A replay server (`replay.py`) on one core plays the cluster; the program runs in a terminal on the other.
S takes under a minute. With --check, exit 1 when a budget is missed. Memory counts the whole process.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.bench.objects import SIZES, Size
from tests.bench.seat import ROOT, Seat, percentile

SERVER_CORE, OWN_CORE = 0, 1
KEYS = "jjjkjjkjjjjkjjjkjjkjjjjkGgjj" * 2
CHURN = 2000
KUBECONFIG = """\
apiVersion: v1
kind: Config
current-context: replay
contexts: [{{name: replay, context: {{cluster: replay, user: nobody}}}}]
clusters: [{{name: replay, cluster: {{server: "http://127.0.0.1:{port}"}}}}]
users: [{{name: nobody, user: {{token: none}}}}]
"""


class Row(NamedTuple):
    """One line of the table. `budget` is what `value` may be at most; None where it is only worth knowing."""

    what: str
    value: float
    unit: str
    budget: float | None = None
    note: str = ""

    @property
    def missed(self) -> bool:
        return self.budget is not None and self.value > self.budget

    def line(self) -> str:
        budget = "" if self.budget is None else f"{self.budget:g}"
        mark = "" if self.budget is None else ("MISSED" if self.missed else "ok")
        return f"{self.what:<44} {self.value:>10.3g} {self.unit:<6} {budget:>8}  {mark:<6} {self.note}"


@contextmanager
def replay(size: str) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    command = ("taskset", "-c", str(SERVER_CORE), sys.executable, "-m", "tests.bench.replay", "--size", size)
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline()), process
        finally:
            process.kill()


def order(server: subprocess.Popen[str], line: str) -> None:
    assert server.stdin is not None
    server.stdin.write(line + "\n")
    server.stdin.flush()


def bare(port: int) -> tuple[float, float, int]:
    """Wall and CPU seconds and bytes of a bare download of all pods."""
    command = ("taskset", "-c", str(OWN_CORE), sys.executable, "-m", "tests.bench.bare")
    url = f"http://127.0.0.1:{port}/api/v1/pods?resourceVersion=0"
    wall, cpu, size = subprocess.check_output((*command, url), cwd=ROOT, text=True).split()
    return float(wall), float(cpu), int(size)


def cpu_of(*arguments: str) -> float:
    """CPU seconds of one whole run of the program."""
    code = (
        "import resource,subprocess,sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True);"
        "u=resource.getrusage(resource.RUSAGE_CHILDREN); print(u.ru_utime+u.ru_stime)"
    )
    command = (sys.executable, "-c", code, sys.executable, "-m", "tui", *arguments)
    return min(float(subprocess.check_output(command, cwd=ROOT, text=True)) for _ in range(3))


def keyed(seat: Seat) -> tuple[float, float, int]:
    """p50 and p99 of key to repaint in seconds, and the most bytes that one key cost."""
    found = [seat.press(key) for key in KEYS]
    waits = [wait for wait, _ in found]
    return percentile(waits, 0.5), percentile(waits, 0.99), max(sent for _, sent in found)


def startup() -> Iterator[Row]:
    yield Row("topmast --help, CPU", cpu_of("--help"), "s", 0.15)
    with Seat(("demo",), OWN_CORE) as seat:
        seat.until(r"Pods +\d", 60)
        seat.until(r"Completed", 60)
        yield Row("demo, start to the first full paint, CPU", seat.used.cpu, "s", 0.7)


def large(name: str, size: Size, seconds: float) -> Iterator[Row]:
    with replay(name) as (port, server), tempfile.TemporaryDirectory() as folder:
        wall, cpu, weight = bare(port)
        yield Row("bare download of all pods", wall, "s", note=f"{weight / 1e6:.0f} MB, {cpu:.2f} s of CPU")
        kubeconfig = Path(folder, "config")
        kubeconfig.write_text(KUBECONFIG.format(port=port))
        with Seat(("--kubeconfig", str(kubeconfig)), OWN_CORE) as seat:
            first = seat.until(r"checkout-8fb", 120)
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
            order(server, f"churn {CHURN}")
            seat.rest(2.0)
            busy_cpu, busy_bytes = seat.rest(seconds)
            yield Row(f"{CHURN} changes a second, CPU", 100 * busy_cpu / seconds, "%", 100)
            yield Row("the same, to the terminal", busy_bytes / seconds / 1000, "KB/s")
            p50, p99, _ = keyed(seat)
            yield Row("key to repaint under churn, p50", p50 * 1000, "ms", 16)
            yield Row("key to repaint under churn, p99", p99 * 1000, "ms", 50)
            order(server, "churn 0")


def used_at_start() -> int:
    """Resident bytes of the program on a cluster of nobody: what it weighs before the first pod."""
    with Seat(("demo",), OWN_CORE) as seat:
        seat.until(r"Pods +\d", 60)
        return seat.used.memory


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="S")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--seconds", type=float, default=8.0, help="how long to watch it idle and under churn")
    args = parser.parse_args(argv)
    size = SIZES[args.size]
    print(f"{size.nodes} nodes, {size.pods} pods, {size.namespaces} namespaces; one core for the program")
    print(f"{'':<44} {'figure':>10} {'':<6} {'budget':>8}")
    began, missed = time.monotonic(), 0
    for rows in (startup(), large(args.size, size, args.seconds)):
        for row in rows:
            print(row.line(), flush=True)
            missed += row.missed
    print(f"{missed} budgets missed; {time.monotonic() - began:.0f} s")
    return 1 if args.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
