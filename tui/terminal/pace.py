"""How far away the terminal is: a question goes out behind a frame, and its answer says that the frame is there.

What is written vanishes in the buffers of an SSH connection, of some hundred kilobytes: over a modem that is a
minute of old frames before any write has to wait. The answer comes when the terminal has drawn what was before it.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import NamedTuple

from tui.terminal.flow import WORTH, Flow

ASK = "\x1b[5n"
"""Device status report (ECMA-48 DSR), which every terminal answers with "fine", and tmux for itself."""
FINE = "\x1b[0n"
SLOW = 0.3
"""Seconds from a frame to its answer from which on a link is slow: a key is felt to be late..."""
SURE = 3
"""...if so many in a row took that long: one alone may be a terminal that was busy."""
LOST = 15.0
"""Seconds after which an answer is not waited for any longer."""


class _Question(NamedTuple):
    at: float
    size: int
    """Bytes between it and the one before."""
    after: float | None
    """Seconds since the one before, if that one is on its way too."""
    alone: bool
    """Whether nothing else is on its way."""
    dry: bool
    """Whether the link had been waiting for it."""


class Pace:
    """Answers come from the thread that reads keys; all else is the event loop's."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._asked: deque[_Question] = deque()
        self._trips: deque[float] = deque(maxlen=SURE)
        self._heard = 0.0
        self._unasked = 0
        """Bytes behind the last question."""
        self._open = ""
        self._escape = False
        self.flow = Flow(clock)
        """What the answers say about how fast the link is."""
        self.heard: Callable[[], object] = lambda: None
        """Called in the thread that reads when there was an answer to all that was asked."""

    def ask(self, size: int = 0) -> bool:
        """Whether a question is to go out behind the frame of so many bytes that was just written. While another
        one is on its way only a large frame gets one."""
        with self._lock:
            now = self._clock()
            if self._asked and self._trips and now - self._asked[0].at >= LOST:
                self._asked.clear()
            alone = not self._asked and not self._unasked
            self._unasked += size
            dry = self.flow.wrote(size)
            if self._asked and (not self._trips or self._unasked < WORTH):
                return False  # a terminal that never answered is not asked again
            after = now - self._asked[-1].at if self._asked else None
            self._asked.append(_Question(now, self._unasked, after, alone, dry))
            self._unasked = 0
            return True

    @property
    def clear(self) -> bool:
        """Whether the terminal has drawn what it was sent, as far as it says."""
        with self._lock:
            if not self._asked or not self._trips:
                return True
            return self._clock() - self._asked[0].at >= LOST

    @property
    def trip(self) -> float | None:
        """Seconds that the last frames took at least, where that is slow; None where it is not, or not known."""
        least = min(self._trips, default=0.0)
        return least if len(self._trips) == SURE and least >= SLOW else None

    def without(self, text: str) -> str:
        """What was typed. An answer that has only begun is kept until the rest comes; a lone Esc never is."""
        if not self._asked and not self._open:
            return text
        began = "\x1b" if self._escape and text.startswith("[0n") else ""
        text, self._open = self._open + began + text, ""
        self._escape = text.endswith("\x1b")
        while FINE in text and self._asked:
            text = text.replace(FINE, "", 1)
            self._answered()
        if text.endswith((FINE[:2], FINE[:3])) and self._asked:
            text, _, end = text.rpartition("\x1b")
            self._open = "\x1b" + end
        return text

    def _answered(self) -> None:
        with self._lock:
            if not self._asked:
                return
            question, now = self._asked.popleft(), self._clock()
            self._trips.append(now - question.at)
            if question.alone:
                self.flow.answered(question.size, now - question.at)
            elif question.after is not None:
                self.flow.followed(question.size, question.after, now - self._heard, question.dry)
            self._heard = now
            clear = not self._asked
        if clear:
            self.heard()
