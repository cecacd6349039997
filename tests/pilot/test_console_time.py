"""The console's time: panning and zooming the graph, moments and steps by command, orders of the table."""

from __future__ import annotations

import pytest

from sources.model import QueryResult, Series
from tests.pilot.staged import NOW, Stage, stage
from tests.pilot.staged_sources import FakeMetrics, matrix, vector


def answers(metrics: FakeMetrics, start: float = NOW - 1800) -> None:
    metrics.span = matrix(
        ({"job": "web"}, [float(n) for n in range(61)]), ({"job": "db"}, [3.0] * 61), start=start, step=30.0
    )


async def graph(on: Stage) -> None:
    await on.settle()
    await on.press("v")


async def test_panning_leaves_now_and_comes_back_to_it() -> None:
    metrics = FakeMetrics()
    answers(metrics)
    async with stage(metrics, size=(160, 40)) as on:
        console = on.screen.console
        await graph(on)
        await on.press("less_than_sign")
        await on.settle()
        assert console.at == NOW - 900
        assert metrics.ranges[-1][1] == pytest.approx(NOW - 900, abs=metrics.ranges[-1][2])
        assert "to 15:45, not now" in on.title(console)
        asked = len(metrics.asked)
        await on.pass_seconds(20)
        await on.settle()
        assert len(metrics.asked) == asked, "the past is not asked again and again"
        await on.press("greater_than_sign")
        await on.settle()
        assert console.at is None, "at its end the clock is followed again"
        assert "not now" not in on.title(console)
        await on.press("greater_than_sign")
        assert console.at is None, "there is no future"


async def test_zooming_keeps_what_is_under_the_cursor_under_it() -> None:
    metrics = FakeMetrics()
    answers(metrics)
    async with stage(metrics, size=(160, 40)) as on:
        console = on.screen.console
        await graph(on)
        for _press in range(20):
            console.graph.action_cursor_left()
        moment = console.graph.moment
        assert moment is not None
        share = (NOW - moment) / 1800
        await on.press("minus")
        await on.settle()
        assert console.window == 900
        assert console.at is not None
        assert (console.at - moment) / 900 == pytest.approx(share)
        assert console.graph.moment == moment, "the cursor stays at its moment"
        await on.press("plus")
        assert console.at is None
        assert console.window == 1800


async def test_moments_and_steps_by_command() -> None:
    metrics = FakeMetrics()
    async with stage(metrics, size=(160, 40)) as on:
        console = on.screen.console
        await on.settle()
        await on.command("at -1h")
        await on.settle()
        assert console.at == NOW - 3600
        assert metrics.moments[-1] == NOW - 3600
        await on.command("at now")
        await on.settle()
        assert console.at is None
        assert metrics.moments[-1] == NOW
        await on.command("step 60s")
        await on.settle()
        assert metrics.ranges[-1][2] == 60
        await on.command("step auto")
        await on.settle()
        assert metrics.ranges[-1][2] != 60
        for line, said in (("at soon", "is not a moment"), ("step 0s", "from 1s to 7d"), ("step x", "30m")):
            await on.command(line)
            assert said in on.bottom
        assert (console.at, console.step) == (None, 0)


async def test_the_table_is_ordered_by_its_columns() -> None:
    metrics = FakeMetrics()
    metrics.instant = vector(
        ({"job": "b", "x": "1"}, 2.0), ({"job": "a", "x": "2"}, 3.0), ({"job": "c", "x": "3"}, 1.0)
    )
    async with stage(metrics, size=(160, 40)) as on:
        console = on.screen.console
        await on.settle()
        await on.focus(console)

        def order() -> str:
            rows = console.table.rows
            return "".join(rows.cells(index)[0][0] for index in range(len(rows)))

        assert order() == "bac", "the server's order"
        await on.press("greater_than_sign")
        assert order() == "abc"
        assert "job▲" in console.table.plain[0]
        await on.press("o")
        assert order() == "cba"
        await on.command("sort value")
        assert order() == "abc", "the largest first"
        assert "VALUE▼" in console.table.plain[0]
        for column in ("", "job", "x", "$value", ""):
            await on.press("greater_than_sign")
            assert console.sort == column, "round and round, past the trend"
        await on.press("less_than_sign")
        assert console.sort == "$value"
        await on.press("N")
        assert order() == "abc"
        await on.press("C")
        assert on.bottom == "metrics have no column cpu"
        await on.command("sort nothing")
        assert on.bottom == "the answer can be ordered by: job, x, value"
        metrics.instant = vector(({"zone": "z"}, 2.0), ({"zone": "y"}, 3.0))
        console.ask("other")
        await on.settle()
        assert order() == "zy", "another answer has its own columns and order"
        assert console.table.plain[0].split() == ["zone", "VALUE", "TREND"]
        labels = dict.fromkeys("abcdefg", "1")
        metrics.instant = vector(*((labels | {name: "2"}, 1.0) for name in labels))
        console.ask("more columns than before")
        await on.settle()
        assert console.table.plain[0].split() == [*labels, "VALUE", "TREND"]


async def test_what_all_series_share_is_said_once_and_what_has_no_room() -> None:
    metrics = FakeMetrics()
    metrics.instant = vector(
        *(({"__name__": "up", "cluster": "c1", "namespace": f"namespace-{n % 3}", "pod": f"web-7c9f-{n}",
            "instance": f"10.244.0.{n}:9100"}, 2.0**30) for n in range(4)),
    )  # fmt: skip
    async with stage(metrics, size=(120, 36)) as on:
        console = on.screen.console
        await on.settle()
        assert console.shared.plain == ['+1 label (w)  all: up{cluster="c1"}']
        assert "web-7c9f-0" in on.text
        assert "instance" not in console.table.plain[0]
        await on.focus(console)
        await on.press("z")
        assert console.shared.plain == ['all: up{cluster="c1"}'], "with room it is there"
        assert "10.244.0.3:9100" in on.text
        await on.press("v")
        assert console.shared.said == [], "the legend has its own names"


async def test_a_limit_in_the_query_is_a_line_in_the_graph() -> None:
    metrics = FakeMetrics()
    series = Series((("job", "web"),), tuple(NOW - 600 + 15 * n for n in range(41)), (0.95,) * 41)
    metrics.span = QueryResult("matrix", (series,), start=NOW - 600, end=NOW, step=15.0)
    async with stage(metrics, size=(160, 40)) as on:
        await graph(on)
        on.screen.console.ask("a_bytes / b_bytes > 0.9")
        await on.settle()
        edge = [line for line in on.screen.console.graph.plain if line.lstrip().startswith("90%")]
        assert len(edge) == 1
        assert "╌╌╌" in edge[0]
        assert "last 95%" in on.text
        on.screen.console.ask("a_bytes / b_bytes", thresholds=[50.0])
        await on.settle()
        assert "limit 5e+03% above" in on.text, "what would press the data flat is told in words"


async def test_pinned_queries_are_a_strip_and_history_can_be_chosen_from() -> None:
    metrics = FakeMetrics()
    async with stage(metrics, size=(160, 40)) as on:
        console = on.screen.console
        await on.settle()
        for query in ("first", "second\x1b[31m", "third", "fourth", "fifth"):
            await on.command(f"pin {query}")
        await on.pass_seconds(5)
        await on.settle()
        lines = console.strip.plain
        assert len(lines) == 4
        assert lines[0].startswith("1 first")
        assert lines[0].endswith("max of 2: 7")
        assert lines[3] == "  +2 more pinned (:pins)"
        await on.command("unpin 1")
        assert console.memory.pins[0].startswith("second")
        await on.command("unpin 9")
        assert "1 to 4" in on.bottom
        console.ask("asked before")
        console.ask("asked now")
        await on.settle()
        await on.command("history")
        await on.press("down", "enter")
        await on.settle()
        assert console.expr == "asked before"
        await on.press("e", "up", "up")
        assert console.prompt.value == "asked now"
    async with stage(metrics, size=(160, 40)) as on:
        assert on.screen.console.memory.history[-1] == "asked before", "it is there the next time"
        assert len(on.screen.console.strip.plain) == 4
