"""What the lines around a pane say where there is little room."""

from __future__ import annotations

import pytest

from tui.panes.bottom import TabLine
from tui.panes.title import TitleLine


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (44, " Nodes 12 !1  Pods 308 !1  Events 7  PromQL "),
        (34, " Nodes  Pods  Events 7  PromQL "),
        (18, " Events 7  PromQL "),
        (10, " Events 7 "),
    ],
)
def test_the_shown_tab_is_always_in_sight(columns: int, said: str) -> None:
    line = TabLine({})
    line.tabs = [
        ("Nodes", "12 !1", False),
        ("Pods", "308 !1", False),
        ("Events", "7", True),
        ("PromQL", "", False),
    ]
    (drawn,) = line.compose_lines(columns, 1)
    assert "".join(text for text, _ in drawn.pieces) == said


def test_only_the_name_of_a_pane_is_lit_by_the_keyboard() -> None:
    line = TitleLine({})
    line.left, line.focused_pane = [(" Pods ", "title.name"), (" 2 faulty ", "bad")], True
    assert line.compose_lines(40, 1)[0].pieces[:2] == ((" Pods ", "title.name.focused"), (" 2 faulty ", "bad"))
    line.left = [(" 2 faulty ", "bad")]
    assert line.compose_lines(40, 1)[0].pieces[0] == (" 2 faulty ", "bad"), "a tab above has the name"
