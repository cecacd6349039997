"""`topmast config`: the place, the values with who said them, the mistakes, and a sample that is right."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from sources.config import Settings, Ui, layers, settle
from sources.config.sample import LAYOUTS, sample, toml
from sources.registry import load
from tests.unit.cli.stage import Made
from tui import cli
from tui.actions import ACTIONS
from tui.oneshot import config, screen
from tui.terminal.environment import Terminal


@pytest.fixture(autouse=True)
def _at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


@pytest.fixture
def staged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every kind of source is the same invented one."""
    for module in (layers, config):
        monkeypatch.setattr(module, "load", lambda kind: Made)


def written(folder: Path, text: str) -> Path:
    path = folder / "topmast" / "config.toml"
    path.parent.mkdir()
    path.write_text(text)
    return path


@pytest.mark.usefixtures("staged")
def test_show_masks_what_could_be_a_secret(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(
        tmp_path,
        """
        [ui.keys]
        quit = "x"
        [sources.prometheus]
        url = "https://joe:hunter22@prom.example/x?token=hunter22"
        headers = { Authorization = "Bearer hunter22" }
        password_command = ["pass", "hunter22"]
        bearer_token_env = "PROM_TOKEN"
        """,
    )
    assert cli.main(["config", "show", "--context", "prod"]) == 0
    out = capsys.readouterr().out
    assert "hunter22" not in out
    rows = {line.split()[0]: line.split()[1:] for line in out.splitlines()}
    assert rows["sources.prometheus.url"] == ["https://***@prom.example/x", f"{path}:5"]
    assert rows["sources.prometheus.headers"] == ["[hidden]", f"{path}:6"]
    assert rows["sources.prometheus.bearer_token_env"] == ["PROM_TOKEN", f"{path}:8"]
    assert rows["sources.kubernetes.context"] == ["prod", "--context"]
    assert rows["ui.keys.quit"] == ["x", f"{path}:3"]
    assert rows["ui.refresh"] == ["0.5", "default"]


@pytest.mark.usefixtures("staged")
def test_check_tells_every_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(
        tmp_path,
        """
        [windows]
        [ui]
        theme = "pink"
        mouse = 3
        [sources.prometheus]
        urll = "x"
        interval = "soon"
        """,
    )
    assert cli.main(["config", "check"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    for part in (":2: windows", "ui.theme", "ui.mouse", "urll", "sources.prometheus.interval"):
        assert part in err
    assert all(line.startswith("topmast: ") for line in err.splitlines())


@pytest.mark.usefixtures("staged")
def test_check_asks_the_sources_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, "[sources.prometheus]\ninterval = 0.5\n")
    assert cli.main(["config", "check"]) == 2
    said = f"{path}:2: sources.prometheus: interval: less than 1 second"
    assert capsys.readouterr().err == f"topmast: {said}\n"


def test_a_wrong_configuration_stops_every_command_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, "[ui]\ntheme = 3\n")
    for argv in (["get", "pods"], ["query", "up"], ["doctor"], ["sources"], ["config", "show"]):
        assert cli.main(argv) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith(f"topmast: {path}:2: ui.theme: ")
        assert err.count("\n") == 1


def test_path_and_a_missing_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["config", "path"]) == 0
    assert capsys.readouterr().out == f"{tmp_path}/topmast/config.toml\n"
    assert cli.main(["config", "check"]) == 0
    assert "there is no file" in capsys.readouterr().out
    assert cli.main(["config", "check", "--config", str(tmp_path / "gone")]) == 2
    assert "no such file" in capsys.readouterr().err


def test_show_says_where_each_value_is_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        '[ui]\nrefresh = 2\n[layouts.x]\ncolumns = [["pods"], ["alerts"]]\n[pins]\nqueries = ["a://b?c"]\n'
    )
    monkeypatch.setenv("TOPMAST_CONFIG", str(path))
    assert cli.main(["--theme", "dark", "config", "show"]) == 0
    rows = dict(re.split(r" {2,}", line, maxsplit=1) for line in capsys.readouterr().out.splitlines())
    rows = {key: tuple(re.split(r" {2,}", rest)) for key, rest in rows.items()}
    assert rows["(file)"] == (str(path), "$TOPMAST_CONFIG")
    assert rows["ui.theme"] == ("dark", "--theme")
    assert rows["ui.refresh"] == ("2.0", f"{path}:2")
    assert rows["ui.mouse"] == ("false", "default")
    assert rows["layouts.x.columns"] == ("[pods], [alerts]", f"{path}:4")
    assert rows["pins.queries"] == ("a://b?c", f"{path}:6")


def test_check_knows_the_screen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(
        tmp_path,
        """[ui]
layout = "overvew"
[ui.keys]
zoom = "Z,hello"
nonsense = "f"
help = "q"
[columns]
pods = ["name", "cpuu"]
""",
    )
    assert cli.main(["config", "check"]) == 2
    said = [line.removeprefix(f"topmast: {path}:") for line in capsys.readouterr().err.splitlines()]
    wanted = (
        "4: ui.keys.zoom: ",
        "5: ui.keys.nonsense: ",
        "6: ui.keys: q is claimed",
        "2: ui.layout: ",
        "8: columns.pods: ",
    )
    assert sorted(next(start for start in wanted if line.startswith(start)) for line in said) == sorted(wanted)
    assert "did you mean overview?" in "".join(said)
    assert "there is no column 'cpuu'; did you mean cpu?" in "".join(said)


def test_an_own_layout_may_be_the_first(tmp_path: Path) -> None:
    written(tmp_path, '[ui]\nlayout = "mine"\n[layouts.mine]\ncolumns = [["pods"]]\n')
    assert cli.main(["config", "check"]) == 0


def test_wrong_keys_stop_the_screen_before_it_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal(None, ascii=False, colors="256", ssh=False, multiplexer=None)
    monkeypatch.setattr(screen, "prepare_environment", lambda *_: terminal)
    path = written(tmp_path, '[ui.keys]\nnonsense = "f"\nother = "g"\n')
    assert cli.main(["demo"]) == 2
    first, more = capsys.readouterr().err.splitlines()
    assert first.startswith(f"topmast: {path}:2: ui.keys.nonsense: ")
    assert more == "topmast: and 1 more; `topmast config check` tells all"


def test_an_unreadable_file_is_told_by_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "topmast" / "config.toml").mkdir(parents=True)
    assert cli.main(["config", "show"]) == 0
    capsys.readouterr()
    assert cli.main(["config", "check"]) == 2
    assert "cannot be read" in capsys.readouterr().err


def uncommented(text: str) -> str:
    return re.sub(r"^#(?=[^ #\n])", "", text, flags=re.MULTILINE)


def test_the_sample_is_right_as_it_is_and_has_every_default(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["config", "sample"]) == 0
    text = capsys.readouterr().out
    assert tomllib.loads(text) == {}
    whole = tomllib.loads(uncommented(text))
    assert set(whole) == {"ui", "namespaces", "columns", "pins", "sources"}
    assert set(whole["ui"]) == set(Ui.__struct_fields__)
    path = tmp_path / "config.toml"
    path.write_text(uncommented(text))
    settings = settle(path, "--config", {})
    defaults: Settings = settle(None, "", {})
    assert settings._replace(origins={}, path=None) == defaults._replace(origins={}, path=None)
    for action in ACTIONS:
        assert f"#     {action.name} " in text


def test_the_sample_explains_every_field_with_its_own_words() -> None:
    text = sample({"prometheus": load("prometheus").Config})
    assert '# Environment variable that holds the password.\n#password_env = ""\n' in text  # of the type's base
    assert '# The colours; "auto" is' in text
    assert max(map(len, text.splitlines())) <= 120


def test_the_sample_layout_is_right(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("\n".join(line for line in LAYOUTS.splitlines() if line.startswith("    ")))
    assert settle(path, "", {}).layouts["mine"].active == "pods"


@pytest.mark.parametrize(
    "value", ['a "b" \\ \n\x00\x7f é', 1, -2.5, True, [], ["a", ["b"]], {}, {"a b": 1, "c": {"d": ["x"]}}]
)
def test_what_is_written_is_read_back(value: object) -> None:
    assert tomllib.loads(f"v = {toml(value)}")["v"] == value
