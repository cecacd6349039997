"""The Alertmanager source: one server or the peers of one cluster, by URL or found in the cluster."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import msgspec
from msgspec import Struct

from sources.alertmanager import wire
from sources.contract import (
    Check,
    Context,
    Feed,
    Misconfigured,
    NotSupported,
    QueryError,
    ServiceProxy,
    SourceError,
    Unavailable,
)
from sources.discovery import find
from sources.http import Endpoint, HttpConfig, Link, Reply, refusal
from sources.http.advice import advice
from sources.http.endpoint import Params, direct
from sources.http.offloop import off_loop
from sources.http.poll import Picture, poll
from sources.http.reply import kubernetes_error
from sources.http.settings import Address, parse_url, validate

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

EXPIRED_KEPT = 3600.0
"""Seconds that an expired silence is still of interest; Alertmanager keeps them for days."""
_ALL = [("active", "true"), ("silenced", "true"), ("inhibited", "true"), ("unprocessed", "true")]


class AlertmanagerConfig(HttpConfig, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An Alertmanager; `peers` are the URLs of further members of the same cluster, for when one is away."""

    peers: tuple[str, ...] = ()


class AlertmanagerStatus(Struct, frozen=True):
    """What one Alertmanager says of itself; `cluster` is "ready", "settling" or "disabled"."""

    via: str
    version: str = ""
    cluster: str = ""
    peers: tuple[str, ...] = ()
    elapsed: float = 0.0


class _Problem(Struct):
    """An error body that is not a bare string (the generated router's own refusals)."""

    message: str = ""


class AlertmanagerSource:
    """Offers `Alerts` (alerts and silences) and `Diagnosable`, and `groups()` and `status()`."""

    Config: ClassVar[type[Struct]] = AlertmanagerConfig

    def __init__(
        self, config: AlertmanagerConfig, context: Context, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._config = config
        self._context = context
        self._transport = transport
        first = validate(config)
        if first is None and config.peers:
            raise Misconfigured("peers are set but url is not")
        self._addresses = [first] if first else []
        self._addresses += [parse_url(text, "peers") for text in config.peers]
        self._endpoints = [self._endpoint(address) for address in self._addresses] or [self._endpoint(None)]

    def describe(self) -> str:
        if self._addresses:
            return "Alertmanager at " + ", ".join(address.shown for address in self._addresses)
        via = self._endpoints[0].via
        return f"Alertmanager at {via}" if via else "Alertmanager, looked for among the cluster's services"

    async def close(self) -> None:
        for endpoint in self._endpoints:
            await endpoint.close()

    def _endpoint(self, address: Address | None) -> Endpoint:
        async def connect() -> Link:
            if address is not None:
                return await direct(self._config, address, self._transport)
            return await find(self._context.offering(ServiceProxy), "alertmanager")  # type: ignore[type-abstract]  # a protocol as a key

        return Endpoint(connect, self._context.clock, self._config.timeout)

    # -- the feed --------------------------------------------------------------------------------------

    def notifies(self) -> bool:
        return True

    def alerts(self) -> Feed:
        """Alerts and silences, polled; the last picture stands while the server is away."""
        via = ", ".join(address.shown for address in self._addresses)
        return poll(self._read, self._context.clock, self._config.interval, via, nudge=self._context.nudge)

    async def _read(self) -> Picture:
        alerts, away = await self._everywhere("/api/v2/alerts", list[wire.WireAlert], _ALL)
        silences, _ = await self._everywhere("/api/v2/silences", list[wire.WireSilence])
        now = self._context.clock.now()
        things = {
            "alert": wire.newest_alerts(reply for _, reply in alerts),
            "silence": wire.newest_silences((reply for _, reply in silences), now - EXPIRED_KEPT),
        }
        return Picture(
            things,  # type: ignore[arg-type]  # the keys are kinds, the lists things
            ", ".join(endpoint.via for endpoint in self._endpoints if endpoint.via),
            missing=tuple(str(error) for error in away),
            clock_offset=alerts[0][0].clock_offset(now),
        )

    async def groups(self) -> Sequence[wire.AlertGroup]:
        """Alerts as Alertmanager groups them per receiver, of the first peer that answers."""
        _, found = await self._anywhere("/api/v2/alerts/groups", list[wire.WireGroup])
        return [wire.group(item) for item in found]

    async def status(self) -> Sequence[AlertmanagerStatus]:
        """What each peer that answers says of itself. Raises when none does."""
        replies, _ = await self._everywhere("/api/v2/status", wire.WireStatus)
        found = []
        for reply, item in replies:
            cluster = item.cluster
            found.append(
                AlertmanagerStatus(
                    reply.where,
                    item.version_info.version if item.version_info else "",
                    cluster.status if cluster else "",
                    tuple(sorted(peer.address for peer in (cluster.peers if cluster else None) or ())),
                    reply.elapsed,
                )
            )
        return found

    # -- asking ----------------------------------------------------------------------------------------

    async def _everywhere(
        self, path: str, type_: type[T], params: Params = ()
    ) -> tuple[list[tuple[Reply, T]], list[SourceError]]:
        """The answers of all peers that gave one, and the errors of the others. Raises when all fail."""
        outcomes = await asyncio.gather(*(self._outcome(each, path, type_, params) for each in self._endpoints))
        good = [each for each in outcomes if not isinstance(each, SourceError)]
        bad = [each for each in outcomes if isinstance(each, SourceError)]
        if not good:
            raise bad[0]
        return good, bad

    async def _anywhere(self, path: str, type_: type[T]) -> tuple[Reply, T]:
        error: SourceError | None = None
        for endpoint in self._endpoints:
            outcome = await self._outcome(endpoint, path, type_, ())
            if not isinstance(outcome, SourceError):
                return outcome
            error = error or outcome
        raise error or NotSupported("no Alertmanager")

    async def _outcome(
        self, endpoint: Endpoint, path: str, type_: type[T], params: Params
    ) -> tuple[Reply, T] | SourceError:
        try:
            reply = await endpoint.request("GET", path, params)
            return reply, await _decoded(reply, type_)
        except SourceError as error:
            return error

    # -- doctor ----------------------------------------------------------------------------------------

    async def check(self) -> Sequence[Check]:
        """Reachable, version and cluster of each peer, and whether alerts can be read."""
        found: list[Check] = []
        for endpoint in self._endpoints:
            outcome = await self._outcome(endpoint, "/api/v2/status", wire.WireStatus, ())
            if isinstance(outcome, SourceError):
                found.append(Check("status", False, str(outcome), advice(outcome, self._config, "alertmanager")))
                continue
            reply, item = outcome
            version = item.version_info.version if item.version_info else "unknown"
            took = f"{reply.elapsed * 1000:.0f} ms"
            found.append(Check("status", True, f"{endpoint.via} answers in {took}, version {version}"))
            cluster = item.cluster
            if cluster and cluster.status not in ("ready", "disabled", ""):
                found.append(Check("cluster", None, f"{endpoint.via}: the cluster is {cluster.status}"))
        if any(check.ok for check in found):
            try:
                replies, _ = await self._everywhere("/api/v2/alerts", list[wire.WireAlert], _ALL)
                found.append(Check("alerts", True, f"{len(wire.newest_alerts(r for _, r in replies))} alerts"))
            except SourceError as error:
                found.append(Check("alerts", False, str(error), advice(error, self._config, "alertmanager")))
        return found


async def _decoded(reply: Reply, type_: type[T]) -> T:
    if reply.status == 204:
        return msgspec.convert([], type_) if type_ is not wire.WireStatus else msgspec.convert({}, type_)
    if reply.status != 200 or not reply.is_json:
        raise _error(reply)
    try:
        return await off_loop(len(reply.body), partial(msgspec.json.decode, reply.body, type=type_))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotSupported(f"{reply.where} answered {reply.path} in an unknown shape: {error}") from None


def _error(reply: Reply) -> SourceError:
    """Alertmanager's errors are bare JSON strings; its router's are objects; the rest is somebody else's."""
    said = ""
    if reply.is_json and kubernetes_error(reply) is None:
        try:
            body: Any = msgspec.json.decode(reply.body, type=str | _Problem)
            said = body if isinstance(body, str) else body.message
        except (msgspec.DecodeError, UnicodeDecodeError):
            said = ""
    if said and 400 <= reply.status < 500 and reply.status not in (401, 403, 404, 405, 410, 429):
        return QueryError(f"{reply.where}: {said}")
    if said and reply.status >= 500:
        return Unavailable(f"{reply.where} answered {reply.status}: {said}", reply.retry_after)
    return refusal(reply, "an Alertmanager API (v2)")
