"""Reads JSON that need not have the shape it should: what is missing or odd is empty, and never an error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

NOTHING: Mapping[str, Any] = {}


def at(raw: Any, *path: str) -> Any:
    """What stands at the end of a path of names; None where there is nothing."""
    for name in path:
        if not isinstance(raw, Mapping):
            return None
        raw = raw.get(name)
    return raw


def mapping(raw: Any, *path: str) -> Mapping[str, Any]:
    """The object at a path; an empty one where there is none."""
    found = at(raw, *path)
    return found if isinstance(found, Mapping) else NOTHING


def maps(raw: Any, *path: str) -> Sequence[Mapping[str, Any]]:
    """The objects in the list at a path; what is none of them is left out."""
    found = at(raw, *path)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, (list, tuple)) else []


def text(raw: Any, *path: str) -> str:
    """The string at a path; numbers and booleans as JSON writes them, "" for anything else."""
    found = at(raw, *path)
    if isinstance(found, str):
        return found
    if isinstance(found, bool):
        return "true" if found else "false"
    return str(found) if isinstance(found, (int, float)) else ""


def number(raw: Any, *path: str) -> int | None:
    """The whole number at a path; None where there is none."""
    found = at(raw, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def strings(raw: Any, *path: str) -> dict[str, str]:
    """The object of strings at a path (labels, selectors), without what is none."""
    return {str(name): value for name, value in mapping(raw, *path).items() if isinstance(value, str)}
