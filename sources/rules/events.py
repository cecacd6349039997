"""First and last moment, count, source and subject of an event, as kubectl prints them.

The rules are those of `printEvent` in Kubernetes' pkg/printers/internalversion/printers.go, for core/v1 JSON.
"""

from __future__ import annotations

from sources.rules import wire
from sources.rules.duration import parse_time


def first_seen(event: wire.Event) -> float | None:
    """FIRST SEEN in epoch seconds: firstTimestamp, else eventTime; None if the event has neither."""
    first = parse_time(event.first_timestamp)
    return parse_time(event.event_time) if first is None else first


def last_seen(event: wire.Event) -> float | None:
    """LAST SEEN in epoch seconds: the series' last observation, else lastTimestamp, else FIRST SEEN.

    kubectl prints "<unknown>" for a series without a moment; the older moments are then better than none.
    """
    seen = parse_time(event.series.last_observed_time) if event.series else None
    if seen is None:
        seen = parse_time(event.last_timestamp)
    return first_seen(event) if seen is None else seen


def count(event: wire.Event) -> int:
    """COUNT: the series' count, else the event's own, else 1 (a single event of the newer API has none).

    Servers before 1.23 printed one more for a series (kubernetes/kubernetes#105009 took that out).
    """
    if event.series is not None:
        return event.series.count or 0
    return event.count or 1


def source(event: wire.Event) -> str:
    """SOURCE of the wide listing, "kubelet, node-1": component and host, else the newer API's reporting ones."""
    origin = event.source or wire.EventSource()
    component = origin.component or event.reporting_component or ""
    instance = origin.host or event.reporting_instance or ""
    return f"{component}, {instance}" if instance else component


def target(kind: str, name: str) -> str:
    """OBJECT as kubectl writes it: "pod/web-0", or the bare kind."""
    return f"{kind.lower()}/{name}" if name else kind.lower()
