"""Usage and percentages as `kubectl top` prints them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sources.model import NANO, NodeUsage
from sources.rules.decode import decode_node_usage, decode_pod_usage
from sources.rules.duration import parse_time
from sources.rules.quantity import format_cpu_top, format_memory_top
from sources.rules.top import cpu_top_percent, is_stale, memory_top_percent
from sources.rules.wire import WireError

META = {"name": "web-0", "namespace": "shop", "creationTimestamp": "2026-03-01T12:00:09Z"}
SAMPLE: dict[str, Any] = {"metadata": META, "timestamp": "2026-03-01T12:00:00Z", "window": "15.062s"}


def test_node_usage() -> None:
    raw = {**SAMPLE, "metadata": {"name": "node-1"}, "usage": {"cpu": "251483711n", "memory": "1937024Ki"}}
    usage = decode_node_usage(json.dumps(raw))
    assert usage == NodeUsage("node-1", 251_483_711, 1_937_024 * 1024, parse_time(SAMPLE["timestamp"]), 15.062)
    assert (format_cpu_top(usage.cpu), format_memory_top(usage.memory)) == ("252m", "1891Mi")


def test_pod_usage_is_summed_before_it_is_rounded() -> None:
    containers = [{"name": n, "usage": {"cpu": "400001n", "memory": "1048575"}} for n in "ab"]
    usage = decode_pod_usage(
        json.dumps({**SAMPLE, "containers": [*containers, None, {"name": "c", "usage": None}]})
    )
    assert (usage.key, usage.cpu, usage.memory) == ("shop/web-0", 800_002, 2_097_150)
    assert (format_cpu_top(usage.cpu), format_memory_top(usage.memory)) == ("1m", "1Mi")


def test_a_usage_that_is_no_quantity_is_refused() -> None:
    containers = [{"usage": {"cpu": "1m", "memory": "1Mi"}}, {"usage": {"cpu": "much"}}]
    with pytest.raises(WireError, match="PodMetrics shop/web-0: not a quantity: 'much'"):
        decode_pod_usage(json.dumps({**SAMPLE, "containers": containers}))


def test_moment_and_window_may_be_missing() -> None:
    usage = decode_node_usage('{"metadata":{"name":"n"},"timestamp":null,"window":"soon","usage":{"cpu":"1"}}')
    assert (usage.cpu, usage.memory, usage.at, usage.window) == (NANO, 0, None, None)


@pytest.mark.parametrize(
    ("used", "available", "shown"),
    [
        (999 * 1_000_000, NANO, 99),
        (1, NANO, 0),
        (1, 1_000_000, 100),  # 1n of 1m: both are one milli
        (NANO, 0, 0),
        (NANO, None, None),
        (3 * NANO, 2 * NANO, 150),
    ],
)
def test_cpu_percentage(used: int, available: int | None, shown: int | None) -> None:
    assert cpu_top_percent(used, available) == shown


def test_memory_percentage() -> None:
    assert memory_top_percent(2**30 - 1, 2**30) == 99
    assert memory_top_percent(2**30, 2**30) == 100
    assert memory_top_percent(1, 0) == 0
    assert memory_top_percent(1, None) is None


def test_staleness_is_counted_in_windows() -> None:
    usage = NodeUsage("n", 0, 0, at=1000.0, window=15.0)
    assert not is_stale(usage, 1030.0)
    assert is_stale(usage, 1030.1)
    assert not is_stale(NodeUsage("n", 0, 0, at=None, window=15.0), 1e9)
    assert not is_stale(NodeUsage("n", 0, 0, at=0.0, window=None), 1e9)
