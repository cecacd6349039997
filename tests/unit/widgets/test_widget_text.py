"""Text is measured and cut in terminal cells."""

from __future__ import annotations

import pytest

from tui.widgets.text import clusters, fit, truncate, width, wrap


@pytest.mark.parametrize(
    ("text", "cells"),
    [("abc", 3), ("파드", 4), ("e\u0301", 1), ("日本go", 6), ("", 0), ("▁⣿", 2)],
)
def test_width_counts_cells(text: str, cells: int) -> None:
    assert width(text) == cells


@pytest.mark.parametrize(
    ("text", "cells", "cut"),
    [
        ("nginx-7d4b", 10, "nginx-7d4b"),
        ("nginx-7d4b", 6, "nginx…"),
        ("nginx", 1, "…"),
        ("nginx", 0, ""),
        ("결제서비스", 10, "결제서비스"),
        ("결제서비스", 9, "결제서비…"),
        ("결제서비스", 8, "결제서…"),  # the fourth would be halved
        ("결제", 1, "…"),
        ("e\u0301a\u0302o\u0308", 2, "e\u0301…"),
        ("e\u0301a\u0302", 2, "e\u0301a\u0302"),
    ],
)
def test_truncate_cuts_between_characters(text: str, cells: int, cut: str) -> None:
    assert truncate(text, cells) == cut
    assert width(truncate(text, cells)) <= cells


def test_truncate_can_keep_the_end() -> None:
    assert truncate("checkout-7d4b9c-x2x9p", 11, elide="middle") == "check…x2x9p"
    assert truncate("/var/lib/kubelet", 8, elide="start") == "…kubelet"
    assert truncate("가나다라마", 7, elide="middle") == "가…라" or width("가…라마") == 7
    assert truncate("가나다라마", 5, elide="start") == "…라마"
    assert truncate("abc", 1, ellipsis="...") == "a"


@pytest.mark.parametrize("align", ["left", "right", "center"])
@pytest.mark.parametrize("text", ["", "a", "파", "e\u0301", "파드파드파드", "a-very-long-name", "a파드"])
@pytest.mark.parametrize("cells", [0, 1, 2, 5, 8])
def test_fit_is_exactly_as_wide_as_asked(text: str, cells: int, align: str) -> None:
    assert width(fit(text, cells, align)) == cells  # type: ignore[arg-type]  # parametrised literal


def test_fit_aligns() -> None:
    assert fit("ab", 5) == "ab   "
    assert fit("ab", 5, "right") == "   ab"
    assert fit("파", 5, "center") == " 파  "


def test_clusters_keep_marks_with_their_base() -> None:
    assert [c for c, _ in clusters("e\u0301파\u0301b")] == ["e\u0301", "파\u0301", "b"]
    assert list(clusters("")) == []


def test_wrap_breaks_at_spaces_and_inside_long_words() -> None:
    assert wrap("list pods is not allowed", 10) == ["list pods", "is not", "allowed"]
    assert wrap("가나다라 마", 5) == ["가나", "다라", "마"]
    assert wrap("one\ntwo", 10) == ["one", "two"]
    assert wrap("text", 0) == []
    assert all(width(line) <= 3 for line in wrap("abcdefgh ijk", 3))
