"""How a document is laid out and searched; the cursor is driven through the details of the screen."""

from __future__ import annotations

from tui.widgets.document import LABEL, Code, Drawing, Entry, Text, lay, matching, plain
from tui.widgets.lines import Line
from tui.widgets.text import width


def shown(entries: list[Entry], columns: int) -> list[str]:
    return ["".join(text for text, _ in one.line.pieces).rstrip() for one in lay(entries, columns)]


def test_texts_stand_behind_their_labels() -> None:
    assert shown([Text("#", "Title"), Text("a", "b"), Text("")], 40) == [
        " Title",
        "  a" + " " * (LABEL - 1) + "b",
        "",
    ]
    wrapped = shown([Text("a", "one two three")], LABEL + 3 + 10)
    assert [line.strip() for line in wrapped] == ["a" + " " * (LABEL - 1) + "one two", "three"]
    long = "app.kubernetes.io/name"
    assert shown([Text(long, "web")], 60) == [f"  {long}  web"]
    assert shown([Text(long, "x" * 30)], 40)[0].strip() == long, "a label is never cut"


def test_only_the_first_line_of_a_text_is_chosen() -> None:
    laid = lay([Text("a", "word " * 30, target="t")], 40)
    assert [one.target for one in laid] == ["t", *[None] * (len(laid) - 1)]


def test_code_goes_on_below_itself_within_the_width() -> None:
    entry = Code((("    ", ""), ("key", "k"), (":", ""), (" " + "v" * 100, "")), 6)
    lines = shown([entry], 40)
    assert lines[0].startswith("     key: vvv")
    assert all(line.startswith("       v") for line in lines[1:])
    assert "".join(line.strip() for line in lines) == "key: " + "v" * 100
    for columns in (1, 2, 5, 12, 40):
        assert all(width(line) <= max(columns, 11) for line in shown([Code((("한국어" * 50, ""),), 4)], columns))
    endless = shown([Code((("x" * 100_000, ""),), 2)], 40)
    assert endless[-1].endswith("more characters")
    assert len(endless) < 100


def test_a_search_shows_matches_among_their_neighbours() -> None:
    entries: list[Entry] = [Text("", f"line {number}") for number in range(20)]
    found, count = matching(entries, "LINE 9".lower())
    assert count == 1
    assert [plain(entry) for entry in found] == ["..", "line 7", "line 8", "line 9", "line 10", "line 11"]
    assert [entry.style for entry in found if isinstance(entry, Text)] == ["dim", "dim", "dim", "", "dim", "dim"]
    assert matching(entries, "Line")[1] == 0, "a capital asks for itself"
    assert matching(entries, "line")[1] == 20
    drawing = Drawing("", lambda _data, _columns: [Line()])
    assert matching([drawing, Text("", "x")], "x")[1] == 1
