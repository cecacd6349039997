"""Layouts: every pane gets cells of its own, small ones become title lines, keys move edges."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources.choices import PANES
from tui.arrangement import Arrangement
from tui.layouts import FEWEST, PRESETS, Box, Layout, place, taller, wider
from tui.saved_layouts import LayoutError, Layouts

TWO = Layout((("nodes", "pods"), ("alerts",)), (1, 1), {"nodes": 1, "pods": 3})


def cells(box: Box) -> set[tuple[int, int]]:
    return {(x, y) for x in range(box.x, box.x + box.width) for y in range(box.y, box.y + box.height)}


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("size", [(100, 21), (120, 33), (160, 42), (200, 47), (333, 90)])
@pytest.mark.parametrize("active", PANES)
def test_presets_fill_the_screen_without_overlap(name: str, size: tuple[int, int], active: str) -> None:
    boxes = place(PRESETS[name], *size, active)
    assert set(boxes) == set(PANES)
    taken: set[tuple[int, int]] = set()
    for box in boxes.values():
        assert box.width > 0
        assert box.height == 1 or box.height >= FEWEST
        assert not taken & cells(box)
        taken |= cells(box)
    gaps = {x for x in range(size[0]) if (x, 0) not in taken}
    assert len(taken) == (size[0] - len(gaps)) * size[1], "nothing but the gap between columns is left"
    assert boxes[active].height >= FEWEST, "what has the keyboard is never a title line"


def test_what_is_too_small_becomes_a_title_line_and_the_smallest_goes_first() -> None:
    boxes = place(TWO, 100, 9, "pods")
    assert (boxes["nodes"].height, boxes["pods"].height) == (1, 8)
    assert place(TWO, 100, 9, "nodes")["nodes"].height > 1


def test_hidden_panes_leave_their_cells_to_the_others() -> None:
    boxes = place(TWO, 101, 20, "pods", {"alerts"})
    assert boxes["pods"].width == 101
    assert place(TWO, 101, 20, "pods", {"nodes"})["pods"].height == 20


def test_edges_move_and_nobody_vanishes() -> None:
    before = place(TWO, 101, 40, "pods")
    more = place(wider(TWO, "pods", 1, 101), 101, 40, "pods")
    assert more["pods"].width > before["pods"].width
    assert more["alerts"].width < before["alerts"].width
    layout = TWO
    for _press in range(40):
        layout = taller(wider(layout, "alerts", 1, 101), "nodes", 1)
    boxes = place(layout, 101, 60, "pods")
    assert min(box.width for box in boxes.values()) >= 10
    assert min(box.height for box in boxes.values()) >= FEWEST


def test_a_pane_that_is_asked_for_is_shown_whatever_was_hidden_or_left_out() -> None:
    arrangement = Arrangement("mine", TWO).hide("pods")
    assert "pods" not in arrangement.shown()
    assert "pods" in arrangement.with_pane("pods").shown()
    assert "events" in arrangement.with_pane("events").shown()
    assert Arrangement("one", Layout((("pods",),), (1,))).hide("pods").shown() == ["pods"]


def test_layouts_are_saved_and_found_again(tmp_path: Path) -> None:
    kept = Layouts({"team": TWO}, tmp_path / "state")
    assert "saved in" in kept.save("night", TWO)
    again = Layouts({}, tmp_path / "state")
    assert again.get("night") == TWO
    assert again.after(again.names()[-1]) == again.names()[0]
    with pytest.raises(LayoutError, match="overview, workloads"):
        again.get("nigth")
    with pytest.raises(LayoutError, match="cannot be the name"):
        again.save("../x", TWO)


def test_a_state_folder_that_cannot_be_written_loses_nothing_now(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    kept = Layouts({}, tmp_path / "file")
    assert "this session only" in kept.save("night", TWO)
    assert kept.get("night") == TWO
    assert "no folder" in Layouts({}, None).save("night", TWO)


@pytest.mark.parametrize(
    "broken",
    [
        "{",
        "[]",
        '{"a": 1}',
        '{"bad": [[["pods"], ["pods"]], [1, 1], {}, "pods", []]}',
        '{"bad": [[["nope"]], [1], {}, "nope", []]}',
        '{"bad": [[["pods"]], [0], {}, "pods", []]}',
    ],
)
def test_a_broken_file_of_layouts_is_no_reason_not_to_start(tmp_path: Path, broken: str) -> None:
    (tmp_path / "layouts.json").write_text(broken)
    assert Layouts({}, tmp_path).names() == list(PRESETS)
