"""Leave on SIGTERM, SIGHUP and SIGINT as on a key: terminal restored, exit code 128 + the signal's number."""

import signal
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Self

_EXIT = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
# Textual's driver sets these and leaves them behind.
_TEXTUAL = (signal.SIGTSTP, signal.SIGCONT, signal.SIGWINCH)

GRACE = 3.0
"""Seconds for an orderly end before the process ends without one."""


class ExitSignals:
    """While entered, exit signals call `ask` once with the exit code, and `force` when `GRACE` seconds pass.

    The deadline is an alarm signal: Python runs its handler also while the main thread waits for a lock,
    which is where a stalled terminal leaves it. A SIGHUP that the parent has ignored (nohup, disown) counts
    as well: without its terminal the screen has no reason to live. Must be entered in the main thread.
    """

    def __init__(self, ask: Callable[[int], None], force: Callable[[int], None], grace: float = GRACE) -> None:
        self._ask = ask
        self._force = force
        self._grace = grace
        self._code: int | None = None
        self._before: dict[signal.Signals, object] = {}

    def __enter__(self) -> Self:
        for number in (*_EXIT, signal.SIGALRM, *_TEXTUAL):
            self._before[number] = signal.getsignal(number)
        for number in _EXIT:
            signal.signal(number, self._on_signal)
        signal.signal(signal.SIGALRM, self._on_alarm)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in self._before.items():
            if callable(handler) or isinstance(handler, signal.Handlers):
                signal.signal(number, handler)

    def deadline(self, code: int) -> None:
        """From now on the process has `GRACE` seconds to end by itself; `code` is its exit code if it does not."""
        if self._code is None:
            self._code = code
            signal.setitimer(signal.ITIMER_REAL, self._grace)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        # Repeats are no impatience: shell and kernel both send SIGHUP when a terminal closes.
        if self._code is None:
            self.deadline(128 + number)
            self._ask(128 + number)

    def _on_alarm(self, number: int, frame: FrameType | None) -> None:
        if self._code is not None:
            self._force(self._code)
