"""Turns what the HTTP client and the server say went wrong into our errors, in words a person can act on."""

from __future__ import annotations

import asyncio
import html
import json
import os
import re
import socket
import ssl
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from sources.contract import SourceError
from sources.headers import retry_after
from sources.kubernetes.errors import ApiStatusError, ReadIdle, TlsFailure, Unreachable, redact, status_error
from sources.rights import missing_right

_MAX_SHOWN = 300
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.S | re.I)


def from_exception(error: BaseException, host: str, proxy: str | None) -> SourceError:
    """An exception of aiohttp, asyncio, ssl or the socket as `TlsFailure` or `Unreachable`."""
    tls = _ssl_error(error)
    if tls is not None:
        return TlsFailure(f"TLS with {host} failed: {_tls_words(tls)}")
    by = f" through the proxy {urlsplit(proxy).hostname}" if proxy else ""
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return Unreachable(f"cannot reach {host}{by}: the proxy answered {error.status} {error.message[:80]}")
    if isinstance(error, TimeoutError):
        return Unreachable(f"cannot reach {host}{by}: no answer in time")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Unreachable(f"cannot reach {error.host}: no such host ({_os_words(error.os_error)})")
    if isinstance(error, aiohttp.ClientConnectorError):
        return Unreachable(f"cannot reach {host}{by}: {_os_words(error.os_error)}")
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return Unreachable(f"{host} closed the connection without an answer")
    if isinstance(error, aiohttp.ClientPayloadError):
        return Unreachable(f"the connection to {host} broke in the middle of an answer")
    if isinstance(error, aiohttp.ClientResponseError):
        return Unreachable(f"{host} does not speak HTTP as expected: {redact(error.message)[:80]}")
    if isinstance(error, OSError):
        return Unreachable(f"the connection to {host} broke: {_os_words(error)}")
    return Unreachable(f"the request to {host} failed: {type(error).__name__}")


def read_idle(host: str, seconds: float) -> ReadIdle:
    return ReadIdle(f"nothing came from {host} for {seconds:g} s")


def from_answer(status: int, headers: Mapping[str, str], body: bytes, host: str) -> ApiStatusError:
    """The error for an answer that is not 2xx, or that is a web page instead of an API's answer."""
    pause = retry_after(headers.get("Retry-After", ""), time.time())
    said = _kubernetes_status(body)
    if said is not None:
        details = said.get("details")
        details = details if isinstance(details, dict) else {}
        message = _shown(str(said.get("message") or said.get("reason") or status))
        causes = details.get("causes")
        if pause is None and isinstance(details.get("retryAfterSeconds"), int):
            pause = float(min(details["retryAfterSeconds"], 10**9)) or None
        return status_error(
            _words(status, message, host),
            status=status,
            reason=str(said.get("reason") or ""),
            retry_after=pause,
            causes=tuple(str(cause.get("reason")) for cause in causes or () if isinstance(cause, dict)),
            kind=str(details.get("kind") or ""),
            missing=missing_right(str(said.get("message") or "")),
        )
    if 300 <= status < 400:
        to = urlsplit(headers.get("Location", "")).hostname or "another page"
        message = f"redirected to {_shown(to)} (a login page?); redirects are not followed"
    elif "html" in headers.get("Content-Type", "") or body[:200].lstrip().lower().startswith(
        (b"<!doctype", b"<html")
    ):
        title = _TITLE.search(body.decode("utf-8", "replace"))
        named = f" {_shown(html.unescape(title[1]))!r}" if title and title[1].strip() else ""
        message = f"answered with HTML{named} (a login page or proxy?)"
    else:
        message = _shown(body.decode("utf-8", "replace")) or "no explanation"
    return status_error(_words(status, message, host), status=status, retry_after=pause)


def _words(status: int, message: str, host: str) -> str:
    if status == 401:
        return f"{host} does not accept our credentials (401): {message}"
    return message if status == 403 and "forbidden" in message else f"{host} answered {status}: {message}"


def _kubernetes_status(body: bytes) -> Mapping[str, Any] | None:
    if not body.lstrip().startswith(b"{"):
        return None
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) and said.get("kind") == "Status" else None


def is_kubernetes_status(body: bytes) -> bool:
    """Whether the API server itself wrote this body (and not a service behind its proxy)."""
    return _kubernetes_status(body) is not None


def _shown(text: str) -> str:
    text = redact(" ".join(text.split()))
    return text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 1] + "…"


def _ssl_error(error: BaseException | None) -> ssl.SSLError | ssl.CertificateError | None:
    while error is not None:
        if isinstance(error, aiohttp.ClientConnectorCertificateError):
            inner: BaseException | None = error.certificate_error
        elif isinstance(error, aiohttp.ClientConnectorError):
            inner = error.os_error
        else:
            inner = error
        # An end of stream within TLS is a broken connection like any other.
        if isinstance(inner, ssl.SSLError) and not isinstance(inner, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            return inner
        error = error.__cause__
    return None


def _tls_words(error: ssl.SSLError | ssl.CertificateError) -> str:
    reason = getattr(error, "verify_message", "") or str(getattr(error, "reason", "") or "")
    low = reason.lower()
    if "mismatch" in low or "not valid for" in low:
        return f"{reason.rstrip('.')}; is the address right? (`tls-server-name` sets the expected name)"
    if "self-signed" in low or "self signed" in low or "issuer" in low:
        return f"{reason}; the server's certificate was not made by the kubeconfig's certificate-authority"
    if "expired" in low and "certificate has expired" in low:
        return f"{reason} (the server's, or one above it)"
    if "ALERT" in reason:
        return f"the server refused our client certificate or handshake ({reason.replace('_', ' ').lower()})"
    return reason.replace("_", " ").lower() or "handshake failed"


def _os_words(error: OSError) -> str:
    if isinstance(error, TimeoutError | asyncio.TimeoutError) and not error.strerror:
        return "timed out"
    if error.errno is not None and error.errno > 0 and not isinstance(error, socket.gaierror):
        return os.strerror(error.errno)
    words = error.strerror or str(error) or type(error).__name__
    # With several addresses asyncio puts all reasons into one text.
    known = re.search(r"Errno (\d+)", words)
    return os.strerror(int(known[1])) if known else words[:120]
