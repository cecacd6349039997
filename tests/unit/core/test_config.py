"""Configuration: typed, layered, and precise about what is wrong."""

from pathlib import Path

import pytest
from msgspec import Struct

from sources import config as config_module
from sources.config import ConfigError, config_path, settle, shown


class Shape(Struct, frozen=True, forbid_unknown_fields=True):
    """A source's settings."""

    url: str = ""
    interval: float = 15.0


@pytest.fixture(autouse=True)
def _known_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config_module, "load", lambda kind: type(kind, (), {"Config": Shape}))


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text)
    return path


def test_without_a_file_everything_is_default(tmp_path: Path) -> None:
    settings = settle(tmp_path / "nothing.toml", False, {})
    assert list(settings.sources) == ["kubernetes", "prometheus", "alertmanager"]
    assert {origin for _, _, origin in shown(settings)} == {"default"}


def test_flags_win_over_the_file_and_the_origin_says_so(tmp_path: Path) -> None:
    path = written(tmp_path, '[sources.prometheus]\nurl = "http://file"\ninterval = 5\n')
    settings = settle(path, True, {"prometheus": {"url": ("http://flag", "--prometheus")}})
    rows = {key: (value, origin) for key, value, origin in shown(settings)}
    assert rows["sources.prometheus.url"] == ("http://flag", "--prometheus")
    assert rows["sources.prometheus.interval"] == (5.0, str(path))
    assert rows["ui.refresh"][1] == "default"


def test_a_second_instance_of_a_kind_and_a_disabled_one(tmp_path: Path) -> None:
    path = written(
        tmp_path, '[sources.eu]\ntype = "prometheus"\nurl = "http://eu"\n[sources.alertmanager]\nenabled = false\n'
    )
    settings = settle(path, True, {})
    assert settings.sources["eu"] == ("prometheus", Shape(url="http://eu"))
    assert "alertmanager" not in settings.sources


def test_the_demo_is_alone(tmp_path: Path) -> None:
    assert list(settle(None, False, {}, demo=True).sources) == ["demo"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[sources.prometheus]\nurll = 'x'\n", ("sources.prometheus", "urll", "known keys: url, interval")),
        ("[sources.prometheus]\ninterval = 'soon'\n", ("sources.prometheus.interval", "Expected `float`")),
        ("[ui]\nrefresh = 99\n", ("ui.refresh", "0.1 to 10")),
        ("[windows]\n", ("unknown section", "windows")),
        ("[ui\n", ("not valid TOML", "line 1")),
        ("sources = 3\n", ("sources", "section")),
        ("[sources.x]\nenabled = 'no'\n", ("sources.x.enabled", "true or false")),
    ],
)
def test_errors_name_file_key_and_expectation(tmp_path: Path, text: str, said: tuple[str, ...]) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as error:
        settle(path, True, {})
    assert str(path) in str(error.value)
    for part in said:
        assert part in str(error.value)


def test_a_wrong_flag_is_named_as_the_culprit(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^--interval: sources\.prometheus\.interval: Expected `float`"):
        settle(None, False, {"prometheus": {"interval": ("x", "--interval")}})


def test_a_file_that_was_asked_for_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        settle(tmp_path / "gone.toml", True, {})


def test_works_without_a_home() -> None:
    assert config_path({}) is None
    assert config_path({"HOME": "/h"}) == Path("/h/.config/topmast/config.toml")
    assert config_path({"HOME": "/h", "XDG_CONFIG_HOME": "/x"}) == Path("/x/topmast/config.toml")
