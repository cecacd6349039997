"""The right that an API server says is missing, as a person asks for it: "list pods in shop"."""

from __future__ import annotations

import re

_CANNOT = re.compile(
    r'cannot (?P<verb>[\w-]+) (?:resource|path) "(?P<what>[^"]+)"'
    r'(?: in API group "(?P<group>[^"]*)")?(?: in the namespace "(?P<namespace>[^"]+)")?'
)
_VERBS = ("get", "list", "watch")


def lack(missing: str) -> str:
    """What a status says is missing, in a sentence of its own: a right is told as one, all else says it itself."""
    return f"no right to {missing}" if missing.split(" ")[0] in _VERBS else missing


def missing_right(message: str) -> str:
    """The right that the message of a 403 names ("get pods.metrics.k8s.io in shop"); "" where it names none."""
    said = _CANNOT.search(message)
    if not said:
        return ""
    what = said["what"] + (f".{said['group']}" if said["group"] else "")
    return f"{said['verb']} {what}" + (f" in {said['namespace']}" if said["namespace"] else "")
