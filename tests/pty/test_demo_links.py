"""The real program behind a slow link: frames wait for the terminal's word, and what it says is no key."""

from collections.abc import Sequence

import pytest

from tests.pty.commands import DEMO
from tests.pty.harness import Pty
from tests.pty.link import Link
from tui.terminal.pace import ASK, FINE

QUESTION, ANSWER = ASK.encode(), FINE.encode()


def demo(*options: str, answers: bool = True) -> Pty:
    replies = {QUESTION: ANSWER} if answers else {}
    argv: Sequence[str] = (*DEMO.argv, *options)
    return Pty(argv, columns=160, rows=40, replies=replies, link=Link(200_000, 0.05))


@pytest.mark.parametrize("options", [(), ("--low-bandwidth",)])
def test_each_frame_waits_for_the_one_before(options: Sequence[str]) -> None:
    with demo(*options) as terminal:
        terminal.wait_for(DEMO.ready)
        # A screen: keys are obeyed at once, and each of their frames carries a question when none is on its way.
        for key in "jjjkkk":
            before = terminal.output.count(QUESTION)
            terminal.send(key)
            terminal.wait_for(lambda before=before: terminal.output.count(QUESTION) > before)
        assert terminal.link.down.most < 64 * 1024
        terminal.send("?")
        terminal.wait_for("Esc")
        assert "[0n" not in terminal.text
        terminal.send("qq")
        assert terminal.wait_exit() == 0


def test_a_terminal_that_never_answers_is_asked_once_and_drawn_on() -> None:
    with demo(answers=False) as terminal:
        terminal.wait_for(DEMO.ready)
        terminal.send(":tour\r")
        terminal.wait_for("tour")
        terminal.send(":tour off\rz")
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert terminal.output.count(QUESTION) == 1


@pytest.mark.parametrize("columns", [80, 200])
def test_over_a_modem_all_of_a_filter_comes_behind_the_line_that_is_typed(columns: int) -> None:
    link = Link(56_000, 0.02)
    with Pty(DEMO.argv, columns=columns, rows=30, replies={QUESTION: ANSWER}, link=link) as terminal:
        terminal.wait_for(DEMO.ready)
        for key in ("G", "g", "o", "o"):  # rows enough to tell the link's pace by
            before = terminal.output.count(QUESTION)
            terminal.send(key)
            terminal.wait_for(lambda before=before: terminal.output.count(QUESTION) > before)
        terminal.send("/payments")
        terminal.wait_for(lambda: terminal.screen.display[-1].startswith("/payments"))
        terminal.wait_for(lambda: namespaces(terminal) == {"payments"})
        terminal.send("\x1bq")
        assert terminal.wait_exit() == 0


def namespaces(terminal: Pty) -> set[str]:
    """The namespaces of the pods on the screen."""
    lines = terminal.screen.display
    top = next((y for y, line in enumerate(lines) if "NAMESPACE" in line and "READY" in line), 0)
    bottom = next((y for y, line in enumerate(lines) if y > top and line.startswith((" Events", "/"))), 0)
    return {line[3:12].strip() for line in lines[top + 1 : bottom]} - {""} if top else set()
