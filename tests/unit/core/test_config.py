"""Configuration: typed, layered, and precise about what is wrong."""

import tomllib
from pathlib import Path

import pytest
from msgspec import Struct

from sources import registry
from sources.config import ConfigError, Layout, config_path, layers, settle, shown


class Shape(Struct, frozen=True, forbid_unknown_fields=True):
    """A source's settings."""

    url: str = ""
    interval: float = 15.0


@pytest.fixture(autouse=True)
def _known_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "load", lambda kind: type(kind, (), {"Config": Shape}))


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text)
    return path


def test_without_a_file_everything_is_default(tmp_path: Path) -> None:
    settings = settle(tmp_path / "nothing.toml", "", {})
    assert list(settings.sources) == ["kubernetes", "prometheus", "alertmanager", "scrape"]
    assert {origin for _, _, origin in shown(settings)} == {"default"}


def test_flags_win_over_the_file_and_the_origin_says_so(tmp_path: Path) -> None:
    path = written(tmp_path, '[sources.prometheus]\nurl = "http://file"\ninterval = 5\n')
    settings = settle(path, "--config", {"prometheus": {"url": ("http://flag", "--prometheus")}})
    rows = {key: (value, origin) for key, value, origin in shown(settings)}
    assert rows["sources.prometheus.url"] == ("http://flag", "--prometheus")
    assert rows["sources.prometheus.interval"] == (5.0, f"{path}:3")
    assert rows["ui.refresh"][1] == "default"


def test_a_second_instance_of_a_kind_and_a_disabled_one(tmp_path: Path) -> None:
    path = written(
        tmp_path, '[sources.eu]\ntype = "prometheus"\nurl = "http://eu"\n[sources.alertmanager]\nenabled = false\n'
    )
    settings = settle(path, "--config", {})
    assert settings.sources["eu"] == ("prometheus", Shape(url="http://eu"))
    assert "alertmanager" not in settings.sources


def test_the_demo_is_alone(tmp_path: Path) -> None:
    assert list(settle(None, "", {}, demo=True).sources) == ["demo"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[sources.prometheus]\nurll = 'x'\n",
            "2: sources.prometheus.urll: there is no such key; did you mean url?",
        ),
        (
            "[sources.prometheus]\nenable = 0\n",
            "2: sources.prometheus.enable: there is no such key; did you mean enabled?",
        ),
        (
            "[sources.prometheus]\nzzz = 0\n",
            "2: sources.prometheus.zzz: there is no such key; known are: url, interval,",
        ),
        (
            "\n[sources.prometheus]\n\ninterval = 'x'\n",
            "4: sources.prometheus.interval: expected a number, found text",
        ),
        ("[ui]\nrefresh = 99\n", "2: ui.refresh: expected a number from 0.1 to 10, found 99"),
        ("[ui]\nmouse = 1\n", "2: ui.mouse: expected true or false, found 1"),
        ("[ui]\ntheme = 'drak'\n", "or \"high-contrast\", found 'drak'; did you mean dark?"),
        ("ui.theme = []\n", '1: ui.theme: expected "auto", "terminal", "dark"'),
        ("[ui]\nproduction = ['(']\n", "2: ui.production: '(' is not a regular expression"),
        ("[ui.bands]\nprod = 'red'\n'stg.*' = 'pink'\n", '3: ui.bands."stg.*": expected "red", "orange"'),
        ("[windows]\n", "1: windows: there is no such section; known are: ui, "),
        ("# mine\ntheme = 'dark'\n", "2: theme: there is no such section; theme belongs into [ui]"),
        ("[ui\n", "1: not valid TOML: Expected ']'"),
        ("a = [\n1\n", ": not valid TOML: Unclosed array"),
        (f"a = {'[' * 50000}", ": nested too deeply"),
        (f"a = {'9' * 5000}", ": not valid TOML: "),
        ("sources = 3\n", "1: sources: expected a section for each, as [sources.NAME]"),
        ("sources.x = 3\n", "1: sources.x: expected a section, as [sources.x]"),
        ("ui = 3\n", "1: ui: expected a section, as [ui]"),
        ("[sources.x]\nenabled = 'no'\n", "2: sources.x.enabled: expected true or false"),
        ("[sources.x]\ntype = 3\n", "2: sources.x.type: expected the name of a kind"),
        ("[layouts.a]\nwidths = [1]\n", "1: layouts.a: the key columns is missing: a list, each"),
        ("[layouts.a]\ncolumns = [\n['pods'],\n['podz']]\n", "4: layouts.a.columns[1][0]: expected "),
        ("[layouts.a]\ncolumns = [['pods'], ['pods']]\n", "2: layouts.a.columns: a pane stands there twice"),
        ("[layouts.a]\ncolumns = [['pods'], []]\n", "2: layouts.a.columns: each column needs a pane"),
        ("[layouts.a]\ncolumns = [['pods']]\nwidths = [1, 2]\n", "3: layouts.a.widths: 2 for 1 columns"),
        (
            "[layouts.a]\ncolumns = [['pods']]\nwidths = [0]\n",
            "3: layouts.a.widths[0]: expected a number above 0 ",
        ),
        ("[layouts.a]\ncolumns = [['pods']]\nactive = 'nodes'\n", "3: layouts.a.active: nodes is not in columns"),
        (
            "[layouts.a]\ncolumns = [['pods']]\nheights.nodes = 1\n",
            "3: layouts.a.heights: nodes is not in columns",
        ),
        ("[columns]\npods = 'name'\n", "2: columns.pods: expected a list, each text in quotes, found text"),
        ("[columns]\nconsole = []\n", "2: columns.console: there is no such key"),
    ],
)
def test_errors_name_file_line_key_and_expectation(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as error:
        settle(path, "--config", {})
    assert str(error.value).startswith(f"{path}:")
    assert said in str(error.value)
    assert len(error.value.problems) == 1


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "[layouts.a]\ncolumns = [['podz']]\n[ui]\nproduction = ['(']\nmouse = 1\n[pins]\nqueries = [1, 2]\n[x]\n",
    )
    with pytest.raises(ConfigError) as error:
        settle(path, "", {"prometheus": {"interval": ("x", "--interval")}})
    starts = [problem.removeprefix(f"{path}:").partition(": ")[0] for problem in error.value.problems]
    assert starts == ["--interval", "2", "4", "5", "7", "7", "8"]


def test_a_wrong_value_that_may_be_a_secret_is_not_told(tmp_path: Path) -> None:
    path = written(tmp_path, "[sources.prometheus]\ninterval = 'hunter22'\nurl = ['hunter22']\n")
    with pytest.raises(ConfigError) as error:
        settle(path, "", {})
    assert "hunter22" not in "".join(error.value.problems)


def test_what_windows_editors_write_is_read(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbf[ui]\r\nmouse = true\r\n")
    settings = settle(path, "", {})
    assert settings.ui.mouse
    assert settings.origins["ui.mouse"] == f"{path}:2"
    path.write_bytes(b"[ui]\nlayout = '\xff'\n")
    with pytest.raises(ConfigError, match=r":2: not valid TOML: a byte that is not UTF-8"):
        settle(path, "", {})


def test_the_sections_of_the_screen(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        [ui]
        bands = { "^stg" = "yellow" }
        [layouts.mine]
        columns = [["nodes", "pods"], ["alerts"]]
        widths = [5, 3.5]
        heights = { pods = 2 }
        [namespaces]
        favourites = ["shop"]
        [columns]
        pods = ["name", "cpu"]
        [pins]
        queries = ["up"]
        """,
    )
    settings = settle(path, "", {})
    assert settings.ui.bands == {"^stg": "yellow"}
    assert settings.layouts == {
        "mine": Layout(columns=(("nodes", "pods"), ("alerts",)), widths=(5.0, 3.5), heights={"pods": 2.0})
    }
    assert settings.namespaces.favourites == ("shop",)
    assert settings.columns == {"pods": ("name", "cpu")}
    assert settings.pins.queries == ("up",)


def test_a_flag_with_an_address_goes_before_a_disabled_section(tmp_path: Path) -> None:
    path = written(tmp_path, "[sources.prometheus]\nenabled = false\n")
    assert "prometheus" not in settle(path, "", {}).sources
    flags = {"prometheus": {"url": ("http://x", "--prometheus")}}
    assert settle(path, "", flags).sources["prometheus"][1].url == "http://x"


def test_an_unknown_kind_is_told_where_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "load", registry.load)
    path = written(tmp_path, "[sources.promethes]\nurl = 'x'\n[sources.y]\nurl = 'x'\ntype = 'alertmanger'\n")
    with pytest.raises(ConfigError) as error:
        settle(path, "", {})
    assert error.value.problems == (
        f"{path}:1: sources.promethes: there is no source called 'promethes'; did you mean prometheus?",
        f"{path}:5: sources.y.type: there is no source called 'alertmanger'; did you mean alertmanager?",
    )


def test_a_wrong_flag_is_named_as_the_culprit(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^--interval: sources\.prometheus\.interval: expected a number"):
        settle(None, "", {"prometheus": {"interval": ("x", "--interval")}})


def test_a_file_that_was_asked_for_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no such file \(given with \$TOPMAST_CONFIG\)"):
        settle(tmp_path / "gone.toml", "$TOPMAST_CONFIG", {})


def test_works_without_a_home() -> None:
    assert config_path({}) is None
    assert config_path({"HOME": "/h"}) == Path("/h/.config/topmast/config.toml")
    assert config_path({"HOME": "/h", "XDG_CONFIG_HOME": "/x"}) == Path("/x/topmast/config.toml")


def test_our_sources_are_those_that_the_package_declares() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]
    assert project["entry-points"][registry.GROUP] == registry.OURS
