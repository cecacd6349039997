"""What the real screen sends to the terminal, in bytes: what a slow link feels, and what no noise disturbs."""

from collections.abc import Iterator
from random import Random

import pytest

from sources.contract import Batch, Delete, Upsert
from tests.pilot.staged import NOW, event
from tests.pty.stage_hand import PODS, StagedScreen, a_pod_usage, upsert_pod

ATOMIC = {b"\x1b[?2026$p": b"\x1b[?2026;2$y"}
"""A terminal that takes whole frames: each begins with `FRAME` then."""
FRAME = b"\x1b[?2026h"
ESC, TAB, CTRL_L = "\x1b", "\t", "\x0c"


@pytest.fixture
def screen() -> Iterator[StagedScreen]:
    with StagedScreen() as screen:
        screen.fill()
        yield screen


@pytest.fixture
def framed() -> Iterator[StagedScreen]:
    """The same in a terminal that takes whole frames."""
    with StagedScreen(replies=ATOMIC) as screen:
        screen.fill()
        yield screen


def repaint(screen: StagedScreen) -> bytes:
    return screen.press(CTRL_L)


def test_idle_seconds_send_the_clock_and_the_ages(screen: StagedScreen) -> None:
    assert screen.press() == b""
    assert screen.order() == b""
    # The clock, two sources in the header, four panes: seven digits.
    assert len(screen.order(seconds=1)) <= 200
    assert len(screen.order(seconds=10)) <= 2_000
    # With four evaluations of the query, and the ages of nodes, pods, alerts and events.
    assert len(screen.order(seconds=60)) <= 60 * 250


def test_a_changed_row_sends_its_changed_cells(screen: StagedScreen) -> None:
    drawn = screen.order(upsert_pod("batch/web-00", status="CrashLoopBackOff"))
    assert b"CrashLoopBackOff" in drawn
    assert b"1 faulty" in drawn
    assert len(drawn) <= 160  # the title says why, too: it is the row under the cursor
    assert screen.order(upsert_pod("batch/web-00", status="CrashLoopBackOff")) == b"", "nothing new"
    assert screen.order(upsert_pod("shop/web-59", restarts=1)) == b"", "out of sight"


def test_new_usage_of_everything_sends_what_is_seen_of_it(screen: StagedScreen) -> None:
    screen.press("z")
    usage = tuple(Upsert(a_pod_usage(key, 200)) for key in PODS)
    visible = screen.text.count("Running")
    assert visible > 20
    assert len(screen.order(Batch("kubernetes", "usage", NOW, usage))) <= visible * 100


def test_a_new_event_and_a_gone_pod(screen: StagedScreen) -> None:
    new = event("new", "shop/web-02", last=NOW, type="Warning", reason="BackOff", message="again and again")
    drawn = screen.order(Batch("kubernetes", "events", NOW, (Upsert(new),)))
    assert b"again and again" in drawn
    assert len(drawn) <= 900, "the rows under it move down"
    gone = screen.order(Batch("kubernetes", "pods", NOW, (Delete("pod", "shop/web-59"),)))
    assert len(gone) <= 120, "a count here and there"


def test_keys_send_little(screen: StagedScreen) -> None:
    assert 0 < len(screen.press("j")) <= 400
    assert len(screen.press("k")) <= 400
    assert 0 < len(screen.press(TAB)) <= 800  # two titles and two cursors
    assert len(screen.press(":")) <= 600
    assert len(screen.press("n")) <= 80
    assert len(screen.press("s")) <= 80
    assert len(screen.press(ESC)) <= 850
    assert len(screen.press("/")) <= 600
    for letter in "web":
        assert (
            0 < len(screen.press(letter)) <= 90
        )  # in the prompt, and in the title of the rows it already filters
    assert len(screen.press(ESC)) <= 850


def test_every_change_of_the_arrangement_is_one_frame(framed: StagedScreen) -> None:
    whole = len(repaint(framed))
    # What was opened is asked of the server, then what belongs to it: each answer may come in a frame of its own.
    for keys, answers in (("z", 0), ("z", 0), ("?", 0), (ESC, 0), ("\r", 2), (ESC, 0)):
        drawn = framed.press(keys)
        assert drawn.count(FRAME) <= 2 + answers, keys  # the focus may come a frame later
        assert 0 < len(drawn) <= whole * 1.1, keys


def test_a_resize_is_one_paint(framed: StagedScreen) -> None:
    whole = len(repaint(framed))
    drawn = framed.sized(122, 38)
    assert len(drawn) <= whole * 1.25, "more than a screen was sent, so something was drawn twice"
    cells = framed.cells()
    again = repaint(framed)
    assert abs(len(again) - len(drawn)) <= 100
    assert framed.cells() == cells


def test_the_start_draws_the_screen_once(framed: StagedScreen) -> None:
    # On a busy machine a tick comes before the screen stands, and a title says more a frame later.
    assert len(framed.started) <= len(repaint(framed)) * 1.25


def test_a_size_that_was_another_for_a_moment_is_drawn_again(screen: StagedScreen) -> None:
    before = screen.cells()
    screen.resize(60, 10)  # what does not fit is gone in the terminal
    screen.resize(120, 36)
    screen.wait_for(lambda: screen.cells() == before)


@pytest.mark.parametrize("seed", range(3))
def test_the_terminal_shows_what_was_meant_after_many_changes(screen: StagedScreen, seed: int) -> None:
    # What is sent is a difference; a whole repaint must not show anything else.
    random = Random(seed)
    screen.order(upsert_pod("batch/노드-검사-00"), upsert_pod("shop/é-combining-01"))
    keys = ["j", "k", "G", "g", TAB, "z", "!", "o", ">", "C", "v", "1", "2", "0", "?", ESC, "\r", ESC, ":", ESC]
    for _ in range(6):
        for _ in range(5):
            screen.press(random.choice(keys))
            key = random.choice(PODS)
            status = random.choice(["Running", "CrashLoopBackOff", "이미지 없음"])
            screen.order(upsert_pod(key, status=status), seconds=random.randrange(3))
        cells = screen.cells()
        repaint(screen)
        assert screen.cells() == cells
