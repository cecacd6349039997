"""A commented configuration with every key and its default, made from the types and their own words."""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any

import msgspec
from msgspec import Struct

from sources.config.check import expected
from sources.config.layers import SECTIONS

WIDTH = 100
HEAD = """\
The configuration of topmast. Nothing here is needed. A line with a # right before it is a setting with its
default: take the # away, and that of its [section], to change it. `topmast config check` says what is wrong.
"""
LAYOUTS = """\
An own arrangement of panes, [layouts.NAME]; it is chosen with `ui.layout` or `:layout NAME`:
    [layouts.mine]
    columns = [["nodes", "pods", "events"], ["console", "alerts"]]
    widths = [5, 3]
    heights = { pods = 2 }
    active = "pods"
"""
SOURCES = """\
Sources: [sources.NAME] with type = KIND, which is NAME if it is not given. Secrets are better named than written
down: a variable, a file or a command that holds them.
"""


def sample(sources: Mapping[str, type[Struct]], notes: Mapping[str, Sequence[str]] = {}) -> str:
    """The text of the file; `sources` are the types of the sections [sources.NAME], `notes` more lines about a
    key ("ui.keys")."""
    parts = [list(_prose(HEAD))]
    for name, shape in SECTIONS.items():
        parts.append(list(_section(name, shape, notes)))
        if name == "ui":
            parts.append(list(_prose(LAYOUTS)))
    parts.append(list(_prose(SOURCES)))
    parts += [list(_section(f"sources.{name}", shape, notes, source=True)) for name, shape in sources.items()]
    return "\n\n".join("\n".join(lines) for lines in parts) + "\n"


def toml(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, Mapping):
        return (
            "{"
            + ", ".join(f" {json.dumps(key)} = {toml(item)}" for key, item in value.items())
            + " }"[not value :]
        )
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _section(
    name: str, shape: type[Struct], notes: Mapping[str, Sequence[str]], source: bool = False
) -> Iterator[str]:
    yield from _prose(inspect.cleandoc(shape.__doc__ or ""))
    yield f"#[{name}]"
    if source:
        yield "#enabled = true"
    said = field_docs(shape)
    for field in msgspec.structs.fields(shape):
        yield from _prose(said.get(field.name, ""))
        yield from _prose("\n".join(f"    {note}" for note in notes.get(f"{name}.{field.encode_name}", ())))
        default = field.default if field.default is not msgspec.NODEFAULT else None
        if field.default_factory is not msgspec.NODEFAULT:
            default = field.default_factory()
        if default is None:
            yield f"# {field.encode_name} is unset; it takes {expected(field.type)}."
        else:
            yield f"#{field.encode_name} = {toml(default)}"


def _prose(text: str) -> Iterator[str]:
    """Comment lines: paragraphs are filled, lines that are indented stay as they are."""
    for indented, lines in groupby(text.rstrip().splitlines(), key=lambda line: line.startswith("    ")):
        if indented:
            yield from (f"# {line}" for line in lines)
            continue
        for filled, paragraph in groupby(lines, key=bool):
            yield from (f"# {line}" for line in textwrap.wrap(" ".join(paragraph), WIDTH)) if filled else "#"


def field_docs(shape: type[Struct]) -> Mapping[str, str]:
    """What stands below each field of a type in its source, in one line; nothing where there is no source."""
    said: dict[str, str] = {}
    for each in reversed(shape.__mro__):
        try:
            body = ast.parse(textwrap.dedent(inspect.getsource(each))).body[0]
        except (OSError, TypeError, SyntaxError, IndexError):
            continue
        statements = body.body if isinstance(body, ast.ClassDef) else []
        for field, below in pairwise(statements):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(below, ast.Expr)
                and isinstance(below.value, ast.Constant)
                and isinstance(below.value.value, str)
            ):
                said[field.target.id] = " ".join(below.value.value.split())
    return said
