"""The demo inside a real tmux, on a socket of its own: keys, detach and attach, copying into its buffer."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pty.commands import DEMO
from tests.pty.harness import Pty

PREFIX = b"\x02"  # Ctrl-b


class Tmux:
    """A tmux server of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.binary = shutil.which("tmux")
        assert self.binary, "tmux is missing; the package is called tmux"
        self.env = {"TMUX": "", "TMUX_TMPDIR": str(folder), "XDG_STATE_HOME": str(folder), "LC_ALL": "C.UTF-8"}

    def argv(self, *words: str) -> tuple[str, ...]:
        assert self.binary
        return (self.binary, "-L", "test", "-f", "/dev/null", *words)

    def run(self, *words: str) -> str:
        return subprocess.run(
            self.argv(*words), env={**os.environ, **self.env}, capture_output=True, text=True, check=False
        ).stdout


@pytest.fixture
def tmux() -> Iterator[Tmux]:
    # Not under tmp_path: the name of a socket has 107 characters at most.
    with tempfile.TemporaryDirectory(prefix="topmast-tmux-") as folder:
        tmux = Tmux(Path(folder))
        yield tmux
        tmux.run("kill-server")


def test_a_session(tmux: Tmux) -> None:
    with Pty(tmux.argv("new-session", *DEMO.argv[:-1]), env=tmux.env, columns=120, rows=37) as terminal:
        terminal.wait_for(DEMO.ready)
        terminal.wait_for("Space hold  q quit")
        terminal.send(":ns shop\r")
        terminal.wait_for("ns:shop")
        terminal.send("/frontend\r")
        terminal.wait_for("/frontend")
        captured = [line.rstrip() for line in tmux.run("capture-pane", "-p").splitlines()]
        assert any("ns:shop" in line for line in captured)
        assert any("/frontend" in line for line in captured)

        terminal.send("c")
        terminal.wait_for("copied to the tmux buffer")
        name = tmux.run("show-buffer")
        assert "frontend" in name
        assert any(name in line for line in tmux.run("capture-pane", "-p").splitlines())

        terminal.send(PREFIX + b"d")
        terminal.wait_for("detached")
        assert terminal.wait_exit() == 0

    with Pty(tmux.argv("attach"), env=tmux.env, columns=100, rows=31) as terminal:
        terminal.wait_for("/frontend")
        terminal.wait_for("ns:shop")
        terminal.send("z")
        terminal.wait_for(lambda: " Nodes " not in terminal.text)
        terminal.send("z")
        terminal.wait_for(" Nodes ")
        terminal.send("q")
        terminal.wait_for("exited")
        assert terminal.wait_exit() == 0


def test_no_line_is_left_from_a_larger_client(tmux: Tmux) -> None:
    with Pty(tmux.argv("new-session", *DEMO.argv[:-1]), env=tmux.env, columns=120, rows=37) as terminal:
        terminal.wait_for("Space hold  q quit")
        for columns, rows in ((60, 20), (140, 45), (80, 25)):
            terminal.resize(columns, rows)
        terminal.wait_for(lambda: "Enter open" in terminal.text.splitlines()[23])
        terminal.wait_for("Events 2")
        terminal.wait_for(lambda: terminal.text.count("? help") == 1)  # its line may come in two parts
        terminal.send("q")
        terminal.wait_for("exited")
