"""`topmast sources`: what is installed, what it offers, and what is configured."""

from __future__ import annotations

import argparse
import sys
from importlib.metadata import EntryPoint
from typing import Any, Protocol

from sources import contract
from sources.contract import Context, Misconfigured
from sources.redact import redact
from sources.registry import entries, load
from tui.oneshot.failure import OK, USAGE, say
from tui.oneshot.layout import Layout, cell
from tui.oneshot.settings import settings_from

CAPABILITIES = (
    "Nodes",
    "Pods",
    "Events",
    "Usage",
    "Alerts",
    "Samples",
    "MetricsQueries",
    "Monitoring",
    "Objects",
    "ServiceProxy",
    "ApiServer",
    "Scoped",
    "Diagnosable",
)


class Described(Protocol):
    def describe(self) -> str: ...


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
