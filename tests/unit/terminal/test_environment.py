"""The environment is prepared before Textual reads it, and a place without a terminal is told so."""

import io
import subprocess
import sys
from types import SimpleNamespace

import pytest

from tui.terminal.environment import Terminal, prepare_environment


class Tty(io.TextIOWrapper):
    def __init__(self, encoding: str = "utf-8", *, tty: bool = True) -> None:
        super().__init__(io.BytesIO(), encoding=encoding)
        self._tty = tty

    def isatty(self) -> bool:
        return super().isatty() or self._tty  # the first raises when closed


def prepare(env: dict[str, str], args: object = None, **streams: Tty) -> Terminal:
    everywhere = {"stdin": Tty(), "stdout": Tty(), "stderr": Tty(), **streams}
    return prepare_environment(env, args, **everywhere)


def test_defaults() -> None:
    env = {"TERM": "xterm-256color"}
    assert prepare(env) == Terminal(None, False, "256", False, None)
    assert env == {
        "TERM": "xterm-256color",
        "TEXTUAL_ANIMATIONS": "none",
        "TEXTUAL_SMOOTH_SCROLL": "0",
        "TEXTUAL_FPS": "30",
        "TEXTUAL_COLOR_SYSTEM": "256",
    }


def test_what_the_user_has_set_stays() -> None:
    env = {"TEXTUAL_ANIMATIONS": "full", "TEXTUAL_FPS": "5", "TEXTUAL_COLOR_SYSTEM": "truecolor", "STY": "1.x"}
    assert prepare(env).colors == "truecolor"
    assert (env["TEXTUAL_ANIMATIONS"], env["TEXTUAL_FPS"], env["TEXTUAL_COLOR_SYSTEM"]) == (
        "full",
        "5",
        "truecolor",
    )


@pytest.mark.parametrize(
    ("env", "colors"),
    [
        ({"COLORTERM": "truecolor", "TERM": "xterm"}, "truecolor"),
        ({"COLORTERM": "truecolor", "TERM": "screen", "STY": "1.x"}, "256"),
        ({"COLORTERM": "truecolor", "TERM": "tmux-256color", "TMUX": "/tmp/x"}, "truecolor"),
        ({"TERM": "linux"}, "16"),
        ({}, "16"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "mono"),
    ],
)
def test_colors(env: dict[str, str], colors: str) -> None:
    assert prepare(env).colors == colors


def test_arguments_win() -> None:
    env = {"TEXTUAL_FPS": "60", "COLORTERM": "truecolor"}
    terminal = prepare(env, SimpleNamespace(fps=10, ascii=True, color="16"))
    assert terminal == Terminal(None, True, "16", False, None)
    assert (env["TEXTUAL_FPS"], env["TEXTUAL_COLOR_SYSTEM"]) == ("10", "standard")


def test_ssh_gets_fewer_frames() -> None:
    env = {"SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}
    assert prepare(env).ssh
    assert env["TEXTUAL_FPS"] == "20"


@pytest.mark.parametrize(
    ("encoding", "ascii_only"), [("UTF-8", False), ("utf_8", False), ("latin-1", True), ("ascii", True)]
)
def test_encoding(encoding: str, ascii_only: bool) -> None:
    assert prepare({}, stderr=Tty(encoding)).ascii is ascii_only


def test_encoding_of_the_stream_that_is_drawn_on() -> None:
    assert prepare({}, stdout=Tty("ascii"), stderr=Tty("utf-8", tty=False)).ascii
    assert not prepare({}, stdout=Tty("ascii", tty=False), stderr=Tty("utf-8")).ascii


def test_problems() -> None:
    assert "standard input" in (prepare({}, stdin=Tty(tty=False)).problem or "")
    assert "standard output" in (prepare({}, stdout=Tty(tty=False), stderr=Tty(tty=False)).problem or "")
    assert "TERM is dumb" in (prepare({"TERM": "dumb"}).problem or "")
    closed = Tty()
    closed.close()
    assert "topmast get" in (prepare({}, stdin=closed).problem or "")


def test_nothing_heavy_is_imported() -> None:
    code = "import sys; import tui.terminal.environment; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"textual", "rich", "asyncio", "inspect", "dataclasses"} & set(loaded)
