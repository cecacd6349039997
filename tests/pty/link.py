"""A slow link between a terminal and who looks at it: a pace, a delay, a bound on what is under way."""

import os
import select
import time
from collections import deque

PACKET = 256
"""Bytes that arrive together."""
BUFFER = 64 * 1024
"""Bytes that wait for the link before it takes no more, as in the buffers of an SSH connection; the 4 KB of the
pty come on top."""


class Way:
    """One direction. Moments are seconds of any one clock; `delay` in seconds."""

    def __init__(self, bits: float, delay: float, buffer: int = BUFFER) -> None:
        self._rate, self._delay, self._buffer = bits / 8, delay, buffer
        self._packets: deque[tuple[float, float, bytes]] = deque()
        """When each has left the buffer, when it arrives, and what it is."""
        self._free = 0.0
        self.most = 0
        """Bytes that waited in the buffer, at most."""

    def queued(self, now: float) -> int:
        """Bytes that have not left yet."""
        return sum(len(data) for leaves, _, data in self._packets if leaves > now)

    def room(self, now: float) -> int:
        """Bytes that can be put in."""
        return self._buffer - self.queued(now)

    def put(self, data: bytes, now: float) -> None:
        for start in range(0, len(data), PACKET):
            packet = data[start : start + PACKET]
            self._free = max(self._free, now) + len(packet) / self._rate
            self._packets.append((self._free, self._free + self._delay, packet))
        self.most = max(self.most, self.queued(now))

    def arrived(self, now: float) -> bytes:
        """What has come out at the other end; each byte once."""
        out = bytearray()
        while self._packets and self._packets[0][1] <= now:
            out += self._packets.popleft()[2]
        return bytes(out)

    def next(self, now: float) -> float | None:
        """The next moment at which something leaves or arrives; None when nothing is under way."""
        moments = [each for leaves, arrives, _ in self._packets for each in (leaves, arrives) if each > now]
        return min(moments, default=None)


class Link:
    """Both directions. It moves while somebody reads from it."""

    def __init__(self, bits: float, delay: float, buffer: int = BUFFER) -> None:
        self.bits, self.delay = bits, delay
        self.up, self.down = Way(bits, delay, buffer), Way(bits, delay, buffer)
        self._ended = False

    def own_time(self, sent: int) -> float:
        """Seconds from a key until `sent` bytes that answer it at once have arrived, on a link that is free."""
        return 2 * self.delay + (sent + 1) * 8 / self.bits

    def type(self, data: bytes) -> None:
        self.up.put(data, time.monotonic())

    def read(self, master: int, timeout: float) -> bytes:
        """What arrives from the pty within so many seconds; b"" when nothing does."""
        deadline = time.monotonic() + timeout
        while True:
            now = time.monotonic()
            if keys := self.up.arrived(now):
                os.write(master, keys)
            if data := self.down.arrived(now):
                return data
            room = 0 if self._ended else self.down.room(now)
            moments = (deadline, self.up.next(now), self.down.next(now))
            wait = max(0.0, min(each for each in moments if each is not None) - now)
            if select.select([master] if room > 0 else [], [], [], wait)[0]:
                try:
                    self.down.put(os.read(master, min(room, 4096)), time.monotonic())
                except OSError:  # EIO: nobody has the other side open any more
                    self._ended = True
            elif now >= deadline:
                return b""
