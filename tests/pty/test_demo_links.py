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
