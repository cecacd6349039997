"""The Prometheus source: one server, by URL or found in the cluster, and the capabilities it offers."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import msgspec

from sources.contract import (
    Check,
    Context,
    Denied,
    Feed,
    NotSupported,
    QueryError,
    ServiceProxy,
    SourceError,
    Unavailable,
)
from sources.discovery import find
from sources.http import Endpoint, HttpConfig, Link
from sources.http.endpoint import Params, direct
from sources.http.offloop import off_loop
from sources.http.poll import Picture, poll
from sources.http.settings import validate
from sources.model import MetricMetadata, QueryResult, Rule, Series, Target, labels_of
from sources.prometheus import wire
from sources.prometheus.alerts import joined, needs_alerts
from sources.prometheus.api import Answer, Api, read
from sources.prometheus.doctor import checks
from sources.prometheus.steps import check_range

if TYPE_CHECKING:
    import httpx

LOOKBACK = 3 * 3600.0
"""Seconds of the past that names and values for completion are taken from; all of it would be expensive."""
GRACE = 5.0
"""Seconds that the server gets on top of the query's own timeout, so that its error arrives, not ours."""

_LEGACY_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*", re.ASCII)


class PrometheusConfig(HttpConfig, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A Prometheus, or a server that speaks its API (Thanos, Mimir, VictoriaMetrics)."""


class PrometheusSource:
    """Offers `MetricsQueries`, `Alerts`, `Monitoring` and `Diagnosable`. Nothing is sent before it is asked."""

    Config: ClassVar[type[msgspec.Struct]] = PrometheusConfig

    def __init__(
        self, config: PrometheusConfig, context: Context, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._config = config
        self._context = context
        self._transport = transport
        self._address = validate(config)
        self._endpoint = Endpoint(self._connect, context.clock, config.timeout + GRACE)
        self._api = Api(self._endpoint)

    def describe(self) -> str:
        if self._address is not None:
            return f"Prometheus at {self._address.shown}"
        via = self._endpoint.via
        return f"Prometheus at {via}" if via else "Prometheus, looked for among the cluster's services"

    async def close(self) -> None:
        await self._endpoint.close()

    async def _connect(self) -> Link:
        if self._address is not None:
            return await direct(self._config, self._address, self._transport)
        return await find(self._context.offering(ServiceProxy), "prometheus")  # type: ignore[type-abstract]  # a protocol as a key

    # -- queries ---------------------------------------------------------------------------------------

    async def query(self, expr: str, at: float | None = None) -> QueryResult:
        """An instant query at `at` (the server's now without it).

        Raises `QueryError` for what Prometheus refuses, with its position; another `SourceError` for the rest.
        """
        params = [("query", expr), ("timeout", _seconds(self._config.timeout))]
        if at is not None:
            params.append(("time", _seconds(at)))
        answer = await self._api.ask("/api/v1/query", params, expr)
        return await self._result(answer, QueryResult("vector", at=at))

    async def query_range(self, expr: str, start: float, end: float, step: float) -> QueryResult:
        """A range query, sent as given (see `steps.align`). More than 11,000 steps are refused here."""
        check_range(start, end, step)
        params = [
            ("query", expr),
            ("start", _seconds(start)),
            ("end", _seconds(end)),
            ("step", _seconds(step)),
            ("timeout", _seconds(self._config.timeout)),
        ]
        answer = await self._api.ask("/api/v1/query_range", params, expr)
        return await self._result(answer, QueryResult("matrix", start=start, end=end, step=step))

    async def _result(self, answer: Answer, base: QueryResult) -> QueryResult:
        reply = answer.reply
        base = msgspec.structs.replace(
            base,
            warnings=answer.warnings,
            infos=answer.infos,
            elapsed=reply.elapsed,
            source=self._context.name,
        )
        if answer.empty:
            return base
        try:
            data = await read(answer, wire.QueryData, wire.QueryData(base.type))
            return await off_loop(len(reply.body), partial(wire.query_result, data, base))
        except (msgspec.DecodeError, ValueError) as error:
            raise NotSupported(f"{reply.where} answered the query in an unknown shape: {error}") from None

    # -- names and values ------------------------------------------------------------------------------

    async def labels(self, match: Sequence[str] = (), limit: int = 1000) -> Sequence[str]:
        """Label names of the last hours, at most `limit` (older servers send all; the rest is cut here)."""
        answer = await self._api.ask("/api/v1/labels", self._selection(match, limit))
        return (await read(answer, list[str], []))[:limit]

    async def label_values(self, label: str, match: Sequence[str] = (), limit: int = 1000) -> Sequence[str]:
        """Values of one label of the last hours. The endpoint knows GET only."""
        answer = await self._api.get(f"/api/v1/label/{escaped(label)}/values", self._selection(match, limit))
        return (await read(answer, list[str], []))[:limit]

    async def series(self, match: Sequence[str], limit: int = 1000) -> Sequence[Series]:
        """The label sets that `match` selects, without samples. Expensive: there is always a limit."""
        if not match:
            raise QueryError("series need at least one selector")
        answer = await self._api.ask("/api/v1/series", self._selection(match, limit))
        found = await read(answer, list[dict[str, str]], [])
        return [Series(labels_of(labels)) for labels in found[:limit]]

    async def metadata(self, metric: str | None = None, limit: int = 5000) -> Sequence[MetricMetadata]:
        """Type, help and unit of scraped metrics, by name; classic histograms by their base name."""
        params = [("limit", str(limit))]
        if metric is not None:
            params.append(("metric", metric))
        answer = await self._api.get("/api/v1/metadata", params)
        return wire.metadata(await read(answer, wire.MetadataData, {}))[:limit]

    def _selection(self, match: Sequence[str], limit: int) -> Params:
        now = self._context.clock.now()
        params = [("start", _seconds(now - LOOKBACK)), ("end", _seconds(now)), ("limit", str(limit))]
        return params + [("match[]", selector) for selector in match]

    # -- what the server says of itself ----------------------------------------------------------------

    async def rules(self) -> Sequence[Rule]:
        """All rules in the server's order."""
        data = await read(await self._api.get("/api/v1/rules"), wire.RuleData, wire.RuleData())
        return [wire.rule(group.name, each) for group in data.groups or () for each in group.rules or ()]

    async def targets(self) -> Sequence[Target]:
        """Active scrape targets; dropped ones can be a hundred times as many and are not asked for."""
        answer = await self._api.get("/api/v1/targets", [("state", "active")])
        data = await read(answer, wire.TargetData, wire.TargetData())
        return [wire.target(each) for each in data.active_targets or ()]

    async def build_info(self) -> Mapping[str, str]:
        """Version and build as the server states them; empty for backends that do not."""
        try:
            data = await read(await self._api.get("/api/v1/status/buildinfo"), wire.BuildData, {})
        except NotSupported:
            return {}
        return {name: str(value) for name, value in data.items() if value not in (None, "")}

    # -- alerts ----------------------------------------------------------------------------------------

    def alerts(self) -> Feed:
        """Alerts with their rule's expression, polled; the last picture stands while the server is away."""
        context = self._context
        return poll(self._read_alerts, context.clock, self._config.interval, self._shown(), nudge=context.nudge)

    async def _read_alerts(self) -> Picture:
        rules: wire.RuleData | None = None
        alerts: wire.AlertData | None = None
        missing: tuple[str, ...] = ()
        try:
            answer = await self._api.get("/api/v1/rules", [("type", "alert")])
            rules = await read(answer, wire.RuleData, wire.RuleData())
        except (NotSupported, Denied) as error:
            answer = await self._read_plain_alerts(error)
            alerts = await read(answer, wire.AlertData, wire.AlertData())
            missing = ("rules",)
        else:
            # The rules bring their alerts along; the other list is needed only where a backend leaves them out.
            if needs_alerts(rules):
                alerts = await read(await self._api.get("/api/v1/alerts"), wire.AlertData, wire.AlertData())
        offset = answer.reply.clock_offset(self._context.clock.now())
        found = await asyncio.to_thread(joined, rules, alerts, self._context.name)
        if answer.warnings:
            missing += answer.warnings
        return Picture({"alert": found}, self._endpoint.via, missing, clock_offset=offset)

    async def _read_plain_alerts(self, rules_error: SourceError) -> Answer:
        try:
            return await self._api.get("/api/v1/alerts")
        except (NotSupported, Unavailable):
            raise rules_error from None

    def _shown(self) -> str:
        return self._endpoint.via or (self._address.shown if self._address else "")

    async def check(self) -> Sequence[Check]:
        """Reachable, version, alerts and targets, each with its fix."""
        return await checks(self, self._endpoint, self._config)


def _seconds(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def escaped(label: str) -> str:
    """A label name as it stands in a path: names outside the old alphabet in the U__ escaping (Prometheus 3)."""
    if _LEGACY_NAME.fullmatch(label):
        return label
    return "U__" + "".join(_escape(char, first=place == 0) for place, char in enumerate(label))


def _escape(char: str, first: bool) -> str:
    if char == "_":
        return "__"
    legacy = char.isascii() and (char.isalpha() or char == ":" or (char.isdigit() and not first))
    return char if legacy else f"_{ord(char):x}_"
