"""How much memory there still is for us, before the kernel ends somebody."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

_UNLIMITED = 1 << 60
"""A control group of the first version without a limit states a number beyond this."""
_MOST = 1 << 16
"""Bytes of such a file; the longest has some two thousand."""


def left(proc: Path = Path("/proc"), groups: Path = Path("/sys/fs/cgroup")) -> int | None:
    """Bytes that the machine has available, or fewer where a control group of ours allows no more. None where
    neither is told, as on macOS."""
    return min((each for each in (_available(proc), *_allowed(proc, groups)) if each is not None), default=None)


def _available(proc: Path) -> int | None:
    for line in _text(f"{proc}/meminfo").splitlines():
        name, _, value = line.partition(":")
        if name == "MemAvailable":
            return int(value.split()[0]) << 10
    return None


def _allowed(proc: Path, groups: Path) -> Iterator[int]:
    """What each control group that we are in still allows; what its cache of files takes can be had back."""
    for line in _text(f"{proc}/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        if not controllers:
            root, most, used, cache = str(groups), "memory.max", "memory.current", "inactive_file"
        elif "memory" in controllers.split(","):
            root, most, used = f"{groups}/memory", "memory.limit_in_bytes", "memory.usage_in_bytes"
            cache = "total_inactive_file"
        else:
            continue
        place = PurePosixPath(path.lstrip("/"))
        for group in (place, *place.parents):
            folder = f"{root}/{group}"
            limit, current = _text(f"{folder}/{most}").strip(), _text(f"{folder}/{used}").strip()
            if limit.isdigit() and current.isdigit() and int(limit) < _UNLIMITED:
                stat = dict(row.split(maxsplit=1) for row in _text(f"{folder}/memory.stat").splitlines())
                yield max(0, int(limit) - int(current) + int(stat.get(cache, "0")))


def _text(path: str) -> str:
    # Every second, some ten of them: without the layers of `open`, a third of the time.
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return ""
    try:
        return os.read(file, _MOST).decode("ascii", "replace")
    except OSError:
        return ""
    finally:
        os.close(file)
