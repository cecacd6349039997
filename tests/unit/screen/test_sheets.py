"""All tables: the shape of a sheet, orders in both directions, and cells that are clean text."""

from __future__ import annotations

from typing import Any

import pytest

from sources.model import Node, NodeUsage, Owner, Pod
from sources.rules.resources import allocated
from sources.text import clean
from tests.pilot.staged import NOW, event, node, pod
from tests.unit.screen.sheet_rows import CORE, LOOK, MI, SHEETS, alert, shown, usage
from tui.sheets.alerts import ALERTS, AlertLine
from tui.sheets.events import EVENTS, EventLine
from tui.sheets.nodes import NODES, NodeLine
from tui.sheets.pods import PODS, PodLine
from tui.sheets.sheet import Sheet, order


def test_none_is_last_in_both_directions() -> None:
    values: list[Any] = [3, None, 1, 2]
    assert sorted(values, key=lambda value: order(value, False)) == [1, 2, 3, None]
    assert sorted(values, key=lambda value: order(value, True)) == [3, 2, 1, None]
    words: list[Any] = ["b", None, "a"]
    assert sorted(words, key=lambda value: order(value, True)) == ["b", "a", None]


def test_reversed_ties_keep_the_order_of_names() -> None:
    rows = [("Running", "b"), ("Pending", "c"), ("Running", "a")]
    assert sorted(rows, key=lambda row: (order(row[0], True), row[1])) == [
        ("Running", "a"),
        ("Running", "b"),
        ("Pending", "c"),
    ]


def test_a_rank_may_be_a_tuple_and_still_turn_round() -> None:
    assert sorted([(1, "b"), (2, "a")], key=lambda value: order(value, True)) == [(2, "a"), (1, "b")]


def test_every_row_can_be_ordered_by_every_column_in_both_directions() -> None:
    rows: dict[Sheet[Any], list[Any]] = {
        NODES: [
            NodeLine(Node("bare")),
            NodeLine(node("a", cpu_allocatable=4 * CORE), NodeUsage("a", CORE, MI, NOW, 15.0), pods=3),
            NodeLine(node("b"), requested=lambda: allocated([])),
        ],
        PODS: [PodLine(Pod("x", "bare")), PodLine(pod("shop/a"), usage()), PodLine(pod("shop/b"))],
        EVENTS: [
            EventLine(each) for each in (event("1", last=None), event("2"), event("3", type="Warning", count=7))
        ],
        ALERTS: [AlertLine(shown(each)) for each in (alert(), alert(since=NOW, labels={"severity": "critical"}))],
    }
    for sheet, lines in rows.items():
        for field in sheet.fields:
            for reverse in (False, True):
                read = field.rank or (lambda row, field=field: field.text(row, LOOK))
                sorted(lines, key=lambda row: order(read(row), reverse))


@pytest.mark.parametrize("sheet", SHEETS, ids=["nodes", "pods", "events", "alerts"])
def test_the_shape_of_a_sheet(sheet: Sheet[Any]) -> None:
    keys = [field.column.key for field in sheet.fields]
    assert len(keys) == len(set(keys))
    assert sheet.sort in keys
    assert "name" in keys, "copying and fuzzy filters take the name"
    assert max(sheet.columns, key=lambda column: column.priority).key in ("name", "type", "message", "state")


def test_a_column_of_drawings_sorts_by_what_is_drawn() -> None:
    """Glyphs of a sparkline have no meaningful order."""
    for sheet in SHEETS:
        assert all(field.rank is not None for field in sheet.fields if field.drawn)


@pytest.mark.parametrize("sheet", SHEETS, ids=["nodes", "pods", "events", "alerts"])
def test_cells_are_clean_text(sheet: Sheet[Any]) -> None:
    bad = "x\x1b[31m\u202e\n[red]y"
    rows: dict[Sheet[Any], Any] = {
        NODES: NodeLine(
            Node(
                bad,
                status=bad,
                roles=bad,
                version=bad,
                pressures=(bad,),
                taints=(bad,),
                internal_ip=bad,
                os_image=bad,
                kernel=bad,
                runtime=bad,
            )
        ),
        PODS: PodLine(
            Pod(
                bad,
                bad,
                status=bad,
                node=bad,
                ip=bad,
                owner=Owner(bad, bad),
                message=bad,
                nominated_node=bad,
                readiness_gates=bad,
                qos=bad,
            )
        ),
        EVENTS: EventLine(event("1", f"{bad}/{bad}", bad, type=bad, reason=bad, message=bad)),
        ALERTS: AlertLine(shown(alert(bad, labels={"severity": bad, "namespace": bad, "pod": bad}))),
    }
    row = rows[sheet]
    texts = [text for text, _ in sheet.cells(row, LOOK)] + list(sheet.texts(row, LOOK).values())
    assert all(text == clean(text) for text in texts)
    assert any("[red]" in text for text in texts)


@pytest.mark.parametrize("sheet", [NODES, PODS, EVENTS, ALERTS])
def test_what_is_compared_is_a_column(sheet: Sheet[Any]) -> None:
    assert sheet.units
    assert set(sheet.units) <= set(sheet.names)
