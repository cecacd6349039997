"""A terminal that is asked for its background: the screen suits it, and the answer is never a key."""

from __future__ import annotations

import pytest

from tests.pty.commands import DEMO
from tests.pty.harness import SANE, Pty
from tui.terminal.background import ASK

LIGHT = b"48;2;251;252;253"
DARK = b"48;2;14;20;27"
TRUE = {"COLORTERM": "truecolor", "COLORFGBG": "", "TMUX": "", "STY": ""}
SIXTEEN = {**TRUE, "COLORTERM": "", "TERM": "xterm", "TEXTUAL_COLOR_SYSTEM": "standard"}


def test_a_light_terminal_gets_the_light_theme() -> None:
    replies = {ASK.encode(): b"\x1b]11;rgb:ffff/ffff/eeee\x1b\\"}
    with Pty(DEMO.argv, columns=120, rows=36, env=TRUE, replies=replies) as terminal:
        terminal.wait_for(lambda: LIGHT in terminal.output)
        terminal.wait_for(DEMO.ready)
        # A key of the answer that got through would have opened, sorted or filtered something.
        terminal.send(":ns shop\r")
        terminal.wait_for("ns:shop")
        assert "!▲ NAMESPACE" in terminal.text
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert terminal.attributes() == SANE


@pytest.mark.parametrize("answer", [None, b"\x1b]11;rgb:0000/0000/0000\x07"])
def test_a_dark_or_silent_one_keeps_the_dark_theme(answer: bytes | None) -> None:
    replies = {ASK.encode(): answer} if answer else {}
    with Pty(DEMO.argv, columns=120, rows=36, env=TRUE, replies=replies) as terminal:
        terminal.wait_for(DEMO.ready)
        assert ASK.encode() in terminal.output
        assert DARK in terminal.output
        assert LIGHT not in terminal.output
        terminal.send("q")
        assert terminal.wait_exit() == 0


def test_sixteen_colours_are_the_terminals_own_and_nobody_asks() -> None:
    with Pty(DEMO.argv, columns=120, rows=36, env=SIXTEEN) as terminal:
        terminal.wait_for(DEMO.ready)
        assert ASK.encode() not in terminal.output
        assert b"48;2;" not in terminal.output
        assert b"48;5;" not in terminal.output
        terminal.send("q")
        assert terminal.wait_exit() == 0
