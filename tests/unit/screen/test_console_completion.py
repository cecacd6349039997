"""What is offered while a query is typed, from the words of the language and from what the source says."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from sources.contract import Denied, MetricsQueries
from sources.model import MetricMetadata
from sources.promql.formats import quoted
from sources.promql.parser import parse
from sources.promql.tokens import KEYWORDS
from sources.testing import ManualClock
from tests.pilot.staged_sources import FakeMetrics
from tui.panes.console.lore import KEPT, MOST_KEPT, RETRY, Known, Lore, Question
from tui.panes.console.offers import MOST, WORDS, offered, ranked
from tui.panes.console.wanted import Wanted, wanted


def at(marked: str) -> Wanted:
    """What is wanted at the bar."""
    return wanted(marked.replace("|", ""), marked.index("|"))


@pytest.mark.parametrize(
    ("marked", "kind", "prefix"),
    [
        ("|", "operand", ""),
        ("ra|", "operand", "ra"),
        ("rate(|", "operand", ""),
        ("rate(no|", "operand", "no"),
        ("x > |", "operand", ""),
        ("x > 0.5 and |", "operand", ""),
        ("-|", "operand", ""),
        ("topk(5, |", "operand", ""),
        ("sum by (a) (|", "operand", ""),
        ("up{|", "label", ""),
        ("up{j|", "label", "j"),
        ("{|", "label", ""),
        ('up{job="a", |', "label", ""),
        ("sum by (|", "label", ""),
        ("sum by (a, n|", "label", "n"),
        ("sum(x) without (|)", "label", ""),
        ("a * on (i|", "label", "i"),
        ("up{job |", "match", ""),
        ("up{job=|", "value", ""),
        ('up{job="|', "value", ""),
        ('up{job=~"we|', "value", "we"),
        ("up{job='we|", "value", "we"),
        ("up{job=`we|", "value", "we"),
        ("x[|", "duration", ""),
        ("x[5|", "duration", "5"),
        ("x offset |", "duration", ""),
        ("x |", "modifier", ""),
        ("x of|", "modifier", "of"),
        ("x[5m] o|", "modifier", "o"),
        ("sum(x) b|", "modifier", "b"),
        ("5|", "", ""),
        ("x @ |", "", ""),
        ('"a|', "", ""),
        ('label_replace(up, "|', "", ""),
        ('up{"a|', "", ""),
        ("up{job!|", "", ""),
        ("$ |", "", ""),
        ("x))) |", "", ""),
    ],
)
def test_what_is_wanted(marked: str, kind: str, prefix: str) -> None:
    want = at(marked)
    assert (want.kind, want.prefix) == (kind, prefix)


@pytest.mark.parametrize(
    ("marked", "replaced"),
    [
        ("rate(node_cpu|_x[5m])", "node_cpu_x"),
        ("up{jo|b='x'}", "job"),
        ('up{job="we|b"}', '"web"'),
        ('up{job="|"}', '""'),
        ('up{job="we|, x="y"}', '"we'),
        ('up{job="we|} + up', '"we'),
        ("up{job=we|b}", "web"),
        ("x[5|m]", "5"),
    ],
)
def test_a_whole_word_is_replaced_and_not_what_follows(marked: str, replaced: str) -> None:
    want, text = at(marked), marked.replace("|", "")
    assert text[want.start : want.end] == replaced


@pytest.mark.parametrize(
    ("marked", "match"),
    [
        ("up{|", "up"),
        ('up{job="a", |', 'up{job="a"}'),
        ('up{job="a", ns=~"|"}', 'up{job="a"}'),
        ('up{job="a|", ns!="c"}', 'up{ns!="c"}'),
        ('{__name__=~"u.*", |}', '{__name__=~"u.*"}'),
        ("sum by (|) (rate(foo{a='b'}[5m]))", "foo"),
        ("sum by (|", ""),
        ("sum(rate(foo{a='b'}[5m])) by (|)", "foo"),
        ("foo * on (|) bar", "foo"),
        ("foo * on (a) group_left (|) bar", "foo"),
        ("a:b:c{x|", "a:b:c"),
    ],
)
def test_names_are_asked_of_the_series_at_hand(marked: str, match: str) -> None:
    assert at(marked).match == match
    assert not match or parse(match), "it is a selector"


def test_any_text_with_any_caret_is_survived() -> None:
    text = 'sum by (a) (rate(x{a="b", c=~\'d\'}[5m:1m] offset 3m)) > bool 0x1f or `raw` @ end() \\ 한국 {{ }} "'
    for caret in range(len(text) + 1):
        want = wanted(text, caret)
        assert 0 <= want.start <= want.end <= len(text)


# -- offers


def texts(marked: str, *names: str) -> list[str]:
    text = marked.replace("|", "")
    want = at(marked)
    return [offer.text for offer in offered(want, names, {}, text[want.end :])]


def test_words_come_before_metrics_once_one_types() -> None:
    assert texts("|", "up")[0] == "up"
    assert "rate(" in texts("|", "up")
    assert texts("rat|", "http_rate", "rated") == ["rate(", "rated", "limit_ratio(", "http_rate", "irate("]
    assert texts("rat|(x)", "up")[0] == "rate", "no second parenthesis"


def test_ranking() -> None:
    names = ["node_cpu", "cpu_node", "xcpu", "CPU"]
    assert ranked(names, "cpu") == ["cpu_node", "CPU", "node_cpu", "xcpu"]
    assert ranked(names, "") == names
    assert ranked(names, "zz") == []
    assert len(ranked((f"m{n}" for n in range(100_000)), "m")) == MOST


def test_labels_go_on_with_a_value_except_in_lists() -> None:
    assert texts("up{j|", "job", "__name__") == ['job="']
    assert texts("up{j|='x'}", "job") == ["job"]
    assert texts("sum by (j|", "job") == ["job"]
    assert texts("up{|", "http.status") == ['"http.status"="'], "a name that needs quotes"


def test_values_are_written_so_that_they_can_be_read_again() -> None:
    for value in ('a"b', "back\\slash", "two\nlines", "bell\x07", "한국", "\U000e0001", "it's", ""):
        query = f"up{{x={quoted(value)}}}"
        assert query.isprintable()
        selector: Any = parse(query)
        assert next(m.value for m in selector.matchers if m.name == "x") == value
    assert texts('up{job="|', "web") == ['"web"']
    assert texts("up{job=|", "web") == ['"web"']


def test_modifiers_durations_and_operators() -> None:
    assert texts("sum(x) b|") == ["by (", "bool "]
    assert texts("x b|") == ["bool "]
    assert texts("x[|")[0] == "1m"
    assert texts("x[5|") == ["5s", "5m", "5h", "5d", "5w"]
    assert texts("up{job |") == ['="', '!="', '=~"', '!~"']


def test_a_metric_has_its_type_and_help_also_by_its_base_name() -> None:
    known = {
        "x_seconds": MetricMetadata("x_seconds", "histogram", "How long\x1b[31m it takes."),
        "up": MetricMetadata("up", "gauge", "", ""),
    }
    found = {offer.shown: offer for offer in offered(at("x|"), ["x_seconds_bucket", "x_other", "max\x1b]"], known)}
    assert found["x_seconds_bucket"].kind == "histogram"
    assert found["x_seconds_bucket"].detail == "How long it takes."
    assert found["x_other"].kind == "metric"
    assert all(offer.shown.isprintable() and offer.detail.isprintable() for offer in found.values())
    odd = next(offer for offer in offered(at("|"), ["http.requests"], {}) if offer.shown == "http.requests")
    assert odd.text == '{"http.requests"}'


def test_every_function_and_aggregation_says_what_it_takes() -> None:
    shown = {word.shown: word.detail for word in WORDS}
    assert shown["rate"] == "rate(range): vector"
    assert shown["topk"] == "topk by (label) (parameter, vector)"
    assert KEYWORDS & shown.keys()


# -- what the source says


class Desk:
    """A lore over a fake source; its questions are answered when the test says so."""

    def __init__(self, metrics: FakeMetrics | None = None) -> None:
        self.metrics = metrics or FakeMetrics()
        self.clock = ManualClock(0.0)
        self.waiting: list[Coroutine[Any, Any, None]] = []
        self.told = 0
        self.lore = Lore(self._ask, self.waiting.append, self.clock, self._tell)

    def _ask(self, question: Question) -> Coroutine[Any, Any, Any]:
        source: MetricsQueries = self.metrics
        return question(source)

    def _tell(self) -> None:
        self.told += 1

    async def answer(self) -> int:
        """Answers everything; how many questions there were."""
        waiting, self.waiting[:] = list(self.waiting), []
        await asyncio.gather(*waiting)
        return len(waiting)


async def test_an_answer_is_asked_once_and_kept_for_a_while() -> None:
    desk = Desk()
    desk.metrics.values = {"job": ["web", "db"]}
    want = at('up{job="|')
    assert desk.lore.known(want) == Known((), "asking the server")
    assert desk.lore.known(want).names == (), "nothing waits"
    assert await desk.answer() == 1
    assert desk.told == 1
    assert desk.lore.known(want) == Known(("web", "db"), "")
    assert desk.metrics.matched == [("job", ("up",))]
    await desk.clock.advance(KEPT + 1)
    assert desk.lore.known(want).names == ("web", "db"), "the old answer until there is a new one"
    assert await desk.answer() == 1


async def test_a_refusal_is_said_and_asked_again_later() -> None:
    desk = Desk()
    desk.metrics.refusal = Denied("may not\x1b[31m", "get services/proxy")
    want = at("up{|")
    desk.lore.known(want)
    await desk.answer()
    known = desk.lore.known(want)
    assert known.names == ()
    assert "may not" in known.note
    assert known.note.isprintable()
    assert await desk.answer() == 0
    await desk.clock.advance(RETRY + 1)
    desk.metrics.refusal = None
    desk.metrics.label_names = ["job"]
    desk.lore.known(want)
    assert await desk.answer() == 1
    assert desk.lore.known(want) == Known(("job",), "")


async def test_metrics_bring_their_metadata_and_memory_has_a_bound() -> None:
    desk = Desk()
    desk.metrics.values = {"__name__": ["up"]}
    desk.metrics.described = [MetricMetadata("up", "gauge", "Whether it is.")]
    desk.lore.known(at("u|"))
    assert await desk.answer() == 2
    assert desk.lore.known(at("u|")).names == ("up",)
    assert desk.lore.metadata["up"].help == "Whether it is."
    for number in range(2 * MOST_KEPT):
        desk.lore.known(at(f"m{number}{{|"))
        await desk.answer()
    assert len(desk.lore._entries) <= MOST_KEPT
