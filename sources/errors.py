"""What goes wrong with a source, as errors that a person can act on. Part of the contract, which hands them on."""

from __future__ import annotations


class SourceError(Exception):
    """Something a person can act on: one or two plain sentences, no secrets. The base of all source errors."""


class Misconfigured(SourceError):
    """Retrying cannot help until somebody changes the configuration."""


class Denied(SourceError):
    """The server knows us and says no: `missing` is the right, as "list pods" or "get services/proxy in x"."""

    def __init__(self, message: str, missing: str = "") -> None:
        super().__init__(message)
        self.missing = missing


class Unauthorized(SourceError):
    """The server does not accept our credentials, even after they were refreshed."""


MOST_ASKED = 300.0
"""Seconds of a Retry-After that are kept: a gateway's "tomorrow" must not leave the screen stale that long."""


class Unavailable(SourceError):
    """The server cannot be reached, is overloaded or answers nonsense; `retry_after` seconds if it said so."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NotSupported(SourceError):
    """The server does not offer this, or not this way."""


class NotFound(SourceError):
    """The object asked for does not exist (any more)."""


class ReadOnlyError(SourceError):
    """A request that would change something was refused at the request layer."""


class QueryError(SourceError):
    """A query that was refused or failed.

    `type` in Prometheus's words: bad_data, execution, timeout, canceled, internal, unavailable.
    `line` and `column` are 1-based (the column in characters), None where the server gives no position.
    """

    def __init__(
        self,
        message: str,
        type: str = "bad_data",  # noqa: A002  # the word of the API
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        super().__init__(message)
        self.type = type
        self.line = line
        self.column = column
