"""The table of nodes: what its cells say, and how they look."""

from __future__ import annotations

from typing import Any

import pytest

from sources.model import NodeUsage
from sources.rules.resources import Allocated, allocated
from tests.pilot.staged import NOW, node, pod
from tests.unit.screen.sheet_rows import CORE, MI, cell, style
from tui.sheets.nodes import NODES, NodeLine


def test_a_node_that_is_not_measured_says_so() -> None:
    line = NodeLine(node("a", cpu_allocatable=4 * CORE))
    for column in ("cpu", "cpu%", "memory", "memory%", "cpureq%", "cpu+", "memory+"):
        assert cell(NODES, line, column) == "-"
    assert style(NODES, line, "cpu") == "dim"


def test_the_shares_of_a_node_are_those_of_kubectl_top() -> None:
    line = NodeLine(
        node("a", cpu_allocatable=4 * CORE, memory_allocatable=16 * 1024 * MI),
        NodeUsage("a", 3_400_000_001, 13 * 1024 * MI, NOW, 15.0),
    )
    assert cell(NODES, line, "cpu") == "3401m/4"
    assert cell(NODES, line, "cpu%") == "85%"
    assert cell(NODES, line, "memory") == "13312Mi/16Gi"
    assert cell(NODES, line, "memory%") == "81%"
    assert style(NODES, line, "cpu%") == "warn"


def test_old_usage_is_dimmed() -> None:
    fresh = NodeLine(node("a"), NodeUsage("a", CORE, MI, NOW - 20, 15.0))
    old = NodeLine(node("a"), NodeUsage("a", CORE, MI, NOW - 31, 15.0))
    assert style(NODES, fresh, "cpu") == ""
    assert style(NODES, old, "cpu") == "dim"
    assert style(NODES, old, "memory") == "dim"


@pytest.mark.parametrize(
    ("status", "more", "expected"),
    [
        ("Ready", {}, "ok"),
        ("Ready,SchedulingDisabled", {}, "warn"),
        ("Ready", {"pressures": ("DiskPressure",)}, "warn"),
        ("NotReady", {}, "bad"),
        ("Unknown", {}, "bad"),
    ],
)
def test_the_status_of_a_node_looks_as_bad_as_it_is(status: str, more: dict[str, Any], expected: str) -> None:
    assert style(NODES, NodeLine(node("a", status, **more)), "status") == expected


def test_pressure_is_named_shortly() -> None:
    line = NodeLine(node("a", pressures=("DiskPressure", "PIDPressure", "NetworkUnavailable")))
    assert cell(NODES, line, "pressure") == "Disk,PID,NetworkUnavailable"
    assert style(NODES, line, "pressure") == "bad"
    assert cell(NODES, NodeLine(node("a")), "pressure") == "-"


def test_requests_are_added_up_only_for_rows_that_are_drawn() -> None:
    asked = []

    def requested() -> Allocated:
        asked.append(1)
        return allocated([pod("shop/a", cpu_request=CORE, memory_request=MI)])

    line = NodeLine(node("a", cpu_allocatable=4 * CORE, memory_allocatable=4 * MI), requested=requested)
    assert asked == []
    assert cell(NODES, line, "cpureq%") == "25%"
    assert cell(NODES, line, "memreq%") == "25%"
    assert style(NODES, line, "cpureq%") == "dim", "an ordinary share is no news"
