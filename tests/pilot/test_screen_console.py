"""The PromQL console: asking, answering, refusing, drawing, and asking again."""

from __future__ import annotations

import asyncio

import pytest
from rich.cells import cell_len
from textual.events import Key, Paste

from sources.contract import Denied, QueryError, Unavailable
from sources.model import MetricMetadata, QueryResult, Series
from tests.pilot.staged import NOW, Stage, stage
from tests.pilot.staged_sources import FakeMetrics, matrix, vector


def cells(on: Stage) -> list[tuple[str, str]]:
    """Series and value of each row."""
    rows = on.screen.console.table.rows
    return [(str(rows.key(index)), rows.cells(index)[-2][0]) for index in range(len(rows))]


async def test_the_first_query_is_asked_by_itself_and_answered_with_a_trend() -> None:
    metrics = FakeMetrics()
    async with stage(metrics) as on:
        await on.settle()
        assert metrics.asked == ["sum by (job) (up)"]
        assert cells(on) == [('{job="web"}', "3"), ('{job="db"}', "7")]
        assert "2 series" in on.title(on.screen.console)
        assert on.screen.console.table.rows.cells(0)[2][0] != ""
        assert on.screen.console.table.plain[0].split() == ["job", "VALUE", "TREND"]


async def test_a_query_is_edited_and_asked() -> None:
    metrics = FakeMetrics()
    async with stage(metrics) as on:
        await on.settle()
        metrics.instant = vector(({"__name__": "up"}, 1.5))
        await on.press("e", "ctrl+u")
        await on.type("max(up)")
        await on.settle()
        assert metrics.asked[-1] == "max(up)"
        assert on.screen.console.expr == "max(up)"
        assert cells(on) == [("up", "1.5")]
        assert on.app.focused is on.screen.console.table
        await on.press("e", "up")
        assert on.screen.console.prompt.value == "max(up)", "the history has it"
        await on.press("escape")
        await on.command("query min(up)")
        await on.settle()
        assert metrics.asked[-1] == "min(up)"
        await on.command("query")
        assert on.app.focused is on.screen.console.prompt


async def test_leaving_the_prompt_keeps_the_query() -> None:
    metrics = FakeMetrics()
    async with stage(metrics) as on:
        await on.settle()
        for keys in ("x", "y", "escape"), ("ctrl+u", "enter"):
            await on.press("e", *keys)
            await on.settle()
            assert on.screen.console.prompt.value == "sum by (job) (up)"
        assert metrics.asked == ["sum by (job) (up)"]


async def test_an_error_has_a_caret_under_its_place() -> None:
    metrics = FakeMetrics()
    async with stage(metrics) as on:
        await on.settle()
        metrics.instant = metrics.span = QueryError("unexpected ')' in [x]", line=1, column=5)
        await on.command("query sum(]")
        await on.settle()
        lines = on.screen.console.notes.plain
        prompt = on.screen.console.prompt.plain[0]
        assert prompt[lines[0].index("^")] == "]"
        assert lines[1] == "unexpected ')' in [x]"
        assert "query failed" in on.title(on.screen.console)
        assert cells(on) == []
        assert "asked again every 15 s" in on.text
        metrics.instant = QueryError("another mistake", line=1, column=5)
        await on.press("r")
        await on.settle()
        assert "another mistake" in on.text, "a message of the same size takes the place of the last"
        metrics.instant = vector(({"a": "b"}, 1.0))
        metrics.span = matrix(({"a": "b"}, [1, 2]), start=0)
        await on.press("r")
        await on.settle()
        assert on.screen.console.notes.plain == []
        assert on.screen.console.notes.size.height == 0
        assert cells(on) == [('{a="b"}', "1")]


async def test_a_source_with_a_bug_does_not_end_the_screen() -> None:
    metrics = FakeMetrics()
    metrics.instant = metrics.span = ZeroDivisionError("in a plugin")
    async with stage(metrics) as on:
        await on.settle()
        assert on.screen.console.notes.plain == ["ZeroDivisionError: in a plugin"]


async def test_the_place_of_an_error_in_a_long_query() -> None:
    metrics = FakeMetrics()
    async with stage(metrics) as on:
        await on.settle()
        metrics.instant = metrics.span = QueryError("bad", line=1, column=9)
        on.screen.console.ask("한국 + on(]" + " + up" * 40)
        await on.settle()
        caret = on.screen.console.notes.plain[0].index("^")
        prompt = on.screen.console.prompt.plain[0]
        assert cell_len(prompt[: prompt.index("]")]) == caret, "counted in cells, from the beginning of the query"
        for column in (150, 10**12):
            metrics.instant = QueryError("bad", line=1, column=column)
            await on.press("r")
            await on.settle()
            assert on.screen.console.notes.plain == [f"at character {column}: bad"]
        for odd in (0, -3):
            metrics.instant = QueryError("bad", line=1, column=odd)
            await on.press("r")
            await on.settle()
            assert on.screen.console.notes.plain[-1] == "bad"


async def test_a_long_query_is_shown_from_its_beginning_and_edited_at_its_end() -> None:
    async with stage(FakeMetrics()) as on:
        await on.settle()
        prompt = on.screen.console.prompt
        on.screen.console.ask("first" + " + up" * 20 + " + last")
        assert prompt.plain[0].startswith("> first + up")
        await on.press("e")
        assert prompt.plain[0].endswith("+ last")
        assert "first" not in prompt.plain[0]
        await on.press("escape", "z")
        assert prompt.plain[0] == "> " + on.screen.console.expr, "with room it is there as a whole"


async def test_a_trend_that_failed_is_said_and_leaves_no_old_graph() -> None:
    metrics = FakeMetrics()
    async with stage(metrics, size=(160, 40)) as on:
        await on.settle()
        await on.press("v")
        assert "last 7" in on.text
        metrics.span = Unavailable("query timed out in expression evaluation")
        await on.press("r")
        await on.settle()
        assert "no trend: query timed out" in on.text
        assert "no graph: query timed out" in on.text
        assert "last 7" not in on.text
        metrics.instant = QueryResult("string", text="hello")
        await on.press("v", "r")
        await on.settle()
        assert cells(on)[0][0] == "hello"
        assert "no trend" not in on.text, "a string never has one"


async def test_warnings_and_infos_of_the_server_are_shown() -> None:
    metrics = FakeMetrics()
    metrics.instant = vector(
        ({"a": "b"}, 1.0), warnings=("store x is missing",), infos=("metric might not be a counter",)
    )
    async with stage(metrics) as on:
        await on.settle()
        assert on.screen.console.notes.plain == ["store x is missing", "metric might not be a counter"]
        assert "partial" in on.title(on.screen.console)


async def test_an_empty_answer_and_no_source_at_all() -> None:
    metrics = FakeMetrics()
    metrics.instant, metrics.span = vector(), matrix(start=0)
    async with stage(metrics) as on:
        await on.settle()
        assert "empty result" in on.text
        assert "no series match at this moment: sum by (job) (up)" in " ".join(on.text.split())
    async with stage() as on:
        await on.settle()
        assert "no metrics" in on.text
        assert "--prometheus URL" in on.text
        await on.press("v", "r", "plus", "o", "e", "escape")
        assert on.app.is_running


async def test_it_is_asked_again_every_fifteen_seconds_unless_time_is_held() -> None:
    metrics = FakeMetrics()
    metrics.instant = vector(({"a": "b"}, 1.0), at=NOW)
    async with stage(metrics) as on:
        await on.settle()
        await on.pass_seconds(14)
        assert len(metrics.asked) == 1
        assert "14s ago" in on.title(on.screen.console)
        await on.pass_seconds(1)
        await on.settle()
        assert len(metrics.asked) == 2
        await on.press("space")
        await on.pass_seconds(40)
        await on.settle()
        assert len(metrics.asked) == 2
        await on.press("space")
        await on.settle()
        assert len(metrics.asked) == 3


async def test_a_slow_query_is_left_its_time_and_the_title_says_how_long() -> None:
    metrics = FakeMetrics()
    metrics.instant = vector(({"a": "b"}, 1.0), at=NOW)
    async with stage(metrics) as on:
        await on.settle()
        metrics.gate = asyncio.Event()
        await on.pass_seconds(15)
        assert len(metrics.asked) == 2
        await on.pass_seconds(40)
        assert len(metrics.asked) == 2, "asked again, it would be cancelled before its answer, for ever"
        assert "asking 40s, 55s" in on.title(on.screen.console)
        metrics.gate.set()
        await on.settle()
        assert "asking" not in on.title(on.screen.console)


async def test_a_server_that_goes_away_leaves_the_last_answer() -> None:
    metrics = FakeMetrics()
    metrics.instant = vector(({"a": "b"}, 1.0), at=NOW)
    async with stage(metrics) as on:
        await on.settle()
        metrics.instant = metrics.span = Unavailable("connection refused")
        await on.pass_seconds(15)
        await on.settle()
        await on.pass_seconds(5)
        assert cells(on) == [('{a="b"}', "1")]
        assert "stale 20s" in on.title(on.screen.console)
        assert on.screen.console.notes.plain == ["connection refused"]


async def test_a_hidden_console_asks_nothing() -> None:
    metrics = FakeMetrics()
    async with stage(metrics, size=(80, 24)) as on:
        await on.settle()
        before = len(metrics.asked)
        await on.pass_seconds(31)
        await on.settle()
        assert len(metrics.asked) == before


async def test_a_new_query_cancels_the_one_on_its_way() -> None:
    metrics = FakeMetrics()
    async with stage(metrics) as on:
        await on.settle()
        metrics.gate = asyncio.Event()
        metrics.instant = vector(({"old": "answer"}, 1.0))
        on.screen.console.ask("slow")
        await on.pilot.pause(0)
        assert cells(on)[0][0] == '{job="web"}', "the last answer stays until there is another"
        metrics.gate = None
        metrics.instant = vector(({"new": "answer"}, 2.0))
        on.screen.console.ask("fast")
        await on.settle()
        assert cells(on) == [('{new="answer"}', "2")]
        assert on.screen.console.answer.expr == "fast"


async def test_the_window_by_command() -> None:
    metrics = FakeMetrics()
    async with stage(metrics) as on:
        await on.command("range 2h")
        await on.settle()
        assert on.screen.console.window == 7200
        start, end, step = metrics.ranges[-1]
        assert end - start == pytest.approx(7200, abs=step)
        for wrong, said in (("5x", "is not a duration"), ("5s", "from 1m to 90d"), ("", "is not a duration")):
            await on.command(f"range {wrong}")
            assert said in on.bottom
        assert on.screen.console.window == 7200


async def test_the_graph_shows_the_series_and_a_legend() -> None:
    metrics = FakeMetrics()
    metrics.span = matrix(
        ({"job": "web"}, [float(n % 7) for n in range(60)]), ({"job": "db"}, [3.0] * 60), start=NOW - 900
    )
    async with stage(metrics, size=(160, 40)) as on:
        await on.settle()
        await on.press("v")
        assert 'a {job="web"}' in on.text
        assert 'b {job="db"}' in on.text
        assert "max 6" in on.text
        metrics.span = matrix(({"job": "web"}, [1.0]), start=NOW)
        await on.press("r")
        await on.settle()
        assert on.app.is_running
        metrics.span = QueryResult(
            "matrix", (Series((("a", "b"),), (NOW,), (float("nan"),)),), start=NOW - 30, end=NOW, step=15.0
        )
        await on.press("r")
        await on.settle()
        assert on.app.is_running


# -- typing a query


async def test_tab_completes_step_by_step_while_typing_goes_on() -> None:
    metrics = FakeMetrics()
    metrics.values = {"__name__": ["up", "node_load1", "node_load5"], "job": ["web", "db"]}
    metrics.label_names = ["job", "node"]
    metrics.described = [MetricMetadata("node_load1", "gauge", "Load of a minute.")]
    async with stage(metrics) as on:
        await on.settle()
        prompt, choices = on.screen.console.prompt, on.screen.console.choices
        await on.press("e", "ctrl+u", *"load", "tab")
        await on.settle()
        assert [line.split()[:2] for line in choices.plain] == [[">", "node_load1"], ["node_load5", "metric"]]
        assert "gauge      Load of" in choices.plain[0]
        await on.press("tab", "enter")
        assert prompt.value == "node_load5"
        assert not choices.is_open
        assert on.app.focused is prompt, "Enter took the choice and sent nothing"
        await on.press("left_curly_bracket", "j", "tab")
        await on.settle()
        assert prompt.value == "node_load5{j", "an answer that arrives types nothing by itself"
        await on.press("enter")
        await on.settle()
        assert prompt.value == 'node_load5{job="', "a label goes on with its values"
        assert [line.split()[-2:] for line in choices.plain[:2]] == [["web", "value"], ["db", "value"]]
        await on.press("d")
        assert choices.plain[0].split() == [">", "db", "value"], "typing goes on, and the list with it"
        await on.press("escape")
        assert not choices.is_open
        assert on.app.focused is prompt, "Esc closed the list only"
        await on.press("tab")
        assert prompt.value == 'node_load5{job="db"'
        await on.press("right_curly_bracket", "enter")
        await on.settle()
        assert metrics.asked[-1] == 'node_load5{job="db"}'


async def test_completion_without_names_offers_words_and_says_why() -> None:
    metrics = FakeMetrics()
    metrics.refusal = Denied("you may not \x1b[31mlist", "get services/proxy")
    async with stage(metrics, size=(80, 24)) as on:
        await on.settle()
        await on.press("e", "ctrl+u", *"rat", "tab")
        choices = on.screen.console.choices
        await on.settle()
        assert choices.plain[0].split()[:3] == [">", "rate", "function"]
        assert "you may not" in choices.plain[-1]
        assert len(choices.plain) <= 6
        await on.press("enter")
        assert on.screen.console.prompt.value == "rate("


async def test_a_paste_of_many_lines_is_one_query_and_keeps_its_place_among_the_keys() -> None:
    metrics = FakeMetrics()
    async with stage(metrics) as on:
        await on.settle()
        await on.press("e", "ctrl+u")
        on.app.post_message(Paste("sum(  # all of them\n  up\n)\n"))
        on.app.post_message(Key("enter", None))
        await on.settle()
        assert metrics.asked[-1] == "sum( up )"
        on.screen.console.ask("a # comment\nor b")
        await on.settle()
        assert metrics.asked[-1] == "a or b"


async def test_a_mistake_is_pointed_at_before_sending_and_sent_all_the_same() -> None:
    metrics = FakeMetrics()
    async with stage(metrics) as on:
        await on.settle()
        console = on.screen.console
        await on.press("e", "ctrl+u", *"rate(up)")
        console.hint()
        await on.pilot.pause(0)
        caret, text, *_ = console.notes.plain
        assert console.prompt.plain[0][caret.index("^")] == "u"
        assert text.startswith("perhaps: expected type range vector")
        await on.press("escape")
        assert console.notes.said == []
        await on.press("e", "ctrl+u", *"rate(up)", "enter")
        await on.settle()
        assert metrics.asked[-1] == "rate(up)"
        await on.press("e", "ctrl+u", *"su(", *"m" * 80)
        console.hint()
        await on.pilot.pause(0)
        assert console.notes.plain == [], "unfinished is not wrong"
