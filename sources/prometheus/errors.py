"""Prometheus' own words for a failure, turned into errors with a position in characters."""

from __future__ import annotations

import re

from sources.contract import QueryError, SourceError, Unavailable
from sources.http.reply import Reply, kubernetes_error, refusal
from sources.prometheus.wire import Envelope

_PARAMETER = re.compile(r'^invalid parameter "(?:query|match\[\])": ?')
_LEADING = re.compile(r"^(\d+):(\d+): ?")
_TRAILING = re.compile(r"\((\d+):(\d+)\)$")
_TYPES = frozenset({"bad_data", "execution", "timeout", "canceled", "internal", "unavailable"})
_BY_STATUS = {400: "bad_data", 413: "execution", 422: "execution", 499: "canceled", 503: "timeout"}


def api_error(envelope: Envelope, reply: Reply, expr: str = "") -> SourceError:
    """The error for an answer in Prometheus' own frame.

    The position is taken out of the message and, from the bytes that Prometheus counts, turned into characters.
    """
    if reply.status == 429:
        return Unavailable(f"{reply.where} is limiting requests: {envelope.error}", reply.retry_after)
    kind = envelope.error_type
    if kind == "not_found":
        kind = "bad_data"
    if kind not in _TYPES:
        # Other backends use names of their own, or the status code once more.
        kind = _BY_STATUS.get(reply.status, "internal" if reply.status >= 500 else "execution")
    message = _PARAMETER.sub("", envelope.error) or f"{reply.where} gave no reason"
    line = column = None
    found = _LEADING.match(message)
    if found:
        line, column = int(found[1]), int(found[2])
        message = message[found.end() :]
        column = characters(expr, line, column)
    return QueryError(message, kind, line, column)


def other_error(reply: Reply, expr: str = "") -> SourceError:
    """The error for an answer that is not in Prometheus' frame: a server that starts, a proxy, a login page."""
    if kubernetes_error(reply) is None and reply.status == 503 and not reply.is_html:
        stopping = reply.headers.get("x-prometheus-stopping", "").lower()
        if stopping == "true":
            return Unavailable(f"{reply.where} is shutting down", reply.retry_after)
        if stopping == "false":
            return Unavailable(f"{reply.where} is starting and not ready yet (reading its log)", reply.retry_after)
    if reply.status == 413 and expr:
        return QueryError(f"{reply.where} answered 413: the query or its answer is too large", "execution")
    if reply.status == 499:
        return QueryError(f"{reply.where} says that the query was canceled", "canceled")
    return refusal(reply, "a Prometheus API")


def characters(expr: str, line: int, column: int) -> int:
    """The 1-based column in characters for Prometheus' 1-based column in UTF-8 bytes."""
    if expr.isascii():
        return column
    lines = expr.split("\n")
    if not 1 <= line <= len(lines):
        return column
    before = lines[line - 1].encode("utf-8", "surrogatepass")[: max(0, column - 1)]
    return len(before.decode("utf-8", "ignore")) + 1


def positioned(notice: str, expr: str) -> str:
    """A warning or info whose "(line:column)" at the end counts characters too."""
    found = None if expr.isascii() else _TRAILING.search(notice)
    if found is None:
        return notice
    line = int(found[1])
    return f"{notice[: found.start()]}({line}:{characters(expr, line, int(found[2]))})"
