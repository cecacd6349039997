"""All keys of a burst arrive in one read, as over a slow link; each must land where it was typed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pty.stage_hand import StagedScreen

ENTER, ESC, CTRL_U = "\r", "\x1b", "\x15"


@pytest.fixture
def screen() -> Iterator[StagedScreen]:
    with StagedScreen() as screen:
        screen.fill()
        yield screen


def title(screen: StagedScreen, pane: str) -> str:
    """The part of a line that begins with a pane's title; "" when the pane is not shown."""
    lines = [line for line in screen.text.splitlines() if f" {pane} " in line and "─" in line]
    return lines[0].partition(f" {pane} ")[2].lstrip() if lines else ""


def _cyan(screen: StagedScreen, y: int) -> int:
    return sum(screen.screen.buffer[y][x].bg == "cyan" for x in range(screen.screen.columns))


def cursor_row(screen: StagedScreen) -> str:
    """The text of the row under the cursor of the pane that has the keyboard."""
    rows = [
        "".join(screen.screen.buffer[y][x].data for x in range(screen.screen.columns))
        for y in range(screen.screen.lines)
        if _cyan(screen, y) > screen.screen.columns // 3  # a title is a shorter tag of the same colour
    ]
    assert len(rows) == 1, screen.text
    return rows[0]


def test_namespace_cursor_and_filter(screen: StagedScreen) -> None:
    screen.press(":ns shop", ENTER, "jj", "/web-1", ENTER)
    assert "ns:shop" in screen.text
    assert "/web-1" in title(screen, "Pods")
    assert title(screen, "Pods").startswith("3/60"), screen.text  # web-11, web-14 and web-17
    assert cursor_row(screen).split()[0] == "shop"
    screen.press("k", "k")
    assert "web-11" in cursor_row(screen)


def test_query_graph_and_zoom(screen: StagedScreen) -> None:
    screen.press("e", CTRL_U, 'sum(rate(x{job="q"}[5m]))', ENTER, "v", "z")
    assert '> sum(rate(x{job="q"}[5m]))' in screen.text
    assert title(screen, "PromQL")
    assert not title(screen, "Pods"), "zoomed"
    assert "VALUE" not in screen.text, "a graph"
    screen.press("zv")
    assert title(screen, "Pods")
    assert "VALUE" in screen.text


def test_panes_filters_and_back(screen: StagedScreen) -> None:
    screen.press(":nodes", ENTER, "/worker-3", ENTER, "\t\t", "/web-0", ENTER)
    assert title(screen, "Nodes").startswith("1/8")
    assert title(screen, "Events").startswith("40 in 10 rows")
    screen.press("\x1b[Z\x1b[Z", ENTER)  # back to the nodes, and the summary of the one that is left
    assert "worker-3" in title(screen, "Detail")


def test_escape_and_the_next_keys_in_one_read(screen: StagedScreen) -> None:
    screen.press("/web-1", ENTER, "/nothing", ESC, "j", ESC, "j")
    # The first Esc leaves the prompt, the second clears the filter; both j go down.
    assert title(screen, "Pods").startswith("60")
    screen.press(":quit", ESC, "?")
    assert title(screen, "Help")
    screen.press(ESC, ":nodes", ENTER)
    assert not title(screen, "Help")
    assert "worker-0" in cursor_row(screen)


def test_alt_keys_edit_the_line(screen: StagedScreen) -> None:
    screen.press("/one two", "\x1b\x7f", "three")
    assert "/one three" in screen.text.splitlines()[-1]


def test_pasted_text_stays_text(screen: StagedScreen) -> None:
    screen.press("e", CTRL_U, "\x1b[200~rate(a[5m])\nq z\x1b[201~", ENTER)
    assert "> rate(a[5m]) q z" in screen.text
    assert title(screen, "Pods"), "nothing of it was taken for a key"
    screen.press(":", "\x1b[200~a\x1b[31mb\x1bz\rq\x1b[201~")
    assert screen.text.splitlines()[-1].startswith(":a[31mbz q")
    screen.press(ESC, "\x1b[200~zz\x1bzq\x1b[31mz\x1b[201~")
    assert title(screen, "Pods")
    assert screen.process.poll() is None


def test_sequences_in_two_writes(tmp_path: Path) -> None:
    # The rest of a sequence may come late; how late is up to ESCDELAY (milliseconds), here: as late as it likes.
    with StagedScreen(env={"ESCDELAY": "60000"}) as screen:
        screen.fill()
        screen.press("j")
        before = cursor_row(screen)
        for half, rest in ((b"\x1b", b"[B"), (b"\x1b[", b"B"), (b"\x1b[1;", b"1B")):
            screen.send(half)
            screen.press(rest)
            after = cursor_row(screen)
            assert after != before
            before = after
        screen.press("/")
        screen.send("드".encode()[:1])
        screen.press("드".encode()[1:])
        assert "/드" in screen.text.splitlines()[-1].replace(" ", "")


def test_more_keys_than_a_read_takes(screen: StagedScreen) -> None:
    screen.press("jk" * 700, "jjj")
    assert "web-09" in cursor_row(screen)
