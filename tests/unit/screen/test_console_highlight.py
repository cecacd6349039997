"""A query in its colours, on one line, and where it is wrong."""

from __future__ import annotations

import pytest

from tui.panes.console.highlight import LONGEST, one_line, painted
from tui.panes.console.reading import mistake


def styles(text: str) -> dict[str, str]:
    return {part.strip(): style.removeprefix("promql.") for part, style in painted(text) if part.strip()}


def test_each_word_has_the_style_of_what_it_is() -> None:
    found = styles('sum by (pod) (rate(http_total{code=~"5..", job!="a"}[5m])) / 100 > bool level:x:rate # why')
    assert found == {
        "sum": "keyword", "by": "keyword", "bool": "keyword", "pod": "label", "rate": "function",
        "http_total": "metric", "level:x:rate": "metric", "code": "label", "job": "label", '"5.."': "string",
        '"a"': "string", "5m": "number", "100": "number", "# why": "dim", "=~": "operator", "!=": "operator",
        ",": "operator", "/": "operator", ">": "operator", "(": "operator", ")": "operator", "{": "operator",
        "}": "operator", "[": "operator", "]": "operator",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["", "up", "a $ b", 'up{job="', "sum(", "x[5m", "한국어 + 🙂", "\x00\x1b", "a" * 50_000, "up{job='x'}  "],
)
def test_the_pieces_are_the_text(text: str) -> None:
    assert "".join(part for part, _ in painted(text)) == text


def test_what_cannot_be_read_is_marked_and_what_is_unfinished_is_not() -> None:
    assert styles("a $ b")["$ b"] == "error"
    assert "error" not in styles("sum(rate(x[5m]").values()
    assert "error" not in styles("up{").values()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("up", "up"),
        ("sum(\n  up\n)", "sum( up )"),
        ("a # first\n+ b # second", "a + b"),
        ("# only\n# comments\nup", "up"),
        ('{x="# no comment"}\r\n+ 1', '{x="# no comment"} + 1'),
        ("a\n\n\nor b", "a or b"),
        ("broken ] \n + 1", "broken ] \n + 1"),
    ],
)
def test_many_lines_become_one_that_means_the_same(text: str, line: str) -> None:
    assert one_line(text) == line


@pytest.mark.parametrize(
    ("text", "place"),
    [("sum(up))", 7), ("rate(up)", 5), ("a + + ) b", 6), ("up{job==}", 7), ("foo bar", 4)],
)
def test_a_mistake_is_found_where_it_is(text: str, place: int) -> None:
    found = mistake(text)
    assert found is not None
    assert found[1] == place
    assert found[0]


@pytest.mark.parametrize(
    "text",
    ["", "  ", "up", "sum(", "up{", 'up{job="', "a +", "x[5", "sum by", "(" * 3000, "x" * (LONGEST + 1) + ")",
     "info(up)", "histogram_quantiles(x)"],
)  # fmt: skip
def test_what_is_unfinished_or_unknown_is_no_mistake(text: str) -> None:
    assert mistake(text) is None
