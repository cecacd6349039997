"""What can go wrong between us and an API server, as errors a person can act on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from sources.contract import Denied, Misconfigured, NotFound, SourceError, Unauthorized, Unavailable


class ConfigError(Misconfigured):
    """The kubeconfig (or a flag over it) cannot be used; names the file and the entry."""


class CredentialFailure(Unauthorized):
    """No usable credential could be had: a plugin, a token file or an identity provider failed.

    Nothing was sent to the API server: we never fall back to anonymous requests.
    """


class Unreachable(Unavailable):
    """No connection, or it broke: refused, no such host, timed out, reset, proxy trouble."""


class ReadIdle(Unreachable):
    """The connection stayed silent longer than asked for. For a watch this means "open it again", no more."""


class TlsFailure(Unavailable):
    """The TLS handshake failed: unknown authority, wrong name, expired, or our certificate was refused."""


class ApiStatusError(SourceError):
    """The API server (or something in front of it) answered with a status that is not 2xx.

    `reason`, `message`, `kind` (of `details`) and `causes` (reasons within `details.causes`) are those of the
    Kubernetes `Status` object where the body was one. `retry_after` is in seconds.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        reason: str = "",
        retry_after: float | None = None,
        causes: tuple[str, ...] = (),
        kind: str = "",
        missing: str = "",
    ) -> None:
        Exception.__init__(self, message)
        self.status = status
        self.reason = reason
        self.message = message
        self.retry_after = retry_after
        self.causes = causes
        self.kind = kind
        self.missing = missing


class UnauthorizedStatusError(ApiStatusError, Unauthorized):
    """401, also after the credential was refreshed."""


class DeniedStatusError(ApiStatusError, Denied):
    """403; `missing` is the right, for example "list pods" or "get nodes/proxy in kube-system"."""


class NotFoundStatusError(ApiStatusError, NotFound):
    """404."""


class UnavailableStatusError(ApiStatusError, Unavailable):
    """429 or 5xx."""


def status_error(message: str, *, status: int, **rest: Any) -> ApiStatusError:
    """The `ApiStatusError` of the class that fits the HTTP status."""
    kind: type[ApiStatusError] = ApiStatusError
    if status == 401:
        kind = UnauthorizedStatusError
    elif status == 403:
        kind = DeniedStatusError
    elif status == 404:
        kind = NotFoundStatusError
    elif status == 429 or status >= 500:
        kind = UnavailableStatusError
    return kind(message, status=status, **rest)


_SECRETS = (
    (re.compile(r"-----BEGIN [^-]+-----.*?(-----END [^-]+-----|\Z)", re.S), "[hidden]"),
    (re.compile(r"\beyJ[\w-]+(\.[\w-]*)*"), "[hidden]"),
    (re.compile(r"(?i)\b(bearer|basic)(\s+)[\w.~+/=-]{6,}"), r"\1\2[hidden]"),
    (re.compile(r"(?i)(\b[a-z][a-z0-9+.-]*://)[^/\s@]+@"), r"\1[hidden]@"),
)
_NAMED = re.compile(
    r"(?i)((?:token|secret|passw(?:or)?d|passphrase|api[_-]?key|access[_-]?key|credential)\w*"
    r"[\"']?\s*[:=]\s*[\"']?)([^\s\"',;}&]{4,})"
)
_OPAQUE = re.compile(r"[A-Za-z0-9_+=-]{32,}")


def redact(text: str, known: Iterable[str] = ()) -> str:
    """Text of a stranger (a plugin, a login page) without what looks like a secret.

    `known` are values that must not appear in any case. Device-login codes and addresses stay readable.
    """
    for value in known:
        if len(value) >= 6:
            text = text.replace(value, "[hidden]")
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    text = _NAMED.sub(_hide_value, text)
    return _OPAQUE.sub(_hide_if_random, text)


def _hide_value(match: re.Match[str]) -> str:
    label, value = match.groups()
    plain_word = value.isalpha() and "=" not in label and not label.endswith(('"', "'"))
    return match[0] if plain_word else f"{label}[hidden]"


def _hide_if_random(match: re.Match[str]) -> str:
    word = match[0]
    mixed = any(c.isdigit() for c in word) and any(c.isupper() for c in word) and any(c.islower() for c in word)
    return "[hidden]" if mixed else word
