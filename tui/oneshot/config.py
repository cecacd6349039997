"""`topmast config`: where the configuration is, what it says and who said so, whether it is right; a sample."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sources.config import ConfigError, Settings, shown
from sources.contract import Context, Misconfigured
from sources.http.settings import shown as shown_url
from sources.redact import HIDDEN
from sources.registry import entries, load
from sources.text import clean
from tui.oneshot.failure import OK, USAGE, CommandError, say
from tui.oneshot.layout import Layout, cell
from tui.oneshot.screen_check import screen_problems
from tui.oneshot.settings import settings_from, where

_SECRET = ("token", "secret", "password", "passwd", "key", "credential", "header", "command", "cookie")
_NAMED_ELSEWHERE = ("_env", "_file")
"""Such a field names where a secret is; the secret itself is not in it."""


def config(args: argparse.Namespace) -> int:
    """`config path`, `show`, `check` and `sample`."""
    if args.action == "path":
        return _path(args)
    if args.action == "check":
        return _check(args)
    if args.action == "sample":
        return _sample()
    settings = settings_from(args, everywhere=False)
    path, asked = where(args)
    rows = [["KEY", "VALUE", "FROM"]]
    rows.append(["(file)", cell(str(path) if settings.path is not None else "-"), asked or "default"])
    rows += [[cell(key), cell(masked(key, value)), cell(origin)] for key, value, origin in shown(settings)]
    print("\n".join(Layout().lines(rows)))
    return OK


def _path(args: argparse.Namespace) -> int:
    path, _ = where(args)
    if path is None:
        raise CommandError(USAGE, "there is no home for a configuration; set XDG_CONFIG_HOME or pass --config")
    print(clean(str(path)))
    return OK


def _sample() -> int:
    from sources.config.sample import sample
    from tui.actions import ACTIONS

    types = {}
    for kind in entries():
        try:
            types[kind] = load(kind).Config
        except Misconfigured as error:
            say(str(error))
    actions = [f"{action.name:<20} {action.shown:<12} {action.text}".rstrip() for action in ACTIONS]
    text = sample(types, {"ui.keys": ["Actions, and their keys without this table:", *actions]})
    print("\n".join(map(clean, text.splitlines())))
    return OK


def _check(args: argparse.Namespace) -> int:
    try:
        settings = settings_from(args)
    except ConfigError as error:
        raise CommandError(USAGE, *error.problems) from None
    wrong = [*screen_problems(settings), *_unbuildable(settings)]
    if wrong:
        raise CommandError(USAGE, *wrong)
    print(clean(_fine(where(args)[0])))
    return OK


def _fine(path: Path | None) -> str:
    """What there is to say about a file without mistakes. Raises `CommandError` for one that cannot be read: other
    commands do without it."""
    try:
        if path is not None and path.read_bytes().strip():
            return f"{path}: fine"
    except FileNotFoundError:
        return f"fine; there is no file at {path}"
    except OSError as error:
        raise CommandError(USAGE, f"{path}: cannot be read: {error.strerror}") from error
    return f"{path}: fine, and empty" if path is not None else "fine; there is no home for a file"


def _unbuildable(settings: Settings) -> Sequence[str]:
    """What the sources themselves have against their sections; no I/O happens."""
    wrong = []
    for name, (kind, config) in settings.sources.items():
        try:
            load(kind)(config, Context(name))
        except Misconfigured as error:
            section = f"sources.{name}"
            said = str(error)
            # Most begin with the name of the field.
            field = f"{section}.{said.partition(': ')[0].partition(' ')[0]}"
            place = settings.origins.get(field) or settings.origins.get(section)
            wrong.append(f"{place}: {section}: {said}" if place else f"{section}: {said}")
    return wrong


def masked(key: str, value: Any) -> str:
    """A value as it may be shown. In a source's section what could be a secret is hidden, and so are credentials
    in URLs."""
    field = key.rpartition(".")[2].lower()
    theirs = key.startswith("sources.")
    if value in (None, "", (), [], {}):
        return "-"
    if theirs and any(word in field for word in _SECRET) and not field.endswith(_NAMED_ELSEWHERE):
        return HIDDEN
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return shown_url(value) if theirs and "://" in value else value
    if isinstance(value, (tuple, list)):
        parts = [masked(key, each) for each in value]
        return ", ".join(
            f"[{part}]" if isinstance(each, (tuple, list)) else part
            for part, each in zip(parts, value, strict=True)
        )
    if isinstance(value, dict):
        return ", ".join(f"{name}={masked(key, each)}" for name, each in value.items())
    return str(value)
