"""A crash is one line for the user and a private report without secrets."""

import stat
from pathlib import Path

import pytest

from tui.terminal import crash


def failing(token: str) -> None:
    local_variable = token  # noqa: F841 - must not show up in the report
    raise ValueError("no\nsuch \x1b[31mpod")


@pytest.fixture
def error() -> BaseException:
    try:
        failing("hunter2" * 2)
    except ValueError as caught:
        return caught
    raise AssertionError


def test_line_is_one_safe_line(error: BaseException) -> None:
    line = crash.crash_line(error, Path("/tmp/a\nb"))
    assert line == "topmast crashed: ValueError: no such pod ; report: /tmp/a b"
    assert crash.crash_line(KeyError(), None) == "topmast crashed: KeyError ; report: could not be written"
    assert len(crash.crash_line(ValueError("x" * 10_000), None)) < 300


def test_report_has_traceback_and_notes_but_no_locals(error: BaseException) -> None:
    report = crash.crash_report(error, {"TERM": "xterm", "SSH_CONNECTION": "10.1.1.1 22"}, ["password=hunter3"])
    assert "in failing" in report
    assert "ValueError" in report
    assert "TERM=xterm" in report
    assert "SSH_CONNECTION is set" in report
    assert "10.1.1.1" not in report
    assert "password=[hidden]" in report
    assert "hunter2hunter2" not in report


def test_report_shows_causes_and_groups() -> None:
    try:
        try:
            raise KeyError("inner")
        except KeyError as inner:
            raise ExceptionGroup("several", [OSError("disk")]) from inner
    except ExceptionGroup as error:
        report = crash.crash_report(error, {})
    assert "KeyError: 'inner'" in report
    assert "OSError: disk" in report


def test_report_file_is_private(tmp_path: Path) -> None:
    path = crash.write_report("text\ud800", {"XDG_STATE_HOME": str(tmp_path)})
    assert path is not None
    assert path.parent == tmp_path / "topmast"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_old_reports_are_pruned(tmp_path: Path) -> None:
    folder = tmp_path / "topmast"
    folder.mkdir()
    for day in range(20):
        (folder / f"crash-200001{day + 1:02}T000000Z-1.txt").touch()
    (folder / "history").touch()
    path = crash.write_report("x", {"XDG_STATE_HOME": str(tmp_path)})
    assert path is not None
    left = sorted(file.name for file in folder.iterdir())
    assert len(left) == 11
    assert path.name in left
    assert "history" in left


def test_no_place_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    assert crash.write_report("x", {}) is None


@pytest.mark.parametrize(
    ("env", "folder"),
    [
        ({"XDG_STATE_HOME": "/s", "HOME": "/h"}, "/s/topmast"),
        ({"XDG_STATE_HOME": "relative", "HOME": "/h"}, "/h/.local/state/topmast"),
        ({"HOME": "/h"}, "/h/.local/state/topmast"),
        ({}, None),
        ({"HOME": "relative"}, None),
    ],
)
def test_state_directory(env: dict[str, str], folder: str | None) -> None:
    assert crash.state_directory(env) == (Path(folder) if folder else None)
