"""Scrapes: finds targets, reads each in its turn without haste, and knows how that goes."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NoReturn, TypeVar

from sources.contract import Context, Denied, SourceError, State, Status, Unavailable
from sources.http.endpoint import TooLarge
from sources.redact import redact
from sources.scrape.budget import LONGEST, Bucket, plan
from sources.scrape.cluster import Cluster
from sources.scrape.discover import Found, discover
from sources.scrape.fetch import Fetcher
from sources.scrape.settings import ScrapeConfig
from sources.scrape.targets import Target
from sources.scrape.usage import USAGE

if TYPE_CHECKING:
    from sources.scrape.memory import Memory

T = TypeVar("T")

AT_ONCE = 6
"""Requests on their way together."""
LOOK = 60.0
"""Seconds between two searches for targets, at least..."""
SELDOM = 900.0
"""...and at most."""
LONGEST_PAUSE = 120.0
"""Seconds between two tries of a target that is down, half more at most: less than the lookback, so that its `up`
stays visible."""
DENIED_PAUSE = 300.0
USAGE_PACE = 30_000
"""Bytes of the metrics API that are read in a second, on average: that of 5,000 nodes has 1.5 MB, and on most
clusters is new once a minute."""
FIRST_SPREAD = 4.0
"""Seconds over which the first scrapes are spread."""
VIA = "topmast's own scrapes"


@dataclass(slots=True, eq=False)
class Standing:
    """How a target is doing. `up` is None before its first scrape; `due` is when the next one is (monotonic)."""

    target: Target
    size: int
    due: float
    up: bool | None = None
    samples: int = 0
    error: str = ""
    failures: int = 0

    @property
    def server(self) -> str:
        """What it shares with the other paths of its server."""
        return next((value for name, value in self.target.labels if name == "instance"), self.target.key)

    @property
    def place(self) -> float:
        """The place of its server within an interval, 0 to 1: the same one every time."""
        return zlib.crc32(self.server.encode()) / 2**32


class Scraper:
    """Runs until cancelled. `progress` is called when there is something new to say."""

    def __init__(
        self,
        config: ScrapeConfig,
        context: Context,
        cluster: Cluster | None,
        fetcher: Fetcher,
        memory: Memory,
        writer: ThreadPoolExecutor,
        progress: Callable[[], object] = lambda: None,
    ) -> None:
        self._config, self._clock, self._nudge = config, context.clock, context.nudge
        self._cluster, self._fetcher, self._memory, self._writer = cluster, fetcher, memory, writer
        self._progress = progress
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._per_minute = config.max_megabytes_per_minute * 1e6
        self._bucket = Bucket(self._per_minute, self._clock.monotonic())
        self._interval = config.interval
        self._servers: dict[str, list[Standing]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        """Of each server its targets, the one to be tried first in front, and who follows them."""
        self._held: dict[str, tuple[float, str]] = {}
        """Rights that are missing, until when nobody asks again, and how the server names them."""
        self._found = Found()
        self._notes: list[str] = []
        self.standing: dict[str, Standing] = {}
        self.looked = False
        """Whether targets have been looked for."""
        self.refused = 0
        """Samples of the last scrapes for whose series there was no room."""

    async def run(self) -> NoReturn:
        """Looks for targets now and then, and keeps scraping them."""
        try:
            while True:
                started = self._clock.monotonic()
                self._found = await discover(self._config, self._cluster, self._found)
                self._fetcher.look_again()
                took = self._clock.monotonic() - started
                await self._choose()
                self.looked = True
                self._progress()
                # A search that is long is a large one: it may take a hundredth of the time.
                await self._nudge.pause(self._clock, min(max(LOOK, 100 * took), SELDOM))
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def once(self) -> None:
        """Looks for targets and scrapes each of them one time."""
        if not self.looked:
            self._found = await discover(self._config, self._cluster, self._found)
            self._adopt(self._planned())
            self.looked = True
        await asyncio.gather(*(self._turn(paths, tuple(paths)) for paths in self._servers.values()))

    # -- which targets ---------------------------------------------------------------------------------

    def _planned(self) -> Sequence[Target]:
        chosen = plan(self._found.targets, self._size, self._config.interval, self._per_minute)
        self._interval = chosen.interval
        self._notes = [each for each in (self._found.beyond, chosen.note) if each]
        return chosen.targets

    def _size(self, target: Target) -> int:
        known = self.standing.get(target.key)
        return target.size if known is None else known.size

    def _adopt(self, targets: Sequence[Target]) -> list[Target]:
        """The targets that are no longer wanted; the wanted ones have a standing."""
        wanted = {target.key: target for target in targets}
        known = {key: standing.target for key, standing in self.standing.items()}
        gone = [self.standing.pop(key).target for key, target in known.items() if wanted.get(key) != target]
        now, spread = self._clock.monotonic(), min(self._interval, FIRST_SPREAD)
        for key, target in wanted.items():
            if key not in self.standing:
                standing = self.standing[key] = Standing(target, target.size, now)
                standing.due += standing.place * spread  # first scrapes come soon one after the other
        servers: dict[str, list[Standing]] = {}
        for standing in self.standing.values():
            servers.setdefault(standing.server, []).append(standing)
        # The lists stay, as somebody goes through them; and so does the order of those that were there.
        self._servers = {server: self._servers.get(server, []) for server in servers}
        for server, paths in self._servers.items():
            here = servers[server]
            paths[:] = [*(each for each in paths if each in here), *(each for each in here if each not in paths)]
        return gone

    async def _choose(self) -> None:
        before = {server: set(paths) for server, paths in self._servers.items()}
        gone = self._adopt(self._planned())
        for server, had in before.items():
            if server in self._tasks and had != set(self._servers.get(server, ())):
                task = self._tasks.pop(server)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        for target in gone:
            await self._written(partial(self._memory.end, target, self._now()))
        for server, paths in self._servers.items():
            if server not in self._tasks or self._tasks[server].done():
                task = self._tasks[server] = asyncio.create_task(self._follow(server), name=f"scrape {server}")
                task.add_done_callback(partial(self._broke, paths))

    def _broke(self, paths: Sequence[Standing], task: asyncio.Task[None]) -> None:
        """Only a fault of ours ends the turns of a server: that is said, and they go on after the next look."""
        error = None if task.cancelled() else task.exception()
        if error is not None:
            for standing in paths:
                standing.up, standing.samples = False, 0
                standing.error = redact(f"{type(error).__name__}: {error}")
            self._progress()

    # -- one server, one target ------------------------------------------------------------------------

    async def _follow(self, server: str) -> NoReturn:
        while True:
            paths = self._servers[server]
            await self._clock.sleep(max(0.0, min(each.due for each in paths) - self._clock.monotonic()))
            now = self._clock.monotonic()
            await self._turn(paths, [each for each in paths if each.due <= now])
            self._progress()

    async def _turn(self, paths: list[Standing], due: Sequence[Standing]) -> None:
        """Scrapes what is due of one server. Where it does not answer at first it is not asked for the rest, and
        another path goes first the next time: it may be slow with that one only."""
        for number, standing in enumerate(due):
            away = await self._scrape(standing)
            if away and not number:
                await self._failed(due[1:], away, self._now(), self._clock.monotonic())
                for other in due[1:]:
                    other.due = standing.due  # or who goes first comes alone the next time
                paths.remove(standing)
                paths.append(standing)
                return

    async def _scrape(self, standing: Standing) -> str:
        """Says why, where its server does not answer."""
        target, first = standing.target, standing.up is None
        standing.due = self._clock.monotonic() + self._interval
        if self._is_held(standing):
            return ""
        async with self._gate:
            wait = self._bucket.wait(self._clock.monotonic())
            if wait > 0:
                await self._clock.sleep(wait)
            if self._is_held(standing):
                return ""  # refused to another one meanwhile
            at, started = self._now(), self._clock.monotonic()
            try:
                answer = await self._fetcher.get(target)
            except Denied as error:
                until = self._clock.monotonic() + DENIED_PAUSE
                self._held[target.right] = (until, error.missing or target.right)
                self._is_held(standing)
                return ""
            except SourceError as error:
                if isinstance(error, TooLarge):
                    self._bucket.spend(int(self._config.max_body_megabytes * 1e6), self._clock.monotonic())
                await self._failed((standing,), str(error), at, started)
                return str(error) if isinstance(error, Unavailable) else ""
        took = self._clock.monotonic() - started
        self._bucket.spend(answer.size, self._clock.monotonic())
        self._held.pop(target.right, None)
        standing.size = max(answer.size, 1)
        written = await self._written(lambda: answer.write(self._memory, target, at, took))
        standing.up, standing.samples, standing.error = not written.error, written.samples, written.error
        standing.failures = standing.failures + 1 if written.error else 0
        self.refused = max(self.refused, written.refused)
        self._plan_next(standing, started, first)
        return ""

    def _plan_next(self, standing: Standing, started: float, first: bool) -> None:
        """From the second scrape on each server has its own place within the interval; those that are down move
        apart further with every try."""
        pause = min(self._interval * 2 ** min(standing.failures, 6), max(LONGEST_PAUSE, self._interval))
        if standing.target is USAGE:
            pause = max(pause, min(standing.size / USAGE_PACE, LONGEST))
        if standing.failures or first:
            pause *= 0.5 + standing.place
        standing.due = max(started + pause, self._clock.monotonic() + 0.5)

    def _is_held(self, standing: Standing) -> bool:
        """Whether the right to read this target is known to be missing."""
        until, missing = self._held.get(standing.target.right, (0.0, ""))
        held = self._clock.monotonic() < until
        if held:
            standing.up, standing.error = None, f"no right to {missing}"
        return held

    async def _failed(self, standings: Sequence[Standing], why: str, at: int, started: float) -> None:
        """These were found to be down at `at` (milliseconds), by what was asked at `started` (monotonic)."""
        took = self._clock.monotonic() - started
        for standing in standings:
            standing.up, standing.error, standing.samples = False, why, 0
            standing.failures += 1
            self._plan_next(standing, started, first=False)

        def fail() -> None:
            for standing in standings:
                self._memory.fail(standing.target, at, took)

        await self._written(fail)

    async def _written(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._writer, work)

    def _now(self) -> int:
        return round(self._clock.now() * 1000)

    # -- how it goes -----------------------------------------------------------------------------------

    @property
    def settled(self) -> bool:
        """Whether each target has been tried."""
        return self.looked and all(each.up is not None or each.error for each in self.standing.values())

    def status(self) -> Status:
        """What the header and `topmast doctor` say of it."""
        if not self.looked:
            return Status("connecting", "looking for something to scrape", via=VIA)
        forbidden = [each for each in self.standing.values() if each.up is None and each.error]
        known = [each for each in self.standing.values() if each not in forbidden]
        up = [each for each in known if each.up]
        down = [each for each in known if each.up is False]
        held = [missing for _, missing in self._held.values()]
        missing = list(dict.fromkeys((*self._found.missing, *held)))
        notes = [*self._notes, *self._found.notes, *self._limits()]
        if down:
            worst = min(down, key=lambda each: each.target.key)
            rest = f" and {len(down) - 1} more" if len(down) > 1 else ""
            notes.append(f"{worst.target.key}{rest} down: {worst.error}")
        if not up:
            if missing and not down:
                return Status("denied", "nothing to scrape that we may read", missing=tuple(missing), via=VIA)
            if not known:
                return Status("absent", "; ".join(["nothing to scrape found", *notes]), via=VIA)
        detail = f"{len(up)} of {len(known)} targets, {self._memory.ring.live_series:,} series"
        if not self.settled:
            tried = len([each for each in known if each.up is not None])
            return Status("loading", detail, done=tried, total=len(known), via=VIA)
        state: State = "failed" if not up else "partial" if missing or notes else "live"
        if state == "failed":
            detail = "; ".join(("nothing answers", *notes))
        return Status(state, detail, missing=(*missing, *notes), via=VIA)

    def _limits(self) -> list[str]:
        ring = self._memory.ring
        notes = [self._fetcher.note] if self._fetcher.note else []
        if self.refused:
            notes.append(
                f"max_series ({ring.max_series:,}) or the memory is full: {self.refused:,} samples left out"
            )
        if ring.counters.forgotten:
            notes.append(f"memory_megabytes reached: only {ring.keeps // 60_000} min are kept")
        return notes
