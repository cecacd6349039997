"""`topmast config`, `topmast sources`, and how flags become settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from sources.config import layers
from sources.contract import Context, Misconfigured
from tui import cli
from tui.oneshot import show
from tui.oneshot.settings import settings_from


class Shape(Struct, frozen=True, forbid_unknown_fields=True, rename={"as_": "as"}):
    """Stands for every source's settings."""

    url: str = ""
    kubeconfig: str | None = None
    context: str | None = None
    cluster: str | None = None
    user: str | None = None
    namespace: str | None = None
    own_namespace: bool = False
    as_: str | None = None
    as_groups: tuple[str, ...] = ()
    as_uid: str | None = None
    request_timeout: str | None = None
    seed: int = 1
    speed: float = 1.0
    headers: dict[str, str] = {}
    bearer_token_env: str = ""
    password_command: tuple[str, ...] = ()
    interval: float = 15.0


class Made:
    Config = Shape

    def __init__(self, config: Shape, context: Context) -> None:
        if config.interval < 1:
            raise Misconfigured("interval: less than 1 second")

    def describe(self) -> str:
        return "something at https://user:hunter22@host"


@pytest.fixture(autouse=True)
def _staged_sources(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for module in (layers, show):
        monkeypatch.setattr(module, "load", lambda kind: Made)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


def written(folder: Path, text: str) -> Path:
    path = folder / "topmast" / "config.toml"
    path.parent.mkdir()
    path.write_text(text)
    return path


def config_of(argv: list[str], source: str = "kubernetes", **how: bool) -> Any:
    return settings_from(cli.parse(argv), **how).sources[source][1]


def test_flags_reach_their_source() -> None:
    argv = ["--kubeconfig", "k", "--context", "c", "--cluster", "l", "--user", "u", "--request-timeout", "5s"]
    argv += ["--as", "a", "--as-group", "g", "--as-uid", "i"]
    found = config_of(["get", "pods", *argv, "-n", "shop"], namespaced=True)
    assert found == Shape(
        kubeconfig="k",
        context="c",
        cluster="l",
        user="u",
        as_="a",
        as_groups=("g",),
        as_uid="i",
        request_timeout="5s",
        namespace="shop",
    )
    assert config_of(["--prometheus", "http://p", "query", "up"], "prometheus").url == "http://p"
    assert config_of(["get", "al", "--alertmanager", "am:9093"], "alertmanager").url == "am:9093"
    assert config_of(["demo", "--seed", "7", "--speed", "2"], "demo") == Shape(seed=7, speed=2.0)


def test_which_namespace_is_looked_at() -> None:
    assert config_of(["get", "pods"], namespaced=True).own_namespace
    assert not config_of(["get", "pods", "-A"], namespaced=True).own_namespace
    assert config_of(["get", "pods", "-A", "-n", "x"], namespaced=True).namespace is None
    assert config_of([]) == Shape()  # the screen shows everything
    assert config_of(["-n", "x"]).namespace == "x"
    assert config_of(["query", "up", "-n", "x"], everywhere=True).namespace is None


def test_looks() -> None:
    ui = settings_from(cli.parse(["--theme", "light", "--ascii", "--mouse"])).ui
    assert (ui.theme, ui.ascii, ui.mouse) == ("light", True, True)


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
    assert rows["ui.keys"][0] == "quit=x"
    assert rows["ui.refresh"] == ["0.5", "default"]


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


def test_check_asks_the_sources_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path, "[sources.prometheus]\ninterval = 0.5\n")
    assert cli.main(["config", "check"]) == 2
    assert capsys.readouterr().err == "topmast: sources.prometheus: interval: less than 1 second\n"


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


def test_sources_lists_kinds_and_instances(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["sources"]) == 0
    out = capsys.readouterr().out
    assert "NAME           KIND" in out
    assert "kubernetes     kubernetes" in out
    assert "hunter22" not in out


def test_capabilities_of_a_class() -> None:
    class Some:
        def nodes(self) -> None: ...
        def query(self) -> None: ...  # alone it is not MetricsQueries

    assert show.capabilities(Some) == ["Nodes"]
