"""How the replayed cluster turns over in a soak: pods go and others come, events are told and expire.

Of ten changes nine are a pod's restart and one a pod that is deleted and another, of a new name, in its place.
Every second change is told by an event, which the server forgets after an hour. A watch goes on where it was left,
as long as the last changes reach back so far.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from tests.bench import objects
from tests.bench.objects import Size

PODS, EVENTS, NODES = "/api/v1/pods", "/api/v1/events", "/api/v1/nodes"
KEPT = 3_000
"""Changes that a watch may have missed; before them it is expired."""
TTL = 3600.0
"""Seconds that an event lives, as --event-ttl of a real server."""
BOOKMARKS = 60.0
"""Seconds between two bookmarks, as a real server's."""
_BOOKMARK = b'{"type":"BOOKMARK","object":{"kind":"%s","metadata":{"resourceVersion":"%d"}}}\n'
_EXPIRED = b'{"type":"ERROR","object":{"kind":"Status","status":"Failure","reason":"Expired","code":410}}\n'
_KINDS = {PODS: b"Pod", EVENTS: b"Event", NODES: b"Node"}


class Faster(NamedTuple):
    """A clock that runs `faster` times as fast since `epoch`; server and program share it."""

    faster: float
    epoch: float

    def now(self) -> float:
        return self.epoch + (time.time() - self.epoch) * self.faster


class Turnover:
    """`slots` has, for each place in the list of pods, the number of the pod that is there now."""

    def __init__(self, size: Size, faster: float, epoch: float) -> None:
        self.clock = Faster(faster, epoch)
        self.slots = list(range(size.pods))
        self._size = size
        self._next = size.pods
        self._sent = 0
        self._events: deque[tuple[float, bool, bytes, int]] = deque()
        """(expiry, whether it is Normal, the event, its version), the oldest first."""
        self._last: deque[tuple[int, str, bytes]] = deque(maxlen=KEPT)
        self._new: list[tuple[int, str, bytes]] = []
        self._marked = self.clock.now()

    @property
    def stamp(self) -> str:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.clock.now()))

    def events(self, selector: str) -> list[bytes]:
        """Those that live; `selector` as the API's, of which only the type is understood."""
        wanted = {"type=Normal": (True,), "type!=Normal": (False,)}.get(selector, (True, False))
        return [event for _, normal, event, _ in self._events if normal in wanted]

    def move(self, pods: list[bytes], version: int, changes: int) -> int:
        """Changes the pods, as often as said, and the events; the version afterwards."""
        for _ in range(changes):
            self._sent += 1
            replaced, changed = divmod(self._sent, 10)
            slot = (self._sent if changed else replaced) * 7919 % self._size.pods
            version += 1
            if not changed:
                self._tell(version, PODS, b"DELETED", objects.pod(self.slots[slot], self._size, version))
                version += 1
                self.slots[slot], self._next = self._next, self._next + 1
                pods[slot] = objects.pod(self.slots[slot], self._size, version)
                self._tell(version, PODS, b"ADDED", pods[slot])
            else:
                pods[slot] = objects.restarted(self.slots[slot], self._size, version)
                self._tell(version, PODS, b"MODIFIED", pods[slot])
            if self._sent % 2:
                version += 1
                event = objects.event(self._sent, self.slots[slot], self._size, version, self.stamp)
                self._events.append((self.clock.now() + TTL, b'"Normal"' in event, event, version))
                self._tell(version, EVENTS, b"ADDED", event)
        now = self.clock.now()
        while self._events and self._events[0][0] < now:
            version += 1
            _, _, event, of = self._events.popleft()
            # as etcd does it, the version of the removal: a watch goes on from there
            gone = event.replace(b'"resourceVersion":"%d"' % of, b'"resourceVersion":"%d"' % version)
            self._tell(version, EVENTS, b"DELETED", gone)
        return version

    def _tell(self, version: int, path: str, what: bytes, thing: bytes) -> None:
        self._new.append((version, path, b'{"type":"%s","object":%s}\n' % (what, thing)))

    def take(self, version: int) -> Iterator[tuple[str, bytes]]:
        """What watchers are to be told now, by path. Begins with an empty line, so that it goes out at once."""
        new, self._new = self._new, []
        self._last += new
        mark = self.clock.now() - self._marked >= BOOKMARKS
        if mark:
            self._marked = self.clock.now()
        for path, kind in _KINDS.items():
            lines = [line for _, where, line in new if where == path]
            if mark:
                lines.append(_BOOKMARK % (kind, version))
            if lines:
                yield path, b"\n" + b"".join(lines)

    def since(self, path: str, version: int) -> bytes:
        """What a watch that goes on from a version has missed."""
        if len(self._last) == KEPT and version < self._last[0][0]:
            return _EXPIRED
        return b"\n" + b"".join(line for at, where, line in self._last if where == path and at > version)
