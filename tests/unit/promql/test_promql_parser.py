"""PromQL texts to trees: structure, places, and errors worded as a Prometheus server words them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sources.promql import parse
from sources.promql.ast import (
    Aggregate,
    At,
    Binary,
    Call,
    Cardinality,
    Expr,
    MatrixSelector,
    NumberLiteral,
    Paren,
    StringLiteral,
    Subquery,
    Unary,
    VectorSelector,
)
from sources.promql.results import ParseError, UnsupportedError
from sources.promql.storage import Matcher, MatchOp


def shape(expr: Expr) -> str:
    """The tree in full parentheses."""
    if isinstance(expr, Binary):
        return f"({shape(expr.left)} {expr.op} {shape(expr.right)})"
    if isinstance(expr, Unary):
        return f"({expr.op}{shape(expr.expr)})"
    if isinstance(expr, Paren):
        return f"[{shape(expr.expr)}]"
    if isinstance(expr, NumberLiteral):
        return f"{expr.value:g}"
    assert isinstance(expr, VectorSelector)
    return expr.name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b * c", "(a + (b * c))"),
        ("a - b - c", "((a - b) - c)"),
        ("a ^ b ^ c", "(a ^ (b ^ c))"),
        ("-a ^ b", "(-(a ^ b))"),
        ("-a * b", "((-a) * b)"),
        ("a or b and c unless d", "(a or ((b and c) unless d))"),
        ("a == b + c", "(a == (b + c))"),
        ("(a + b) atan2 c", "([(a + b)] atan2 c)"),
        ("-1", "-1"),
        ("-1 ^ 2", "(-(1 ^ 2))"),
        ("1h + 5m", "(3600 + 300)"),
        ("0x1F + 017", "(31 + 15)"),
        ("1_000.5", "1000.5"),
        ("sum + by", "(sum + by)"),
    ],
)
def test_operators_bind_as_in_prometheus(text: str, expected: str) -> None:
    assert shape(parse(text)) == expected


def test_a_selector_has_its_matchers_with_the_name_last() -> None:
    expr = parse('up{job="a",instance!~"b|c"}')
    assert isinstance(expr, VectorSelector)
    assert expr.matchers == (
        Matcher("job", MatchOp.EQUAL, "a"),
        Matcher("instance", MatchOp.NOT_REGEX, "b|c"),
        Matcher("__name__", MatchOp.EQUAL, "up"),
    )


def test_names_in_quotes() -> None:
    expr = parse('{"http.requests", "pod.name"="x"}')
    assert isinstance(expr, VectorSelector)
    assert expr.matchers == (
        Matcher("__name__", MatchOp.EQUAL, "http.requests"),
        Matcher("pod.name", MatchOp.EQUAL, "x"),
    )
    grouped = parse('sum by ("pod.name", job) (x)')
    assert isinstance(grouped, Aggregate)
    assert grouped.grouping == ("pod.name", "job")


@pytest.mark.parametrize(
    ("text", "value"),
    [(r'"a\n\u00e9\x41\101"', "a\néAA"), ("'it\\'s'", "it's"), (r"`raw\n`", r"raw\n"), ('"it\'s"', "it's")],
)
def test_strings(text: str, value: str) -> None:
    expr = parse(text)
    assert isinstance(expr, StringLiteral)
    assert expr.value == value


def test_modifiers_after_a_selector() -> None:
    expr = parse("x[5m] offset 1m @ start()")
    assert isinstance(expr, MatrixSelector)
    assert isinstance(expr.range, NumberLiteral)
    assert expr.range.value == 300
    assert isinstance(expr.selector.offset, NumberLiteral)
    assert expr.selector.offset.value == 60
    assert expr.selector.at is not None
    assert expr.selector.at.bound == "start"
    moment = parse("x @ -1.5")
    assert isinstance(moment, VectorSelector)
    assert isinstance(moment.at, At)
    assert moment.at.timestamp == -1500


def test_an_offset_ends_before_an_operator() -> None:
    expr = parse("x offset 5m + 2")
    assert isinstance(expr, Binary)
    assert isinstance(expr.left, VectorSelector)
    assert isinstance(expr.left.offset, NumberLiteral)
    assert expr.left.offset.value == 300


def test_subqueries() -> None:
    expr = parse("rate(x[5m])[1h:]")
    assert isinstance(expr, Subquery)
    assert expr.step is None
    assert isinstance(parse("max_over_time(x[1h:1m] offset 5m)"), Call)


def test_matching() -> None:
    expr = parse("a * on(x, y) group_left(z) b")
    assert isinstance(expr, Binary)
    assert expr.matching is not None
    assert expr.matching.cardinality == Cardinality.MANY_TO_ONE
    assert (expr.matching.labels, expr.matching.on, expr.matching.include) == (("x", "y"), True, ("z",))


def test_places_are_character_offsets() -> None:
    text = 'sum(rate(x{a="ü"}[5m])) by (b)'
    expr = parse(text)
    assert isinstance(expr, Aggregate)
    assert (expr.start, expr.end) == (0, len(text))
    call = expr.expr
    assert isinstance(call, Call)
    assert text[call.start : call.end] == 'rate(x{a="ü"}[5m])'
    assert text[call.args[0].start : call.args[0].end] == 'x{a="ü"}[5m]'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "unknown position: parse error: no expression found in input"),
        ("# only a comment", "1:1: parse error: no expression found in input"),
        ("a b", '1:3: parse error: unexpected identifier "b"'),
        ("sum(a b)", '1:7: parse error: unexpected identifier "b" in aggregation'),
        ("a\n+\n\nb c", '4:3: parse error: unexpected identifier "c"'),
        ('sum(x{a="é"} b)', '1:15: parse error: unexpected identifier "b" in aggregation'),
        ("x{a}", '1:4: parse error: unexpected "}" in label matching, expected label matching operator'),
        ("x{a=1}", "1:5: parse error: unexpected character inside braces: '1'"),
        ("x{a=b}", '1:5: parse error: unexpected identifier "b" in label matching, expected string'),
        ('x{a=~"("}', "1:3: parse error: error parsing regexp: missing closing ): `(`"),
        ("sum by a (x)", '1:8: parse error: unexpected identifier "a" in grouping opts, expected "("'),
        (
            "x offset",
            "1:9: parse error: unexpected end of input in offset, expected number, duration, step(), or range()",
        ),
        ("x[5m] offset 1m offset 2m", "1:1: parse error: offset may not be set multiple times"),
        ("x @ 1 @ 2", "1:1: parse error: @ <timestamp> may not be set multiple times"),
        ("(x)[5m]", "1:4: parse error: ranges only allowed for vector selectors"),
        ("x[0]", "1:3: parse error: duration must be greater than 0"),
        ("x[1h1h]", '1:3: parse error: not a valid duration string: "1h1h"'),
        ("rate(x)", '1:6: parse error: expected type range vector in call to function "rate", got instant vector'),
        ("rate(x[5m], 1)", '1:1: parse error: expected 1 argument(s) in call to "rate", got 2'),
        ("round()", '1:1: parse error: expected at least 1 argument(s) in call to "round", got 0'),
        ("nosuch(x)", '1:1: parse error: unknown function with name "nosuch"'),
        ("rate(x[5m],)", "1:11: parse error: trailing commas not allowed in function call args"),
        (
            "topk(x)",
            "1:1: parse error: wrong number of arguments for aggregate expression provided, expected 2, got 1",
        ),
        ("1 == 1", "1:3: parse error: comparisons between scalars must use BOOL modifier"),
        ("a + bool b", "1:3: parse error: bool modifier can only be used on comparison operators"),
        ("a and 1", '1:1: parse error: set operator "and" not allowed in binary scalar expression'),
        ("a and on(x) group_left() b", '1:1: parse error: no grouping allowed for "and" operation'),
        ("a * on(x) group_left(x) b", '1:3: parse error: label "x" must not occur in ON and GROUP clause at once'),
        ("x[5m] + 1", "1:1: parse error: binary expression must contain only scalar and instant vector types"),
        ('{x=""}', "1:1: parse error: vector selector must contain at least one non-empty matcher"),
        ('x{__name__="y"}', '1:1: parse error: metric name must not be set twice: "x" or "y"'),
        ("1[5m:]", "1:1: parse error: subquery is only allowed on instant vector, got scalar instead"),
        (
            "1e999",
            '1:1: parse error: error parsing number: strconv.ParseFloat: parsing "1e999": value out of range',
        ),
    ],
)
def test_errors_read_like_a_servers(text: str, message: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse(text)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "text",
    [
        "info(x)",
        "limitk(1, x)",
        "x[5m] smoothed",
        "x anchored",
        "a + fill(0) b",
        "x </ 1",
        "start()",
        "sort_by_label(x, 'a')",
    ],
)
def test_what_a_feature_flag_turns_on_is_refused_by_name(text: str) -> None:
    with pytest.raises(UnsupportedError, match="not supported by the embedded engine"):
        parse(text)


@pytest.mark.parametrize(
    "text", ["(" * 10_000 + "1" + ")" * 10_000, "-" * 10_000 + "1", "1" + "^1" * 10_000, "abs(" * 10_000]
)
def test_deep_nesting_is_an_error(text: str) -> None:
    with pytest.raises(ParseError, match="nested too deeply"):
        parse(text)


def test_a_query_of_too_many_characters_or_words_is_an_error() -> None:
    with pytest.raises(ParseError, match="longer than"):
        parse("a" * 1_000_001)
    with pytest.raises(ParseError, match="words and signs"):
        parse("1" + "+1" * 60_000)


def test_a_long_chain_is_no_nesting() -> None:
    assert isinstance(parse("a" + " or a" * 5000), Binary)


def test_parsing_does_not_wait_for_numpy() -> None:
    """The console's editor parses on a bastion that is slow to import it, or has none."""
    script = "import sys, sources.promql.parser as p; p.parse('rate(x[5m]) > 1'); sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
