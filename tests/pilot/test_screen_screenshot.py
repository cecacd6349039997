"""`topmast screenshot`: the real screen, its keys, and what is wrong with what was asked."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sources.contract import Feed, Status
from tests.pilot.staged import NOW, StagedRuntime, staged_app
from tui import cli
from tui.oneshot.failure import CommandError
from tui.oneshot.picture import draw, keys_from, to_png


@pytest.fixture(autouse=True)
def _nobodys_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


class Silent:
    """Offers nodes, and tells only what the test puts."""

    def nodes(self) -> Feed:
        raise NotImplementedError

    def describe(self) -> str:
        return "silence"


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", []),
        ("z", ["z"]),
        ("Tab  z Ctrl-r PgDn ! ctrl+t", ["tab", "z", "ctrl+r", "pagedown", "!", "ctrl+t"]),
        ("/ 'a b' Enter", ["/", "a", " ", "b", "enter"]),
        ('"it\'s"', ["i", "t", "'", "s"]),
    ],
)
def test_keys_as_people_write_them(text: str, keys: list[str]) -> None:
    assert keys_from(text) == keys


@pytest.mark.parametrize("text", ["zz", "crash", "ctrl+xx", "foo+x", "z 'open"])
def test_what_is_no_key_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no key; write keys"):
        keys_from(text)


async def test_a_source_that_says_nothing_is_waited_for_and_told() -> None:
    runtime = StagedRuntime(Silent())
    drawn = await draw(staged_app(runtime), (80, 24), patience=0.01)
    assert drawn.waiting == [("s0", "nodes")]
    runtime = StagedRuntime(Silent())
    runtime.put("nodes", Status("live"), source="s0", at=NOW)
    drawn = await draw(staged_app(runtime), (80, 24), keys_from("/ 'some'"))
    assert drawn.waiting == []
    assert len(drawn.text.splitlines()) == 24
    assert "some" in drawn.text.splitlines()[-1]  # typed after the slash


async def test_keys_that_leave_are_refused() -> None:
    with pytest.raises(CommandError, match="q ends the program"):
        await draw(staged_app(StagedRuntime()), (80, 24), ["q"])


def test_the_demo_as_svg_and_as_text(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    picture = tmp_path / "a.svg"
    argv = ["screenshot", "--demo", "--size", "100x30", "--keys", "z", "--theme", "dark"]
    assert cli.main([*argv, str(picture)]) == 0
    svg = ElementTree.parse(picture).getroot()
    assert svg.tag.endswith("svg")
    assert "NAMESPACE" in "".join(svg.itertext())
    assert cli.main([*argv, "--text", "-"]) == 0
    lines = capsysbinary.readouterr().out.decode().splitlines()
    assert len(lines) == 30
    assert any("NAMESPACE" in line for line in lines)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["a.svg", "--size", "80"], "'80' is no size; write COLUMNSxROWS"),
        (["a.svg", "--size", "8x4"], "from 20x5 to 1000x500"),
        (["a.svg", "--keys", "zz"], "--keys: 'zz' is no key"),
        (["a.svg", "--scenario", "nope"], "--scenario: demo: scenario is 'nope'; it must be one of: outage"),
        (["a.gif"], "a.gif: what kind of picture?"),
        (["-"], "what kind of picture?"),
        (["gone/a.svg"], "gone/a.svg: cannot be written: No such file"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_a_line(
    argv: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["screenshot", "--demo", *argv]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert err.count("\n") == 1


def test_png_without_its_package_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(CommandError, match="pip install resvg_py"):
        to_png("<svg/>")
