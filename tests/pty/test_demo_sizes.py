"""The real screen at every size, and while its size changes faster than it can draw."""

import pytest

from tests.pty.commands import DEMO
from tests.pty.harness import SANE, Pty
from tests.pty.stage_hand import StagedScreen

PANES = ("Nodes", "Pods", "Events", "PromQL", "Alerts")


@pytest.mark.parametrize(("columns", "rows"), [(120, 36), (200, 50), (400, 120), (100, 24)])
def test_all_panes_where_there_is_room(columns: int, rows: int) -> None:
    with StagedScreen(columns, rows) as screen:
        screen.fill()
        for pane in PANES:
            assert f" {pane} " in screen.text
        assert "CPU" in screen.text
        assert "worker-0" in screen.text
        assert len(screen.text.splitlines()) == rows, "the last line is used"
        assert max(map(len, screen.text.splitlines())) >= columns - 2, "the last columns are used"


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (99, 50), (60, 15)])
def test_tabs_where_there_is_none(columns: int, rows: int) -> None:
    with StagedScreen(columns, rows) as screen:
        screen.fill()
        tabs = screen.text.splitlines()[1]
        assert all(pane in tabs for pane in PANES if columns >= 80), tabs
        assert "web-00" in screen.text
        for pane in ("Events", "PromQL", "Alerts", "Nodes", "Pods"):
            screen.press("\t")
            row = screen.screen.buffer[1]
            lit = "".join(row[x].data for x in range(columns) if row[x].bg == "cyan")
            assert lit == f" {pane} ", screen.text


@pytest.mark.parametrize(("columns", "rows"), [(20, 5), (10, 3), (5, 2), (3, 1), (1, 1), (1, 40), (200, 1)])
def test_tiny_sizes_neither_crash_nor_stop_the_keys(columns: int, rows: int) -> None:
    with StagedScreen(columns, rows) as screen:
        screen.fill()
        if columns >= 20 and rows >= 5:
            assert "web-00" in screen.text or "Pods" in screen.text, screen.text
        screen.press(
            "j", "\t", "z", "?", "\x1b", ":ns shop\r", "/web\r", "\x1b", "v", "e", "\r", "d", "\x1b", "\t" * 5
        )
        screen.order(seconds=20)
        screen.sized(120, 36)
        assert "ns:shop" in screen.text
        screen.send("q")
        assert screen.wait_exit() == 0
        assert screen.modes_left() == set()
        assert screen.attributes() == SANE


def test_a_storm_of_sizes_ends_with_the_right_picture() -> None:
    with StagedScreen() as screen:
        screen.fill()
        for step in range(120):
            screen.resize(20 + step * 7 % 180, 2 + step * 5 % 60)
            if step % 10 == 0:
                screen.send("jz")
        screen.send("\x1b")
        screen.sized(110, 33)
        screen.sized(120, 36)
        cells = screen.cells()
        screen.press("\x0c")
        assert screen.cells() == cells
        assert all(f" {pane} " in screen.text for pane in PANES), screen.text


def test_a_storm_of_sizes_on_the_demo() -> None:
    with Pty(DEMO.argv, columns=120, rows=36) as terminal:
        terminal.wait_for(DEMO.ready)
        for step in range(60):
            terminal.resize(1 + step * 37 % 220, 1 + step * 11 % 70)
        terminal.resize(130, 40)
        terminal.wait_for(lambda: all(f" {pane} " in terminal.text for pane in PANES))
        terminal.wait_for(lambda: terminal.text.splitlines()[-1].endswith("q quit"))
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert terminal.modes_left() == set()
