"""Typing edits what is seen as characters; history keeps the draft."""

from __future__ import annotations

import pytest

from tui.widgets.edit import History, LineBuffer
from tui.widgets.lines import Line, changed_span


def test_one_key_moves_over_and_deletes_one_seen_character() -> None:
    buffer = LineBuffer("파e\u0301x")
    buffer.left()
    buffer.left()
    assert buffer.caret == 1
    buffer.delete()
    assert buffer.text == "파x"
    buffer.backspace()
    assert (buffer.text, buffer.caret) == ("x", 0)
    buffer.backspace()
    buffer.right()
    buffer.right()
    assert buffer.caret == 1


def test_words() -> None:
    buffer = LineBuffer("sum by (pod)  rate")
    buffer.delete_word()
    assert buffer.text == "sum by (pod)  "
    buffer.delete_word()
    assert buffer.text == "sum by "
    buffer.word_left()
    assert buffer.caret == 4
    buffer.word_right()
    assert buffer.caret == 6
    buffer.delete_to_end()
    buffer.word_left()
    buffer.word_left()
    assert (buffer.text, buffer.caret) == ("sum by", 0)
    buffer.end()
    buffer.delete_to_start()
    assert buffer.text == ""


def test_pasted_lines_become_one_and_controls_vanish() -> None:
    buffer = LineBuffer()
    buffer.insert("up\n== 0\x1b[31m\x07\n")
    assert buffer.text == "up == 0[31m"
    buffer.set("")
    buffer.insert("web\rdb\r\napi\r")
    assert buffer.text == "web db api", "as terminals paste it"


def test_history_keeps_the_draft_and_repeats_once() -> None:
    history = History(["one", "two"])
    assert history.newer() is None
    assert [history.older("dra"), history.older("two"), history.older("one")] == ["two", "one", None]
    assert [history.newer(), history.newer(), history.newer()] == ["two", "dra", None]
    history.add("one")
    history.add("  ")
    assert history.lines == ["two", "one"]
    assert History("abc", bound=2).lines == ["b", "c"]


@pytest.mark.parametrize(
    ("old", "new", "span"),
    [
        (Line((("abc", ""),)), Line((("abc", ""),)), None),
        (Line((("abc", ""), ("d", ""))), Line((("abc", ""), ("e", ""))), (3, 4)),
        (Line((("파", ""), ("x", ""), ("y", ""))), Line((("파", ""), ("z", ""), ("y", ""))), (2, 3)),
        (Line((("a", ""), ("bb", ""))), Line((("a", ""), ("b", ""))), (1, 3)),
        (Line((("a", ""),)), Line((("a", ""), ("b", ""))), (1, 2)),
        (Line((("a", ""),)), Line((("a", "red"),)), (0, 1)),
        (Line((("a", ""),)), Line((("a", ""),), "cursor"), (0, 10)),
    ],
)
def test_only_the_cells_that_differ_count(old: Line, new: Line, span: tuple[int, int] | None) -> None:
    assert changed_span(old, new, 10) == span
