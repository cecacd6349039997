"""The golden fixtures fail when they must, and say how to go on."""

from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Static

from tests.goldens import compare, screen_svg, screen_text


class Small(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("hello 노드", markup=False)


def test_missing_golden_fails_and_leaves_the_actual(tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match="--update-goldens"):
        compare("a", "sub/name", "txt", update=False, folder=tmp_path)
    assert (tmp_path / "sub/name.actual.txt").read_text() == "a\n"


def test_update_then_equal_then_different(tmp_path: Path) -> None:
    compare("a\nb", "name", "txt", update=True, folder=tmp_path)
    compare("a\nb", "name", "txt", update=False, folder=tmp_path)
    with pytest.raises(pytest.fail.Exception, match=r"(?s)-b.*\+c"):
        compare("a\nc", "name", "txt", update=False, folder=tmp_path)
    assert (tmp_path / "name.actual.txt").exists()
    compare("a\nb", "name", "txt", update=False, folder=tmp_path)
    assert not (tmp_path / "name.actual.txt").exists()


def test_name_cannot_leave_the_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="golden name"):
        compare("a", "../name", "txt", update=True, folder=tmp_path)


async def test_drawings_are_the_same_in_every_run() -> None:
    drawn = []
    for _ in range(2):
        app = Small()
        async with app.run_test(size=(30, 4)):
            drawn.append((screen_text(app), screen_svg(app)))
    assert drawn[0] == drawn[1]
    text, svg = drawn[0]
    assert text.split("\n") == ["hello 노드", "", "", ""]
    assert "hello" in svg
    assert "노드" in svg
