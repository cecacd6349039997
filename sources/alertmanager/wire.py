"""What Alertmanager's API v2 sends, as typed structs, and how it becomes the model's types."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct, field

from sources.model import Alert, Labels, Matcher, Silence, labels_of
from sources.rules.duration import parse_time


class _Receiver(Struct):
    name: str = ""


class _AlertStatus(Struct, rename="camel"):
    state: str = "active"
    silenced_by: list[str] | None = None
    inhibited_by: list[str] | None = None
    muted_by: list[str] | None = None
    """Time intervals; missing from older servers."""


class WireAlert(Struct, rename="camel"):
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    fingerprint: str = ""
    starts_at: str | None = None
    updated_at: str | None = None
    generator_url: str | None = field(default=None, name="generatorURL")
    receivers: list[_Receiver] | None = None
    status: _AlertStatus | None = None


class WireGroup(Struct):
    labels: dict[str, str] = {}
    receiver: _Receiver | None = None
    alerts: list[WireAlert] | None = None


class _WireMatcher(Struct, rename="camel"):
    name: str = ""
    value: str = ""
    is_regex: bool = False
    is_equal: bool = True
    """Missing in answers of servers before 0.22, which only knew equality."""


class _SilenceStatus(Struct):
    state: str = ""


class WireSilence(Struct, rename="camel"):
    id: str = ""
    status: _SilenceStatus | None = None
    matchers: list[_WireMatcher] | None = None
    starts_at: str | None = None
    ends_at: str | None = None
    updated_at: str | None = None
    created_by: str = ""
    comment: str = ""


class _Peer(Struct):
    name: str = ""
    address: str = ""


class _Cluster(Struct):
    status: str = ""
    name: str = ""
    peers: list[_Peer] | None = None


class _Version(Struct):
    version: str = ""


class WireStatus(Struct, rename="camel"):
    cluster: _Cluster | None = None
    version_info: _Version | None = None
    uptime: str | None = None


class AlertGroup(Struct, frozen=True, gc=False):
    """Alerts that Alertmanager would put into one notification to `receiver`. An alert may be in several."""

    labels: Labels
    receiver: str
    alerts: tuple[Alert, ...] = ()


def expression(generator_url: str | None) -> str:
    """The PromQL in a Prometheus generator URL (`g0.expr`); "" for other generators."""
    if not generator_url or "g0.expr=" not in generator_url:
        return ""
    try:
        return parse_qs(urlsplit(generator_url).query).get("g0.expr", [""])[0]
    except ValueError:
        return ""


def alert(item: WireAlert) -> Alert:
    status = item.status or _AlertStatus()
    return Alert(
        origin="alertmanager",
        fingerprint=item.fingerprint,
        labels=labels_of(item.labels),
        state="unprocessed" if status.state == "unprocessed" else "firing",
        annotations=labels_of(item.annotations),
        since=parse_time(item.starts_at),
        rule=expression(item.generator_url),
        silenced_by=tuple(sorted(status.silenced_by or ())),
        inhibited_by=tuple(sorted(status.inhibited_by or ())),
        muted_by=tuple(sorted(status.muted_by or ())),
        receivers=tuple(sorted({receiver.name for receiver in item.receivers or ()})),
    )


def silence(item: WireSilence) -> Silence:
    return Silence(
        id=item.id,
        state=item.status.state if item.status else "",
        matchers=tuple(
            Matcher(each.name, each.value, each.is_regex, each.is_equal) for each in item.matchers or ()
        ),
        starts=parse_time(item.starts_at),
        ends=parse_time(item.ends_at),
        created_by=item.created_by,
        comment=item.comment,
    )


def group(item: WireGroup) -> AlertGroup:
    return AlertGroup(
        labels_of(item.labels),
        item.receiver.name if item.receiver else "",
        tuple(sorted(map(alert, item.alerts or ()), key=lambda each: each.labels)),
    )


def newest_alerts(replies: Iterable[Iterable[WireAlert]]) -> list[Alert]:
    """The alerts of several peers, each once: what the peer says that heard of it last."""
    best: dict[str, WireAlert] = {}
    for reply in replies:
        for item in reply:
            old = best.get(item.fingerprint)
            if old is None or _updated(item) > _updated(old):
                best[item.fingerprint] = item
    return sorted(map(alert, best.values()), key=lambda each: each.labels)


def newest_silences(replies: Iterable[Iterable[WireSilence]], ended_after: float) -> list[Silence]:
    """The silences of several peers, each once. Those that ended before `ended_after` are left out."""
    best: dict[str, WireSilence] = {}
    for reply in replies:
        for item in reply:
            old = best.get(item.id)
            if old is None or _updated(item) > _updated(old):
                best[item.id] = item
    found = map(silence, best.values())
    kept = (each for each in found if each.state != "expired" or (each.ends or 0.0) >= ended_after)
    return sorted(kept, key=lambda each: each.id)


def _updated(item: WireAlert | WireSilence) -> float:
    return parse_time(item.updated_at) or 0.0
