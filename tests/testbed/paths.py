"""Where the test bed keeps binaries (cache) and running state, both outside the source tree."""

import os
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def _usable(path: Path) -> Path | None:
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return None
    return path if os.access(path, os.W_OK) else None


def _first(override: str, xdg: str, home: str) -> Path:
    named = os.environ.get(override)
    if named:
        Path(named).mkdir(parents=True, exist_ok=True, mode=0o700)
        return Path(named).resolve()
    candidates = []
    if os.environ.get(xdg):
        candidates.append(Path(os.environ[xdg]))
    if os.environ.get("HOME"):
        candidates.append(Path(os.environ["HOME"]) / home)
    for base in candidates:
        found = _usable(base / "topmast-testbed")
        if found:
            return found
    fallback = Path(tempfile.gettempdir()) / f"topmast-testbed-{os.getuid()}-{Path(home).name}"
    fallback.mkdir(parents=True, exist_ok=True, mode=0o700)
    return fallback


def cache_dir() -> Path:
    """Built binaries and downloads; kept between runs. `TOPMAST_TESTBED_CACHE` overrides."""
    return _first("TOPMAST_TESTBED_CACHE", "XDG_CACHE_HOME", ".cache")


def state_dir() -> Path:
    """Data, certificates, kubeconfigs, pids and logs of one bed. `TOPMAST_TESTBED_STATE` overrides;
    two state folders are two beds that can run side by side."""
    return _first("TOPMAST_TESTBED_STATE", "XDG_STATE_HOME", ".local/state")
