"""What Prometheus' HTTP API sends, as typed structs, and how it becomes the model's types."""

from __future__ import annotations

from typing import Literal, TypeVar

import msgspec
from msgspec import Struct

from sources.model import Alert, AlertState, MetricMetadata, QueryResult, Rule, Series, Target, labels_of
from sources.rules.alerts import fingerprint
from sources.rules.duration import parse_time

T = TypeVar("T")

NULL = msgspec.Raw(b"null")


class Envelope(Struct, rename="camel"):
    """The frame of each answer; `data` is decoded in a second step, when its type is known."""

    status: str = ""
    data: msgspec.Raw = NULL
    error_type: str = ""
    error: str = ""
    warnings: list[str] | None = None
    infos: list[str] | None = None
    is_partial: bool = False
    """VictoriaMetrics: some storage nodes did not answer."""


class QueryData(Struct, rename="camel"):
    result_type: str = ""
    result: msgspec.Raw = msgspec.Raw(b"[]")


class _Instant(Struct):
    metric: dict[str, str] = {}
    value: tuple[float, str] | None = None
    histogram: msgspec.Raw = NULL


class _Range(Struct):
    metric: dict[str, str] = {}
    values: list[tuple[float, str]] = []
    histograms: list[msgspec.Raw] = []


class WireAlert(Struct, rename="camel"):
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    state: str = ""
    active_at: str | None = None
    value: str | float = ""


class WireRule(Struct, rename="camel"):
    name: str = ""
    type: str = "alerting"
    query: str = ""
    state: str = ""
    health: str = "unknown"
    last_error: str | None = None
    duration: float = 0.0
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    alerts: list[WireAlert] | None = None


class WireGroup(Struct):
    name: str = ""
    rules: list[WireRule] | None = None


class RuleData(Struct):
    groups: list[WireGroup] | None = None


class AlertData(Struct):
    alerts: list[WireAlert] | None = None


class _WireTarget(Struct, rename="camel"):
    scrape_pool: str = ""
    scrape_url: str = ""
    health: str = "unknown"
    labels: dict[str, str] | None = None
    last_error: str | None = None
    last_scrape: str | None = None


class TargetData(Struct, rename="camel"):
    active_targets: list[_WireTarget] | None = None


class WireMetadata(Struct):
    type: str = "unknown"
    help: str = ""
    unit: str = ""


MetadataData = dict[str, list[WireMetadata]]
BuildData = dict[str, str | float | bool | None]


def decode(data: bytes | msgspec.Raw, type_: type[T]) -> T:
    """Raises `msgspec.DecodeError` where the answer is not JSON or not of this shape."""
    return msgspec.json.decode(data, type=type_)


def query_result(data: QueryData, base: QueryResult) -> QueryResult:
    """`base` with the type, series and text of `data`.

    Values are strings on the wire, "NaN" and "+Inf" included. Raises `msgspec.DecodeError` or `ValueError`.
    """
    kind: Literal["vector", "matrix", "scalar", "string"]
    series: tuple[Series, ...] = ()
    text = ""
    if data.result_type == "vector":
        kind, series = "vector", tuple(map(_instant, decode(data.result, list[_Instant])))
    elif data.result_type == "matrix":
        kind, series = "matrix", tuple(map(_range, decode(data.result, list[_Range])))
    elif data.result_type == "scalar":
        at, number = decode(data.result, tuple[float, str])
        kind, series = "scalar", (Series((), (at,), (float(number),)),)
    elif data.result_type == "string":
        kind, text = "string", decode(data.result, tuple[float, str])[1]
    else:
        raise ValueError(f"unknown result type {data.result_type[:40]!r}")
    return msgspec.structs.replace(base, type=kind, series=series, text=text)


def _instant(item: _Instant) -> Series:
    labels = labels_of(item.metric)
    if item.value is None:
        return Series(labels, histograms=int(item.histogram != NULL))
    return Series(labels, (item.value[0],), (float(item.value[1]),))


def _range(item: _Range) -> Series:
    labels = labels_of(item.metric)
    if not item.values:
        return Series(labels, histograms=len(item.histograms))
    times, values = zip(*item.values, strict=True)
    return Series(labels, times, tuple(map(float, values)), len(item.histograms))


def rule(group: str, item: WireRule) -> Rule:
    return Rule(
        group=group,
        name=item.name,
        type="recording" if item.type == "recording" else "alerting",
        query=item.query,
        state=item.state,
        health=item.health,
        last_error=item.last_error or "",
        duration=item.duration,
        labels=labels_of(item.labels),
        annotations=labels_of(item.annotations),
    )


def target(item: _WireTarget) -> Target:
    return Target(
        pool=item.scrape_pool,
        url=item.scrape_url,
        health=item.health,
        labels=labels_of(item.labels),
        last_error=item.last_error or "",
        last_scrape=parse_time(item.last_scrape),
    )


def metadata(data: MetadataData) -> list[MetricMetadata]:
    """One entry per metric and distinct definition, by name; targets may disagree about a metric."""
    found = {
        MetricMetadata(name, each.type, each.help, each.unit) for name, several in data.items() for each in several
    }
    return sorted(found, key=lambda entry: (entry.name, entry.type, entry.help))


_STATES: dict[str, AlertState] = {"firing": "firing", "pending": "pending"}


def alert(item: WireAlert, expression: str, reporter: str = "") -> Alert | None:
    """None for states that are not an alert ("inactive", "unknown")."""
    state = _STATES.get(item.state)
    if state is None:
        return None
    labels = labels_of(item.labels)
    return Alert(
        origin="prometheus",
        fingerprint=fingerprint(labels),
        labels=labels,
        state=state,
        annotations=labels_of(item.annotations),
        since=parse_time(item.active_at),
        value=item.value if isinstance(item.value, str) else f"{item.value:g}",
        rule=expression,
        reporter=reporter,
    )
