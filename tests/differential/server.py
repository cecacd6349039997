"""A private Prometheus with given series: own port, own folder, ended with the block."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.differential.data import Raw
from tests.differential.remote_write import write_requests

SLICE = 600_000
"""How many milliseconds of samples one request carries."""


@dataclass(frozen=True, slots=True)
class Prometheus:
    url: str

    def ask(self, path: str, **parameters: str) -> dict[str, Any]:
        """The API's answer, errors too."""
        body = urllib.parse.urlencode(parameters).encode()
        request = urllib.request.Request(f"{self.url}/api/v1/{path}", data=body)
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                found: dict[str, Any] = json.load(reply)
        except urllib.error.HTTPError as error:
            found = json.load(error)
        return found

    def write(self, series: Sequence[Raw]) -> None:
        for body in write_requests(series, SLICE):
            headers = {
                "Content-Encoding": "snappy",
                "Content-Type": "application/x-protobuf",
                "X-Prometheus-Remote-Write-Version": "0.1.0",
            }
            request = urllib.request.Request(f"{self.url}/api/v1/write", data=body, headers=headers)
            with urllib.request.urlopen(request, timeout=60):
                pass


@contextlib.contextmanager
def prometheus(program: Path, series: Sequence[Raw]) -> Iterator[Prometheus]:
    """Starts it, writes the series, and stops it. Raises RuntimeError with its log if it does not start."""
    with tempfile.TemporaryDirectory(prefix="topmast-differential-") as folder:
        config = Path(folder) / "prometheus.yml"
        config.write_text("global: {evaluation_interval: 1m}\n")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        log = Path(folder) / "log"
        with log.open("w") as output:
            process = subprocess.Popen(
                [
                    str(program),
                    f"--config.file={config}",
                    f"--storage.tsdb.path={folder}/data",
                    "--storage.tsdb.retention.time=100y",
                    f"--web.listen-address=127.0.0.1:{port}",
                    "--web.enable-remote-write-receiver",
                ],
                stdout=output,
                stderr=output,
            )
        try:
            server = Prometheus(f"http://127.0.0.1:{port}")
            _wait(server, process, log)
            server.write(series)
            yield server
        finally:
            process.terminate()
            process.wait(30)


def _wait(server: Prometheus, process: subprocess.Popen[bytes], log: Path) -> None:
    limit = time.monotonic() + 60
    while time.monotonic() < limit and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}/-/ready", timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"Prometheus did not start:\n{log.read_text()[-2000:]}")
