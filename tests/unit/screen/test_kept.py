"""Files that outlast a session are whole: the old one or the new one."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tui.kept import write


def test_it_is_for_its_owner_alone_and_nothing_else_stays(tmp_path: Path) -> None:
    path = tmp_path / "state" / "kept.json"
    write(path, {"a": 1})
    write(path, {"a": 2})
    assert path.read_text() == '{\n  "a": 2\n}'
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_what_was_there_survives_a_write_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kept.json"
    write(path, {"a": 1})

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write(path, {"a": 2})
    assert path.read_text() == '{\n  "a": 1\n}'
    assert list(tmp_path.iterdir()) == [path]
