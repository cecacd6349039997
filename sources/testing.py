"""The contract tests that any source can run against itself.

Derive a test class, say how a source is made, and let pytest (with pytest-asyncio) find the inherited tests:

    class TestMySource(SourceContract):
        @asynccontextmanager
        async def source(self):
            made = MySource(MySource.Config(), Context("mine"))
            try:
                yield made
            finally:
                await made.close()
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import msgspec

from sources.contract import (
    STREAMS,
    ApiServer,
    Batch,
    Change,
    Contexts,
    Delete,
    Diagnosable,
    Feed,
    Located,
    MetricsQueries,
    Monitoring,
    Objects,
    QueryError,
    ReadOnlyError,
    Samples,
    Scoped,
    ServiceProxy,
    Snapshot,
    Source,
    SourceError,
    Status,
    Upsert,
)
from sources.model import Kind, NodeUsage, Pod, PodUsage, Service, ServicePort, Thing, kind_of
from sources.world import Fold

KINDS_OF: dict[str, frozenset[Kind]] = {
    "nodes": frozenset({"node"}),
    "pods": frozenset({"pod"}),
    "events": frozenset({"event"}),
    "usage": frozenset({"node_usage", "pod_usage"}),
    "alerts": frozenset({"alert", "silence"}),
    "samples": frozenset(),
}
CAPABILITIES: tuple[type[Any], ...] = (
    *STREAMS.values(),
    MetricsQueries,
    Monitoring,
    Objects,
    ServiceProxy,
    ApiServer,
    Diagnosable,
)
SETTLED = frozenset({"live", "partial", "denied", "absent"})


class ManualClock:
    """A clock that moves only when a test says so; sleepers wake in the order of their moments."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self._now = now
        self._sleepers: list[tuple[float, asyncio.Event]] = []
        self.slept: list[float] = []
        """The length of each sleep that was asked for."""

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        woken = asyncio.Event()
        self._sleepers.append((self._now + seconds, woken))
        await woken.wait()

    async def advance(self, seconds: float) -> None:
        """Moves time on, waking each sleeper at its moment and letting it run."""
        end = self._now + seconds
        while due := [sleeper for sleeper in self._sleepers if sleeper[0] <= end]:
            sleeper = min(due, key=lambda pair: pair[0])
            self._sleepers.remove(sleeper)
            self._now = max(self._now, sleeper[0])
            sleeper[1].set()
            await settle()
        self._now = end
        await settle()


async def settle(rounds: int = 20) -> None:
    """Lets every task that is ready run until it waits for something."""
    for _ in range(rounds):
        await asyncio.sleep(0)


class SourceContract:
    """What every source promises. `timeout` bounds how long a feed may take to settle, in seconds."""

    timeout = 20.0
    secrets: Sequence[str] = ()
    """Secrets in the configuration of `source()`, which must never be shown."""

    def source(self) -> AbstractAsyncContextManager[Source]:
        """A source that works, to be closed at the end."""
        raise NotImplementedError

    async def _settled(self, feed: Feed) -> tuple[list[Change], Status]:
        """The changes of a feed up to its first settled status."""
        changes: list[Change] = []
        async with asyncio.timeout(self.timeout):
            async for arrived in feed:
                for change in arrived:
                    changes.append(change)
                    if isinstance(change, Status) and change.state in SETTLED:
                        return changes, change
        raise AssertionError("the feed ended by itself")

    async def _tellings(self, source: Source) -> AsyncIterator[tuple[str, list[Change]]]:
        """Each feed that the source offers, with what it tells until it has settled."""
        for name, capability in STREAMS.items():
            if isinstance(source, capability):
                feed: Feed = getattr(source, name)()
                changes, _ = await self._settled(feed)
                await _close(feed)
                yield name, changes

    async def test_offers_a_capability(self) -> None:
        async with self.source() as source:
            assert any(isinstance(source, capability) for capability in CAPABILITIES)

    async def test_configuration_is_typed_and_has_defaults(self) -> None:
        async with self.source() as source:
            config = type(source).Config
            assert config.__struct_config__.forbid_unknown_fields, "a misspelt key must be an error"
            assert config.__doc__, "the configuration says what it is for"
            assert msgspec.convert({}, config) == config()

    async def test_describes_itself_without_secrets(self) -> None:
        async with self.source() as source:
            text = f"{source.describe()} {source!r}"
            assert source.describe().strip()
            assert not [secret for secret in self.secrets if secret in text]

    async def test_feeds_say_how_they_are_before_anything_else(self) -> None:
        async with self.source() as source:
            async for name, changes in self._tellings(source):
                assert isinstance(changes[0], Status), f"{name} starts with {type(changes[0]).__name__}"

    async def test_feeds_tell_only_their_own_kinds(self) -> None:
        async with self.source() as source:
            async for name, changes in self._tellings(source):
                assert _kinds(changes) <= KINDS_OF[name]

    async def test_a_feed_opened_again_tells_the_same_rows(self) -> None:
        async with self.source() as source:
            first = {name: _folded_keys(changes) async for name, changes in self._tellings(source)}
            async for name, changes in self._tellings(source):
                if name not in ("events", "usage"):  # these move on between two looks
                    assert _folded_keys(changes) == first[name]

    async def test_rows_are_plausible(self) -> None:
        async with self.source() as source:
            async for _, changes in self._tellings(source):
                for thing in _things(changes):
                    _check_units(thing)

    async def test_feeds_can_be_recorded(self) -> None:
        async with self.source() as source:
            async for name, changes in self._tellings(source):
                batch = Batch("contract", name, 1.0, tuple(changes))
                assert msgspec.json.decode(msgspec.json.encode(batch), type=Batch) == batch

    async def test_a_cancelled_feed_lets_go(self) -> None:
        async with self.source() as source:
            for name, capability in STREAMS.items():
                if isinstance(source, capability):
                    task = asyncio.create_task(_drain(getattr(source, name)()))
                    await settle()
                    task.cancel()
                    async with asyncio.timeout(5):
                        await asyncio.gather(task, return_exceptions=True)
                    assert task.cancelled()

    async def test_a_wrong_query_is_a_query_error(self) -> None:
        async with self.source() as source:
            if isinstance(source, MetricsQueries):
                error = await _error(source.query("sum("))
                assert isinstance(error, QueryError), f"`sum(` gave {error!r}"
                assert error.type == "bad_data"
                assert str(error)

    async def test_a_number_is_a_query(self) -> None:
        async with self.source() as source:
            if isinstance(source, MetricsQueries):
                answer = await source.query("1 + 1")
                assert [series.values for series in answer.series] == [(2.0,)]
                span = await source.query_range("1 + 1", 1_700_000_000.0, 1_700_000_060.0, 30.0)
                assert span.series[0].times == (1_700_000_000.0, 1_700_000_030.0, 1_700_000_060.0)

    async def test_names_and_values_keep_to_their_limit(self) -> None:
        async with self.source() as source:
            if isinstance(source, MetricsQueries):
                names, values = await source.labels(limit=1), await source.label_values("__name__", limit=1)
                assert len(names) <= 1
                assert len(values) <= 1
                assert len(await source.metadata(limit=1)) <= 1
                for name in values:
                    assert len(await source.series([name], limit=1)) <= 1
                assert isinstance(await _error(source.series([])), QueryError), "nobody may ask for all"

    async def test_what_a_server_says_of_itself_is_in_the_contracts_words(self) -> None:
        async with self.source() as source:
            if isinstance(source, Monitoring):
                assert all(isinstance(text, str) for text in (await source.build_info()).values())
                for rule in await source.rules():
                    assert rule.name
                    assert rule.health in ("ok", "err", "unknown")
                for target in await source.targets():
                    assert target.url
                    assert target.health in ("up", "down", "unknown")

    async def test_samples_are_collected_once_for_who_does_not_wait(self) -> None:
        async with self.source() as source:
            if isinstance(source, Samples):
                assert isinstance(source.wanted(), bool)
                async with asyncio.timeout(self.timeout):
                    status = await source.collect()
                assert status.state in SETTLED | {"failed"}, "it is over, whatever came of it"

    async def test_an_object_that_is_not_there_is_a_source_error(self) -> None:
        async with self.source() as source:
            if isinstance(source, Objects):
                error = await _error(source.get_object("Pod", "default", "there-is-no-such-pod"))
                assert isinstance(error, SourceError), f"an object was made up: {error!r}"
                assert "there-is-no-such-pod" in str(error)

    async def test_a_list_of_objects_keeps_to_its_limit(self) -> None:
        async with self.source() as source:
            if isinstance(source, Objects):
                try:
                    page = await source.list_objects("Pod", "kube-system", 1)
                except SourceError:
                    return  # not reachable here, or not allowed
                assert len(page.items) <= 1
                assert all(item.get("kind") == "Pod" for item in page.items), "an item says what it is"

    async def test_other_contexts_have_configurations_of_their_own(self) -> None:
        async with self.source() as source:
            if isinstance(source, Contexts):
                names = await source.contexts()
                assert len(names) == len(set(names))
                for name in names:
                    assert isinstance(source.at_context(name), type(source).Config)

    async def test_its_place_is_known_and_shows_no_secrets(self) -> None:
        async with self.source() as source:
            if isinstance(source, Located):
                place = source.place()
                assert place.context
                assert not [secret for secret in self.secrets if secret in f"{place}"]

    async def test_a_namespace_may_be_asked_for_at_any_time(self) -> None:
        async with self.source() as source:
            if isinstance(source, Scoped):
                for _ in range(2):
                    source.include_namespace("default")

    async def test_others_only_read_through_it(self) -> None:
        async with self.source() as source:
            if isinstance(source, ApiServer):
                async with await source.api_client() as client:
                    assert isinstance(await _error(client.post("/api/v1/namespaces")), ReadOnlyError)
            if isinstance(source, ServiceProxy):
                service = Service("default", "there-is-no-such-service")
                async with await source.service_client(service, ServicePort("web", 80)) as client:
                    assert str(client.base_url).endswith("/"), "paths are below it"
                    assert isinstance(await _error(client.post("api/v2/silences")), ReadOnlyError)

    async def test_what_waits_for_the_tables_first_lists_waits_for_nothing_else(self) -> None:
        async with self.source() as source:
            if isinstance(source, ApiServer):
                async with asyncio.timeout(self.timeout):
                    await source.listed()  # nobody has asked for a list
                feeds = [
                    getattr(source, name)() for name in ("nodes", "pods") if isinstance(source, STREAMS[name])
                ]
                readers = [asyncio.create_task(_drain(feed)) for feed in feeds]
                try:
                    await asyncio.sleep(0)
                    async with asyncio.timeout(self.timeout):
                        await source.listed()  # they came, or could not be had
                finally:
                    for reader in readers:
                        reader.cancel()
                    await asyncio.gather(*readers, return_exceptions=True)

    async def test_services_are_listed_as_far_as_they_may_be_seen(self) -> None:
        async with self.source() as source:
            if isinstance(source, ServiceProxy):
                try:
                    found = await source.services()
                except SourceError:
                    return  # not reachable here, or not allowed
                assert all(service.namespace and service.name for service in found)
                assert all(isinstance(name, str) for name in source.searched())

    async def test_check_never_raises_and_says_something(self) -> None:
        async with self.source() as source:
            if isinstance(source, Diagnosable):
                checks = await source.check()
                assert checks
                assert all(check.name and check.detail for check in checks)
                assert all(check.fix for check in checks if check.ok is False), "what is wrong has a remedy"

    async def test_closing_twice_is_harmless(self) -> None:
        async with self.source() as source:
            await source.close()


def _things(changes: Sequence[Change]) -> list[Thing]:
    things: list[Thing] = [change.object for change in changes if isinstance(change, Upsert)]
    for change in changes:
        if isinstance(change, Snapshot):
            things.extend(change.objects)
    return things


def _kinds(changes: Sequence[Change]) -> set[Kind]:
    named = {change.kind for change in changes if isinstance(change, (Delete, Snapshot))}
    return named | {kind_of(thing) for thing in _things(changes)}


def _folded_keys(changes: Sequence[Change]) -> set[str]:
    fold = Fold()
    fold.apply(Batch("contract", "feed", 0.0, tuple(changes)))
    return {row.key for table in fold.tables.values() for row in table}


def _check_units(thing: Thing) -> None:
    assert thing.key
    if isinstance(thing, (NodeUsage, PodUsage)):
        assert isinstance(thing.cpu, int)
        assert isinstance(thing.memory, int)
        assert thing.cpu >= 0
        assert thing.memory >= 0
    if isinstance(thing, Pod):
        assert 0 <= thing.ready <= thing.total
    for field in ("created", "first", "last", "since", "at"):
        moment = getattr(thing, field, None)
        assert moment is None or 1e9 < moment < 5e9, f"{field} is not in epoch seconds: {moment}"


async def _error(question: Awaitable[object]) -> Exception | None:
    try:
        await question
    except Exception as error:
        return error
    return None


async def _drain(feed: Feed) -> None:
    async for _ in feed:
        pass


async def _close(feed: Any) -> None:
    close = getattr(feed, "aclose", None)
    if close is not None:
        await close()


__all__ = ["ManualClock", "SourceContract", "settle"]
