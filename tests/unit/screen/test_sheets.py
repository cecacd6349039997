"""The four tables: what their cells say, how they look, and how they sort."""

from __future__ import annotations

from typing import Any

import pytest

from sources.contract import Batch, Upsert
from sources.model import Alert, Condition, Node, NodeUsage, Owner, Pod, PodUsage, Silence
from sources.rules.alerts import DisplayAlert, join
from sources.rules.resources import Allocated, allocated
from sources.text import clean
from sources.world import World
from sources.world.filters import parse_filter
from tests.pilot.staged import NOW, event, node, pod
from tui.sheets.alerts import ALERTS, MARKS, AlertLine
from tui.sheets.alerts import about as alert_about
from tui.sheets.amounts import age, cpu, cpu_whole, load_style, memory, memory_whole, percent
from tui.sheets.choice import Choice, ColumnError, named
from tui.sheets.events import EVENTS, EventLine
from tui.sheets.nodes import NODES, NodeLine
from tui.sheets.past import Past
from tui.sheets.pods import PODS, PodLine, strain
from tui.sheets.sheet import Filtered, Look, Sheet, order
from tui.sheets.usage import MEASURED

LOOK = Look(NOW)
SHEETS: tuple[Sheet[Any], ...] = (NODES, PODS, EVENTS, ALERTS)
MI = 1024 * 1024
CORE = 1_000_000_000


def alert(name: str = "Down", state: str = "firing", origin: str = "prometheus", **more: Any) -> Alert:
    labels = {"alertname": name, **more.pop("labels", {})}
    return Alert(origin, more.pop("fingerprint", name), tuple(sorted(labels.items())), state, **more)  # type: ignore[arg-type]


def shown(*alerts: Alert, silences: tuple[Silence, ...] = ()) -> DisplayAlert:
    return join(alerts, silences)[0]


def usage(key: str = "shop/a", cpu: int = CORE // 4, memory: int = 128 * MI, at: float | None = NOW) -> PodUsage:
    namespace, name = key.split("/")
    return PodUsage(namespace, name, cpu, memory, at, 15.0)


def cell(sheet: Sheet[Any], row: Any, column: str, look: Look = LOOK) -> str:
    return sheet.texts(row, look)[column]


def style(sheet: Sheet[Any], row: Any, column: str, look: Look = LOOK) -> str:
    place = [field.column.key for field in sheet.fields].index(column)
    return sheet.cells(row, look)[place][1]


# -- order


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


# -- nodes


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


# -- pods


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


# -- events


def test_the_type_of_an_event_is_a_letter_and_a_colour() -> None:
    for kind, letter, expected in (("Warning", "W", "warn"), ("Normal", "N", "dim"), ("Odd", "O", "bad")):
        assert cell(EVENTS, EventLine(event("1", type=kind)), "type") == letter
        assert style(EVENTS, EventLine(event("1", type=kind)), "type") == expected
    assert cell(EVENTS, EventLine(event("1", type="")), "type") == "-"


def test_an_event_counts_only_when_it_repeats() -> None:
    assert cell(EVENTS, EventLine(event("1")), "count") == ""
    assert cell(EVENTS, EventLine(event("1", count=12)), "count") == "x12"
    assert style(EVENTS, EventLine(event("1", count=12, type="Warning")), "count") == "warn"


def test_an_event_without_a_moment_or_a_namespace() -> None:
    row = EventLine(event("1", "node-1", "Node", last=None))
    assert cell(EVENTS, row, "last") == "<unknown>"
    assert cell(EVENTS, row, "namespace") == "-"
    assert cell(EVENTS, row, "name") == "node/node-1"


# -- alerts


def test_every_alert_state_has_a_glyph_and_a_letter_of_its_own() -> None:
    assert len({fancy for fancy, _ in MARKS.values()}) == len(MARKS)
    assert len({plain for _, plain in MARKS.values()}) == len(MARKS)
    assert all(plain.isascii() for _, plain in MARKS.values())


def test_a_silenced_alert_says_for_how_long() -> None:
    silence = Silence("s1", "active", (), NOW - 60, NOW + 3 * 3600, "ada", "known")
    row = AlertLine(shown(alert(origin="alertmanager", silenced_by=("s1",)), silences=(silence,)))
    assert cell(ALERTS, row, "state") == "○ silenced 3h"
    assert cell(ALERTS, row, "state", Look(NOW, "ascii")) == "s silenced 3h"
    assert style(ALERTS, row, "state") == "dim"


@pytest.mark.parametrize(
    ("severity", "state", "expected"),
    [
        ("critical", "firing", "bad"),
        ("page", "firing", "bad"),
        ("warning", "firing", "warn"),
        ("", "firing", "warn"),
        ("info", "firing", ""),
        ("critical", "pending", "wait"),
    ],
)
def test_an_alert_looks_as_grave_as_it_is(severity: str, state: str, expected: str) -> None:
    row = AlertLine(shown(alert(state=state, labels={"severity": severity} if severity else {})))
    assert style(ALERTS, row, "state") == expected


def test_the_heartbeat_is_no_trouble() -> None:
    assert style(ALERTS, AlertLine(shown(alert("Watchdog", labels={"severity": "critical"}))), "state") == "dim"


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({"namespace": "shop", "pod": "web-1", "instance": "10.0.0.1:80"}, "shop/web-1"),
        ({"namespace": "monitoring", "node": "worker-1"}, "worker-1"),
        ({"instance": "10.0.0.1:9100"}, "10.0.0.1:9100"),
        ({"namespace": "shop"}, "shop"),
        ({}, "-"),
    ],
)
def test_what_an_alert_is_about(labels: dict[str, str], expected: str) -> None:
    assert alert_about(shown(alert(labels=labels))) == expected


def test_alerts_sort_the_gravest_first_by_default() -> None:
    found = join(
        [
            alert("b", labels={"severity": "warning"}, since=NOW),
            alert("a", labels={"severity": "critical"}, since=NOW - 60),
            alert("c", state="pending", labels={"severity": "critical"}, since=NOW),
        ]
    )
    rank = ALERTS.field("state").rank
    assert rank is not None
    ordered = sorted(map(AlertLine, found), key=lambda row: order(rank(row), False))
    assert [row.alert.name for row in ordered] == ["a", "c", "b"]


# -- what was before


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


# -- trouble and news


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


def test_a_bar_has_the_colour_of_the_load_and_a_track() -> None:
    line = NodeLine(node("a", cpu_allocatable=CORE), NodeUsage("a", CORE * 9 // 10, MI, NOW, 15.0))
    assert cell_of(line, "cpubar") == ("━━━━━╾", ((6, "warn"), (0, "title.rule")))
    assert cell_of(line._replace(usage=NodeUsage("a", CORE // 2, MI, NOW - 99, 15.0)), "cpubar") == (
        "━━━───",
        ((3, "dim"), (3, "title.rule")),
    )


def cell_of(line: NodeLine, column: str) -> Any:
    return NODES.field(column).cell(line, LOOK)


# -- which columns


def test_wide_columns_are_shown_when_they_are_asked_for() -> None:
    usual = [field.column.key for field in Choice().fields(PODS)]
    wide = [field.column.key for field in Choice(wide=True).fields(PODS)]
    assert "message" not in usual
    assert {"message", "nominated", "gates", "qos"} <= set(wide)
    assert [key for key in wide if key in usual] == usual


def test_named_columns_come_in_their_order_and_the_name_is_the_last_to_go() -> None:
    names = named("Memory+, name status", PODS)
    assert names == ("memory+", "name", "status")
    fields = Choice(names=names).fields(PODS)
    assert [field.column.key for field in fields] == list(names)
    by_priority = sorted(fields, key=lambda field: -field.column.priority)
    assert [field.column.key for field in by_priority] == ["name", "memory+", "status"]


def test_a_column_that_is_not_there_is_said_with_those_that_are() -> None:
    with pytest.raises(ColumnError, match=r"there is no column colour; known: trouble, namespace, name, ready"):
        named("name,colour", PODS)


# -- filters see what people see, and more


@pytest.mark.parametrize("text", ["severity:critical", "critical", "severity:^crit", "!warning", "-l team=web"])
def test_an_alert_is_found_by_its_severity_as_it_is_written(text: str) -> None:
    row = AlertLine(shown(alert(labels={"severity": "critical", "team": "web"})))
    assert parse_filter(text, ALERTS.names)(Filtered(row, ALERTS, LOOK))


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


# -- amounts


def test_amounts() -> None:
    assert (cpu(None), cpu(1), cpu(CORE)) == ("-", "1m", "1000m")
    assert (memory(None), memory(MI - 1), memory(5 * MI)) == ("-", "0Mi", "5Mi")
    assert (percent(None), percent(0), percent(100)) == ("-", "0%", "100%")
    assert age(None, NOW) == "<unknown>"
    assert (cpu_whole(None), cpu_whole(4 * CORE), cpu_whole(3_920_000_000)) == ("-", "4", "3.9")
    sizes = (None, 512 * MI, 16 * 1024 * MI, 64300 * MI, 1024 * 1024 * MI)
    assert [memory_whole(size) for size in sizes] == ["-", "512Mi", "16Gi", "62.8Gi", "1024Gi"]
    assert [load_style(value) for value in (None, 79, 80, 94, 95)] == ["dim", "", "warn", "warn", "bad"]


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


@pytest.mark.parametrize("sheet", [NODES, PODS, EVENTS, ALERTS])
def test_what_is_compared_is_a_column(sheet: Sheet[Any]) -> None:
    assert sheet.units
    assert set(sheet.units) <= set(sheet.names)
