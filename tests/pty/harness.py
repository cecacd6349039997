"""A terminal for tests: runs a command, types, resizes, reads its screen and what it leaves behind.

Everything waits for output or for the end of the process; nothing sleeps.
"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

import pyte

from tests.pty.link import Link

PATIENCE = 180.0
"""Seconds until a wait fails: generous, as a busy machine is no error."""

PRIVATE_MODES = {
    25: "cursor hidden",
    1000: "mouse clicks",
    1003: "mouse motion",
    1004: "focus",
    1006: "mouse SGR",
    1015: "mouse urxvt",
    1016: "mouse pixels",
    1049: "alternate screen",
    2004: "bracketed paste",
    2026: "synchronized update",
    2048: "in-band resize",
}
KITTY = "kitty keyboard"
_MODE = re.compile(rb"\x1b\[\?([\d;]+)([hl])")
_KITTY = re.compile(rb"\x1b\[([><])[\d;]*u")


class PtyTimeoutError(AssertionError):
    """What was waited for did not come; the message shows the screen."""


class Pty:
    """A command that runs in a pseudo-terminal. Use it as a context manager: leaving kills what is left."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        columns: int = 80,
        rows: int = 24,
        env: Mapping[str, str] | None = None,
        controlling: bool = True,
        pass_fds: Sequence[int] = (),
        replies: Mapping[bytes, bytes] | None = None,
        stderr: int | None = None,
        link: Link | None = None,
    ) -> None:
        """`controlling=False` starts the command without a controlling terminal: no SIGHUP reaches it.

        `replies` maps what the command asks to what the terminal answers, for example
        ``{b"\\x1b[?2026$p": b"\\x1b[?2026;2$y"}``. `stderr` is a descriptor that replaces the terminal's.
        `link` lies between the terminal and its reader, for what is typed too.
        """
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.output = bytearray()
        """All bytes that the command has written (and that were read)."""
        self.heard = 0.0
        """When the last of them were read (`time.monotonic`)."""
        self._replies = dict(replies or {})
        self.link = link
        self.master, slave = pty.openpty()
        self._slave: int | None = slave
        self.resize(columns, rows)
        self.attributes_before = termios.tcgetattr(slave)

        def become_foreground() -> None:
            if controlling:
                fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            list(argv),
            stdin=slave,
            stdout=slave,
            stderr=slave if stderr is None else stderr,
            env={**os.environ, "TERM": "xterm-256color", **(env or {})},
            start_new_session=True,
            preexec_fn=become_foreground,
            pass_fds=pass_fds,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                self.process.kill()
        self.process.wait()
        self.hang_up()

    # What goes in

    def send(self, data: bytes | str) -> None:
        """Type."""
        typed = data.encode() if isinstance(data, str) else data
        if self.link:
            self.link.type(typed)
        else:
            os.write(self.master, typed)

    def signal(self, number: int) -> None:
        """Send a signal to the command itself."""
        self.process.send_signal(number)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size; the command gets SIGWINCH."""
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)

    def hang_up(self) -> None:
        """Close the terminal, as a closed window or a lost connection does."""
        for descriptor in (self.master, self._slave):
            if descriptor is not None and descriptor >= 0:
                os.close(descriptor)
        self.master, self._slave = -1, None

    # What comes out

    @property
    def bytes_read(self) -> int:
        """Bytes that the command has written so far."""
        return len(self.output)

    @property
    def text(self) -> str:
        """The screen's lines without trailing blanks."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def blank(self) -> None:
        """Forget what is on the screen, so that only what is drawn from now on counts."""
        self.screen.reset()

    def read(self, timeout: float) -> bool:
        """Read once what is there, waiting at most `timeout` seconds; False when there was nothing."""
        data = self.link.read(self.master, timeout) if self.link else self._read(timeout)
        self.heard = time.monotonic() if data else self.heard
        self.output += data
        self._stream.feed(data)
        for question, answer in self._replies.items():
            begun = len(self.output) - len(data) - len(question) + 1  # it may have begun in the read before
            for _ in range(self.output.count(question, max(0, begun))):
                self.send(answer)
        return bool(data)

    def _read(self, timeout: float) -> bytes:
        if not select.select([self.master], [], [], timeout)[0]:
            return b""
        try:
            return os.read(self.master, 65536)
        except OSError:  # EIO: nobody has the other side open any more
            return b""

    def wait_for(self, what: str | Callable[[], object], timeout: float = PATIENCE) -> None:
        """Read until the text is on the screen or the predicate is true."""
        reached = what if callable(what) else lambda: what in self.text
        deadline = time.monotonic() + timeout
        while not reached():
            left = deadline - time.monotonic()
            ended = self.process.poll() is not None
            if self.read(0 if ended else max(0.0, min(left, 0.1))):
                continue
            if reached():
                return
            if ended or left <= 0:
                state = f"ended with {self.process.returncode}" if ended else f"{timeout:g} s are over"
                raise PtyTimeoutError(f"waited for {what!r}, {state}; the screen:\n{self.text}")

    def wait_exit(self, timeout: float = PATIENCE) -> int:
        """Read until the command ends; its exit code (negative: the signal that killed it)."""
        deadline = time.monotonic() + timeout
        while self.process.poll() is None:
            if self.master >= 0:
                self.read(0.05)
            else:
                try:
                    self.process.wait(max(0.0, deadline - time.monotonic()))
                except subprocess.TimeoutExpired:
                    raise PtyTimeoutError(f"still running after {timeout:g} s without a terminal") from None
            if time.monotonic() > deadline:
                raise PtyTimeoutError(f"still running after {timeout:g} s; the screen:\n{self.text}")
        while self.master >= 0 and self.read(0):
            pass
        return self.process.returncode

    # What is left behind

    def modes_left(self) -> set[str]:
        """Names of the modes that are on: what the command switched on and not off again."""
        return modes_left(bytes(self.output))

    def attributes(self) -> set[str]:
        """Which of ECHO, ICANON, ISIG, ICRNL and OPOST the terminal has on."""
        assert self._slave is not None, "the terminal is closed"
        iflag, oflag, _, lflag, *_ = termios.tcgetattr(self._slave)
        return {
            *(name for name in ("ECHO", "ICANON", "ISIG") if lflag & getattr(termios, name)),
            *(name for name in ("ICRNL",) if iflag & getattr(termios, name)),
            *(name for name in ("OPOST",) if oflag & getattr(termios, name)),
        }


def modes_left(output: bytes) -> set[str]:
    """Names of the private modes that the output leaves on."""
    on: dict[int, bool] = {}
    for match in _MODE.finditer(output):
        for number in match[1].split(b";"):
            on[int(number)] = match[2] == b"h"
    if 25 in on:
        on[25] = not on[25]
    depth = 0
    for match in _KITTY.finditer(output):
        depth = depth + 1 if match[1] == b">" else max(0, depth - 1)
    left = {PRIVATE_MODES[number] for number, state in on.items() if state and number in PRIVATE_MODES}
    return left | ({KITTY} if depth else set())


SANE = {"ECHO", "ICANON", "ISIG", "ICRNL", "OPOST"}
"""What `Pty.attributes` gives for a terminal that a shell can use."""
