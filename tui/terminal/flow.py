"""How fast a narrow link takes bytes, and how many may be written now so that the answer to a key waits for few.

A link has a time of its own and a pace. The time delays a key's answer whatever is drawn; what lies in the link's
buffers delays it more. So over a narrow link a frame goes out in pieces, each when the one before has left.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

NARROW = 64_000.0
"""Bytes a second from which on a link is wide: it takes a whole screen in the blink of an eye."""
AHEAD = 0.04
"""Seconds for which the link may be full of what can wait..."""
AHEAD_FIRST = 0.2
"""...and of answers to keys, which else pile up while one is held down."""
LEAST = 320
"""Bytes of a piece at least, so that there is something to measure by."""
WORTH = 256
"""Bytes that are worth a measurement while others are on their way..."""
ALONE = 1500
"""...and by which frames that found the link empty have to differ: by their trips alone a pace is told badly."""
SURE = 2
"""So many measurements make a pace."""
PUSH = 1.1
"""Pieces are sent a little faster than the pace; else nobody would see that the link takes more by now."""

DRY = 0.1
"""Share of the time that a piece takes for which a link may wait for it and still be called busy."""


class Flow:
    """`answered` may be called in another thread than the rest."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._alone: deque[tuple[float, int]] = deque(maxlen=8)
        """(seconds to its answer, bytes) of the last frames that found the link empty."""
        self._behind: deque[float] = deque(maxlen=8)
        """Bytes a second of the last ones that were sent behind others."""
        self._free = float("-inf")
        """When all that was written has left."""
        self.pace: float | None = None
        """Bytes a second of a narrow link; None where it is wide, or not known. The best of the last measurements:
        a frame that took longer may have met a busy terminal, or a busy program."""

    @property
    def wait(self) -> float:
        """Seconds until what was written has left."""
        return max(0.0, self._free - self._clock())

    def wrote(self, size: int) -> bool:
        """So many bytes were sent. Whether the link had been waiting for them, by what is known of its pace."""
        if (pace := self.pace) is None:
            return False
        now, takes = self._clock(), size / (pace * PUSH)
        dry = now - self._free > DRY * takes
        self._free = max(self._free, now) + takes
        return dry

    def answered(self, size: int, trip: float) -> None:
        """A frame of so many bytes found the link empty, and the terminal's word came after so many seconds."""
        self._alone.append((trip, size))
        self._settle()

    def followed(self, size: int, sent: float, heard: float, dry: bool) -> None:
        """So many bytes were sent so many seconds after others that were on their way, and the terminal's word
        came so many seconds after the word for those. If the link had run `dry`, it may take more than that."""
        pace = size / max(sent, heard, 1e-6)
        if size >= WORTH and not (dry and self.pace is not None and pace < self.pace):
            self._behind.append(pace)
            self._settle()

    def _settle(self) -> None:
        measured = list(self._behind)
        if self._alone:
            shortest, least = min(self._alone)
            large = [(trip, size) for trip, size in self._alone if size - least >= ALONE]
            measured += [(size - least) / max(trip - shortest, 1e-6) for trip, size in large]
        best = max(measured, default=NARROW)
        self.pace = best if len(measured) >= SURE and best < NARROW else None

    def room(self, ahead: float = AHEAD) -> int | None:
        """Bytes that may be written now so that the link is not full for longer; None: as many as there are."""
        if (pace := self.pace) is None:
            return None
        wait = self.wait
        return max(0, int((ahead - wait) * pace), 0 if wait else LEAST)
