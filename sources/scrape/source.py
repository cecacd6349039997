"""The scraping source: where there is no Prometheus, PromQL over what topmast reads itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct
from msgspec.structs import replace

from sources.contract import (
    ApiServer,
    Change,
    Check,
    Context,
    Denied,
    Feed,
    MetricsQueries,
    NotSupported,
    QueryError,
    SourceError,
    Status,
    Unavailable,
)
from sources.http.poll import Picture, poll
from sources.model import Labels, MetricMetadata, QueryResult, Series
from sources.rules.duration import human_duration
from sources.scrape.cluster import Cluster
from sources.scrape.discover import discover
from sources.scrape.fetch import Fetcher
from sources.scrape.scraper import VIA, Scraper
from sources.scrape.settings import ScrapeConfig, checked
from sources.scrape.telling import telling

if TYPE_CHECKING:
    import httpx

    from sources.embedded import EmbeddedQueries
    from sources.scrape.memory import Memory
    from sources.scrape.ruler import Ruler

TELL = 5.0
"""Seconds between two statuses..."""
TELL_FIRST = 0.2
"""...and while the first scrapes come in."""
FIRST = 8.0
"""Seconds that a query waits for the first scrapes."""
LEAST_BETWEEN = 15.0
"""Seconds between two looks at which rules are due, at least."""
ASK_AGAIN = 60.0
"""Seconds between two looks whether a Prometheus answers."""
PATIENCE = 120.0
"""Seconds that the first look for targets waits for the tables' own first lists, at most."""
ASKING = "asking whether a Prometheus answers"
AFTER_TABLES = "scraping starts when nodes and pods are listed"
LOOKING = "looking for something to scrape"


class ScrapeSource:
    """Offers `Samples`, `MetricsQueries`, `Alerts` and `Diagnosable`. Only GET leaves it, if anything."""

    Config: ClassVar[type[Struct]] = ScrapeConfig

    def __init__(
        self, config: ScrapeConfig, context: Context, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        checked(config)
        self._config, self._context, self._transport = config, context, transport
        self._writer = ThreadPoolExecutor(1, "topmast-scrape")
        self._memory: Memory | None = None
        self._queries: EmbeddedQueries | None = None
        self._opening = asyncio.Lock()
        self._cluster: Cluster | None = None
        self._fetcher: Fetcher | None = None
        self._scraper: Scraper | None = None
        self._ruler: Ruler | None = None
        self._changed = asyncio.Event()
        self._first: asyncio.Event | None = None
        """Set once the first scrapes are done, or are not needed; None where the feed does not run."""
        self._held: asyncio.Event | None = None
        """Set once the tables have their first lists; None where nobody waits for that."""
        self._stage = ""
        """What goes before the first scrapes just now."""
        self._elsewhere = False
        """Whether another source answered PromQL when that was last looked at."""

    def describe(self) -> str:
        if self._config.when == "never":
            return "switched off"
        return "topmast's own short memory" + (
            " (where there is no Prometheus)" if self._config.when == "auto" else ""
        )

    async def close(self) -> None:
        if self._queries is not None:
            self._queries.close()
        self._writer.shutdown(wait=False, cancel_futures=True)
        fetcher, self._fetcher = self._fetcher, None
        cluster, self._cluster = self._cluster, None
        if fetcher is not None:
            await fetcher.close()
        if cluster is not None:
            await cluster.close()

    async def _open(self) -> tuple[Memory, EmbeddedQueries]:
        """The memory and the engine; numpy is loaded here and not before, in a thread."""
        async with self._opening:
            if self._memory is None or self._queries is None:
                loop = asyncio.get_running_loop()
                memory, queries = await loop.run_in_executor(self._writer, self._load)
                self._memory, self._queries = memory, queries
            return self._memory, self._queries

    def _load(self) -> tuple[Memory, EmbeddedQueries]:
        from sources.embedded import EmbeddedQueries
        from sources.scrape.memory import Memory

        config = self._config
        memory = Memory(round(config.retention * 1000), config.memory_megabytes * 1_000_000, config.max_series)
        return memory, EmbeddedQueries(memory.ring, self._context.clock, self._context.name)

    def _load_ruler(self) -> Ruler:
        from sources.scrape.ruler import Ruler

        objects = self._cluster if self._config.rule_objects else None
        return Ruler(self._config.rules, objects, self._context.clock, VIA)

    # -- scraping --------------------------------------------------------------------------------------

    def samples(self) -> Feed:
        """Scrapes as long as it runs; says nothing where it has no reason to."""
        return self._run()

    async def _run(self) -> AsyncIterator[Sequence[Change]]:
        clock, nudge = self._context.clock, self._context.nudge
        self._first = asyncio.Event()
        said = waited = False
        self._stage = ASKING
        while True:
            mode = self._config.when
            self._elsewhere = mode != "always" and await self._prometheus()
            if mode == "never" or self._elsewhere:
                if said:
                    yield [Status("absent", "a Prometheus answers: nothing is scraped", via=VIA)]
                    said = False
                self._first.set()
                await nudge.pause(clock, ASK_AGAIN)
                continue
            said = True
            servers = self._servers()
            if servers and not waited:
                waited = True
                yield self._begin(AFTER_TABLES)
                await self._tables_listed(servers)
                continue  # a Prometheus may have been too busy to answer until now
            yield self._begin(LOOKING)
            async with aclosing(self._scraping()) as statuses:
                async for status in statuses:
                    yield [status]

    def _begin(self, stage: str) -> Sequence[Change]:
        self._stage = stage
        return [Status("connecting", stage, via=VIA)]

    async def _tables_listed(self, servers: Sequence[ApiServer]) -> None:
        """What is on the screen goes first; but a list that does not end keeps nothing back for ever."""
        self._held = asyncio.Event()

        async def all_listed() -> None:
            await asyncio.gather(*(server.listed() for server in servers), return_exceptions=True)

        lists = asyncio.ensure_future(all_listed())
        timer = asyncio.ensure_future(self._context.clock.sleep(PATIENCE))
        try:
            await asyncio.wait((lists, timer), return_when=asyncio.FIRST_COMPLETED)
        finally:
            lists.cancel()
            timer.cancel()
            self._held.set()
            self._held = None

    async def _scraping(self) -> AsyncGenerator[Status]:
        """Until a Prometheus answers, where that matters."""
        scraper = await self._made()
        running = asyncio.create_task(scraper.run(), name="scrape")
        asked = self._context.clock.monotonic()
        try:
            while not running.done():
                if scraper.settled and self._first is not None:
                    self._first.set()
                yield scraper.status()
                if self._config.when == "auto" and self._context.clock.monotonic() - asked >= ASK_AGAIN:
                    asked = self._context.clock.monotonic()
                    if await self._prometheus():
                        return
                await self._news(running)
            await running
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            self._scraper = None

    async def _news(self, running: asyncio.Task[object]) -> None:
        """Waits for something new to say of the first scrapes, later for a while."""
        changed = asyncio.create_task(self._changed.wait())
        timer = asyncio.create_task(self._context.clock.sleep(TELL))
        first = self._scraper is None or not self._scraper.settled
        try:
            await asyncio.wait(
                {running, timer, changed} if first else {running, timer}, return_when=asyncio.FIRST_COMPLETED
            )
            if changed.done() and not timer.done():
                await self._context.clock.sleep(TELL_FIRST)  # hundreds of targets: not a status for each
        finally:
            changed.cancel()
            timer.cancel()
            self._changed.clear()

    async def _made(self) -> Scraper:
        memory, _ = await self._open()
        config = self._config
        if self._fetcher is None:
            servers = self._servers()
            self._cluster = Cluster(servers[0]) if servers else None
            self._fetcher = Fetcher(self._cluster, config, self._writer, self._transport)
        self._scraper = Scraper(
            config, self._context, self._cluster, self._fetcher, memory, self._writer, self._changed.set
        )
        return self._scraper

    def _servers(self) -> Sequence[ApiServer]:
        return self._context.offering(ApiServer)  # type: ignore[type-abstract]  # a protocol as a key

    async def _prometheus(self) -> bool:
        """Whether another source answers PromQL now. One that refuses us does not."""
        for peer in self._context.offering(MetricsQueries):  # type: ignore[type-abstract]  # a protocol as a key
            if peer is self:
                continue
            try:
                await peer.query("vector(1)")
            except QueryError:
                return True  # it answers, if not as wished
            except SourceError:
                continue
            return True
        return False

    def wanted(self) -> bool:
        """Whether --scrape was given, or the configuration says so."""
        return self._config.when == "always"

    async def collect(self) -> Status:
        """Looks for targets and scrapes each of them one time."""
        scraper = self._scraper or await self._made()
        await scraper.once()
        return scraper.status()

    # -- alerts ----------------------------------------------------------------------------------------

    def alerts(self) -> Feed:
        """The alerts of rule files and PrometheusRule objects, evaluated here while something is scraped."""
        clock, every = self._context.clock, max(self._config.interval, LEAST_BETWEEN)
        answers = poll(self._read_alerts, clock, every, VIA, nudge=self._context.nudge)
        return telling(answers, lambda: self._stage if self._begins() else "", clock, VIA)

    async def _read_alerts(self) -> Picture:
        await asyncio.sleep(0)  # feeds begin together: the one that scrapes has its first turn after this one
        if self._first is None and self.wanted():
            await self.collect()  # a command runs this feed alone
        for _ in range(2):  # who is not asked by anybody may wait longer than a query: also for the tables
            await self._begun()
            if self._held is not None:
                await self._held.wait()
        await self._begun()
        scraper = self._scraper
        if scraper is None or not scraper.looked:
            if self._begins():
                raise Unavailable("no rules are evaluated yet: topmast is looking for something to scrape")
            if not (await self._prometheus() if self._first is None else self._elsewhere):
                raise NotSupported("no rules are evaluated: topmast scrapes nothing itself; --scrape makes it")
            return Picture({"alert": ()}, VIA, detail="no rules are evaluated here: a Prometheus answers")
        memory, queries = await self._open()
        loop = asyncio.get_running_loop()
        if self._ruler is None:
            self._ruler = await loop.run_in_executor(self._writer, self._load_ruler)

        async def record(key: str, at: float, samples: Sequence[tuple[Labels, float]]) -> None:
            await loop.run_in_executor(self._writer, memory.record, key, round(at * 1000), samples)

        return await self._ruler.evaluate(queries, record)

    # -- queries ---------------------------------------------------------------------------------------

    async def query(self, expr: str, at: float | None = None) -> QueryResult:
        """An instant query over what was scraped. Raises `QueryError`, or `NotSupported` where nothing is."""
        memory, queries = await self._ready()
        return self._noted(await queries.query(expr, at), memory)

    async def query_range(self, expr: str, start: float, end: float, step: float) -> QueryResult:
        """A range query over what was scraped."""
        memory, queries = await self._ready()
        return self._noted(await queries.query_range(expr, start, end, step), memory)

    async def labels(self, match: Sequence[str] = (), limit: int = 1000) -> Sequence[str]:
        return await (await self._ready())[1].labels(match, limit)

    async def label_values(self, label: str, match: Sequence[str] = (), limit: int = 1000) -> Sequence[str]:
        return await (await self._ready())[1].label_values(label, match, limit)

    async def series(self, match: Sequence[str], limit: int = 1000) -> Sequence[Series]:
        return await (await self._ready())[1].series(match, limit)

    async def metadata(self, metric: str | None = None, limit: int = 5000) -> Sequence[MetricMetadata]:
        memory, _ = await self._ready()
        return [each for each in memory.metadata() if metric is None or each.name == metric][:limit]

    async def _ready(self) -> tuple[Memory, EmbeddedQueries]:
        """Raises NotSupported where nothing is scraped; the first scrapes are waited for. Standing in for a
        Prometheus, an empty memory is Unavailable: "no such series" would hide what that one said last."""
        await self._begun()
        if self._config.when == "auto" and self._scraper is None and self._begins():
            raise Unavailable(f"topmast's own short memory is still empty{self._waits_for()}")
        if self._config.when == "never" or (self._config.when == "auto" and self._scraper is None):
            raise NotSupported("topmast scrapes nothing itself; --scrape makes it")
        memory, queries = await self._open()
        if self._config.when == "auto" and memory.ring.first is None:
            raise Unavailable("topmast's own short memory is still empty")
        return memory, queries

    async def _begun(self) -> None:
        """Waits a while for the first scrapes, where the feed runs."""
        if self._first is not None and self._begins():
            with suppress(TimeoutError):
                async with asyncio.timeout(FIRST):
                    await self._first.wait()

    def _begins(self) -> bool:
        """Whether the feed runs and has not come to its first scrapes."""
        return self._first is not None and not self._first.is_set()

    def _waits_for(self) -> str:
        return f": {AFTER_TABLES}" if self._held is not None else ""

    def _noted(self, result: QueryResult, memory: Memory) -> QueryResult:
        return replace(result, infos=(*result.infos, self.reach(memory)))

    def reach(self, memory: Memory) -> str:
        """Where the answers come from and how far back that reaches."""
        first = memory.ring.first
        if first is None:
            return f"topmast's own short memory, still empty{self._waits_for()}"
        since = datetime.fromtimestamp(first / 1000, UTC).strftime("%H:%M:%S")
        age = human_duration(max(0.0, self._context.clock.now() - first / 1000))
        return f"topmast's own short memory, since {since} UTC ({age})"

    # -- doctor ----------------------------------------------------------------------------------------

    async def check(self) -> Sequence[Check]:
        """What would be scraped, and the rights that are missing."""
        if self._config.when == "never":
            return (Check("scraping", None, "switched off"),)
        if self._config.when == "auto" and await self._prometheus():
            return (Check("scraping", None, "not needed: a Prometheus answers"),)
        servers = self._servers()
        cluster = Cluster(servers[0]) if servers else None
        try:
            found = await discover(self._config, cluster)
        except (Denied, Unavailable) as error:
            return (Check("targets", False, str(error), "see the checks of the cluster"),)
        finally:
            if cluster is not None:
                await cluster.close()
        jobs = sorted({dict(target.labels)["job"] for target in found.targets})
        to_scrape = f"{len(found.targets)} to scrape: {', '.join(jobs)}"
        checks = [
            Check("targets", True, "; ".join(part for part in (to_scrape, found.beyond) if part))
            if found.targets
            else Check("targets", None, "nothing to scrape found")
        ]
        checks += [Check("rights", False, f"missing: {right}", f"grant it: {right}") for right in found.missing]
        return checks
