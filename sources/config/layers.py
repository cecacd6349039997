"""Flags over the file over the defaults, checked and typed, each value with where it came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from sources.config.check import dotted, nearest, problems
from sources.config.document import ConfigError, Document, read
from sources.config.places import KeyPath
from sources.config.shape import Columns, Layout, Namespaces, Pins, Settings, Ui
from sources.contract import Misconfigured
from sources.registry import load

BUILT_IN = ("kubernetes", "prometheus", "alertmanager", "scrape")
"""The sources that run when nobody says otherwise."""
SECTIONS: Mapping[str, type[Struct]] = {"ui": Ui, "namespaces": Namespaces, "columns": Columns, "pins": Pins}
"""The sections that are there once; `layouts` and `sources` hold sections that people name."""

ABOUT_A_SOURCE = ("type", "enabled")
"""Keys of a source's section that are ours, not the source's."""

Flags = Mapping[str, Mapping[str, tuple[Any, str]]]
"""Source name to field to (value, the flag it came from)."""


def settle(
    path: Path | None,
    asked: str,
    flags: Flags,
    demo: bool = False,
    ui_flags: Mapping[str, tuple[Any, str]] | None = None,
) -> Settings:
    """Reads the file at `path` (which must exist if `asked` names who gave it), lays the flags over it, types the
    result.

    With `demo`, the demo cluster is the only source. Raises `ConfigError` with everything that is wrong.
    """
    layers = _Layers(read(path, asked))
    document = layers.document
    for key in document.values:
        if key not in (*SECTIONS, "layouts", "sources"):
            layers.blame((key,), _unknown(key))
    once = {
        name: layers.typed((name,), document.values.get(name, {}), shape, (ui_flags or {}) if name == "ui" else {})
        for name, shape in SECTIONS.items()
    }
    layouts = {
        name: layers.typed(("layouts", name), section, Layout) for name, section in layers.named("layouts").items()
    }
    sections = layers.named("sources")
    sources: dict[str, tuple[str, Any]] = {}
    for name, kind in layers.planned(sections, flags, demo):
        try:
            shape = load(kind).Config
        except Misconfigured as error:
            path_to_kind: KeyPath = ("sources", name, "type")
            known = path_to_kind in document.lines
            layers.blame(path_to_kind if known else ("sources", name), str(error))
        else:
            section = {key: value for key, value in sections.get(name, {}).items() if key not in ABOUT_A_SOURCE}
            typed = layers.typed(("sources", name), section, shape, flags.get(name, {}), ABOUT_A_SOURCE)
            sources[name] = (kind, typed)
    if layers.wrong:
        raise ConfigError(*(text for _, text in sorted(layers.wrong, key=itemgetter(0))))
    return Settings(
        once["ui"],
        sources,
        layers.origins,
        path if document.values else None,
        layouts,
        once["namespaces"],
        {table: keys for table, keys in msgspec.structs.asdict(once["columns"]).items() if keys},
        once["pins"],
    )


def _unknown(section: str) -> str:
    for name, shape in SECTIONS.items():
        if section in shape.__struct_encode_fields__:
            return f"there is no such section; {section} belongs into [{name}]"
    return f"there is no such section{nearest(section, (*SECTIONS, 'layouts', 'sources'))}"


class _Layers:
    """A document being settled: what was found wrong so far, and where each value came from."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.wrong: list[tuple[int, str]] = []
        """The line, 0 for what is not in the document, and the message."""
        self.origins: dict[str, str] = {}

    def blame(self, path: KeyPath, text: str) -> None:
        """Something is wrong with what stands at `path`, as far as that is in the document at all."""
        place = self.document.place(path)
        line = self.document.line(path)
        self.wrong.append((line, f"{place}: {dotted(path)}: {text}" if place else f"{dotted(path)}: {text}"))

    def named(self, kind: str) -> Mapping[str, Mapping[str, Any]]:
        """The sections `[kind.NAME]`."""
        sections = self.document.values.get(kind, {})
        if not isinstance(sections, dict):
            self.blame((kind,), f"expected a section for each, as [{kind}.NAME]")
            return {}
        right = {}
        for name, section in sections.items():
            if isinstance(section, dict):
                right[name] = section
            else:
                self.blame((kind, name), f"expected a section, as [{dotted((kind, name))}]")
        return right

    def planned(
        self, sections: Mapping[str, Mapping[str, Any]], flags: Flags, demo: bool
    ) -> Iterator[tuple[str, str]]:
        """(name, kind) of each source that is to run. One that a flag gives an address is wanted after all."""
        if demo:
            yield "demo", "demo"
            return
        for name in dict.fromkeys((*BUILT_IN, *(name for name in sections if name != "demo"))):
            section = sections.get(name, {})
            kind, enabled = section.get("type", name), section.get("enabled", True)
            if not isinstance(kind, str):
                self.blame(("sources", name, "type"), "expected the name of a kind of source, in quotes")
            elif not isinstance(enabled, bool):
                self.blame(("sources", name, "enabled"), "expected true or false")
            elif enabled or "url" in flags.get(name, {}):
                yield name, kind

    def typed(
        self,
        path: KeyPath,
        section: Any,
        shape: type[Struct],
        flags: Mapping[str, tuple[Any, str]] = {},
        besides: Sequence[str] = (),
    ) -> Any:
        """The section at `path` with the flags over it; None when something is wrong with it. `besides` are keys
        of the section that are not the shape's business."""
        if not isinstance(section, dict):
            self.blame(path, f"expected a section, as [{dotted(path)}]")
            return None
        values = dict(section)
        values |= {key: value for key, (value, _) in flags.items()}
        prefix = ".".join(map(str, path))
        if path in self.document.lines:
            self.origins[prefix] = self.document.place(path)
        for key, value in values.items():
            self.origins[f"{prefix}.{key}"] = flags[key][1] if key in flags else self.document.place((*path, key))
            for item in value if isinstance(value, dict) and key not in flags else ():
                self.origins[f"{prefix}.{key}.{item}"] = self.document.place((*path, key, item))
        found = list(problems(values, shape, path, besides))
        for problem in found:
            flag = flags.get(str(problem.path[len(path)])) if len(problem.path) > len(path) else None
            if flag is not None:
                self.wrong.append((0, f"{flag[1]}: {dotted(problem.path)}: {problem.text}"))
            else:
                self.blame(problem.path, problem.text)
        return None if found else msgspec.convert(values, shape)


def shown(settings: Settings) -> list[tuple[str, Any, str]]:
    """Each setting as (dotted key, value, origin) for `topmast config show`; defaults say "default".

    The tables of the screen's own sections have a row for each of their keys; those of sources stay whole: only
    by the name of a field can one tell whether it is a secret.
    """
    ours: dict[str, Struct] = {"ui": settings.ui, "namespaces": settings.namespaces}
    ours["columns"] = msgspec.convert(dict(settings.columns), Columns)
    ours["pins"] = settings.pins
    ours |= {f"layouts.{name}": layout for name, layout in settings.layouts.items()}
    theirs = {f"sources.{name}": config for name, (_, config) in settings.sources.items()}
    rows = []
    for prefix, section in {**ours, **theirs}.items():
        for field in msgspec.structs.fields(section):
            key, value = f"{prefix}.{field.encode_name}", getattr(section, field.name)
            if prefix in ours and isinstance(value, dict) and value:
                rows += [(f"{key}.{name}", item) for name, item in value.items()]
            else:
                rows.append((key, value))
    return [(key, value, settings.origins.get(key, "default")) for key, value in rows]
