"""The decoder keeps what it can of odd objects and refuses what is none."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sources.rules import decode, wire

OBJECTS = Path(__file__).parent / "objects"
PODS = [case["object"] for case in json.loads((OBJECTS / "pods.json").read_text())["cases"]]
NODES = [case["object"] for case in json.loads((OBJECTS / "nodes.json").read_text())["cases"]]
EVENT = {
    "metadata": {"name": "e", "namespace": "shop", "uid": "u", "labels": {"a": "b"}},
    "involvedObject": {"kind": "Pod", "name": "p", "namespace": "shop", "uid": "p1"},
    "source": {"component": "kubelet", "host": "n"},
    "series": {"count": 3, "lastObservedTime": "2026-03-01T11:00:00Z"},
    "type": "Warning",
    "count": 2,
    "firstTimestamp": "2026-03-01T11:00:00Z",
}
METRICS = {
    "metadata": {"name": "p", "namespace": "shop"},
    "timestamp": "2026-03-01T11:00:00Z",
    "window": "15s",
    "containers": [{"name": "a", "usage": {"cpu": "1m", "memory": "1Mi"}}],
    "usage": {"cpu": "1m", "memory": "1Mi"},
}
SERVICE = {"metadata": {"name": "s", "labels": {"app": "p"}}, "spec": {"ports": [{"name": "web", "port": 80}]}}
TRIALS = [
    *((decode.decode_pod, obj) for obj in PODS),
    *((decode.decode_node, obj) for obj in NODES),
    (decode.decode_event, EVENT),
    (decode.decode_node_usage, METRICS),
    (decode.decode_pod_usage, METRICS),
    (decode.decode_service, SERVICE),
    (decode.decode_namespace, SERVICE),
]


def spots(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value in a tree of JSON."""
    children = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [path, *(spot for key, child in children for spot in spots(child, (*path, key)))]


def replaced(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    copy = json.loads(json.dumps(tree))
    if not path:
        return value
    spot = copy
    for key in path[:-1]:
        spot = spot[key]
    spot[path[-1]] = value
    return copy


# A null or odd name is the one thing that makes an object unusable.
_NEEDED = {(), ("metadata",), ("metadata", "name")}


def test_a_null_anywhere_decodes() -> None:
    for function, obj in TRIALS:
        for path in spots(obj):
            if path not in _NEEDED:
                assert function(json.dumps(replaced(obj, path, None))), path


@pytest.mark.parametrize("odd", [7, "x", True, [], {}, [3], {"a": 3}, -1.5])
def test_a_value_of_another_type_costs_no_object(odd: Any) -> None:
    pick = random.Random(3)
    for function, obj in TRIALS:
        paths = [path for path in spots(obj) if path not in _NEEDED]
        for path in pick.sample(paths, min(20, len(paths))):
            if "usage" in path:
                continue  # half a measurement is refused, see test_top
            assert function(json.dumps(replaced(obj, path, odd))), path


def test_only_the_odd_field_is_lost() -> None:
    raw = (
        '{"metadata":{"name":"p","namespace":"shop","labels":{"a":1,"b":"2"}},"spec":{"nodeName":["x"],"containers":'
        '[{"name":"app"},{"name":3}]},"status":{"phase":"Running","containerStatuses":[null,{"name":"app","ready":'
        'true,"restartCount":"many","state":{"running":{"startedAt":1}}}],"conditions":"none"}}'
    )
    pod = decode.decode_pod(raw)
    assert (pod.key, pod.status, pod.ready, pod.total, pod.restarts) == ("shop/p", "Running", 1, 2, 0)
    assert (pod.node, pod.labels) == ("", ())


def test_more_odd_fields_than_anyone_has() -> None:
    raw = json.dumps({"metadata": {"name": "p"}, "spec": {"containers": [{"name": n} for n in range(1000)]}})
    with pytest.raises(wire.WireError):
        decode.decode_pod(raw)


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b"null", b"7", b'"pod"', b'{"metadata":{"name":"p"}} x', b"<html>", b"[" * 100_000],
)
def test_what_is_no_object_is_refused(raw: bytes) -> None:
    for function in (decode.decode_pod, decode.decode_node, decode.decode_event, decode.decode_pod_usage):
        with pytest.raises(wire.WireError) as caught:
            function(raw)
        assert len(str(caught.value)) < 200


@pytest.mark.parametrize("raw", ["{}", '{"metadata":null}', '{"metadata":{"name":""}}', '{"metadata":{"name":4}}'])
def test_a_name_is_needed(raw: str) -> None:
    for function, _ in TRIALS:
        with pytest.raises(wire.WireError, match=r"without metadata\.name"):
            function(raw)


def test_invalid_utf8_costs_a_character() -> None:
    assert decode.decode_event(b'{"metadata":{"name":"e"},"message":"caf\xe9"}').message == "caf�"


def test_takes_the_raw_half_of_a_watch_event() -> None:
    class Change(msgspec.Struct):
        type: str
        object: msgspec.Raw

    line = b'{"type":"ADDED","object":{"kind":"Pod","metadata":{"name":"p","namespace":"shop"}}}'
    assert decode.decode_pod(msgspec.json.decode(line, type=Change).object).key == "shop/p"


def test_service_for_discovery() -> None:
    ports = [{"name": "web", "port": 9090}, {"port": 80}, {"name": "odd", "port": "http"}, None]
    raw = {
        "metadata": {"name": "prom", "namespace": "mon", "labels": {"b": "2", "a": "1"}},
        "spec": {"ports": ports},
    }
    service = decode.decode_service(json.dumps(raw))
    assert (service.namespace, service.name, service.labels) == ("mon", "prom", (("a", "1"), ("b", "2")))
    assert [(port.name, port.port) for port in service.ports] == [("web", 9090), ("", 80)]
