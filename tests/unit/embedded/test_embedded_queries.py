"""The engine behind the contract: Prometheus' words and places, limits, and queries that nobody waits for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager

import pytest

from sources.answering import REST, FirstAnswer
from sources.contract import Feed, NotSupported, QueryError, SourceError, Status, SystemClock, Unavailable
from sources.embedded import EmbeddedQueries
from sources.model import QueryResult, Series
from sources.promql.storage import Labels, Matcher, StoredSeries
from sources.promql.tsdb import FixedStorage

AT = 1_700_000_000.0


def storage(count: int = 3) -> FixedStorage:
    """`m{i="0"}`, `m{i="1"}`... with a sample a minute for ten minutes, each the minute's number."""
    times = [round(AT * 1000) + 60_000 * minute for minute in range(-9, 1)]
    return FixedStorage(
        ((("__name__", "m"), ("i", str(number))), times, [float(minute) for minute in range(10)])
        for number in range(count)
    )


@asynccontextmanager
async def queries(**settings: float) -> AsyncIterator[EmbeddedQueries]:
    made = EmbeddedQueries(storage(), SystemClock(), "test", **settings)  # type: ignore[arg-type]  # whole numbers too
    yield made
    made.close()


async def test_answers_of_each_type() -> None:
    async with queries() as made:
        vector = await made.query("m", AT)
        assert (vector.type, vector.at, vector.source) == ("vector", AT, "test")
        assert vector.series[0] == Series((("__name__", "m"), ("i", "0")), (AT,), (9.0,))
        scalar = await made.query("1 + 1", AT)
        assert (scalar.type, scalar.series) == ("scalar", (Series((), (AT,), (2.0,)),))
        assert (await made.query("'text'", AT)).text == "text"
        raw = await made.query("m{i='0'}[2m]", AT)
        assert (raw.type, raw.series[0].times) == ("matrix", (AT - 60, AT))
        span = await made.query_range("sum(m)", AT - 60, AT, 30)
        assert span.series[0].times == (AT - 60, AT - 30, AT)
        assert span.series[0].values == (24.0, 24.0, 27.0)
        assert (span.start, span.end, span.step) == (AT - 60, AT, 30)


@pytest.mark.parametrize(
    ("expr", "kind", "line", "column", "says"),
    [
        ("sum(", "bad_data", 1, 5, "parse error: unclosed left parenthesis"),
        ("'é' +\n sum(m", "bad_data", 2, 7, "parse error: unclosed left parenthesis"),
        ("", "bad_data", None, None, "parse error: no expression found in input"),
        ("rate(m)", "bad_data", 1, 6, 'expected type range vector in call to function "rate"'),
        ("m * on(x) m", "execution", None, None, "found duplicate series for the match group"),
        ("info(m)", "bad_data", 1, 1, "not supported by the embedded engine"),
        ("(" * 10_000, "bad_data", 1, None, "nested too deeply"),
        ("m + " * 300_000 + "m", "bad_data", None, None, "characters, more than"),
        ('m{i=~"(a+"}', "bad_data", 1, 3, "missing closing )"),
    ],
)
async def test_errors_read_like_those_of_prometheus(
    expr: str, kind: str, line: int | None, column: int | None, says: str
) -> None:
    async with queries() as made:
        with pytest.raises(QueryError) as caught:
            await made.query(expr, AT)
    error = caught.value
    assert (error.type, error.line) == (kind, line)
    assert column is None or error.column == column
    assert says in str(error)
    assert not str(error).startswith("1:")


async def test_a_pattern_that_would_stall_others_does_not_stall() -> None:
    async with queries() as made:
        assert (await made.query('m{i=~"(a+)+(b+)+(.*)*x"}', AT)).series == ()


async def test_limits_have_prometheus_words() -> None:
    async with queries(max_samples=10) as made:
        with pytest.raises(QueryError, match="would load too many samples into memory") as caught:
            await made.query_range("m", AT - 600, AT, 1)
        assert caught.value.type == "execution"
    async with queries(timeout=0.0) as made:
        with pytest.raises(QueryError, match="query timed out in query execution") as caught:
            await made.query("sum(m)", AT)
        assert caught.value.type == "timeout"
    async with queries() as made:
        with pytest.raises(QueryError, match="exceeded maximum resolution of 11,000 points"):
            await made.query_range("m", 0, AT, 1)
        with pytest.raises(QueryError, match="zero or negative query resolution"):
            await made.query_range("m", AT - 60, AT, 0)


class Slow:
    """A storage that waits until a test lets it go on."""

    def __init__(self) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()
        self.done = threading.Event()

    def label_sets(self, matchers: Sequence[Matcher]) -> Iterable[Labels]:
        return ()

    def select(self, matchers: Sequence[Matcher], start: int, end: int) -> Iterable[StoredSeries]:
        self.reached.set()
        self.go_on.wait(10)
        yield from storage().select(matchers, start, end)
        self.done.set()


async def test_a_query_that_is_cancelled_ends_and_the_loop_went_on() -> None:
    slow = Slow()
    made = EmbeddedQueries(slow, SystemClock(), "test")
    task = asyncio.create_task(made.query("sum(m) + sum(m)", AT))
    await asyncio.to_thread(slow.reached.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    slow.reached.clear()
    slow.go_on.set()
    made.close()
    await asyncio.to_thread(made._threads.shutdown, True)
    assert not slow.reached.is_set(), "the second selection was never begun"


async def test_names_and_values() -> None:
    async with queries() as made:
        assert await made.labels() == ["__name__", "i"]
        assert await made.label_values("i", ['m{i!="1"}']) == ["0", "2"]
        assert len(await made.series(["m"], limit=2)) == 2
        with pytest.raises(QueryError, match="at least one selector"):
            await made.series([])
        with pytest.raises(QueryError, match="expected a selector"):
            await made.series(["sum(m)"])


# -- several sources as one


class Answering:
    def __init__(self, name: str, error: Exception | None = None) -> None:
        self.name, self.error, self.asked = name, error, 0

    async def query(self, expr: str, at: float | None = None) -> QueryResult:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return QueryResult("vector", source=self.name)

    query_range = labels = label_values = series = metadata = query


async def test_a_prometheus_that_is_there_answers_before_our_own_memory() -> None:
    server, memory = Answering("prometheus"), Answering("scrape")
    first = FirstAnswer(lambda: [server, memory])
    assert (await first.query("up")).source == "prometheus"
    assert memory.asked == 0


async def test_while_it_is_away_the_next_answers_and_it_is_left_alone_for_a_while() -> None:
    server, memory = Answering("prometheus", Unavailable("refused")), Answering("scrape")
    now = 0.0
    first = FirstAnswer(lambda: [server, memory], lambda: now)
    assert [(await first.query("up")).source for _ in range(3)] == ["scrape"] * 3
    assert server.asked == 1
    now, server.error = REST + 1, None
    assert (await first.query("up")).source == "prometheus"


@pytest.mark.parametrize(
    ("server", "memory", "says"),
    [
        (NotSupported("no Prometheus found"), Unavailable("still empty"), "still empty"),
        (Unavailable("refused"), Unavailable("still empty"), "refused"),
        (NotSupported("no Prometheus found"), NotSupported("nothing is scraped"), "no Prometheus found"),
    ],
)
async def test_where_none_answers_the_first_that_is_there_says_why(
    server: Exception, memory: Exception, says: str
) -> None:
    sources = [Answering("prometheus", server), Answering("scrape", memory)]
    first = FirstAnswer(lambda: sources)
    with pytest.raises(SourceError, match=says):
        await first.query("up")
    with pytest.raises(SourceError, match=says):
        await first.query("up")  # those that rest are asked in the same order


async def test_who_asked_for_scrapes_is_told_that_another_answers() -> None:
    class Own(Answering):
        def samples(self) -> Feed:
            raise AssertionError

        async def collect(self) -> Status:
            raise AssertionError

        def wanted(self) -> bool:
            return True

    server, own = Answering("prometheus"), Own("scrape")
    both = FirstAnswer(lambda: [server, own])
    assert (await both.query("up")).infos == ("answered by prometheus, not from topmast's own scrapes",)
    server.error = Unavailable("refused")
    assert (await both.query("up")).infos == ()


async def test_a_wrong_query_is_not_asked_elsewhere() -> None:
    server, memory = Answering("prometheus", QueryError("parse error")), Answering("scrape")
    with pytest.raises(QueryError):
        await FirstAnswer(lambda: [server, memory]).query("sum(")
    assert memory.asked == 0


async def test_where_none_answers_the_first_ones_reason_is_told() -> None:
    server, memory = Answering("p", Unavailable("connection refused")), Answering("s", NotSupported("off"))
    first = FirstAnswer(lambda: [server, memory])
    for _ in range(2):
        with pytest.raises(Unavailable, match="connection refused"):
            await first.query("up")
    with pytest.raises(NotSupported, match="no configured source answers PromQL"):
        await FirstAnswer(list).query("up")
