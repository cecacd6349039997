"""However the screen ends, the shell gets its terminal back and a true exit code."""

import os
import re
import select
import shlex
import signal
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pty.commands import COMMANDS, SAMPLE, Command
from tests.pty.harness import PATIENCE, SANE, Pty


def assert_given_back(terminal: Pty) -> None:
    assert terminal.modes_left() == set()
    assert terminal.attributes() == SANE


@pytest.fixture(params=COMMANDS, ids=str)
def command(request: pytest.FixtureRequest) -> Command:
    command: Command = request.param
    return command


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {"XDG_STATE_HOME": str(tmp_path / "state")}


def reports(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "state" / "topmast").glob("*"))


def test_modes_are_on_while_running(command: Command, env: dict[str, str]) -> None:
    # The other tests prove nothing unless the harness sees these.
    with Pty(command.argv, env=env) as terminal:
        terminal.wait_for(command.ready)
        terminal.wait_for(lambda: "bracketed paste" in terminal.modes_left())
        assert {
            "alternate screen",
            "mouse motion",
            "focus",
            "kitty keyboard",
            "cursor hidden",
        } <= terminal.modes_left()
        assert not {"ECHO", "ICANON"} & terminal.attributes()


def test_quit_key(command: Command, env: dict[str, str]) -> None:
    with Pty(command.argv, env=env) as terminal:
        terminal.wait_for(command.ready)
        terminal.send(command.quit)
        assert terminal.wait_exit() == 0
        assert_given_back(terminal)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_signal(command: Command, env: dict[str, str], tmp_path: Path, number: signal.Signals) -> None:
    with Pty(command.argv, env=env) as terminal:
        terminal.wait_for(command.ready)
        terminal.signal(number)
        assert terminal.wait_exit() == 128 + number
        assert_given_back(terminal)
    assert reports(tmp_path) == []


def test_window_closed(command: Command, env: dict[str, str]) -> None:
    with Pty(command.argv, env=env) as terminal:
        terminal.wait_for(command.ready)
        terminal.hang_up()
        assert terminal.wait_exit() == 129


def test_window_closed_while_hangups_are_ignored(command: Command, env: dict[str, str]) -> None:
    # As under nohup. Left alone, the thread that reads keys would spin on a terminal that is gone.
    with Pty(("sh", "-c", 'trap "" HUP; exec "$@"', "sh", *command.argv), env=env) as terminal:
        terminal.wait_for(command.ready)
        terminal.hang_up()
        assert terminal.wait_exit() == 129


def test_window_closed_without_any_signal(command: Command, env: dict[str, str]) -> None:
    # Not in the terminal's session (setsid): nobody sends SIGHUP, only reading and writing tell.
    with Pty(command.argv, env=env, controlling=False) as terminal:
        terminal.wait_for(command.ready)
        terminal.hang_up()
        assert terminal.wait_exit() == 129


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A way for the sample to tell something while nobody reads its terminal: where to read and where to write."""
    report, told = os.pipe()
    yield report, told
    os.close(report)
    os.close(told)


def told_by(report: int) -> str:
    assert select.select([report], [], [], PATIENCE)[0], "the sample does not answer: its event loop stands still"
    return os.read(report, 100).decode()


def test_sigterm_while_the_terminal_takes_no_output(env: dict[str, str], pipe: tuple[int, int]) -> None:
    # The event loop may wait for the writer's queue by then; the deadline ends the process all the same.
    report, told = pipe
    with Pty(SAMPLE.argv, env={**env, "REPORT": str(told)}, pass_fds=[told], columns=200, rows=60) as terminal:
        terminal.wait_for(SAMPLE.ready)
        terminal.send("F")  # draws without looking at the backlog
        assert told_by(report) == "stalled"
        terminal.signal(signal.SIGTERM)
        assert terminal.process.wait(PATIENCE) == 143
        while terminal.read(0):
            pass
        assert_given_back(terminal)


def test_window_closed_while_the_terminal_takes_no_output(env: dict[str, str], pipe: tuple[int, int]) -> None:
    # The writer fails then; it must go on emptying its queue, else the event loop waits for room in it for ever.
    env["REPORT"] = str(pipe[1])
    with Pty(SAMPLE.argv, env=env, pass_fds=[pipe[1]], columns=200, rows=60, controlling=False) as terminal:
        terminal.wait_for(SAMPLE.ready)
        terminal.send("F")
        assert told_by(pipe[0]) == "stalled"
        terminal.hang_up()
        assert terminal.wait_exit() == 129


def test_sigterm_while_a_handler_never_returns(env: dict[str, str]) -> None:
    with Pty(SAMPLE.argv, env=env) as terminal:
        terminal.wait_for(SAMPLE.ready)
        terminal.send("s")
        terminal.wait_for("SPINNING")
        terminal.signal(signal.SIGTERM)
        assert terminal.wait_exit() == 143
        assert_given_back(terminal)


def test_sys_exit_in_a_handler(env: dict[str, str]) -> None:
    with Pty(SAMPLE.argv, env=env) as terminal:
        terminal.wait_for(SAMPLE.ready)
        terminal.send("x")
        assert terminal.wait_exit() == 5
        assert_given_back(terminal)


@pytest.mark.parametrize("key", ["h", "w", "t", "f", "r"], ids=["handler", "worker", "task", "thread", "render"])
def test_crash(env: dict[str, str], tmp_path: Path, key: str) -> None:
    with Pty(SAMPLE.argv, env=env, columns=200) as terminal:
        terminal.wait_for(SAMPLE.ready)
        terminal.send(key)
        assert terminal.wait_exit() == 70
        assert_given_back(terminal)
        after = terminal.output.rpartition(b"\x1b[?1049l")[2].decode()

    [report] = reports(tmp_path)
    said = re.sub(r"\x1b\[[?<\d]*[a-z]", "", after).strip()
    assert said == f"topmast crashed: RuntimeError: boom with Bearer [hidden] ; report: {report}"
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert stat.S_IMODE(report.parent.stat().st_mode) == 0o700
    text = report.read_text()
    assert "RuntimeError: boom with Bearer [hidden]" in text
    assert "in fail" in text, "the traceback is there"
    assert "abcdefghijklm" not in text + terminal.output.decode(), "neither message nor locals show the token"
    assert f"python {sys.version_info.major}." in text
    assert "textual 8." in text


@pytest.mark.parametrize("state", ["no home", "unwritable"])
def test_crash_report_goes_to_the_temporary_directory(tmp_path: Path, state: str) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    env = {"HOME": "", "XDG_STATE_HOME": "" if state == "no home" else str(blocked), "TMPDIR": str(temporary)}
    with Pty(SAMPLE.argv, env=env, columns=200) as terminal:
        terminal.wait_for(SAMPLE.ready)
        terminal.send("h")
        assert terminal.wait_exit() == 70
        [report] = temporary.glob("*")
        assert str(report) in terminal.text
        assert stat.S_IMODE(report.stat().st_mode) == 0o600


def test_crash_line_goes_to_redirected_stderr(env: dict[str, str], tmp_path: Path) -> None:
    with (tmp_path / "err").open("wb") as err, Pty(SAMPLE.argv, env=env, stderr=err.fileno()) as terminal:
        terminal.wait_for(SAMPLE.ready)  # drawn on stdout then
        terminal.send("h")
        assert terminal.wait_exit() == 70
        assert_given_back(terminal)
    assert (tmp_path / "err").read_text().startswith("topmast crashed: RuntimeError")
    assert (tmp_path / "err").read_text().count("\n") == 1


def test_invalid_bytes_on_stdin(command: Command, env: dict[str, str]) -> None:
    with Pty(command.argv, env=env) as terminal:
        terminal.wait_for(command.ready)
        # Latin-1, a cut-off sequence, an old X10 mouse report of column 200, a stray continuation.
        terminal.send(b"\xe9\xff\xc3(\x1b[M \xe8\xa1\x80\x80\xf0\x9f")
        terminal.resize(90, 30)  # still alive: it answers
        terminal.blank()
        terminal.wait_for(command.ready)
        terminal.send(command.quit)
        assert terminal.wait_exit() == 0
        assert_given_back(terminal)


def test_suspend_and_foreground_in_a_shell(command: Command, env: dict[str, str]) -> None:
    shell = ("bash", "--norc", "--noprofile", "-i")
    with Pty(shell, env={**env, "PS1": "prompt> ", "HISTFILE": ""}) as terminal:
        terminal.wait_for("prompt>")
        terminal.send(shlex.join(command.argv) + "\n")
        terminal.wait_for(command.ready)
        for _ in range(2):
            terminal.blank()
            terminal.send(b"\x1a")
            terminal.wait_for("Stopped")
            terminal.wait_for("prompt>")
            assert not terminal.modes_left() & {
                "alternate screen",
                "mouse motion",
                "kitty keyboard",
                "cursor hidden",
            }
            terminal.blank()
            terminal.send("fg\n")
            terminal.wait_for(command.ready)
        terminal.blank()
        terminal.send(command.quit)
        terminal.wait_for("prompt>")
        terminal.send("echo code=$?; stty -a\n")
        terminal.wait_for("code=0")
        terminal.wait_for(" echo ")
        assert "-icanon" not in terminal.text


def test_stopped_and_continued_from_outside(command: Command, env: dict[str, str]) -> None:
    # kill -STOP cannot be caught: nothing was given back, nothing may be taken twice.
    with Pty(command.argv, env=env) as terminal:
        terminal.wait_for(command.ready)
        terminal.signal(signal.SIGSTOP)
        terminal.blank()
        terminal.signal(signal.SIGCONT)
        terminal.wait_for(command.ready)
        terminal.send(command.quit)
        assert terminal.wait_exit() == 0
        assert_given_back(terminal)


def test_resize(command: Command, env: dict[str, str]) -> None:
    with Pty(command.argv, env=env) as terminal:
        terminal.wait_for(command.ready)
        terminal.blank()
        terminal.resize(132, 40)
        terminal.wait_for(command.ready)
        terminal.wait_for(lambda: max(map(len, terminal.text.split("\n"))) > 100)


def test_slow_terminal_skips_frames(env: dict[str, str], pipe: tuple[int, int]) -> None:
    report, told = pipe
    env["REPORT"] = str(told)
    atomic = {b"\x1b[?2026$p": b"\x1b[?2026;2$y"}  # a frame is three writes in a terminal that knows this mode
    with Pty(SAMPLE.argv, env=env, pass_fds=[told], columns=200, rows=60, replies=atomic) as terminal:
        terminal.wait_for(SAMPLE.ready)
        terminal.wait_for(lambda: terminal.output.count(b"\x1b[?2026$p"))
        terminal.send("e")
        # Nobody reads the terminal meanwhile; without the backlog check the loop would stand still and never tell.
        painted, skipped = map(int, told_by(report).split())
        assert painted + skipped == 40
        assert skipped > 0
        terminal.wait_for(f"frame {painted} ")
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert_given_back(terminal)


@pytest.mark.parametrize(
    "extra", [{"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "latin-1"}], ids=lambda e: e["PYTHONIOENCODING"]
)
def test_terminal_that_is_not_utf8_keeps_its_columns(env: dict[str, str], extra: dict[str, str]) -> None:
    with Pty(SAMPLE.argv, env={**env, **extra}) as terminal:
        terminal.wait_for("READY 80x24 frame 0 - ????")
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert_given_back(terminal)


@pytest.mark.parametrize(
    ("shell", "says"),
    [
        ('"$@" </dev/null', "topmast needs a terminal (standard input is not one); use `topmast get ...`"),
        ('"$@" 2>&1 | cat', "topmast needs a terminal (standard output is not one); use `topmast get ...`"),
        ('TERM=dumb "$@"', "topmast needs a terminal that can place text (TERM is dumb)"),
    ],
    ids=["stdin", "stdout", "dumb"],
)
def test_no_terminal(env: dict[str, str], shell: str, says: str) -> None:
    with Pty(("sh", "-c", shell, "sh", *SAMPLE.argv), env=env, columns=200) as terminal:
        terminal.wait_exit()
        assert says in terminal.text
        assert terminal.modes_left() == set()
