"""What the row of a group of pods says, and where it stands."""

from __future__ import annotations

from typing import Any

import pytest

from sources.model import Owner, PodUsage
from sources.text import clean
from sources.world.groups import Totals
from tests.pilot.staged import NOW, pod
from tui.sheets.pod_groups import Group, Grouping, group_cell, group_name, group_rank, share_of
from tui.sheets.pods import PODS, PodLine
from tui.sheets.sheet import Look

LOOK = Look(NOW)


def line(key: str, status: str = "Running", millicores: int = 0, **more: Any) -> PodLine:
    row = pod(key, status, **more)
    usage = PodUsage(row.namespace, row.name, millicores * 1_000_000, millicores << 20, NOW, 15.0)
    return PodLine(row, usage if millicores else None, now=NOW)


def totals(*lines: PodLine) -> Totals:
    found = Totals(8)
    for each in lines:
        found.add(each.pod.key, share_of(each, "owner", LOOK), 1)
    return found


WEB = totals(
    line("shop/web-1", millicores=100, restarts=2),
    line("shop/web-2", "CrashLoopBackOff", ready=0, millicores=50),
    line("shop/web-3", "Completed", phase="Succeeded", ready=0),
)


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("trouble", ("! ", "bad")),
        ("name", ("› deploy/web 3 !1", "strong")),
        ("namespace", ("shop", "dim")),
        ("ready", ("1/2", "warn")),
        ("status", ("CrashLoopBackOff", "bad")),
        ("restarts", ("2", "")),
        ("cpu", ("150m", "strong")),
        ("memory", ("150Mi", "strong")),
        ("owner", ("Deployment/web", "dim")),
        ("node", ("", "")),
        ("age", ("", "")),
    ],
)
def test_a_group_says_its_sums_and_its_worst(column: str, cell: tuple[str, str]) -> None:
    assert group_cell(Group("shop/Deployment/web", WEB, False), column, "owner", LOOK) == cell


def test_a_pod_has_a_group_whatever_it_lacks() -> None:
    bare, owned = line("a/x"), line("a/x", owner=Owner("Job", "n"), node="n1")
    expected: list[tuple[Grouping, str, str]] = [
        ("owner", "a/no owner", "a/Job/n"), ("node", "no node", "n1"), ("namespace", "a", "a")
    ]  # fmt: skip
    for grouping, without, with_all in expected:
        assert (group_name(bare, grouping), group_name(owned, grouping)) == (without, with_all)


def test_what_failed_and_is_over_is_less_bad_than_what_goes_on() -> None:
    both = totals(line("a/x", "Evicted", phase="Failed"), line("a/y", "Running", ready=0))
    assert both.worst[1] == "Running"
    assert group_cell(Group("a/g", both, True), "cpu", "owner", LOOK) == ("-", "dim"), "not measured is not zero"
    assert group_cell(Group("a/g", both, True), "status", "owner", LOOK) == ("Running", "warn")


@pytest.mark.parametrize(
    ("sort", "reverse", "first"),
    [("cpu", True, "a/web"), ("cpu", False, "b/sound"), ("trouble", False, "a/web"), ("status", False, "a/web"),
     ("name", False, "a/web"), ("name", True, "b/sound"), ("ready", False, "a/web"), ("age", False, "a/web")],
)  # fmt: skip
def test_groups_are_ordered_by_what_their_rows_say(sort: str, reverse: bool, first: str) -> None:
    groups = {"a/web": WEB, "b/sound": totals(line("b/x", millicores=1))}
    assert min(groups, key=lambda name: group_rank(name, groups[name], sort, reverse)) == first


def test_every_column_has_a_cell_of_clean_text() -> None:
    bad = "x\x1b[31m\u202e\n[red]y"
    found = totals(line(f"{bad}/{bad}", bad, owner=Owner(bad, bad)))
    for grouping in ("owner", "node", "namespace"):
        for field in PODS.fields:
            text, _ = group_cell(Group(f"{bad}/{bad}", found, True), field.column.key, grouping, LOOK)
            assert text == clean(text)
