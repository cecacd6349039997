"""A non-loopback address that never leaves this machine: the API server refuses to proxy to 127.0.0.1."""

import hashlib
import shutil
import subprocess
from pathlib import Path

from tests.testbed.errors import TestBedError


def address_of(state: Path) -> str:
    """The address of one bed, derived from its state folder: two beds must not take it from each other."""
    digest = hashlib.sha256(str(state).encode()).digest()
    return f"10.99.{digest[0] % 254 + 1}.{digest[1] % 254 + 1}"


def has(address: str) -> bool:
    """Whether the loopback interface carries the address."""
    if not shutil.which("ip"):
        return False
    shown = subprocess.run(["ip", "-o", "addr", "show", "dev", "lo"], capture_output=True, text=True, check=False)
    return f" {address}/" in shown.stdout


def add(address: str) -> None:
    """Add it to the loopback interface. Raises TestBedError where that is not allowed."""
    if has(address):
        return
    if not shutil.which("ip"):
        raise TestBedError("there is no `ip` command to add an address to the loopback interface")
    command = ["ip", "addr", "add", f"{address}/32", "dev", "lo"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise TestBedError(f"`{' '.join(command)}` failed ({result.stderr.strip()}); it needs root on Linux")


def remove(address: str) -> None:
    """Take it away again."""
    if has(address):
        subprocess.run(["ip", "addr", "del", f"{address}/32", "dev", "lo"], capture_output=True, check=False)
