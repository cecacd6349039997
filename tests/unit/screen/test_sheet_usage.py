"""Columns of usage: amounts, bars, changes against an hour ago, restarts lately."""

from __future__ import annotations

from typing import Any

import pytest

from sources.contract import Batch, Upsert
from sources.model import NodeUsage, PodUsage
from sources.world import World
from tests.pilot.staged import NOW, node, pod
from tests.unit.screen.sheet_rows import CORE, LOOK, MI, cell, style, usage
from tui.sheets.amounts import age, cpu, cpu_whole, load_style, memory, memory_whole, percent
from tui.sheets.nodes import NODES, NodeLine
from tui.sheets.past import Past
from tui.sheets.pods import PODS, PodLine
from tui.sheets.usage import MEASURED


def test_only_measured_columns_move_a_row_when_usage_changes() -> None:
    """A poll of usage touches every row of a cluster; which of them may stand elsewhere is told by this list."""
    before, after = usage(cpu=10 * CORE, memory=7 * MI), usage(cpu=CORE // 10, memory=900 * MI)
    sized = pod("shop/a", cpu_request=CORE, cpu_limit=CORE, memory_request=MI, memory_limit=MI)
    for field in PODS.fields:
        if field.column.key not in MEASURED and field.rank is not None:
            assert field.rank(PodLine(sized, before)) == field.rank(PodLine(sized, after)), field.column.key
        elif field.column.key not in MEASURED:
            texts = {field.text(PodLine(sized, each), LOOK) for each in (before, after)}
            assert len(texts) == 1, field.column.key
    assert {field.column.key for field in (*PODS.fields, *NODES.fields)} >= MEASURED


def measured(*samples: tuple[float, int, int]) -> Past:
    """The past of shop/a: (seconds ago, millicores, MiB)."""
    world = World()
    for ago, millicores, size in samples:
        sample = PodUsage("shop", "a", millicores * 1_000_000, size * MI, NOW - ago, 15.0)
        world.apply(Batch("k", "usage", NOW - ago, (Upsert(sample),)))
    return Past(world, "pod_usage", "shop/a", NOW)


@pytest.mark.parametrize(
    ("past", "cpu_text", "memory_text"),
    [
        (measured((3600, 100, 100), (1800, 900, 900)), "+150m", "+28Mi"),
        (measured((720, 250, 100)), "0m/12m", "+28Mi/12m"),
        (measured((3600, 1250, 1128)), "-1000m", "-1000Mi"),
        (measured((0, 100, 100)), "-", "-"),
        (measured((9000, 100, 100)), "-", "-"),
    ],
    ids=["an hour", "since the oldest sample", "less", "nothing to compare with", "too long ago"],
)
def test_a_change_is_against_an_hour_ago_or_says_against_when(past: Past, cpu_text: str, memory_text: str) -> None:
    line = PodLine(pod("shop/a"), usage(), past)
    assert (cell(PODS, line, "cpu+"), cell(PODS, line, "memory+")) == (cpu_text, memory_text)


def test_a_change_stands_out_by_its_share() -> None:
    grown = PodLine(pod("shop/a"), usage(), measured((3600, 100, 127)))
    assert style(PODS, grown, "cpu+") == ""
    assert style(PODS, grown, "memory+") == "dim"
    assert style(PODS, PodLine(pod("shop/a"), usage(at=NOW - 100), grown.past), "cpu+") == "dim"


def test_recent_restarts_are_those_that_were_seen() -> None:
    world = World()
    for restarts, ago in ((4, 700), (5, 500), (7, 100)):
        row = pod("shop/a", restarts=restarts, last_restart=NOW - ago)
        world.apply(Batch("k", "pods", NOW - ago, (Upsert(row),)))
    line = PodLine(row, past=Past(world, "pod_usage", "shop/a", NOW))
    assert cell(PODS, line, "restarts10m") == "3"
    assert style(PODS, line, "restarts10m") == "warn"
    assert cell(PODS, PodLine(row), "restarts10m") == "0"


def test_a_bar_has_the_colour_of_the_load_and_a_track() -> None:
    line = NodeLine(node("a", cpu_allocatable=CORE), NodeUsage("a", CORE * 9 // 10, MI, NOW, 15.0))
    assert cell_of(line, "cpubar") == ("━━━━━╾", ((6, "warn"), (0, "title.rule")))
    assert cell_of(line._replace(usage=NodeUsage("a", CORE // 2, MI, NOW - 99, 15.0)), "cpubar") == (
        "━━━───",
        ((3, "dim"), (3, "title.rule")),
    )


def cell_of(line: NodeLine, column: str) -> Any:
    return NODES.field(column).cell(line, LOOK)


def test_amounts() -> None:
    assert (cpu(None), cpu(1), cpu(CORE)) == ("-", "1m", "1000m")
    assert (memory(None), memory(MI - 1), memory(5 * MI)) == ("-", "0Mi", "5Mi")
    assert (percent(None), percent(0), percent(100)) == ("-", "0%", "100%")
    assert age(None, NOW) == "<unknown>"
    assert (cpu_whole(None), cpu_whole(4 * CORE), cpu_whole(3_920_000_000)) == ("-", "4", "3.9")
    sizes = (None, 512 * MI, 16 * 1024 * MI, 64300 * MI, 1024 * 1024 * MI)
    assert [memory_whole(size) for size in sizes] == ["-", "512Mi", "16Gi", "62.8Gi", "1024Gi"]
    assert [load_style(value) for value in (None, 79, 80, 94, 95)] == ["dim", "", "warn", "warn", "bad"]
