"""Programs taken from Debian packages: unpacked into the cache, not installed, so no service is started."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.testbed.errors import TestBedError


def ensure(cache: Path, package: str, program: str) -> Path:
    """Path of `program` (as in the package, e.g. `usr/bin/prometheus`) from a Debian package of the release
    this machine runs. Raises TestBedError where there is no apt-get or no such package."""
    folder = cache / "debian" / package
    found = folder / program
    if found.exists():
        return found
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise TestBedError(f"{package} is taken from Debian, and this machine has no apt-get and dpkg-deb")
    print(f"testbed: fetching the Debian package {package}", flush=True)
    with tempfile.TemporaryDirectory(dir=cache) as work:
        # apt drops its rights while it downloads; it cannot write where only the owner may.
        Path(work).chmod(0o777)
        cache.chmod(0o711)
        result = _download(package, work)
        if result.returncode != 0 and os.geteuid() == 0:
            subprocess.run(["apt-get", "update", "-q"], capture_output=True, check=False)
            result = _download(package, work)
        archives = list(Path(work).glob("*.deb"))
        if result.returncode != 0 or not archives:
            raise TestBedError(f"apt-get download {package} failed: {result.stderr.strip()[-400:]}")
        unpacked = Path(work) / "unpacked"
        subprocess.run(["dpkg-deb", "-x", str(archives[0]), str(unpacked)], check=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.move(str(unpacked), str(folder))
    if not found.exists():
        raise TestBedError(f"the Debian package {package} has no {program}")
    return found


def _download(package: str, work: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["apt-get", "download", "-q", package], cwd=work, capture_output=True, text=True, check=False
    )
