"""How fast the real program is on a real API server, beside a bare client, kubectl and its peers on that cluster.

    python -m tests.bench.real [--size S|M|L] [--peer k9s=PATH] [--peer kubetui=PATH] [--peer kdash=PATH]

Starts etcd and a kube-apiserver of its own (`tests.testbed`) and writes the objects straight into etcd; nothing
else runs on that cluster. Every client runs alone and on one core; the servers take what they find. At L the API
server needs some 10 GB, and kubectl is left out: it takes ten minutes and 7 GB there.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.bench import fill
from tests.bench.__main__ import KEYS
from tests.bench.objects import SIZES, Size
from tests.bench.peers import PEERS, REPLIES, Chosen, chosen
from tests.bench.replaying import OWN_CORE
from tests.bench.seat import ROOT, Seat, compiled, percentile
from tests.bench.table import HEADER, Row
from tests.pty.harness import PtyTimeoutError
from tests.testbed import Bed, populate

PATIENCE = {"S": 120.0, "M": 900.0, "L": 900.0}
"""Seconds that a server or a client may need for anything."""
OF_A_PEER = 300.0
ALL = "/api/v1/pods"
AS_WATCH = "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"


class Cost(NamedTuple):
    """What one run of a command took: seconds of wall and CPU time, resident bytes at most, lines printed."""

    wall: float
    cpu: float
    memory: int
    lines: int


def pinned(*command: str) -> tuple[str, ...]:
    return ("taskset", "-c", str(OWN_CORE), *command)


def cost(*command: str) -> Cost:
    """Raises CalledProcessError when the command fails."""
    began = time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(pinned(*command), stdout=output)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        output.seek(0)
        return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, sum(1 for _ in output))


@contextmanager
def cluster(size: Size, metrics: bool, patience: float) -> Iterator[tuple[Bed, list[Row]]]:
    """The servers with everything in them, and what that took."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="topmast-real-") as folder:
        bed = Bed(state=Path(folder, "bed"))
        began = time.monotonic()

        def filled(etcd: str) -> None:
            asyncio.run(fill.write(etcd, fill.entries(size)))
            if metrics:
                stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
                asyncio.run(fill.write(etcd, fill.samples(size, stamp)))
            rows.append(Row("objects written into etcd", time.monotonic() - began, "s"))

        try:
            bed.up_bare(filled, patience)
            if metrics:
                api = bed.api()
                populate.metrics(api, wanted=True)
                api.close()
            rows.append(Row("servers ready", time.monotonic() - began, "s"))
            yield bed, rows
        finally:
            bed.down()


def bare(bed: Bed, query: str) -> tuple[float, str]:
    """Seconds of a bare download of all pods, and what it was."""
    url = f"{bed.server}{ALL}?{query}"
    command = pinned(sys.executable, "-m", "tests.bench.bare", url, str(bed.state / "certificates"))
    wall, cpu, weight = subprocess.check_output(command, cwd=ROOT, text=True).split()
    return float(wall), f"{int(weight) / 1e6:.0f} MB, {float(cpu):.2f} s of CPU"


def downloads(bed: Bed) -> Iterator[Row]:
    for what, query in (
        ("bare: a page of 500", "limit=500"),
        ("bare: all pods as a list", "resourceVersion=0"),
        ("bare: all pods as a watch", AS_WATCH),
    ):
        try:
            yield Row(what, *_figure(bare(bed, query)))
        except subprocess.CalledProcessError:
            yield Row(what, float("nan"), "s", note="the API server ended it (it does so after 60 s)")


def _figure(found: tuple[float, str]) -> tuple[float, str, None, str]:
    return found[0], "s", None, found[1]


def topmast(bed: Bed, size: Size, seconds: float, patience: float) -> Iterator[Row]:
    with Seat(("--kubeconfig", str(bed.kubeconfig())), OWN_CORE) as seat:
        yield seen("topmast: first rows", seat, r"checkout-", patience)
        full = re.compile(rf"Pods +{size.pods}\b(?!.*loading)")
        pressed = []
        while not full.search(seat.text) and seat.elapsed < patience:
            pressed.append(seat.press("k" if len(pressed) % 3 == 2 else "j").wall)
        yield keys("while it loads", pressed)
        yield seen("topmast: full table", seat, full.pattern, patience)
        yield from at_rest("topmast", seat, seconds)
        yield keys("at rest", [seat.press(key).wall for key in KEYS])


def keys(when: str, pressed: Sequence[float]) -> Row:
    p50, p99 = (percentile(pressed, share) * 1000 for share in (0.5, 0.99))
    return Row(f"topmast: key to repaint {when}, p50", p50, "ms", None, f"p99 {p99:.0f} ms, {len(pressed)} keys")


def peer(each: Chosen, bed: Bed, size: Size, seconds: float, patience: float) -> Iterator[Row]:
    """One that shows nothing in time is a row, not the end; nobody waits for it a second time."""
    config, name = bed.kubeconfig(), each.name
    env = dict(each.env(config))
    program = (str(each.binary),)
    with Seat(each.options(config), OWN_CORE, program=program, interpreter=(), env=env, replies=REPLIES) as seat:
        first = seen(f"{name}: first rows", seat, r"checkout-", patience)
        yield first
        if math.isnan(first.value):
            return
        yield seen(f"{name}: full table", seat, each.full(size.pods), patience)
        yield from at_rest(name, seat, seconds)


def seen(what: str, seat: Seat, pattern: str, patience: float) -> Row:
    """When the screen shows it, not a number where it did not; on a busy machine the seconds of CPU say more."""
    try:
        return Row(what, seat.until(pattern, patience), "s", note=f"{seat.used.cpu:.2f} s of CPU")
    except PtyTimeoutError:
        if (code := seat.process.poll()) is not None:
            return Row(what, float("nan"), "s", note=f"it ended with {code}")
        return Row(what, float("nan"), "s", note=f"not within {patience:g} s; {seat.used.cpu:.0f} s of CPU")


def at_rest(who: str, seat: Seat, seconds: float) -> Iterator[Row]:
    """Memory and CPU once what the start left to do is done, or after a minute."""
    until = seat.elapsed + 60
    while seat.rest(1.0)[0] > 0.3 and seat.elapsed < until:
        pass
    cpu, sent = seat.rest(seconds)
    yield Row(f"{who}: at rest, CPU", 100 * cpu / seconds, "%", None, f"{sent / seconds / 1000:.2f} KB/s")
    yield Row(f"{who}: memory at most", seat.used.memory / 1e6, "MB")


def kubectl(bed: Bed, metrics: bool) -> Iterator[Row]:
    asked = [("get", "pods", "-A"), *([("top", "pods", "-A")] if metrics else [])]
    for words in asked:
        what = f"kubectl {' '.join(words)}"
        found = cost(str(bed.kubectl), f"--kubeconfig={bed.kubeconfig()}", *words)
        yield Row(what, found.wall, "s", note=f"{found.cpu:.1f} s of CPU, {found.lines} lines")
        yield Row(f"{what}: memory", found.memory / 1e6, "MB")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="S")
    parser.add_argument(
        "--peer", type=chosen, action="append", default=[], metavar="NAME=PATH", help=f"one of {', '.join(PEERS)}"
    )
    parser.add_argument("--seconds", type=float, default=8.0, help="how long to watch a screen at rest")
    args = parser.parse_args(argv)
    size, patience, large = SIZES[args.size], PATIENCE[args.size], args.size == "L"
    compiled()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the servers go with us
    print(f"{size.nodes} nodes, {size.pods} pods, {size.namespaces} namespaces; one core for each client")
    print(HEADER)
    with cluster(size, metrics=not large, patience=patience) as (bed, rows):
        for each in rows:
            print(each.line(), flush=True)
        runs = [downloads(bed), topmast(bed, size, args.seconds, patience)]
        runs += [] if large else [kubectl(bed, metrics=True)]
        runs += [peer(each, bed, size, args.seconds, min(patience, OF_A_PEER)) for each in args.peer]
        for found in runs:
            for each in found:
                print(each.line(), flush=True)
    if large:
        print("kubectl: not run at this size (ten minutes and 7 GB); no metrics were written")
    if not args.peer:
        print(f"{', '.join(PEERS)}: not run (--peer NAME=PATH)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
