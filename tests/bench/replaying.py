"""Starts the replay server (`replay.py`) on a core of its own, tells it what to do, and says how to reach it."""

from __future__ import annotations

import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.bench.seat import ROOT
from tests.bench.turnover import Faster

SERVER_CORE, OWN_CORE = 0, 1
KUBECONFIG = """\
apiVersion: v1
kind: Config
current-context: replay
contexts: [{{name: replay, context: {{cluster: replay, user: nobody}}}}]
clusters: [{{name: replay, cluster: {{server: "http://127.0.0.1:{port}"}}}}]
users: [{{name: nobody, user: {{token: none}}}}]
"""


class Replaying(NamedTuple):
    """The server under way."""

    port: int
    kubeconfig: Path
    process: subprocess.Popen[str]

    def churn(self, rate: int) -> None:
        """So many pod changes a second from now on."""
        self._tell(f"churn {rate}")

    def soak(self, rate: int, clock: Faster) -> None:
        """So many changes a second from now on, where pods and events come and go too, by that clock."""
        self._tell(f"soak {rate} {clock.faster} {clock.epoch}")

    def _tell(self, order: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(order + "\n")
        self.process.stdin.flush()


@contextmanager
def replaying(size: str, pace: float = math.inf, pods: bool = True) -> Iterator[Replaying]:
    """A cluster of that size, until the block is left, or all of it but its pods; its lists come at `pace` MB a
    second at most."""
    command = ("taskset", "-c", str(SERVER_CORE), sys.executable, "-m", "tests.bench.replay", "--size", size)
    command += ("--pace", str(pace), *(() if pods else ("--no-pods",)))
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process,
    ):
        assert process.stdout is not None
        try:
            port = int(process.stdout.readline())
            kubeconfig = Path(folder, "config")
            kubeconfig.write_text(KUBECONFIG.format(port=port))
            yield Replaying(port, kubeconfig, process)
        finally:
            process.kill()
