"""RE2 matching: what matches, what the groups hold, which patterns are refused, and that nothing stalls."""

from __future__ import annotations

import random
import re

import pytest

from sources.promql.regex import Regex, RegexError


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("", [""], ["a"]),
        ("foo|bar|", ["foo", "bar", ""], ["foobar"]),
        ("f.o", ["foo", "f\no"], ["xfoo", "foox"]),
        (".*foo.*", ["foo", "xfoox"], ["fo"]),
        ("foo.*", ["foo", "foo\nx"], ["xfoo"]),
        (".+", ["x"], [""]),
        ("(?-s).*", ["x"], ["a\nb"]),
        ("^foo$", ["foo"], ["foo\n"]),
        ("(?m)a$.^b", ["a\nb"], ["ab"]),
        ("(?i)straSSe|ſ", ["STRASSE", "strasse", "S", "s"], ["straße"]),
        ("(?i:a)b", ["Ab", "ab"], ["aB"]),
        ("[[:alpha:]_-]+[^\\d\\s]", ["ab", "_-x"], ["a1", "1a"]),
        ("[]a]+", ["]a"], ["b"]),
        ("[\\]\\-x-z]+", ["]-y"], ["a"]),
        ("a{2}|b{1,}|c{,2}", ["aa", "bbb", "c{,2}"], ["a", "cc"]),
        (r"\x41\x{1F600}\101\Qa.b\E+", ["A😀Aa.b", "A😀Aa.bbb"], ["A😀Aaxb"]),
        (r"\bfoo\b.*\Bo", ["foo foo"], ["foo o"]),
        (r"\pL\p{Nd}\P{L}", ["é5-"], ["55-"]),
        (r"(?P<x>a)(?<y>b)", ["ab"], ["ba"]),
        ("a{0}b", ["b"], ["ab"]),
        ("(|a)+", ["", "aaa"], ["b"]),
    ],
)
def test_anchored_matches(pattern: str, yes: list[str], no: list[str]) -> None:
    regex = Regex(pattern)
    assert [text for text in yes if not regex.matches(text)] == []
    assert [text for text in no if regex.matches(text)] == []


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(a", "missing closing ): `(a`"),
        ("a)", "unexpected ): `a)`"),
        ("[a", "missing closing ]: `[a`"),
        ("[z-a]", "invalid character class range: `z-a`"),
        ("*", "missing argument to repetition operator: `*`"),
        ("a**", "invalid nested repetition operator: `**`"),
        ("a{1001}", "invalid repeat count: `{1001}`"),
        ("((a{100}){100})", "invalid repeat count: `{100}`"),
        ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"),
        (r"(a)\1", r"invalid escape sequence: `\1`"),
        ("a\\", "trailing backslash at end of expression: ``"),
        (r"\pX", r"invalid or unsupported character class range: `\pX`"),
    ],
)
def test_what_is_no_regular_expression_is_said_in_gos_words(pattern: str, message: str) -> None:
    with pytest.raises(RegexError) as error:
        Regex(pattern)
    assert str(error.value) == f"error parsing regexp: {message}"


@pytest.mark.parametrize("pattern", ["(" * 10_000 + ")" * 10_000, "(abcdefghij{500}){2}" * 50, "a." * 30_000])
def test_a_pattern_without_measure_is_refused(pattern: str) -> None:
    with pytest.raises(RegexError):
        Regex(pattern)


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|a)*b", "(.*)*(.*)*(.*)*b", "(a?){500}a{500}b"])
def test_patterns_that_stall_backtracking_are_linear(pattern: str) -> None:
    assert not Regex(pattern).matches("a" * 2_000)


def _pattern(rng: random.Random, depth: int) -> str:
    kind = rng.randrange(9 if depth else 3)
    if kind < 2:
        return rng.choice("abc")
    if kind == 2:
        return rng.choice([".", "[ab]", "[^a]", "\\w"])
    inner = _pattern(rng, depth - 1)
    if kind < 5:
        return inner + _pattern(rng, depth - 1)
    if kind < 7:
        return f"({inner}|{_pattern(rng, depth - 1)})"
    return f"(?:{inner}){rng.choice(['*', '+', '?', '{1,2}', '*?', '+?', '??'])}"


def test_random_patterns_agree_with_pythons_on_short_texts() -> None:
    # Python's `re` decides the same on these constructs as long as nothing empty is repeated.
    rng = random.Random(7)
    for _ in range(1_500):
        pattern = _pattern(rng, 4)
        ours, theirs = Regex(pattern), re.compile(pattern, re.DOTALL | re.ASCII)
        for _ in range(6):
            text = "".join(rng.choice("abcd\n") for _ in range(rng.randrange(7)))
            found = theirs.fullmatch(text)
            assert ours.matches(text) == (found is not None), (pattern, text)
            assert (ours.groups(text) is not None) == (found is not None), (pattern, text)


@pytest.mark.parametrize(
    ("pattern", "template", "text", "expected"),
    [
        ("(.*):(.*)", "$2-$1", "a:b:c", "c-a:b"),
        ("(.*?):(.*)", "$2-$1", "a:b:c", "b:c-a"),
        ("(a|ab)(c|bcd)?(d*)", "[$1][$2][$3]", "abcd", "[a][bcd][]"),
        ("(?P<x>.)(.)", "${x}y$2$x", "ab", "ayba"),
        ("(.)", "$1x", "a", ""),
        ("(.)", "${1}x$$1$9", "a", "ax$1"),
        ("(a)|b", "<$1>", "b", "<>"),
        ("foo", "$0!", "foo", "foo!"),
        ("foo", "x", "bar", None),
    ],
)
def test_expansion(pattern: str, template: str, text: str, expected: str | None) -> None:
    assert Regex(pattern).expand(template, text) == expected


def test_the_only_texts_are_known() -> None:
    assert Regex("(?:foo|ba[r])").literals == {"foo", "bar"}
    assert Regex("foo.?").literals is None
