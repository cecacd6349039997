"""Exit signals are asked once, enforced after the deadline, and leave the process' handlers as they were."""

import os
import signal

from tui.terminal.signals import ExitSignals


def test_asks_once_and_restores_the_handlers() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        asked: list[int] = []
        with ExitSignals(asked.append, lambda code: None):
            os.kill(os.getpid(), signal.SIGHUP)
            os.kill(os.getpid(), signal.SIGHUP)
            os.kill(os.getpid(), signal.SIGTERM)
        assert asked == [129]
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
        assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
    finally:
        signal.signal(signal.SIGHUP, before)


def test_forces_after_the_deadline() -> None:
    forced: list[int] = []
    with ExitSignals(lambda code: None, forced.append, grace=0.01):
        os.kill(os.getpid(), signal.SIGTERM)
        if not forced:
            signal.pause()
    assert forced == [143]


def test_a_crash_starts_the_deadline_too() -> None:
    forced: list[int] = []
    with ExitSignals(lambda code: None, forced.append, grace=0.01) as signals:
        signals.deadline(70)
        if not forced:
            signal.pause()
    assert forced == [70]
