"""`topmast sources`, and how flags become settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sources.config import layers
from tests.unit.cli.stage import Made, Shape
from tui import cli
from tui.oneshot import show
from tui.oneshot.settings import settings_from


@pytest.fixture(autouse=True)
def _staged_sources(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for module in (layers, show):
        monkeypatch.setattr(module, "load", lambda kind: Made)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


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
