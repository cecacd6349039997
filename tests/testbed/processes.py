"""Start programs that outlive the command that started them, and stop exactly those again."""

import contextlib
import json
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from tests.testbed.errors import TestBedError


@dataclass(frozen=True)
class Process:
    """A started program. `started` is the kernel's start time of the pid, so that a number the system has
    given to another program meanwhile is never signalled."""

    pid: int
    started: str


def _identity(pid: int) -> str | None:
    """Start time of a live process, None when there is none or only its remains (a zombie)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat[stat.rindex(")") + 2 :].split()  # the program's name, in brackets, may hold blanks
    return None if fields[0] in "ZX" else fields[19]


class Processes:
    """The programs of one bed: `run/NAME.json` says who they are, `log/NAME.log` holds what they print."""

    def __init__(self, state: Path) -> None:
        self.run = state / "run"
        self.log = state / "log"

    def log_file(self, name: str) -> Path:
        """Where stdout and stderr of a program go."""
        return self.log / f"{name}.log"

    def find(self, name: str) -> Process | None:
        """The program if it is running."""
        file = self.run / f"{name}.json"
        try:
            known = Process(**json.loads(file.read_text()))
        except (OSError, ValueError):
            return None
        with contextlib.suppress(ChildProcessError):
            os.waitpid(known.pid, os.WNOHANG)  # reap it if it was our own child and has ended
        return known if _identity(known.pid) == known.started else None

    def start(self, name: str, command: list[str], env: dict[str, str] | None = None) -> bool:
        """Start a program in a session of its own; False if it was running already."""
        if self.find(name):
            return False
        self.run.mkdir(parents=True, exist_ok=True)
        self.log.mkdir(parents=True, exist_ok=True)
        log = self.log_file(name)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        # posix_spawn, not subprocess: nothing here may wait for, or complain about, a child meant to stay.
        try:
            pid = os.posix_spawn(
                command[0],
                command,
                {**os.environ, **(env or {})},
                file_actions=[
                    (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
                    (os.POSIX_SPAWN_OPEN, 1, str(log), flags, 0o600),
                    (os.POSIX_SPAWN_DUP2, 1, 2),
                    *((os.POSIX_SPAWN_CLOSE, number) for number in _inherited()),
                ],
                setsid=True,
            )
        except OSError as error:
            raise TestBedError(f"cannot start {name} ({error}); python -m tests.testbed build") from error
        started = _identity(pid)
        if started is None:
            raise TestBedError(f"{name} ended at once; see {log}\n{self.tail(name)}")
        (self.run / f"{name}.json").write_text(json.dumps({"pid": pid, "started": started}))
        return True

    def stop(self, name: str, patience: float = 15.0) -> None:
        """End a program and everything it started: politely, then not."""
        process = self.find(name)
        if process:
            for number in (signal.SIGTERM, signal.SIGKILL):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, number)
                    os.killpg(process.pid, signal.SIGCONT)  # a test may have stopped it with SIGSTOP
                if self._gone(name, patience):
                    break
            else:
                raise TestBedError(f"{name} (pid {process.pid}) does not end, even after SIGKILL")
        (self.run / f"{name}.json").unlink(missing_ok=True)

    def _gone(self, name: str, patience: float) -> bool:
        deadline = time.monotonic() + patience
        while self.find(name):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def tail(self, name: str, lines: int = 8) -> str:
        """The last lines a program printed."""
        try:
            text = self.log_file(name).read_text(errors="replace")
        except OSError:
            return "(no log)"
        return "\n".join(line[:300] for line in text.splitlines()[-lines:])


def _inherited() -> list[int]:
    """Descriptors that a child would get besides the usual three, such as a lock's that must not live on in it."""
    numbers = [int(name) for name in os.listdir("/proc/self/fd")]  # noqa: PTH208  # no paths are wanted
    found = []
    for number in numbers:
        with contextlib.suppress(OSError):  # that of the listing itself
            if number > 2 and os.get_inheritable(number):
                found.append(number)
    return found
