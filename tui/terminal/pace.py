"""How far away the terminal is: a question goes out behind a frame, and its answer says that the frame is there.

What is written vanishes in the buffers of an SSH connection, of some hundred kilobytes: over a modem that is a
minute of old frames before any write has to wait. The answer comes when the terminal has drawn what was before it.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

ASK = "\x1b[5n"
"""Device status report (ECMA-48 DSR), which every terminal answers with "fine", and tmux for itself."""
FINE = "\x1b[0n"
SLOW = 0.3
"""Seconds from a frame to its answer from which on a link is slow: a key is felt to be late..."""
SURE = 3
"""...if so many in a row took that long: one alone may be a terminal that was busy."""
LOST = 15.0
"""Seconds after which an answer is not waited for any longer."""


class Pace:
    """Answers come from the thread that reads keys; all else is the event loop's."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._asked: float | None = None
        self._trips: deque[float] = deque(maxlen=SURE)
        self._open = ""
        self._escape = False
        self.heard: Callable[[], object] = lambda: None
        """Called in the thread that reads when an answer came."""

    def ask(self) -> bool:
        """Whether a question is to go out behind the frame that was just written; at most one is on its way."""
        if self._asked is not None and (not self._trips or self._clock() - self._asked < LOST):
            return False  # a terminal that never answered is not asked again
        self._asked = self._clock()
        return True

    @property
    def clear(self) -> bool:
        """Whether the terminal has drawn what it was sent, as far as it says."""
        if self._asked is None or not self._trips:
            return True
        return self._clock() - self._asked >= LOST

    @property
    def trip(self) -> float | None:
        """Seconds that the last frames took at least, where that is slow; None where it is not, or not known."""
        least = min(self._trips, default=0.0)
        return least if len(self._trips) == SURE and least >= SLOW else None

    def without(self, text: str) -> str:
        """What was typed. An answer that has only begun is kept until the rest comes; a lone Esc never is."""
        if self._asked is None and not self._open:
            return text
        began = "\x1b" if self._escape and text.startswith("[0n") else ""
        text, self._open = self._open + began + text, ""
        self._escape = text.endswith("\x1b")
        if FINE in text and self._asked is not None:
            text = text.replace(FINE, "", 1)
            self._trips.append(self._clock() - self._asked)
            self._asked = None
            self.heard()
        elif text.endswith((FINE[:2], FINE[:3])) and self._asked is not None:
            text, _, end = text.rpartition("\x1b")
            self._open = "\x1b" + end
        return text
