"""The band of a context in the header: a colour of its own, and a loud one for production. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zlib import crc32

from sources.choices import COLOURS
from sources.config.shape import compiled

CALM = tuple(colour for colour in COLOURS if colour != "red")
"""What a context may be given without being asked: red is for what is configured, and near production's."""


def is_production(context: str, patterns: Sequence[str]) -> bool:
    """Whether one of the regular expressions of `ui.production` is found in the context's name."""
    return any(compiled(pattern).search(context) for pattern in patterns)


def band(context: str, chosen: Mapping[str, str]) -> str:
    """The style name of a context's band: the first of `ui.bands` that fits, else the same one on every day and
    machine."""
    for pattern, colour in chosen.items():
        if compiled(pattern).search(context):
            return f"band.{colour}"
    return f"band.{CALM[crc32(context.encode('utf-8', 'replace')) % len(CALM)]}"
