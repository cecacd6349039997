"""Finds source classes by name in the entry-point group `topmast.sources`, importing only the one asked for."""

from __future__ import annotations

from collections.abc import Mapping
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, cast

from msgspec import Struct

from sources.contract import Misconfigured, Source

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "topmast.sources"
OURS: Mapping[str, str] = {
    "kubernetes": "sources.kubernetes:KubernetesSource",
    "prometheus": "sources.prometheus:PrometheusSource",
    "alertmanager": "sources.alertmanager:AlertmanagerSource",
    "demo": "sources.demo:DemoSource",
    "scrape": "sources.scrape:ScrapeSource",
}
"""Our own entry points. Whoever needs only these need not read the metadata of everything that is installed."""


def entries() -> Mapping[str, EntryPoint]:
    """The installed sources by name; nothing is imported. Ours come first, then third parties' by name."""
    from importlib.metadata import entry_points

    found = entry_points(group=GROUP)
    ours = [entry for entry in found if entry.value.startswith("sources.")]
    theirs = sorted((entry for entry in found if not entry.value.startswith("sources.")), key=lambda e: e.name)
    named: dict[str, EntryPoint] = {}
    for entry in (*ours, *theirs):
        named.setdefault(entry.name, entry)
    return named


def load(kind: str) -> type[Source]:
    """The class of one source. Raises `Misconfigured` for an unknown name or a package that does not import."""
    value = OURS.get(kind) or _installed(kind)
    try:
        loaded: Any = resolve_name(value)
    except Exception as error:
        # A third party's package may fail in any way while it is imported: one line, and the rest goes on.
        raise Misconfigured(f"the source {kind!r} ({value}) cannot be imported: {error}") from error
    config = getattr(loaded, "Config", None)
    if not (isinstance(config, type) and issubclass(config, Struct)):
        raise Misconfigured(f"the source {kind!r} ({value}) has no `Config` type")
    return cast("type[Source]", loaded)


def _installed(kind: str) -> str:
    """Where the class is, as "module:name"."""
    known = entries()
    if kind in known:
        return f"{known[kind].module}:{known[kind].attr}"
    from difflib import get_close_matches

    close = get_close_matches(kind, known, 1)
    hint = f"did you mean {close[0]}?" if close else f"installed are: {', '.join(known) or 'none'}"
    raise Misconfigured(f"there is no source called {kind!r}; {hint}")
