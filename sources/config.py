"""The configuration: typed sections, where they come from, and errors that name file, key and expectation."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import msgspec
from msgspec import Struct

from sources.contract import Misconfigured
from sources.registry import load

BUILT_IN = ("kubernetes", "prometheus", "alertmanager")
"""The sources that run when nobody says otherwise."""


Theme = Literal["auto", "terminal", "dark", "light"]
THEMES: tuple[str, ...] = get_args(Theme)


class ConfigError(Misconfigured):
    """The configuration cannot be used: which file or flag, which key, and what was expected.

    The message is the first problem; `problems` has all that were found.
    """

    def __init__(self, message: str, *more: str) -> None:
        super().__init__(message)
        self.problems = (message, *more)


class Ui(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The `[ui]` section: how the screen behaves."""

    theme: Theme = "auto"
    """"auto" follows the terminal's own palette where it has only 16 colours."""
    refresh: float = 0.5
    """Seconds between frames at most this often; 0.1 to 10."""
    mouse: bool = False
    """Off, so that selecting text works as everywhere else."""
    ascii: bool = False
    """Draw with ASCII only. Chosen by itself where the terminal is not UTF-8."""
    keys: dict[str, str] = {}
    """Action name to the keys that should do it, separated by commas."""


class Settings(NamedTuple):
    """Everything that was configured. `origins` maps a dotted key to where its value came from."""

    ui: Ui
    sources: Mapping[str, tuple[str, Any]]
    """Instance name to (kind of source, its configuration)."""
    origins: Mapping[str, str]
    path: Path | None


def config_path(environ: Mapping[str, str] | None = None) -> Path | None:
    """Where the configuration file is looked for; None when there is no home to look in."""
    return _folder("XDG_CONFIG_HOME", ".config", "config.toml", environ)


def state_path(environ: Mapping[str, str] | None = None) -> Path | None:
    """The folder for what topmast remembers (query history, layouts); None when there is no home."""
    return _folder("XDG_STATE_HOME", ".local/state", "", environ)


def _folder(variable: str, default: str, leaf: str, environ: Mapping[str, str] | None) -> Path | None:
    env = os.environ if environ is None else environ
    if env.get(variable):
        return Path(env[variable], "topmast", leaf)
    return Path(env["HOME"], default, "topmast", leaf) if env.get("HOME") else None


Flags = Mapping[str, Mapping[str, tuple[Any, str]]]
"""Source name to field to (value, the flag it came from)."""


def settle(
    path: Path | None,
    explicit: bool,
    flags: Flags,
    demo: bool = False,
    ui_flags: Mapping[str, tuple[Any, str]] | None = None,
) -> Settings:
    """Reads the file at `path` (which must exist if it was asked for), lays the flags over it, types the result.

    With `demo`, the demo cluster is the only source. Raises `ConfigError` with everything that is wrong.
    """
    raw = _read(path, explicit)
    where = str(path)
    wrong: list[str] = []
    known = {"ui", "sources"}
    for key in raw:
        if key not in known:
            wrong.append(f"{where}: unknown section [{key}]; expected one of: {', '.join(sorted(known))}")
    origins: dict[str, str] = {}
    ui: Ui = _layered(raw.get("ui", {}), ui_flags or {}, Ui, where, "ui", origins, wrong) or Ui()
    if not 0.1 <= ui.refresh <= 10:
        wrong.append(f"{where}: ui.refresh is {ui.refresh}, expected 0.1 to 10 (seconds)")
    try:
        sections = _sections(raw, where)
    except ConfigError as error:
        raise ConfigError(*wrong, *error.problems) from None
    sources: dict[str, tuple[str, Any]] = {}
    for name, kind in _planned(sections, demo).items():
        section = {key: value for key, value in sections.get(name, {}).items() if key not in ("type", "enabled")}
        try:
            shape = load(kind).Config
        except Misconfigured as error:
            wrong.append(f"{where}: sources.{name}: {error}" if name in sections else str(error))
            continue
        config = _layered(section, flags.get(name, {}), shape, where, f"sources.{name}", origins, wrong)
        sources[name] = (kind, config)
    if wrong:
        raise ConfigError(*wrong)
    return Settings(ui, sources, origins, path if raw else None)


def _layered(
    section: Any,
    flags: Mapping[str, tuple[Any, str]],
    shape: type[Struct],
    where: str,
    prefix: str,
    origins: dict[str, str],
    wrong: list[str],
) -> Any:
    """A section of the file with the flags over it, typed; None when something is `wrong` with it."""
    before = len(wrong)
    if not isinstance(section, dict):
        wrong.append(f"{where}: {prefix}: expected a section, as [{prefix}]")
        return None
    values = {**section, **{key: value for key, (value, _) in flags.items()}}
    for key, value in values.items():
        culprit = flags[key][1] if key in flags else where
        origins[f"{prefix}.{key}"] = culprit
        try:
            # One key at a time, so that each wrong one is told.
            _typed({key: value}, shape, culprit, prefix)
        except ConfigError as error:
            wrong.extend(error.problems)
    return _typed(values, shape, where, prefix) if len(wrong) == before else None


def _planned(sections: Mapping[str, Mapping[str, Any]], demo: bool) -> Mapping[str, str]:
    if demo:
        return {"demo": "demo"}
    planned = {name: name for name in BUILT_IN}
    planned.update({name: str(section.get("type", name)) for name, section in sections.items()})
    planned.pop("demo", None)
    return {name: kind for name, kind in planned.items() if sections.get(name, {}).get("enabled", True)}


def _sections(raw: Mapping[str, Any], where: str) -> dict[str, dict[str, Any]]:
    sections = raw.get("sources", {})
    if not isinstance(sections, dict) or not all(isinstance(value, dict) for value in sections.values()):
        raise ConfigError(f"{where}: sources: expected a section for each source, as [sources.prometheus]")
    for name, section in sections.items():
        if not isinstance(section.get("enabled", True), bool):
            raise ConfigError(f"{where}: sources.{name}.enabled: expected true or false")
        if not isinstance(section.get("type", name), str):
            raise ConfigError(f"{where}: sources.{name}.type: expected the name of a kind of source")
    return sections


def _read(path: Path | None, explicit: bool) -> Mapping[str, Any]:
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        if explicit:
            raise ConfigError(f"{path}: there is no such file (given with --config)") from None
        return {}
    except OSError as error:
        if explicit:
            raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error


def _typed(section: Any, shape: type[Struct], where: str, key: str) -> Any:
    try:
        return msgspec.convert(section, shape)
    except msgspec.ValidationError as error:
        what, _, place = str(error).partition(" - at `$")
        inside = place.rstrip("`")
        fields = ", ".join(field.encode_name for field in msgspec.structs.fields(shape))
        hint = f"; known keys: {fields}" if "unknown field" in what else ""
        raise ConfigError(f"{where}: {key}{inside}: {what}{hint}") from error


def shown(settings: Settings) -> list[tuple[str, Any, str]]:
    """Each setting as (dotted key, value, origin) for `topmast config show`; defaults say "default"."""
    rows = []
    sections: dict[str, Any] = {"ui": settings.ui}
    sections.update({f"sources.{name}": config for name, (_, config) in settings.sources.items()})
    for prefix, section in sections.items():
        for field in msgspec.structs.fields(section):
            key = f"{prefix}.{field.encode_name}"
            rows.append((key, getattr(section, field.name), settings.origins.get(key, "default")))
    return rows
