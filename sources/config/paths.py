"""Where the configuration and what topmast remembers live; works without a home."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


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
