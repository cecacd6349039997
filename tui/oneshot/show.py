"""`topmast sources` and `topmast config`: what is installed, what is configured, and where it was said."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import EntryPoint
from typing import Any, Protocol

from sources import contract
from sources.config import ConfigError, Settings, shown
from sources.contract import Context, Misconfigured
from sources.http.settings import shown as shown_url
from sources.redact import HIDDEN, redact
from sources.registry import entries, load
from sources.text import clean
from tui.oneshot.failure import OK, USAGE, CommandError, say
from tui.oneshot.layout import Layout, cell
from tui.oneshot.settings import settings_from, where

CAPABILITIES = (
    "Nodes",
    "Pods",
    "Events",
    "Usage",
    "Alerts",
    "MetricsQueries",
    "Monitoring",
    "Objects",
    "ServiceProxy",
    "Scoped",
    "Diagnosable",
)
_SECRET = ("token", "secret", "password", "passwd", "key", "credential", "header", "command", "cookie")
_NAMED_ELSEWHERE = ("_env", "_file")
"""Such a field names where a secret is; the secret itself is not in it."""


class Described(Protocol):
    def describe(self) -> str: ...


# -- sources -----------------------------------------------------------------------------------------------


def show_sources(args: argparse.Namespace) -> int:
    """Kinds with their version and capabilities, then the configured instances."""
    settings = settings_from(args, everywhere=True)
    rows = [["KIND", "FROM", "OFFERS"]]
    problems = []
    for name, entry in entries().items():
        try:
            offers = ", ".join(capabilities(load(name)))
        except Misconfigured as error:
            offers = "-"
            problems.append(str(error))
        rows.append([cell(name), cell(_distribution(entry)), cell(offers)])
    print("\n".join(Layout().lines(rows)))
    print()
    rows = [["NAME", "KIND", "TALKS TO"]]
    for name, (kind, config) in settings.sources.items():
        rows.append([cell(name), cell(kind), cell(redact(_described(name, kind, config)))])
    print("\n".join(Layout().lines(rows)))
    sys.stdout.flush()
    say(*problems)
    return USAGE if problems else OK


def capabilities(source: type) -> list[str]:
    """The capabilities whose methods a class has. Nothing is built."""
    return [name for name in CAPABILITIES if _offers(source, getattr(contract, name))]


def _offers(source: type, capability: Any) -> bool:
    methods = [name for name in vars(capability) if not name.startswith("_")]
    return all(callable(getattr(source, name, None)) for name in methods)


def _distribution(entry: EntryPoint) -> str:
    dist = entry.dist
    return f"{dist.name} {dist.version}" if dist is not None else "(unknown)"


def _described(name: str, kind: str, config: Any) -> str:
    try:
        source: Described = load(kind)(config, Context(name))
        return source.describe()
    except Misconfigured as error:
        return f"misconfigured: {error}"


# -- config ------------------------------------------------------------------------------------------------


def show_config(args: argparse.Namespace) -> int:
    """`config path`, `config show` and `config check`."""
    if args.action == "path":
        path, _ = where(args)
        if path is None:
            raise CommandError(USAGE, "there is no home for a configuration; set XDG_CONFIG_HOME or pass --config")
        print(clean(str(path)))
        return OK
    if args.action == "check":
        return _check(args)
    settings = settings_from(args, everywhere=False)
    rows = [["KEY", "VALUE", "FROM"]]
    rows += [[cell(key), cell(masked(key, value)), cell(origin)] for key, value, origin in shown(settings)]
    print("\n".join(Layout().lines(rows)))
    return OK


def _check(args: argparse.Namespace) -> int:
    try:
        settings = settings_from(args)
    except ConfigError as error:
        say(*error.problems)
        return USAGE
    wrong = _unbuildable(settings)
    if wrong:
        say(*wrong)
        return USAGE
    path, _ = where(args)
    said = f"{path}: fine" if settings.path is not None else f"fine; there is no file at {path}"
    print(clean(said))
    return OK


def _unbuildable(settings: Settings) -> Sequence[str]:
    """What the sources themselves have against their sections; no I/O happens."""
    wrong = []
    for name, (kind, config) in settings.sources.items():
        try:
            load(kind)(config, Context(name))
        except Misconfigured as error:
            wrong.append(f"sources.{name}: {error}")
    return wrong


def masked(key: str, value: Any) -> str:
    """A value as it may be shown: what could be a secret is hidden, credentials in URLs are too."""
    field = key.rpartition(".")[2].lower()
    secret = any(word in field for word in _SECRET) and not field.endswith(_NAMED_ELSEWHERE)
    if key.startswith("ui."):
        secret = False
    if value in (None, "", (), [], {}):
        return "-"
    if secret:
        return HIDDEN
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return shown_url(value) if "://" in value else value
    if isinstance(value, (tuple, list)):
        return ", ".join(masked(key, each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}={masked(key, each)}" for name, each in value.items())
    return str(value)
