"""Values against types: everything that is wrong with a section, with the place and what was expected instead."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

from sources.config.places import KeyPath

LONGEST = 40
"""Characters of a wrong text that are worth showing."""
_WORDS: Mapping[Any, str] = {
    bool: "true or false",
    str: "text in quotes",
    int: "a whole number",
    float: "a number",
}


class Problem(NamedTuple):
    """`path` is where it stands; `text` what is wrong and what was expected."""

    path: KeyPath
    text: str


def problems(value: Any, kind: Any, path: KeyPath = (), besides: Sequence[str] = ()) -> Iterator[Problem]:
    """What keeps `value` from being a `kind`: each smallest part that is wrong, nothing if it is fine.

    `besides` are keys that may stand beside those of a Struct, for whoever looks for the right one.
    """
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        found = list(_inside(value, _bare(kind), path, besides))
        yield from found or [_whole(value, kind, path)]


def nearest(word: str, known: Iterable[str]) -> str:
    """ "; did you mean x?" for a near miss, else what there is to choose from."""
    known = list(known)
    close = get_close_matches(word.lower(), known, 1, 0.6)
    if close:
        return f"; did you mean {close[0]}?"
    return f"; known are: {', '.join(known)}" if known else ""


def dotted(path: KeyPath) -> str:
    """`a.b[0]`, names quoted where the file must quote them."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            plain = part.replace("-", "").replace("_", "").isalnum() and part.isascii()
            text += ("." if text else "") + (part if plain else f'"{part}"')
    return text


def _inside(value: Any, kind: Any, path: KeyPath, besides: Sequence[str]) -> Iterator[Problem]:
    """The problems of the parts of a value, if it has the right shape for having parts."""
    if isinstance(kind, type) and issubclass(kind, Struct):
        if isinstance(value, dict):
            yield from _fields(value, kind, path, besides)
    elif get_origin(kind) is dict and isinstance(value, dict):
        for_key, for_value = get_args(kind)
        for key, item in value.items():
            yield from problems(key, for_key, (*path, key))
            yield from problems(item, for_value, (*path, key))
    elif isinstance(value, list) and (get_origin(kind) is list or get_args(kind)[1:] == (...,)):
        for place, item in enumerate(value):
            yield from problems(item, get_args(kind)[0], (*path, place))


def _fields(
    values: Mapping[str, Any], shape: type[Struct], path: KeyPath, besides: Sequence[str]
) -> Iterator[Problem]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(shape)}
    good = {}
    for key, value in values.items():
        if key not in fields:
            yield Problem((*path, key), f"there is no such key{nearest(key, (*fields, *besides))}")
            continue
        found = list(problems(value, fields[key].type, (*path, key)))
        yield from found
        if not found:
            good[key] = value
    missing = [name for name, field in fields.items() if field.required and name not in good]
    for name in missing:
        if name not in values:
            yield Problem(path, f"the key {name} is missing: {expected(fields[name].type)}")
    if not missing:
        yield from _together(good, shape, path)


def _together(values: Mapping[str, Any], shape: type[Struct], path: KeyPath) -> Iterator[Problem]:
    """Fields that are fine but do not go together; what the type says may begin with the field to blame."""
    try:
        msgspec.convert(values, shape)
    except msgspec.ValidationError as error:
        field, colon, rest = str(error).partition(": ")
        yield Problem((*path, field), rest) if colon and field in values else Problem(path, str(error))


def _whole(value: Any, kind: Any, path: KeyPath) -> Problem:
    """The problem of a value that has no parts to blame."""
    wanted = expected(kind)
    if get_origin(_bare(kind)) is Literal and isinstance(value, str):
        close = get_close_matches(value.lower(), map(str, get_args(_bare(kind))), 1, 0.6)
        hint = f"; did you mean {close[0]}?" if close else ""
        return Problem(path, f"expected {wanted}, found {value[:LONGEST]!r}{hint}")
    return Problem(path, f"expected {wanted}, found {_found(value)}")


def _bare(kind: Any) -> Any:
    """Without limits, and without None: TOML has none."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        rest = [each for each in get_args(kind) if each is not type(None)]
        return _bare(rest[0]) if len(rest) == 1 else kind
    return kind


def expected(kind: Any) -> str:
    """What a value has to be, in words."""
    bare = _bare(kind)
    origin = get_origin(bare)
    if origin is Literal:
        *others, last = (f'"{choice}"' for choice in get_args(bare))
        return f"{', '.join(others)} or {last}" if others else last
    if origin is list or (origin is tuple and get_args(bare)[1:] == (...,)):
        return f"a list, each {expected(get_args(bare)[0])}"
    if origin is dict:
        return f"a table, each value {expected(get_args(bare)[1])}"
    if origin in (Union, types.UnionType):
        return " or ".join(expected(each) for each in get_args(bare) if each is not type(None))
    if isinstance(bare, type) and issubclass(bare, Struct):
        return "a table of settings"
    return _WORDS.get(bare, str(getattr(bare, "__name__", bare))) + _limits(kind)


def _limits(kind: Any) -> str:
    if get_origin(kind) is not Annotated:
        return ""
    limits = {
        name: getattr(meta, name)
        for meta in get_args(kind)[1:]
        if isinstance(meta, Meta)
        for name in ("ge", "gt", "le", "lt")
        if getattr(meta, name) is not None
    }
    if limits.keys() == {"ge", "le"}:
        return f" from {limits['ge']:g} to {limits['le']:g}"
    words = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
    return " " + " and ".join(f"{words[name]} {limit:g}" for name, limit in limits.items())


def _found(value: Any) -> str:
    """What stands there instead. Of text only that it is one: it may be a secret."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)[:LONGEST]
    if isinstance(value, str):
        return "text" if value else "an empty text"
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "a table"
    return f"a {type(value).__name__}"
