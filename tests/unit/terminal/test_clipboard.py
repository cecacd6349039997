"""What is copied reaches tmux or the terminal, and the user is told which."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.terminal.clipboard import copy


class FakeApp:
    """Only what `copy` uses of an application."""

    is_headless = False

    def __init__(self) -> None:
        self.copied: list[str] = []

    def copy_to_clipboard(self, text: str) -> None:
        self.copied.append(text)


async def test_terminal_gets_osc52() -> None:
    app = FakeApp()
    copied = await copy(app, "a\x1b[31m\x00b\n\t한", {})  # type: ignore[arg-type]
    assert copied.how == "osc52"
    assert app.copied == ["a[31mb\n\t한"]


async def test_large_text_is_said_to_be_large() -> None:
    copied = await copy(FakeApp(), "x" * 100_000, {})  # type: ignore[arg-type]
    assert "more than many terminals take" in copied.detail


async def test_nothing_to_copy() -> None:
    assert (await copy(FakeApp(), "", {})).how == "none"  # type: ignore[arg-type]


async def test_tmux_that_refuses_falls_back_to_the_terminal(tmp_path: Path) -> None:
    tmux = tmp_path / "tmux"
    tmux.write_text("#!/bin/sh\ncat >/dev/null; exit 3\n")
    tmux.chmod(0o755)
    app = FakeApp()
    copied = await copy(app, "text", {"TMUX": "x", "PATH": f"{tmp_path}:/bin:/usr/bin"})  # type: ignore[arg-type]
    assert copied.how == "osc52"
    assert "exit code 3" in copied.detail
    assert app.copied == ["text"]


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[list[str]]:
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    command = ["tmux", "-S", str(tmp_path / "socket")]
    subprocess.run([*command, "-f", "/dev/null", "new-session", "-d", "cat"], check=True, timeout=20)
    yield command
    subprocess.run([*command, "kill-server"], check=True, timeout=20)


def show_buffer(tmux: list[str]) -> str:
    return subprocess.run([*tmux, "show-buffer"], capture_output=True, check=True, timeout=20).stdout.decode()


async def test_real_tmux_takes_the_text(tmux: list[str]) -> None:
    app = FakeApp()
    socket = tmux[2]
    copied = await copy(app, "한 copied\nline", {"TMUX": f"{socket},1,0", "PATH": "/usr/local/bin:/usr/bin:/bin"})  # type: ignore[arg-type]
    assert copied.how == "tmux", copied.detail
    assert app.copied == []
    assert show_buffer(tmux) == "한 copied\nline"
