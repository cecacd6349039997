"""The configuration: typed sections, where they come from, and errors that name file, key and expectation."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from sources.contract import Misconfigured
from sources.registry import load

BUILT_IN = ("kubernetes", "prometheus", "alertmanager")
"""The sources that run when nobody says otherwise."""


class ConfigError(Misconfigured):
    """The configuration cannot be used: which file or flag, which key, and what was expected."""


class Ui(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The `[ui]` section: how the screen behaves."""

    theme: str = "auto"
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


def settle(path: Path | None, explicit: bool, flags: Flags, demo: bool = False) -> Settings:
    """Reads the file at `path` (which must exist if it was asked for), lays the flags over it and types the result.

    With `demo`, the demo cluster is the only source. Raises `ConfigError`.
    """
    raw = _read(path, explicit)
    where = str(path)
    known = {"ui", "sources"}
    for key in raw:
        if key not in known:
            raise ConfigError(f"{where}: unknown section [{key}]; expected one of: {', '.join(sorted(known))}")
    origins: dict[str, str] = {}
    ui = _typed(raw.get("ui", {}), Ui, where, "ui")
    if not 0.1 <= ui.refresh <= 10:
        raise ConfigError(f"{where}: ui.refresh is {ui.refresh}, expected 0.1 to 10 (seconds)")
    origins.update({f"ui.{key}": where for key in raw.get("ui", {})})
    sections: dict[str, dict[str, Any]] = _sections(raw, where)
    planned = _planned(sections, demo)
    sources: dict[str, tuple[str, Any]] = {}
    for name, kind in planned.items():
        section = {key: value for key, value in sections.get(name, {}).items() if key not in ("type", "enabled")}
        origins.update({f"sources.{name}.{key}": where for key in section})
        overlay = flags.get(name, {})
        section.update({key: value for key, (value, _) in overlay.items()})
        origins.update({f"sources.{name}.{key}": flag for key, (_, flag) in overlay.items()})
        culprit = ", ".join(sorted({flag for _, flag in overlay.values()})) if overlay else where
        sources[name] = (kind, _typed(section, load(kind).Config, culprit, f"sources.{name}"))
    return Settings(ui, sources, origins, path if raw else None)


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
