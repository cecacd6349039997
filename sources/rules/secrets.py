"""Keeps what Secrets hold off the screen: their values are replaced by how long they are."""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_MASK = "<masked"
_MASKED = re.compile(r"<masked(, \d+ bytes)?>")


def masked(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """The object, with `<masked, N bytes>` for each value of a Secret (core/v1: `data`, `stringData`), and without
    the annotation in which kubectl repeats them. Objects of other kinds are returned as they are."""
    if raw.get("kind") != "Secret":
        return raw
    safe = dict(raw)
    for part in ("data", "stringData"):
        held = safe.get(part)
        if isinstance(held, Mapping):
            safe[part] = {name: _mask(value, encoded=part == "data") for name, value in held.items()}
        elif held is not None:
            safe[part] = f"{_MASK}>"
    metadata = safe.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    if isinstance(metadata, Mapping) and isinstance(annotations, Mapping) and LAST_APPLIED in annotations:
        safe["metadata"] = {
            **metadata,
            "annotations": {**annotations, LAST_APPLIED: _mask(annotations[LAST_APPLIED])},
        }
    return safe


def _mask(value: object, encoded: bool = False) -> str:
    if not isinstance(value, str):
        return f"{_MASK}>"
    if _MASKED.fullmatch(value):
        return value
    size = len(value.encode("utf-8", "replace"))
    if encoded:
        with suppress(binascii.Error, ValueError):
            size = len(binascii.a2b_base64(value))
    return f"{_MASK}, {size} bytes>"
