"""The ends of the real program that the general tests do not know: its commands, its crashes, no terminal."""

import re
import stat
from pathlib import Path

import pytest

from tests.pty.commands import DEMO
from tests.pty.harness import SANE, Pty

TOKEN = "abcdefghijklmnopqrstuvwxyz"
FAILING = """
import importlib
import inspect

def fail(*args, **kwargs):
    authorization = "Bearer {token}"
    raise RuntimeError(f"boom with {{authorization}}")

async def fail_later(*args, **kwargs):
    fail()

owner = getattr(importlib.import_module("{module}"), "{owner}")
setattr(owner, "{name}", fail_later if inspect.iscoroutinefunction(owner.{name}) else fail)
"""


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {"XDG_STATE_HOME": str(tmp_path / "state"), "XDG_CONFIG_HOME": str(tmp_path / "config")}


def assert_given_back(terminal: Pty) -> None:
    assert terminal.modes_left() == set()
    assert terminal.attributes() == SANE


def fail_at(place: str, folder: Path) -> str:
    """A folder that, on PYTHONPATH, makes one method raise an error with a secret in it."""
    module, _, rest = place.partition(":")
    owner, _, name = rest.partition(".")
    patch = FAILING.format(token=TOKEN, module=module, owner=owner, name=name)
    (folder / "sitecustomize.py").write_text(patch)
    return str(folder)


@pytest.mark.parametrize("keys", [":q\r", ":quit\r", "\x03", ":exit\r", "/web\rq", "?qq", "ezv\x03", ":\x03"])
def test_ways_to_leave(env: dict[str, str], keys: str) -> None:
    with Pty(DEMO.argv, env=env) as terminal:
        terminal.wait_for(DEMO.ready)
        terminal.send(keys)
        assert terminal.wait_exit() == 0
        assert_given_back(terminal)
        after = terminal.output.rpartition(b"\x1b[?1049l")[2]
        assert re.sub(rb"\x1b\[[?<\d;]*[a-z]", b"", after).strip() == b"", "it goes without a word"


@pytest.mark.parametrize(
    ("place", "keys"),
    [
        ("tui.panes.help:HelpPane.open", "?"),
        ("tui.panes.table_pane:TablePane.cells", ""),
        ("tui.panes.header:Header.compose_lines", ""),
        ("tui.panes.console:ConsolePane.show_answer", "r"),
        ("tui.session:Session.fold", ""),
    ],
    ids=["handler", "row", "drawing", "worker", "tick"],
)
def test_crash(env: dict[str, str], tmp_path: Path, place: str, keys: str) -> None:
    patched = {**env, "PYTHONPATH": fail_at(place, tmp_path)}
    with Pty(DEMO.argv, env=patched, columns=200) as terminal:
        if keys:
            terminal.wait_for(DEMO.ready)
            terminal.send(keys)
        assert terminal.wait_exit() == 70
        assert_given_back(terminal)
        after = terminal.output.rpartition(b"\x1b[?1049l")[2].decode()

    [report] = (tmp_path / "state" / "topmast").glob("*")
    said = re.sub(r"\x1b\[[?<\d]*[a-z]", "", after).strip()
    assert said == f"topmast crashed: RuntimeError: boom with Bearer [hidden] ; report: {report}"
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    text = report.read_text()
    assert "in fail" in text, "the traceback is there"
    assert TOKEN not in text + terminal.output.decode()


@pytest.mark.parametrize(
    ("place", "keys"),
    [("sources.demo.source:DemoSource.get_object", "\r"), ("sources.demo.source:DemoSource.query", "r")],
    ids=["object", "query"],
)
def test_a_bug_in_a_source_is_said_without_its_secrets(
    env: dict[str, str], tmp_path: Path, place: str, keys: str
) -> None:
    patched = {**env, "PYTHONPATH": fail_at(place, tmp_path)}
    with Pty(DEMO.argv, env=patched, columns=200, rows=50) as terminal:
        terminal.wait_for(DEMO.ready)
        terminal.send(keys)
        terminal.wait_for("RuntimeError: boom with Bearer [hidden]")
        terminal.send("\x03")
        assert terminal.wait_exit() == 0
        assert_given_back(terminal)
        assert TOKEN not in terminal.output.decode()


@pytest.mark.parametrize(
    ("shell", "says"),
    [
        ('"$@" </dev/null', "the screen needs a terminal (standard input is not one)"),
        ('"$@" 2>&1 | cat; exit ${PIPESTATUS[0]}', "the screen needs a terminal (standard output is not one)"),
        ('TERM=dumb "$@"', "TERM is dumb"),
    ],
    ids=["stdin", "stdout", "dumb"],
)
def test_no_terminal(env: dict[str, str], shell: str, says: str) -> None:
    with Pty(("bash", "-c", shell, "bash", *DEMO.argv), env=env, columns=200) as terminal:
        assert terminal.wait_exit() == 2
        assert says in terminal.text
        assert b"\x1b" not in terminal.output


def test_size_is_followed_where_columns_is_exported(env: dict[str, str]) -> None:
    with Pty(DEMO.argv, env={**env, "COLUMNS": "80", "LINES": "24"}, columns=120, rows=36) as terminal:
        terminal.wait_for(lambda: " Alerts " in terminal.text and "Space hold  q quit" in terminal.text)
        terminal.resize(80, 24)
        terminal.wait_for(lambda: "Enter open  e query" in terminal.text.splitlines()[23])
