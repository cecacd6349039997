"""A control group of our own with a limit of memory, where this machine lets us have one."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

GROUPS = Path("/sys/fs/cgroup")
MIB = 1 << 20


class Group:
    """Of the first version of control groups or of the second."""

    def __init__(self, path: Path, first: bool) -> None:
        self.path = path
        self.procs = path / "cgroup.procs"
        """Who writes its process id here is in."""
        self._limit, self._used, self._cache = (
            ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
            if first
            else ("memory.max", "memory.current", "inactive_file")
        )

    def limit(self, most: int) -> None:
        """Bytes from now on. Below what is used the kernel refuses, or ends somebody."""
        (self.path / self._limit).write_text(str(most))

    @property
    def used(self) -> int:
        """Bytes, without what can be had back."""
        stat = dict(line.split() for line in (self.path / "memory.stat").read_text().splitlines())
        return int((self.path / self._used).read_text()) - int(stat[self._cache])


def _ours() -> tuple[Path, bool] | None:
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if "memory" in controllers.split(","):
            return GROUPS / "memory" / path.lstrip("/"), True
        if not controllers and (GROUPS / path.lstrip("/") / "memory.stat").exists():
            return GROUPS / path.lstrip("/"), False
    return None


@contextmanager
def group(name: str) -> Iterator[Group | None]:
    """None where we may not make one."""
    ours = _ours()
    made = Group(ours[0] / name, ours[1]) if ours is not None else None
    try:
        if made is not None:
            made.path.mkdir()
            made.limit(1 << 40)
    except OSError:
        made = None
    try:
        yield made
    finally:
        if made is not None:
            _remove(made.path)


def _remove(path: Path) -> None:
    for _ in range(50):
        with contextlib.suppress(OSError):  # its last process is just ending
            path.rmdir()
            return
        time.sleep(0.1)
