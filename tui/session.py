"""What the screen is looking at: the World as pulled so far, the namespaces chosen, and whether time is held."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence

from sources import courtesy
from sources.config import Settings
from sources.contract import STREAMS, Batch, Clock, Located, Narrowable, Place, Scoped, Snapshot, Status, Upsert
from sources.memory import left
from sources.model import Kind
from sources.runtime import Runtime
from sources.world import FeedState, Frame, World
from sources.world.bounds import Bounds
from sources.world.narrowing import fewer
from tui.sheets.sheet import Look
from tui.waiting import Waiting

BUDGET = 0.01
"""Seconds of CPU that one frame may spend on folding batches: keys are answered between two frames."""
OFTEN = 0.2
"""Seconds between two frames while more is waiting to be folded."""
SOON = 0.03
"""Seconds between two looks for news while first lists arrive: nobody is to wait for rows that are there."""
FIRST: Sequence[tuple[str, Kind]] = (("nodes", "node"), ("pods", "pod"), ("events", "event"))
"""The feeds that begin with a list, and what they bring."""
NOTHING = Frame({}, False)
_DONE = object()
JUMP = 2.0
"""Seconds by which time has to move otherwise than it passes for a clock to have been set."""
AGAIN = 30.0
"""Seconds that a narrower look has to show what it saves, before an even narrower one."""
MOST_HELD = 500_000
"""Objects that a pause holds back before it ends by itself: memory is not endless."""


class Session:
    """Pulls batches into the World and answers what panes ask. Lives in the screen's thread."""

    def __init__(self, runtime: Runtime, settings: Settings, clock: Clock, ascii_only: bool = False) -> None:
        self.runtime = runtime
        self.settings = settings
        self.clock = clock
        self.ascii_only = ascii_only
        self.world = World()
        self.bounds = Bounds()
        self.low_bandwidth = settings.ui.low_bandwidth
        """Whether little is to be sent to the terminal."""
        self.slow_link: float | None = None
        """Seconds that a frame takes to the terminal, where somebody may want to know."""
        self.namespaces: tuple[str, ...] = ()
        """The namespaces that are shown; () is all of them."""
        self.narrowed: tuple[str, ...] = ()
        """The only namespaces that are looked at, where not all can be; () is no such limit."""
        self._narrowed_at = float("-inf")
        self.auto_theme = "terminal"
        """What the theme "auto" stands for in this terminal."""
        self.edited = False
        """Whether a source's configuration was edited since it was read."""
        self.held_since: float | None = None
        self.hold_ended: Callable[[], object] = lambda: None
        """Called when a pause ended by itself."""
        self._waiting = Waiting()
        self._folding: Iterator[None] | None = None
        """The batch that is being folded in."""
        self._drained = float("-inf")
        self._shown: Sequence[object] = ()
        """How far the first lists were at the last frame."""
        self._ahead: float | None = None
        """The time of day less what has passed, as it was when it last moved."""
        self._held_news: dict[str, set[str]] = {}
        self._slots: list[str] = []

    # -- time

    @property
    def now(self) -> float:
        """The moment that ages are counted to: our clock corrected by the cluster's, or when time was held."""
        if self.held_since is not None:
            return self.held_since
        return self.clock.now() + self.clock_offset

    @property
    def heard_now(self) -> float:
        """The same moment by our own clock: the one that tells when something arrived or is tried again."""
        return self.now - self.clock_offset

    @property
    def clock_offset(self) -> float:
        """The API server's clock minus ours in seconds; differences below two seconds are noise."""
        return self.world.clock_offset

    def jumped(self) -> float:
        """How far `now` moved since the last call besides the time that passed (seconds): somebody set a clock, or
        how far the cluster's differs became known. 0.0 where it did not; also while time is held."""
        if self.held_since is not None:
            return 0.0
        ahead, before = self.now - self.clock.monotonic(), self._ahead
        if before is not None and abs(ahead - before) <= JUMP:
            return 0.0
        self._ahead = ahead
        return 0.0 if before is None else ahead - before

    @property
    def look(self) -> Look:
        return Look(self.now, "ascii" if self.ascii_only else "block")

    def place(self) -> Place:
        """The cluster that is shown: that of the first source which knows one, else the first source itself."""
        for located in self.runtime.offering(Located):  # type: ignore[type-abstract]  # a protocol is asked for
            return located.place()
        return Place(next((source.describe() for source in self.runtime.sources.values()), "no sources"))

    # -- pulling

    def pull(self, budget: float = BUDGET, due: bool = True) -> tuple[Frame, bool]:
        """Folds what arrived and says what changed; True when more is waiting to be folded. While a long list
        arrives the news of several pulls are one frame: nobody can read faster, and drawing takes time too. What
        is not `due` yet is said by a later one; the first rows of a list and its end are at once."""
        more = self.fold(budget)
        lasts = more or self.loading
        courtesy.screen_behind(lasts)
        now, stage = time.monotonic(), self._stage()
        if not due or (lasts and stage == self._shown and now - self._drained < OFTEN):
            return NOTHING, more
        frame = self.world.drain()
        if frame:
            self._drained, self._shown = now, stage
        return frame, more

    def _stage(self) -> Sequence[object]:
        """How far the first lists are: whether they have rows, and what their feeds say but for numbers."""
        return [
            (bool(self.world.table(kind)), [state.status.state for state in self.feeds(feed)])
            for feed, kind in FIRST
        ]

    @property
    def loading(self) -> bool:
        """Whether one of the first lists is not all there yet."""
        return self.arriving(*(feed for feed, _ in FIRST))

    @property
    def look_again(self) -> float:
        """Seconds until the next look for news."""
        refresh = self.settings.ui.refresh
        return min(SOON, refresh) if self.loading else refresh

    @property
    def opening(self) -> bool:
        """Whether the screen has not drawn its first full picture."""
        return courtesy.painting()

    def drawn(self) -> None:
        """What was pulled is on the screen."""
        courtesy.screen_drawn()
        if not self.loading:
            courtesy.screen_painted()

    def fold(self, budget: float = BUDGET) -> bool:
        """Folds what arrived into the World, for at most `budget` seconds of CPU or a step; True when more is
        waiting. Done also while nothing can be drawn: the World has a size, what waits for it has none."""
        for batch in self.runtime.take():
            if self.held_since is not None:
                self._note_news(batch)
                self._waiting.supersede(batch)
            self._waiting.add(batch)
        if self.held_since is not None and self._waiting.weight > MOST_HELD:
            self.release()
            self.hold_ended()
        if self.held_since is None:
            deadline = time.thread_time() + budget
            while self._folding is not None or self._waiting:
                if self._folding is None:
                    self._folding = self.world.applying(self._waiting.take())
                if next(self._folding, _DONE) is _DONE:
                    self._folding = None
                    self.bounds.hold(self.world)
                if time.thread_time() >= deadline:
                    break
        return self.busy

    @property
    def busy(self) -> bool:
        """Whether something that arrived is still to be folded, and time is not held."""
        return self.held_since is None and (self._folding is not None or bool(self._waiting))

    def mind_memory(self, faulty: Collection[str]) -> None:
        """Looks how much memory is left; where it is short, no news are held back either, and in the end fewer
        namespaces are looked at: those chosen, else those of the `faulty` pods (by key)."""
        if self.bounds.look(self.world, left()) and self.clock.monotonic() - self._narrowed_at > AGAIN:
            names = fewer(self.world.namespaces, self.namespaces, faulty, self.namespace_slots())
            if names:
                self.narrow(names)
        if self.bounds.short and self.held_since is not None:
            self.release()
            self.hold_ended()

    @property
    def news(self) -> bool:
        """Whether something arrived, or was folded and not said yet."""
        return self.busy or self.runtime.has_mail or self.world.changed

    def hold(self) -> None:
        """Stops time on the screen; what arrives waits."""
        self.held_since = self.now

    def release(self) -> None:
        self.held_since = None
        self._held_news.clear()

    @property
    def waiting(self) -> int:
        """Changes that arrived while time is held."""
        return self._waiting.changes

    def waiting_in(self, feed: str) -> int:
        """How many things of a feed are new or changed since time is held."""
        return len(self._held_news.get(feed, ()))

    def _note_news(self, batch: Batch) -> None:
        news = self._held_news.setdefault(batch.feed, set())
        for change in batch.changes:
            if isinstance(change, Upsert):
                news.add(change.object.key)
            elif isinstance(change, Snapshot) and batch.feed != "usage":  # samples are no news, and many
                known = self.world.table(change.kind)
                news.update(thing.key for thing in change.objects if known.get(thing.key) != thing)

    # -- namespaces

    def narrow(self, names: Sequence[str]) -> bool:
        """Has only these namespaces looked at; () is all again. False where no source can do so."""
        sources = self.runtime.offering(Narrowable)  # type: ignore[type-abstract]  # a protocol is asked for
        self.narrowed, self._narrowed_at = tuple(names) if sources else (), self.clock.monotonic()
        for source in sources:
            self.runtime.tell(lambda source=source: source.narrow(self.narrowed))  # type: ignore[misc]
        if not names:
            self.show_namespaces(self.namespaces)
        return bool(sources)

    def show_namespaces(self, names: Sequence[str]) -> None:
        """Shows only these namespaces (all when empty), and has scoped sources watch them if they do not yet."""
        self.namespaces = tuple(dict.fromkeys(names))
        for source in self.runtime.offering(Scoped):  # type: ignore[type-abstract]  # a protocol is asked for
            for name in self.namespaces:
                self.runtime.tell(lambda source=source, name=name: source.include_namespace(name))  # type: ignore[misc]

    def namespace_slots(self) -> Sequence[str]:
        """The namespaces behind the digits 1 to 9, the favourites first. A namespace keeps its digit for the whole
        session, so that no finger lands on another one because a namespace came or went; only while the first
        pods arrive may the alphabet still move them."""
        if len(self._slots) == 9:
            return self._slots
        wanted = [
            *self._slots,
            *self.settings.namespaces.favourites,
            *self.namespaces,
            *sorted(self.world.namespaces),
        ]
        slots = list(dict.fromkeys(wanted))[:9]
        if not self.busy and not self.arriving("pods"):
            self._slots = slots
        return slots

    def shows(self, namespace: str) -> bool:
        """Whether things of a namespace are shown; what has no namespace always is."""
        return not self.namespaces or not namespace or namespace in self.namespaces

    # -- feeds

    def arriving(self, *names: str) -> bool:
        """Whether the first list of one of these feeds is not all there yet."""
        return any(feed.status.state in ("connecting", "loading") for name in names for feed in self.feeds(name))

    def feeds(self, *names: str) -> list[FeedState]:
        """The states of the feeds of these names, of all sources. Those that nothing was heard of yet are said to
        be connecting, as long as no other one is there."""
        heard = [state for (_, feed), state in self.world.feeds.items() if feed in names]
        return heard or [
            FeedState(name, feed, Status("connecting"), self.clock.now())
            for feed in names
            for name, source in self.runtime.sources.items()
            if feed in STREAMS and isinstance(source, STREAMS[feed])
        ]
