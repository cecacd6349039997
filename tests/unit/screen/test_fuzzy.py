"""Which names fit typed letters, and in which order."""

from __future__ import annotations

import pytest

from tui.fuzzy import ranked, score

NAMES = {
    "sort_memory": "order by memory",
    "namespaces": "choose from a list",
    "narrow": "less",
    "zoom": "one pane",
}


@pytest.mark.parametrize(("wanted", "text"), [("xyz", "sort"), ("trs", "sort"), ("sortt", "sort")])
def test_letters_that_are_not_there_in_this_order_do_not_fit(wanted: str, text: str) -> None:
    assert score(wanted, text) is None


def test_a_beginning_goes_before_a_word_before_the_middle_before_scattered_letters() -> None:
    texts = ["mem", "memory", "sort_mem", "sortmem", "mxexm"]
    scores = [score("MEM", text) for text in texts]
    assert None not in scores
    assert scores == sorted(scores, key=lambda value: value or 0)
    assert len(set(scores)) == len(scores)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("", ["sort_memory", "namespaces", "narrow", "zoom"]),
        ("mem", ["sort_memory"]),
        ("na", ["narrow", "namespaces"]),
        ("pane", ["zoom"]),
        ("by sort", ["sort_memory"]),
        ("zoom list", []),
    ],
)
def test_every_word_must_fit_the_name_or_stand_in_the_words(wanted: str, found: list[str]) -> None:
    assert ranked(wanted, NAMES, str, NAMES.__getitem__) == found
