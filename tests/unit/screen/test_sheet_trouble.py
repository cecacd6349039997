"""The first column of nodes and pods: trouble, news, and rows that fade."""

from __future__ import annotations

from sources.model import Condition, NodeUsage
from tests.pilot.staged import NOW, node, pod
from tests.unit.screen.sheet_rows import CORE, LOOK, MI, style, usage
from tui.sheets.nodes import NODES, NodeLine
from tui.sheets.pods import PODS, PodLine, strain
from tui.sheets.sheet import Look, order


def test_trouble_is_a_sign_and_what_is_over_stands_behind_what_is_not() -> None:
    rows = [
        PodLine(pod("shop/sound"), now=NOW),
        PodLine(pod("shop/evicted", "Evicted", phase="Failed"), now=NOW),
        PodLine(pod("shop/crash", "CrashLoopBackOff"), now=NOW),
        PodLine(pod("shop/again", restarts=3, last_restart=NOW - 5), now=NOW),
    ]
    assert [row.tier for row in rows] == [2, 1, 0, 0]
    place = PODS.field("trouble")
    assert [place.cell(row, LOOK) for row in rows] == [
        ("  ", "accent"), ("! ", "bad"), ("! ", "bad"), ("! ", "warn")
    ]  # fmt: skip
    assert place.cell(rows[0]._replace(fresh=True), LOOK)[0] == " •"
    assert place.cell(rows[2]._replace(fresh=True), Look(NOW, "ascii"))[0] == "!*"


def test_of_what_is_wrong_the_newest_stands_first_and_the_rest_keeps_its_names_order() -> None:
    rows = [
        PodLine(pod("shop/a-old", "CrashLoopBackOff", created=NOW - 9000), now=NOW),
        PodLine(pod("shop/b-new", "ImagePullBackOff", created=NOW - 90), now=NOW),
        PodLine(pod("shop/c-evicted", "Evicted", phase="Failed", created=NOW - 10), now=NOW),
        PodLine(pod("shop/d-sound", created=NOW - 5), now=NOW),
        PodLine(pod("shop/e-sound", created=NOW - 1), now=NOW),
    ]
    rank = PODS.field("trouble").rank
    assert rank is not None
    ordered = sorted(rows, key=lambda row: (order(rank(row), False), row.pod.name))
    assert [row.pod.name[0] for row in ordered] == ["b", "a", "c", "d", "e"]


def test_of_the_nodes_the_newest_trouble_stands_first_and_a_cordon_last() -> None:
    def condition(kind: str, status: str, since: float) -> Condition:
        return Condition(kind, status, "why", "because", since)

    ready = condition("Ready", "True", NOW - 5)
    rows = [
        NodeLine(node("a", conditions=(ready,))),
        NodeLine(node("b", "Ready,SchedulingDisabled", conditions=(ready,))),
        NodeLine(node("c", "NotReady", conditions=(condition("Ready", "Unknown", NOW - 9000),))),
        NodeLine(
            node(
                "d",
                pressures=("DiskPressure",),
                conditions=(condition("DiskPressure", "True", NOW - 60), condition("Ready", "True", NOW - 9000)),
            )
        ),
    ]
    rank = NODES.field("trouble").rank
    assert rank is not None
    assert [row.node.name for row in sorted(rows, key=lambda row: order(rank(row), False))] == ["d", "c", "b", "a"]


def test_rows_of_a_lost_source_fade_but_for_what_was_wrong() -> None:
    stale = Look(NOW, stale=True)
    line = PodLine(pod("shop/a", "CrashLoopBackOff"), usage())
    assert [style(PODS, line, column, stale) for column in ("name", "cpu", "status")] == ["dim", "dim", "bad"]
    sized = NodeLine(node("a", cpu_allocatable=CORE), NodeUsage("a", CORE // 2, MI, NOW, 15.0))
    assert style(NODES, sized, "cpubar", stale) == "dim"


def test_a_pod_at_its_limit_says_so_and_what_comes_of_it() -> None:
    row = pod("shop/a", cpu_limit=400_000_000, memory_limit=256 * MI)
    line = PodLine(row, usage(cpu=397_000_000, memory=128 * MI))
    assert strain(line) == "CPU at 99% of its limit: it is throttled"
    assert [style(PODS, line, column) for column in ("cpu", "memory")] == ["bad", ""]
    full = PodLine(row, usage(cpu=1_000_000, memory=250 * MI))
    assert strain(full) == "memory at 97% of its limit: it is about to be killed"
    assert strain(PodLine(pod("shop/a"), usage(cpu=8 * CORE))) == strain(PodLine(row)) == ""
