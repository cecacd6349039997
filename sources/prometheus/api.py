"""Calls of Prometheus' HTTP API (/api/v1): POST or GET, the answer's frame, decoding, notices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import msgspec

from sources.contract import NotSupported, QueryError, ReadOnlyError, SourceError, Unavailable
from sources.http import Endpoint, Reply
from sources.http.endpoint import Params
from sources.http.offloop import off_loop
from sources.prometheus.errors import api_error, other_error, positioned
from sources.prometheus.wire import NULL, Envelope, decode

T = TypeVar("T")

LONG_QUERY = 6_000
"""Characters of parameters from which POST is tried even where GET is preferred: URLs have limits."""


class Answer(NamedTuple):
    """A good answer before its data is decoded. `notices` come sorted: the server's order is random."""

    data: msgspec.Raw
    warnings: tuple[str, ...]
    infos: tuple[str, ...]
    reply: Reply

    @property
    def empty(self) -> bool:
        """The server said 204: there is nothing to return."""
        return self.reply.status == 204


class Api:
    """The API behind one endpoint. Remembers whether the way there refuses POST."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._no_post = False

    async def ask(self, path: str, params: Params, expr: str = "", within: float = 0) -> Answer:
        """A call that may be long: POST with a form, GET where POST is refused (405, 403, read-only)."""
        _refuse_halves(params)
        link = await self._endpoint.link()
        long = sum(len(name) + len(value) for name, value in params) > LONG_QUERY
        if self._no_post or (link.proxied and not long):
            # Through the API server GET needs "get services/proxy" only, POST "create" as well.
            return await self.get(path, params, expr, within)
        try:
            reply = await self._endpoint.request("POST", path, form=params, within=within)
        except ReadOnlyError:
            reply = None
        if reply is not None and not (reply.status in (403, 405) and not _framed(reply)):
            return await _opened(reply, expr)
        answer = await self.get(path, params, expr, within)
        self._no_post = True
        return answer

    async def get(self, path: str, params: Params = (), expr: str = "", within: float = 0) -> Answer:
        """A call by GET. Raises `QueryError` or another `SourceError` for anything but a good answer."""
        _refuse_halves(params)
        return await _opened(await self._endpoint.request("GET", path, params, within=within), expr)


def _refuse_halves(params: Params) -> None:
    """Half a character (a lone surrogate, from a terminal that sent bytes which are no text) cannot be sent."""
    try:
        "".join(value for _, value in params).encode()
    except UnicodeEncodeError as error:
        raise QueryError(f"half a character, {error.object[error.start]!r}, is no text: type it again") from None


def _framed(reply: Reply) -> bool:
    return reply.is_json and b'"errorType"' in reply.body


async def _opened(reply: Reply, expr: str) -> Answer:
    if reply.status == 204:
        return Answer(NULL, ("the server answered 204: nothing to return",), (), reply)
    if not reply.is_json:
        raise other_error(reply, expr)
    try:
        envelope = await off_loop(len(reply.body), lambda: decode(reply.body, Envelope))
    except (msgspec.DecodeError, UnicodeDecodeError):
        envelope = None
    if envelope is None or envelope.status not in ("success", "error"):
        raise other_error(reply, expr) if reply.status != 200 else _nonsense(reply)
    if envelope.status == "error" or reply.status != 200:
        raise api_error(envelope, reply, expr)
    warnings = envelope.warnings or []
    if envelope.is_partial:
        warnings.append("partial answer: some storage nodes did not answer")
    return Answer(envelope.data, _notices(warnings, expr), _notices(envelope.infos or [], expr), reply)


def _notices(texts: Sequence[str], expr: str) -> tuple[str, ...]:
    return tuple(sorted({positioned(text, expr) for text in texts}))


def _nonsense(reply: Reply) -> SourceError:
    return Unavailable(f"{reply.where} answered {reply.path} with JSON that is broken or not Prometheus'")


async def read(answer: Answer, type_: type[T], empty: T) -> T:
    """The data as `type_`; `empty` for 204 and null. Raises `NotSupported` for another shape."""
    if answer.empty or answer.data == NULL:
        return empty
    reply = answer.reply
    try:
        data = await off_loop(len(reply.body), lambda: decode(answer.data, type_))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotSupported(f"{reply.where} answered {reply.path} in an unknown shape: {error}") from None
    return data
