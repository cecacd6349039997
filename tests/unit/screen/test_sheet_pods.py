"""The table of pods: what its cells say, how they look, and how pods are found."""

from __future__ import annotations

from typing import Any

import pytest

from sources.model import Owner, Pod, PodUsage
from sources.world.filters import parse_filter
from tests.pilot.staged import NOW, pod
from tests.unit.screen.sheet_rows import CORE, LOOK, MI, cell, style, usage
from tui.sheets.pods import PODS, PodLine
from tui.sheets.sheet import Filtered


def test_the_shares_of_a_pod_are_of_its_own_requests_and_limits() -> None:
    sized = pod("shop/a", cpu_request=CORE // 2, cpu_limit=CORE, memory_request=256 * MI, memory_limit=512 * MI)
    line = PodLine(sized, usage())
    shares = ("cpu%", "cpu%limit", "memory%request", "memory%")
    assert [cell(PODS, line, column) for column in shares] == ["50%", "25%", "50%", "25%"]
    for unknown in (PodLine(pod("shop/a"), usage()), PodLine(sized)):
        assert [cell(PODS, unknown, column) for column in shares] == ["-"] * 4
        assert {style(PODS, unknown, column) for column in shares} == {"dim"}


def test_a_share_of_nothing_used_is_zero_not_unknown() -> None:
    line = PodLine(pod("shop/a", cpu_request=CORE, memory_limit=MI), usage(cpu=0, memory=0))
    assert cell(PODS, line, "cpu%") == "0%"
    assert cell(PODS, line, "memory%") == "0%"
    assert cell(PODS, line, "cpu") == "0m"


@pytest.mark.parametrize(
    ("status", "more", "expected"),
    [
        ("Running", {}, "ok"),
        ("Running", {"ready": 0}, "warn"),
        ("Pending", {"created": NOW - 5, "node": "n"}, "wait"),
        ("Pending", {"created": NOW - 500}, "warn"),
        ("Terminating", {"deleted": NOW - 500}, "warn"),
        ("Terminating", {"deleted": NOW - 5}, "wait"),
        ("CrashLoopBackOff", {}, "bad"),
        ("Init:ImagePullBackOff", {}, "bad"),
        ("Completed", {"phase": "Succeeded"}, "dim"),
        ("Evicted", {"phase": "Failed"}, "bad"),
    ],
)
def test_the_status_of_a_pod_looks_as_bad_as_it_is(status: str, more: dict[str, Any], expected: str) -> None:
    assert style(PODS, PodLine(pod("shop/a", status, **more)), "status") == expected


@pytest.mark.parametrize(
    ("restarts", "last", "expected"), [(0, None, "dim"), (3, None, ""), (3, NOW - 30, "warn"), (3, NOW - 3600, "")]
)
def test_a_fresh_restart_stands_out(restarts: int, last: float | None, expected: str) -> None:
    line = PodLine(pod("shop/a", restarts=restarts, last_restart=last))
    assert style(PODS, line, "restarts") == expected


def test_a_pod_that_is_not_ready_stands_out_unless_it_has_finished() -> None:
    assert style(PODS, PodLine(pod("shop/a", ready=0)), "ready") == "warn"
    assert style(PODS, PodLine(pod("shop/a", ready=0, phase="Succeeded")), "ready") == "dim"
    assert style(PODS, PodLine(pod("shop/a")), "ready") == ""


def test_a_pod_without_node_or_owner_or_address() -> None:
    line = PodLine(pod("shop/a"))
    assert [cell(PODS, line, column) for column in ("node", "owner", "ip")] == ["-", "-", "-"]
    assert cell(PODS, PodLine(pod("shop/a", owner=Owner("Deployment", "web"))), "owner") == "Deployment/web"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("status:crash", True),
        ("message:back-off", True),
        ("owner:web", True),
        ("-l app=web", True),
        ("-f wa1", True),
        ("node:worker-2", False),
    ],
)
def test_a_pod_is_found_by_every_column_and_its_message(text: str, found: bool) -> None:
    row = pod(
        "shop/web-a-1",
        "CrashLoopBackOff",
        message="Back-off restarting",
        owner=Owner("Deployment", "web"),
        labels=(("app", "web"),),
        node="worker-1",
    )
    assert parse_filter(text, PODS.names)(Filtered(PodLine(row), PODS, LOOK)) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ready<1", True),
        ("ready>=1", False),
        ("restarts>2", True),
        ("cpu>250m", True),
        ("cpu>=0.5", False),
        ("mem>=1Gi mem<2Gi", True),
        ("age>10m age<2h", True),
        ("cpu%>80", False),
    ],
)
def test_pods_are_compared_by_exact_numbers(text: str, found: bool) -> None:
    row = Pod("shop", "web", ready=1, total=2, restarts=3, created=LOOK.now - 3600)
    line = PodLine(row, PodUsage("shop", "web", 250_000_001, 1 << 30, LOOK.now, 15.0))
    assert parse_filter(text, PODS.names, PODS.units)(Filtered(line, PODS, LOOK)) is found


@pytest.mark.parametrize(
    ("text", "found"), [("7", False), ("restarts:7", True), ("restarts>6", True), ("0/1", True), ("age:60m", True)]
)
def test_plain_words_are_not_looked_for_in_amounts(text: str, found: bool) -> None:
    row = PodLine(pod("shop/web", restarts=7, ready=0), usage(cpu=7_000_000, memory=7 * MI))
    assert parse_filter(text, PODS.names, PODS.units)(Filtered(row, PODS, LOOK)) is found
