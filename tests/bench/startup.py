"""What it costs to start: CPU until help is printed, until pods are, and until the demo's first full paint.

    python -m tests.bench.startup [--runs 5] [--imports 20] [--check]

Each beside `python -c pass` and a Textual application of one word, which is the least that a screen can cost. All
take turns and the best of each counts: a busy machine doubles a figure, and the ratios less. Modules are compiled,
as after an installation. Then the imports up to the first paint, by package and the heaviest ones.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import select
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, NamedTuple

from tests.bench.replaying import OWN_CORE, replaying
from tests.bench.seat import ROOT, TOPMAST, Seat, compiled
from tests.bench.table import HEADER, Row

RUNS = 5
PATIENCE = 120.0
BARE = """\
from textual.app import App, ComposeResult
from textual.widgets import Static

class Bare(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("painted")

Bare().run()
"""
PAINTED = r"(?s)Nodes +\d.*Pods +\d.*Completed.*Events +\d.*q quit"
"""Every pane is drawn, and those that need no query have their rows."""
ANSWERED = r"(?s)kubelet +12 .*TargetDown"
_IMPORT = re.compile(r"import time: +(\d+) \| +(\d+) \| +(\S+)")


class Import(NamedTuple):
    """A module's own time and that with all it was the first to import, in milliseconds."""

    module: str
    own: float
    total: float


def startup(runs: int = RUNS) -> Iterator[Row]:
    """CPU seconds of each start."""
    with replaying("XS") as server:
        pods = ("--kubeconfig", str(server.kubeconfig), "get", "pods", "-A")
        ways: dict[str, Callable[[], float]] = {
            "python -c pass": lambda: ended(("-c", "pass")),
            "a bare Textual application, first paint": lambda: painted(("-c", BARE), (), "painted"),
            "topmast --help": lambda: ended((*TOPMAST, "--help")),
            "topmast get pods": lambda: ended((*TOPMAST, *pods)),
            "demo, start to the first full paint": lambda: painted(TOPMAST, ("demo",), PAINTED),
            "demo, start to all panes answered": lambda: painted(TOPMAST, ("demo",), ANSWERED),
        }
        for way in ways.values():
            way()  # compiles what it imports
        turns = [[way() for way in ways.values()] for _ in range(runs)]
    python, bare, *ours = (min(figures) for figures in zip(*turns, strict=True))
    budgets = (0.15, None, 0.7, None)
    for name, cpu, budget in zip(ways, (python, bare, *ours), (None, None, *budgets), strict=True):
        yield Row(f"{name}, CPU", cpu, "s", budget, f"{cpu / python:.1f} x python, {cpu / bare:.2f} x Textual")


def ended(program: Sequence[str]) -> float:
    """CPU seconds of one whole run."""
    before = _children()
    command = ("taskset", "-c", str(OWN_CORE), sys.executable, *program)
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    return _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Stamped(Seat):
    """Notes how much CPU the program had used when bytes came: it goes on while they are put on the screen here,
    which takes longer than it takes to draw them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.cpu = 0.0
        """As of the bytes that were read last."""
        self._came: SimpleQueue[tuple[float, bytes]] = SimpleQueue()
        Thread(target=self._listen, args=(self.master,), daemon=True).start()

    def _listen(self, master: int) -> None:
        with suppress(OSError, ValueError):  # it has ended, or nobody reads any more
            while select.select([master], [], []):
                cpu = self.used.cpu
                self._came.put((cpu, os.read(master, 65536)))

    def _read(self, timeout: float) -> bytes:
        with suppress(Empty):
            self.cpu, data = self._came.get(timeout=timeout)
            return data
        return b""


def painted(program: Sequence[str], arguments: Sequence[str], pattern: str, stderr: int | None = None) -> float:
    """CPU seconds until the screen shows the pattern."""
    with Stamped(arguments, OWN_CORE, program=program, stderr=stderr) as seat:
        while not re.search(pattern, seat.text):
            if not seat.read(PATIENCE):
                raise TimeoutError(f"nothing came for {PATIENCE:g} s; the screen:\n{seat.text}")
        return seat.cpu


def imports(runs: int = RUNS) -> list[Import]:
    """Of the demo until its first full paint: the best of each module, the heaviest first."""
    best: dict[str, Import] = {}
    for _ in range(runs):
        with tempfile.TemporaryFile() as told:
            painted(("-X", "importtime", *TOPMAST), ("demo",), PAINTED, told.fileno())
            told.seek(0)
            for own, total, module in _IMPORT.findall(told.read().decode()):
                old = best.get(module, Import(module, float("inf"), float("inf")))
                best[module] = Import(module, min(old.own, int(own) / 1000), min(old.total, int(total) / 1000))
    return sorted(best.values(), key=lambda each: each.own, reverse=True)


def report(found: Sequence[Import], count: int) -> Iterator[str]:
    """Packages with the time and number of their modules, then the heaviest modules."""
    packages: dict[str, list[float]] = defaultdict(list)
    for each in found:
        packages[each.module.partition(".")[0]].append(each.own)
    heaviest = sorted(packages.items(), key=lambda package: sum(package[1]), reverse=True)
    yield f"imports: {len(found)} modules, {sum(each.own for each in found):.0f} ms"
    for name, times in heaviest[: max(8, count // 2)]:
        yield f"  {name:<42} {sum(times):>7.1f} ms in {len(times)} modules"
    yield f"{'the heaviest':<44} {'own':>7}    with what it imports first"
    for each in found[:count]:
        yield f"  {each.module:<42} {each.own:>7.1f} ms {each.total:>7.1f} ms"


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=RUNS, help="of each; the best counts")
    parser.add_argument(
        "--imports", type=int, default=20, metavar="N", help="how many modules to list; 0 for none"
    )
    parser.add_argument("--check", action="store_true", help="exit 1 when a budget is missed")
    args = parser.parse_args(argv)
    compiled()
    print(HEADER)
    missed = 0
    for row in startup(args.runs):
        print(row.line(), flush=True)
        missed += row.missed
    if args.imports:
        print("\n".join(report(imports(args.runs), args.imports)))
    return 1 if args.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
