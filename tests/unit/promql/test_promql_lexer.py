"""The tokens of PromQL, as the parser and the console's highlighting read them."""

from __future__ import annotations

import pytest

from sources.promql.lexer import tokenize


def kinds(text: str) -> list[str]:
    return [token.kind for token in tokenize(text)]


def test_keywords_are_read_in_any_case_and_names_are_kept() -> None:
    assert kinds("SUM By (job) (x)") == [
        "sum",
        "by",
        "(",
        "identifier",
        ")",
        "(",
        "identifier",
        ")",
        "end of input",
    ]
    assert [token.text for token in tokenize("SUM x:y")] == ["SUM", "x:y", ""]


def test_inside_braces_keywords_are_labels() -> None:
    assert kinds('x{by="a",on!~"b"}')[1:-1] == [
        "{",
        "identifier",
        "=",
        "string",
        ",",
        "identifier",
        "!~",
        "string",
        "}",
    ]


def test_numbers_and_durations() -> None:
    assert kinds("1 .5 0x1F 1e3 inf NaN 1_000") == ["number"] * 7 + ["end of input"]
    assert kinds("5m 1h30m 250ms") == ["duration"] * 3 + ["end of input"]


def test_comments_are_left_out_unless_asked_for() -> None:
    assert kinds("x # 'note'\n+ y") == ["identifier", "+", "identifier", "end of input"]
    assert [token.kind for token in tokenize("x # note", comments=True)] == [
        "identifier",
        "comment",
        "end of input",
    ]


def test_offsets_are_in_characters() -> None:
    assert [(token.start, token.end) for token in tokenize('"ü" + x')] == [(0, 3), (4, 5), (6, 7), (7, 7)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(x", "unclosed left parenthesis"),
        ("x[5m", "unclosed left bracket"),
        ("x)", "unexpected right parenthesis ')'"),
        ("x{", "unexpected end of input inside braces"),
        ('"abc', "unterminated quoted string"),
        ('"\\q"', "unknown escape sequence U+0071 'q'"),
        ("5mm2", 'bad number or duration syntax: "5mm"'),
        ("x{a!b}", "unexpected character after '!' inside braces: 'b'"),
        ("x[:5m]", "unexpected colon before duration in duration expression"),
        ("é", "unexpected character: 'é'"),
    ],
)
def test_what_is_no_token_ends_the_tokens(text: str, message: str) -> None:
    last = tokenize(text)[-1]
    assert (last.kind, last.text) == ("error", message)
