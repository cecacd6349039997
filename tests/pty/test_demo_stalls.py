"""Nobody reads the terminal for a while: the data goes on, nothing piles up, what is shown then is the present."""

import pytest

from sources.contract import Batch, Upsert
from tests.pilot.staged import NOW
from tests.pty.stage_hand import PODS, StagedScreen, a_pod_usage, upsert_pod

ATOMIC = {b"\x1b[?2026$p": b"\x1b[?2026;2$y"}


def all_usage(millicores: int) -> Batch:
    return Batch("kubernetes", "usage", NOW, tuple(Upsert(a_pod_usage(key, millicores)) for key in PODS))


@pytest.mark.parametrize("replies", [None, ATOMIC], ids=["plain", "atomic frames"])
def test_a_stalled_terminal(replies: dict[bytes, bytes] | None) -> None:
    with StagedScreen(200, 60, replies=replies) as screen:
        screen.fill()
        screen.press("z")
        read = screen.bytes_read
        turn = 0
        told = screen.order_unseen(all_usage(turn), seconds=1)
        while told.backlog == 0:
            turn += 1
            assert turn < 500, "this much fits into no terminal"
            told = screen.order_unseen(all_usage(turn % 900), seconds=1)
        stalled_after = turn
        for turn in range(stalled_after + 1, stalled_after + 100):
            told = screen.order_unseen(all_usage(turn % 900), seconds=1)
            assert told.backlog < 10, "frames pile up"
            assert (told.mail, told.waiting) == (0, 0), "batches pile up"
        screen.order_unseen(all_usage(777), upsert_pod("batch/web-00", status="TheLastWord"), seconds=1)

        stale = turn - stalled_after
        for _ in range(50):  # reads again; as long as the terminal is behind, seconds are still missed
            screen.order(seconds=1)
            if "777m" in screen.text and "TheLastWord" in screen.text:
                break
        else:
            pytest.fail(f"the present is not shown:\n{screen.text}")
        caught_up = screen.bytes_read - read
        # What the terminal had taken before, a few frames that were under way, and the present.
        assert caught_up <= 100_000, f"{stale} seconds were missed, {caught_up} bytes came"
        cells = screen.cells()
        screen.press("\x0c")
        assert screen.cells() == cells
        screen.send("q")
        assert screen.wait_exit() == 0
        assert screen.modes_left() == set()


def test_keys_that_were_typed_meanwhile_count() -> None:
    with StagedScreen(200, 60) as screen:
        screen.fill()
        for turn in range(500):
            if screen.order_unseen(all_usage(turn), seconds=1).backlog:
                break
        screen.press("/web-1\rzjj")
        assert "/web-1" in screen.text
        assert " Nodes " not in screen.text
