"""Finds source classes by name in the entry-point group `topmast.sources`, importing only the one asked for."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from typing import Any, cast

from msgspec import Struct

from sources.contract import Misconfigured, Source

GROUP = "topmast.sources"


def entries() -> Mapping[str, EntryPoint]:
    """The installed sources by name; nothing is imported. Ours come first, then third parties' by name."""
    found = entry_points(group=GROUP)
    ours = [entry for entry in found if entry.value.startswith("sources.")]
    theirs = sorted((entry for entry in found if not entry.value.startswith("sources.")), key=lambda e: e.name)
    named: dict[str, EntryPoint] = {}
    for entry in (*ours, *theirs):
        named.setdefault(entry.name, entry)
    return named


def load(kind: str) -> type[Source]:
    """The class of one source. Raises `Misconfigured` for an unknown name or a package that does not import."""
    known = entries()
    if kind not in known:
        close = get_close_matches(kind, known, 1)
        hint = f"did you mean {close[0]}?" if close else f"installed are: {', '.join(known) or 'none'}"
        raise Misconfigured(f"there is no source called {kind!r}; {hint}")
    try:
        loaded: Any = known[kind].load()
    except Exception as error:
        # A third party's package may fail in any way while it is imported: one line, and the rest goes on.
        raise Misconfigured(f"the source {kind!r} ({known[kind].value}) cannot be imported: {error}") from error
    config = getattr(loaded, "Config", None)
    if not (isinstance(config, type) and issubclass(config, Struct)):
        raise Misconfigured(f"the source {kind!r} ({known[kind].value}) has no `Config` type")
    return cast("type[Source]", loaded)
