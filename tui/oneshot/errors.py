"""Which exit code an error of a source deserves."""

from __future__ import annotations

from sources.contract import Denied, Misconfigured, QueryError, SourceError, Unauthorized
from tui.oneshot.failure import DENIED, UNREACHABLE, USAGE

_SERVERS_FAULT = frozenset({"timeout", "canceled", "internal", "unavailable", "too_many_requests"})


def exit_code(error: SourceError) -> int:
    """2 for what the user has to change, 4 for a missing right or login, 3 for the rest."""
    if isinstance(error, QueryError):
        return UNREACHABLE if error.type in _SERVERS_FAULT else USAGE
    if isinstance(error, Misconfigured):
        return USAGE
    if isinstance(error, (Denied, Unauthorized)):
        return DENIED
    return UNREACHABLE
