"""An HTTP answer as a whole, and what an answer that is not the API's means to a person."""

from __future__ import annotations

import time
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from sources.contract import (
    Denied,
    Misconfigured,
    NotSupported,
    SourceError,
    Unauthorized,
    Unavailable,
)
from sources.headers import http_date, retry_after
from sources.http.settings import shown
from sources.rights import missing_right


class Reply(NamedTuple):
    """A complete answer: `headers` by lower-case name, `elapsed` the round trip in seconds."""

    status: int
    headers: dict[str, str]
    body: bytes
    elapsed: float
    where: str
    """The server as it may be shown."""
    path: str

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_json(self) -> bool:
        return self.content_type == "application/json" or self.content_type.endswith("+json")

    @property
    def is_html(self) -> bool:
        return self.content_type in ("text/html", "application/xhtml+xml") or self.body[
            :64
        ].lstrip().lower().startswith((b"<!doctype html", b"<html"))

    def clock_offset(self, now: float) -> float | None:
        """The server's clock minus ours in whole seconds, `now` being ours; its header is cut to the second."""
        date = http_date(self.headers.get("date", ""))
        return None if date is None else float(round(date + 0.5 - now))

    @property
    def retry_after(self) -> float | None:
        """Seconds, where the server asked for a pause."""
        return retry_after(self.headers.get("retry-after", ""), time.time())

    def snippet(self, length: int = 160) -> str:
        """The start of a textual body on one line; "" for pages and data."""
        if self.is_html or self.is_json:
            return ""
        return " ".join(self.body[: length * 4].decode("utf-8", "replace").split())[:length]


class _KubernetesStatus(Struct, frozen=True):
    """The error object of a Kubernetes API server (metav1.Status), met on the way to a proxied service."""

    kind: str = ""
    reason: str = ""
    message: str = ""


def kubernetes_error(reply: Reply) -> SourceError | None:
    """What the API server said when it did not reach the service behind it; None where it is not its answer."""
    if not reply.is_json or b'"Status"' not in reply.body:
        return None
    try:
        status = msgspec.json.decode(reply.body, type=_KubernetesStatus)
    except msgspec.DecodeError:
        return None
    if status.kind != "Status":
        return None
    if reply.status == 403:
        missing = missing_right(status.message)
        return Denied(f"the API server does not let us reach {reply.where}: {missing or status.message}", missing)
    if reply.status == 401:
        return Unauthorized(f"the API server does not accept our credentials on the way to {reply.where}")
    return Unavailable(
        f"{reply.where}: the API server answered {reply.status} {status.message}", reply.retry_after
    )


def refusal(reply: Reply, api: str) -> SourceError:
    """The error for an answer that is not the API's own, by status and content type.

    `api` names what was expected ("a Prometheus API"). Bodies are quoted only where they are short plain text.
    """
    where, status = reply.where, reply.status
    kubernetes = kubernetes_error(reply)
    if kubernetes:
        return kubernetes
    page = " with an HTML page" if reply.is_html else ""
    said = reply.snippet()
    words = f": {said}" if said else ""
    if 300 <= status < 400:
        return _redirect(reply)
    if status == 401:
        hint = "; it wants a sign-in that topmast was not given" if reply.is_html else ""
        return Unauthorized(f"{where} answered 401{page}: our credentials are missing or not accepted{hint}")
    if status == 403:
        who = "a proxy in front of it" if reply.is_html else "it"
        return Denied(f"{where} answered 403{page}: {who} does not let us in{words}", f"access to {where}")
    if status == 404:
        return NotSupported(
            f"{where} answered 404 to {reply.path}: not {api}, an older version, or a path prefix is missing "
            "in the URL"
        )
    if status == 410:
        return NotSupported(f"{where} answered 410 to {reply.path}: this version of the API was removed")
    if status == 429:
        return Unavailable(f"{where} answered 429: too many requests{words}", reply.retry_after)
    if status in (502, 504):
        return Unavailable(
            f"a proxy in front of {where} answered {status}{page}: the server behind it does not answer{words}",
            reply.retry_after,
        )
    if status >= 500:
        return Unavailable(f"{where} answered {status}{page}{words}", reply.retry_after)
    if status >= 400:
        return NotSupported(f"{where} answered {status} to {reply.path}{page}{words}")
    if reply.is_html:
        return Unauthorized(f"{where} answered with an HTML page, not with data: a login page, or not {api}")
    kind = reply.content_type or "no content type"
    return NotSupported(f"{where} answered {status} with {kind}: not {api}")


def _redirect(reply: Reply) -> SourceError:
    target = reply.headers.get("location", "")
    here, there = urlsplit(reply.where), urlsplit(target)
    where = f" to {shown(target)}" if target else ""
    if there.scheme and there.hostname == here.hostname and there.scheme != here.scheme:
        return Misconfigured(f"{reply.where} redirects{where}: use {there.scheme}:// in the URL")
    return Unauthorized(
        f"{reply.where} answered with a redirect{where}: probably a login page; "
        "give credentials or the address behind the sign-in"
    )
