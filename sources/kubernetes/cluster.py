"""What everything that reads one API server shares: connection, clock, turns, what was learnt of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from random import random

import msgspec
from msgspec import Struct

from sources.contract import Clock, Nudge, SourceError
from sources.kubernetes.api import Api
from sources.kubernetes.listgate import ListGate
from sources.kubernetes.liveness import Liveness

PAGES = 4
STREAMED_SINCE = 33
SLOW_RETRY = 30.0
"""401 and 403 are not tried again sooner."""


class _Version(Struct):
    major: str = ""
    minor: str = ""


_version = msgspec.json.Decoder(_Version)


@dataclass(slots=True)
class Cluster:
    """One API server. Waiting for the next try goes through `pause`, so that a refresh ends it."""

    api: Api
    clock: Clock
    liveness: Liveness
    nudge: Nudge = field(default_factory=Nudge)
    gate: ListGate = field(default_factory=ListGate)
    pages: ListGate = field(default_factory=lambda: ListGate(PAGES))
    """For first pages: they are small, and nobody should wait for rows behind somebody's long list."""
    rng: Callable[[], float] = random
    watch_list: bool | None = None
    """Whether the server sends initial events on a watch; None until it was tried."""
    streams_lists: bool | None = None
    """Whether the server writes a long list object by object instead of as a whole; None until it was asked."""
    first_page: bool = True
    """Whether a long list begins with a page of it; False once the server refused that."""
    asked: Callable[[], None] = lambda: None
    """Called when somebody asks for a refresh: a credential that was refused may be another one by now."""

    async def prefers_list(self) -> bool:
        """Whether a long list had better come as a list than as a watch. Servers since 1.33 write both object by
        object (StreamingCollectionEncodingToJSON); a watch of 150,000 pods then takes more than twice the time.
        Older ones build the whole answer in memory, and a watch is what saves them."""
        if self.streams_lists is None:
            try:
                version = _version.decode(await self.api.get("/version", within=10.0))
            except (SourceError, msgspec.DecodeError, UnicodeDecodeError):
                return False
            found = re.match(r"\d+", version.minor)
            self.streams_lists = version.major == "1" and found is not None and int(found[0]) >= STREAMED_SINCE
        return self.streams_lists

    async def pause(self, seconds: float) -> bool:
        """Waits until somebody asks for a refresh or the server is back (True), or for so many seconds."""
        asked = await self.nudge.pause(self.clock, seconds)
        if asked:
            self.asked()
        return asked
