"""Event columns: moments, count, source and subject as kubectl prints them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sources.model import Event, ObjectRef
from sources.rules.decode import decode_event
from sources.rules.duration import format_utc
from sources.rules.events import target

OLD = "2026-03-01T11:00:00Z"
NEW = "2026-03-01T11:30:00Z"
NEWEST = "2026-03-01T11:45:00.123456Z"


def event(**fields: Any) -> Event:
    return decode_event(json.dumps({"metadata": {"name": "web.17a", "namespace": "shop", "uid": "u1"}, **fields}))


@pytest.mark.parametrize(
    ("fields", "first", "last", "count"),
    [
        ({"firstTimestamp": OLD, "lastTimestamp": NEW, "count": 4}, OLD, NEW, 4),
        ({"firstTimestamp": OLD, "lastTimestamp": None, "count": None}, OLD, OLD, 1),
        ({"eventTime": NEWEST, "firstTimestamp": None, "lastTimestamp": None}, NEWEST, NEWEST, 1),
        ({"eventTime": OLD, "series": {"count": 7, "lastObservedTime": NEWEST}}, OLD, NEWEST, 7),
        (
            {
                "firstTimestamp": OLD,
                "lastTimestamp": NEW,
                "count": 3,
                "series": {"count": 9, "lastObservedTime": NEWEST},
            },
            *(OLD, NEWEST, 9),
        ),
        ({"eventTime": OLD, "series": {"count": 2, "lastObservedTime": None}}, OLD, OLD, 2),
        ({"firstTimestamp": "0001-01-01T00:00:00Z", "eventTime": NEW, "count": 0}, NEW, NEW, 1),
        ({}, None, None, 1),
    ],
)
def test_moments_and_count(fields: dict[str, Any], first: str | None, last: str | None, count: int) -> None:
    def seconds(text: str | None) -> str:
        return "<unknown>" if text is None else text.split(".")[0].removesuffix("Z") + "Z"

    found = event(**fields)
    assert (format_utc(found.first), format_utc(found.last), found.count) == (seconds(first), seconds(last), count)


@pytest.mark.parametrize(
    ("fields", "source"),
    [
        ({"source": {"component": "kubelet", "host": "node-1"}}, "kubelet, node-1"),
        ({"source": {"component": "scheduler"}}, "scheduler"),
        ({"source": {}, "reportingComponent": "keda", "reportingInstance": "keda-0"}, "keda, keda-0"),
        ({"source": None, "reportingComponent": "keda", "reportingInstance": ""}, "keda"),
        (
            {"source": {"component": "kubelet"}, "reportingComponent": "other", "reportingInstance": "i"},
            "kubelet, i",
        ),
        ({}, ""),
    ],
)
def test_source(fields: dict[str, Any], source: str) -> None:
    assert event(**fields).source == source


def test_subject_and_text() -> None:
    found = event(
        type="Warning",
        reason="BackOff",
        message="  Back-off restarting failed container\n",
        involvedObject={"kind": "Pod", "namespace": "shop", "name": "web-0", "uid": "p1", "fieldPath": "spec"},
    )
    assert (found.type, found.reason, found.message) == (
        "Warning",
        "BackOff",
        "Back-off restarting failed container",
    )
    assert found.about == ObjectRef("Pod", "web-0", "shop", "p1")
    assert found.key == "u1"
    assert target("Pod", "web-0") == "pod/web-0"
    assert target("Node", "") == "node"


def test_events_without_uid_stay_apart() -> None:
    one = decode_event('{"metadata":{"name":"a","namespace":"x"}}')
    two = decode_event('{"metadata":{"name":"b","namespace":"x"}}')
    assert one.key != two.key
