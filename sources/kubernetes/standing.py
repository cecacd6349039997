"""What a reflector says about itself: one honest `Status` at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from sources.contract import Clock, State, Status
from sources.kubernetes.api import Api

LOADING_EVERY = 0.1
"""Seconds between two counts while loading."""


class Standing:
    """Publishes through `put`, and only what is news. Times are our clock's, in epoch seconds."""

    def __init__(self, api: Api, clock: Clock, put: Callable[[Sequence[Status]], None]) -> None:
        self.last_heard = clock.monotonic()
        """When the server was heard of last, on the monotonic clock."""
        self._proved = self.last_heard
        self.status = Status("connecting")
        self._api = api
        self._clock = clock
        self._put = put
        self._counted: float | None = None

    def heard(self) -> float:
        self.last_heard = self._clock.monotonic()
        return self.last_heard

    def connecting(self) -> None:
        self._say(Status("connecting"))

    def loading(self, done: int, total: int | None) -> None:
        now = self._clock.monotonic()
        news = self.status.state != "loading" or (total is not None and self.status.total is None)
        if news or self._counted is None or now - self._counted >= LOADING_EVERY:
            self._counted = now
            self._say(Status("loading", done=done, total=max(total, done) if total is not None else None))

    def live(self, missing: Sequence[str] = (), detail: str = "") -> None:
        """Current; partial when something is missing from the picture."""
        state: State = "partial" if missing else "live"
        self._say(Status(state, detail=detail, missing=tuple(missing)))

    def still(self) -> None:
        """Nothing new but a sign of life: what was said last holds as of now. Only where it is current."""
        if self.status.state in ("live", "partial"):
            self._proved = self._clock.monotonic()
            self._put((self.status,))

    def lost(
        self, detail: str, *, synced: bool, retry_at: float | None = None, missing: Sequence[str] = ()
    ) -> None:
        """Not current any more: stale since the server was heard of last; failed when nothing ever came."""
        said = Status("failed", detail=detail, retry_at=retry_at, missing=tuple(missing))
        if synced:
            said = replace(said, state="stale", since=self._since())
        self._say(said)

    def absent(self, detail: str, retry_at: float) -> None:
        """The server does not offer this."""
        self._say(Status("absent", detail=detail, retry_at=retry_at))

    def denied(self, detail: str, missing: Sequence[str], retry_at: float) -> None:
        self._say(Status("denied", detail=detail, missing=tuple(missing), retry_at=retry_at))

    def _since(self) -> float:
        if self.status.state == "stale" and self.status.since is not None:
            return self.status.since
        return self._clock.now() - (self._clock.monotonic() - max(self.last_heard, self._proved))

    def _say(self, status: Status) -> None:
        status = replace(status, via=self._api.server, clock_offset=self._api.clock_offset)
        if status != self.status:
            self.status = status
            self._put((status,))


def merged(statuses: Mapping[str, Status], missing: Sequence[str] = ()) -> Status:
    """One status for several namespaces; `missing` is what is absent besides what they say.

    The worst news about rows that are shown goes first: stale, loading, then live with what is missing.
    """
    states = {status.state for status in statuses.values()}
    first = next(iter(statuses.values()), Status("connecting"))
    offset = next((s.clock_offset for s in statuses.values() if s.clock_offset is not None), None)

    def say(state: State, *of: State) -> Status:
        chosen = {name: status for name, status in statuses.items() if status.state in of}
        absent = [*missing, *(text for status in statuses.values() for text in status.missing)]
        absent += [f"namespace {name}: {s.detail}" for name, s in statuses.items() if s.state == "failed"]
        return Status(
            state,
            detail=next((status.detail for status in chosen.values() if status.detail), ""),
            since=min((s.since for s in chosen.values() if s.since is not None), default=None),
            missing=tuple(dict.fromkeys(absent)),
            retry_at=min((s.retry_at for s in chosen.values() if s.retry_at is not None), default=None),
            clock_offset=offset,
            via=first.via,
        )

    if "stale" in states:
        return say("stale", "stale")
    if "loading" in states or "connecting" in states:
        done = sum(status.done or 0 for status in statuses.values())
        totals = [status.total for status in statuses.values() if status.total is not None]
        state: State = "connecting" if states == {"connecting"} else "loading"
        counted = state == "loading"
        return replace(
            say(state),
            done=done if counted else None,
            total=max(sum(totals), done) if counted and totals else None,
            missing=tuple(missing),
        )
    if "live" in states or "partial" in states:
        said = say("partial", "live", "partial")
        return said if said.missing else replace(said, state="live")
    if "failed" in states:
        return say("failed", "failed")
    return say("denied", "denied")
