"""From flags to settings: which flag fills which key of which source."""

from __future__ import annotations

import argparse
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from sources.config import Settings, config_path, settle

VARIABLE = "TOPMAST_CONFIG"
"""Names the configuration file where no flag does."""


def settings_from(args: argparse.Namespace, namespaced: bool = False, everywhere: bool = False) -> Settings:
    """The settings under these flags. Raises `ConfigError`.

    `namespaced`: without -n and -A only the context's namespace is looked at, as kubectl does.
    `everywhere`: -n is the command's own business and limits no source.
    """
    path, asked = where(args)
    scope: dict[str, tuple[Any, str]] = {}
    if not everywhere and not args.all_namespaces:
        if args.namespace is not None:
            scope["namespace"] = (args.namespace, "--namespace")
        elif namespaced:
            scope["own_namespace"] = (True, f"topmast {args.command}")
    cluster: dict[str, tuple[Any, str]] = {
        key: (value, flag)
        for key, value, flag in (
            ("kubeconfig", args.kubeconfig, "--kubeconfig"),
            ("context", args.context, "--context"),
            ("cluster", args.cluster, "--cluster"),
            ("user", args.user, "--user"),
            ("as", args.as_, "--as"),
            ("as_groups", args.as_group or None, "--as-group"),
            ("as_uid", args.as_uid, "--as-uid"),
            ("request_timeout", args.request_timeout, "--request-timeout"),
        )
        if value is not None
    }
    scraped: dict[str, tuple[Any, str]] = {"when": ("always", "--scrape")} if args.scrape else {}
    if args.exporter:
        scraped["urls"] = (args.exporter, "--exporter")
    flags = {
        "kubernetes": {**cluster, **scope},
        "prometheus": _given(args, "url", "prometheus"),
        "alertmanager": _given(args, "url", "alertmanager"),
        "scrape": scraped,
        "demo": {
            **_given(args, "seed", "seed"),
            **_given(args, "speed", "speed"),
            **_given(args, "scenario", "scenario"),
        },
    }
    looks: dict[str, tuple[Any, str]] = {} if args.theme is None else {"theme": (args.theme, "--theme")}
    switches = ("ascii", "mouse", "low_bandwidth")
    looks |= {name: (True, f"--{name.replace('_', '-')}") for name in switches if getattr(args, name)}
    return settle(path, asked, flags, demo=args.demo, ui_flags=looks)


def where(args: argparse.Namespace) -> tuple[Path | None, str]:
    """The configuration file, and what named it: a flag, a variable, or "" for the usual place."""
    if args.config is not None:
        return _file(args.config), "--config"
    named = os.environ.get(VARIABLE, "")
    return (_file(named), f"${VARIABLE}") if named else (config_path(), "")


def _file(name: str) -> Path:
    path = Path(name)
    with suppress(RuntimeError):  # whoever has no home, as in many a container, means the name as it is
        path = path.expanduser()
    return path


def _given(args: argparse.Namespace, key: str, flag: str) -> dict[str, tuple[Any, str]]:
    value = getattr(args, flag, None)
    return {} if value is None else {key: (value, f"--{flag}")}
