"""What more can be said about: an object of the cluster, or an alert."""

from __future__ import annotations

from typing import NamedTuple

from sources.model import ObjectRef


class Subject(NamedTuple):
    """What a detail can be opened of: an object, or an alert by its key."""

    ref: ObjectRef | None = None
    alert: str = ""
