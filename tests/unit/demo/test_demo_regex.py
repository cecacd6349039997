"""The linear-time regular expressions of label matchers."""

from __future__ import annotations

import random
import re
import warnings

import pytest

from sources.demo.regex import RegexError, compile_regex


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("web", ["web"], ["webs", "aweb", ""]),
        ("web|db.*", ["web", "db", "db-1"], ["web-1"]),
        ("5..", ["503"], ["50", "5031"]),
        ("[a-c]+[^x]", ["abd"], ["abx", "d"]),
        ("a{2,3}", ["aa", "aaa"], ["a", "aaaa"]),
        ("a{2,}", ["aa", "aaaaa"], ["a"]),
        (r"\d+\.\d", ["12.3"], ["12x3"]),
        ("(?i)Web", ["WEB", "web"], ["wab"]),
        ("(?:ab)*", ["", "abab"], ["aba"]),
        ("(?P<n>x)?", ["", "x"], ["xx"]),
        ("[[:alpha:]]+", ["ab"], ["a1"]),
        ("^a$", ["a"], ["ba"]),
        (".+", ["a\nb"], [""]),
        ("한.*", ["한글"], ["글한"]),
    ],
)
def test_is_anchored_and_knows_the_common_syntax(pattern: str, matching: list[str], other: list[str]) -> None:
    regex = compile_regex(pattern)
    assert [text for text in matching if not regex.matches(text)] == []
    assert [text for text in other if regex.matches(text)] == []


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|a)*b", "(a*)*b", "(.*)(.*)(.*)(.*)(.*)x"])
def test_patterns_that_stall_a_backtracking_matcher_do_not(pattern: str) -> None:
    assert not compile_regex(pattern).matches("a" * 2000)


@pytest.mark.parametrize(
    "pattern", ["(", "a)", "[a", "*", "a**", r"\p{L}", "(?=a)", "a{3,2}", "(a{1000}){1000}", "\\"]
)
def test_what_is_not_understood_is_an_error(pattern: str) -> None:
    with pytest.raises(RegexError):
        compile_regex(pattern)


def test_agrees_with_re_on_random_patterns() -> None:
    rng = random.Random(7)
    compared = 0
    for _ in range(1500):
        pattern = "".join(rng.choices("ab()|*+?.[]^$-{1,2}", k=rng.randrange(1, 8)))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                theirs = re.compile(f"(?s:{pattern})")
            ours = compile_regex(pattern)
        except (re.error, RegexError):
            continue
        for text in ("", "a", "b", "ab", "aab", "ba", "aaa", "-", "1"):
            compared += 1
            assert ours.matches(text) == bool(theirs.fullmatch(text)), (pattern, text)
    assert compared > 1000
