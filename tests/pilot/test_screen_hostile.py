"""Text from outside can do nothing to the screen: wherever it is shown, it is shown as text of a known width."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from sources.contract import Denied, QueryError, Snapshot, Status, Upsert
from sources.model import (
    Alert,
    Condition,
    Event,
    Matcher,
    Node,
    NodeUsage,
    ObjectRef,
    Owner,
    Pod,
    PodUsage,
    QueryResult,
    Series,
    Silence,
)
from tests.pilot.staged import NOW, Stage, stage
from tests.pilot.staged_sources import FakeCluster, FakeMetrics
from tui.panes.folding_pane import FoldingPane
from tui.panes.grouping import GroupingPane
from tui.panes.table_pane import TablePane
from tui.sheets.alerts import AlertLine
from tui.sheets.choice import Choice
from tui.sheets.pod_groups import GROUPINGS
from tui.widgets.prompt import Prompt

# A few kinds to a string: a place either neutralises its text or does not, and shows at least its beginning.
HOSTILE = {
    "sequences": 'a\x1b[31;1mred\x1b[0mb\x1b[2J\x1b[1;1H\x1b[?1049l\x1b[c\x1b[6n\x1bP$q"p\x1b\\\x1b(0',
    "strings": "a\x1b]0;owned\x07b\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\c\x1b]52;c;ZWNobw==\x07d\x1b]0;open",
    "controls": "a\x1b\x9b31mb\x9d0;t\x9cc\x85d\x90e\x00\x01\x07\x08\x0b\x0c\x0e\x7fb\x1b",
    "lines": "a\nb\tc\r\nd\re\u2028f\u2029g",
    "bidi": "a\u202eevil\u202c\u2066b\u2069\u200fc\u061cd",
    "invisible": "a\u200bb\u200cc\u200dd\ufeffe\u2060f\u00adg\u115f\u3164\u2800\uffa0h",
    "markup": "[bold red]a[/] [link=x]b[/link] [@click=app.exit]c[/] %s {0} {x!r} $(id)",
    "long": "long-" + "x" * 5000,
    "surrogates": "a\ud800b\udfffc\ue000d\U000e0041e\ufffe",
    "wide": "한국어 메시지 中文消息 日本語メッセージ👩‍👩‍👧‍👦🇰🇷👍🏽☺️1️⃣" * 3,
    "marks": "\u0301a" + "\u0301" * 60 + "b" + "\u20dd" * 9 + "\u1112\u1161\u11ab" * 8 + "e\u0301",
    "nothing": "",
    "blank": "   ",
}
FORBIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
SIZE = (130, 36)


def things(bad: str) -> dict[str, list[Any]]:
    """One of everything, with `bad` wherever a server puts text."""
    about = ObjectRef("Pod", bad, bad, bad)
    labels = ((bad, bad), ("team", bad))
    pod = Pod(
        bad,
        bad,
        status=bad,
        phase=bad,
        message=bad,
        node=bad,
        ip=bad,
        nominated_node=bad,
        readiness_gates=bad,
        qos=bad,
        owner=Owner(bad, bad),
        labels=labels,
        restarts=2,
        ready=0,
        total=1,
        created=NOW - 9,
        deleted=NOW - 5,
    )
    node = Node(
        bad,
        status=bad,
        roles=bad,
        version=bad,
        created=NOW - 9,
        internal_ip=bad,
        external_ip=bad,
        os_image=bad,
        kernel=bad,
        runtime=bad,
        pressures=(bad,),
        conditions=(Condition(bad, bad, bad, bad, NOW), Condition("Ready", "True", bad, bad)),
        taints=(bad,),
        labels=labels,
    )
    alert_labels = tuple(
        sorted({("alertname", bad), ("severity", bad), ("namespace", bad), ("pod", bad), ("extra" + bad, bad)})
    )
    return {
        "nodes": [node],
        "pods": [pod, Pod("shop", "sound", status="Running", ready=1, total=1)],
        "events": [Event("e1", bad, bad, bad, bad, bad, about, source=bad, count=3, last=NOW - 3)],
        "alerts": [
            Alert(
                "prometheus",
                "p",
                alert_labels,
                "firing",
                annotations=(("summary", bad), (bad, bad)),
                since=NOW - 60,
                value=bad,
                rule=bad,
            ),
            Alert(
                "alertmanager",
                "a",
                alert_labels,
                "firing",
                annotations=((bad, bad),),
                silenced_by=("s1", bad),
                inhibited_by=(bad,),
                muted_by=(bad,),
                receivers=(bad,),
            ),
        ],
        "silences": [Silence("s1", "active", (Matcher(bad, bad),), NOW, NOW + 60, bad, bad)],
        "usage": [NodeUsage(bad, 5, 5, NOW, 15.0), PodUsage(bad, bad, 5, 5, NOW, 15.0)],
    }


def raw(bad: str) -> dict[str, Any]:
    """An object as a server sends it."""
    ended = {"terminated": {"reason": bad, "message": bad, "exitCode": 1, "finishedAt": bad}}
    # Lone surrogates cannot come out of JSON as the wire decoder reads it.
    return {
        "metadata": {"name": bad, "labels": {bad: bad}},
        "spec": {"containers": [{"name": bad, "image": bad}]},
        "status": {
            "conditions": [{"type": bad, "status": bad, "reason": bad, "message": bad}],
            "containerStatuses": [
                {
                    "name": bad,
                    "ready": False,
                    "restartCount": 1,
                    "state": {"waiting": {"reason": bad, "message": bad}},
                    "lastState": ended,
                }
            ],
        },
    }


def statuses(bad: str) -> list[Status]:
    more = {"detail": bad, "missing": (bad,), "via": bad, "since": NOW, "retry_at": NOW + 5}
    states = ("connecting", "loading", "partial", "denied", "stale", "failed", "absent", "live")
    return [Status(state, **more) for state in states]  # type: ignore[arg-type]  # all of them are states


def inspect(on: Stage, place: str) -> None:
    """What is drawn has no character that acts, and each line is exactly as wide as its widget."""
    seen = 0
    for widget in on.shown():
        for y in range(widget.size.height):
            strip = widget.render_line(y)
            text = strip.text
            where = (place, type(widget).__name__, y, text)
            bad = set() if text.isprintable() else _forbidden(text)
            if isinstance(widget, Prompt):  # a person may type a joined emoji
                bad.discard("U+200D")
            assert not bad, (bad, where)
            assert strip.cell_length == widget.size.width, where
            assert cell_len(text) == widget.size.width, where
            for segment in strip:
                assert segment.control is None, where
                assert segment.style is None or not (segment.style.link or segment.style.meta), where
            seen += 1
    assert seen >= on.screen.size.height, f"{place}: the whole screen was looked at"


def _forbidden(text: str) -> set[str]:
    return {f"U+{ord(c):04X}" for c in text if unicodedata.category(c) in FORBIDDEN}


async def look_everywhere(on: Stage, bad: str, cluster: FakeCluster, metrics: FakeMetrics) -> None:
    """Fills every pane with hostile text and goes wherever a person can go."""
    given = things(bad)
    for feed, kind in (("nodes", "node"), ("pods", "pod"), ("events", "event")):
        on.runtime.put(feed, Snapshot(kind, "", tuple(given[feed])), Status("live"), source=bad)  # type: ignore[arg-type]  # kinds
    on.runtime.put("alerts", Snapshot("alert", "", tuple(given["alerts"])), Status("live"))
    on.runtime.put("alerts", Snapshot("silence", "", tuple(given["silences"])))
    # Others that fold with them.
    first, other = given["events"][0], ObjectRef("Pod", f"{bad}2", bad, bad)
    alike = replace(first, uid="e2", about=other), replace(first, uid="e3", about=ObjectRef("Node", bad))
    on.runtime.put("events", *map(Upsert, alike), source=bad)
    twin = replace(given["alerts"][0], fingerprint="p2", labels=(*given["alerts"][0].labels, ("zone", f"{bad}2")))
    on.runtime.put("alerts", Upsert(twin), Upsert(replace(twin, fingerprint="p3", labels=twin.labels[:-1])))
    on.runtime.put("usage", *(Snapshot(row_kind, "", (row,)) for row_kind, row in _usage(given)), Status("live"))
    await on.tick()
    await on.settle()
    inspect(on, "all panes")
    for pane in on.screen.panes:
        on.screen.arrangement = on.screen.arrangement._replace(zoomed=True)
        await on.focus(pane)
        inspect(on, f"{pane.title} alone")
        if isinstance(pane, FoldingPane):
            for words in ("one row opened", "each in a row", "folded again"):
                pane.opened.update(pane.keys())
                pane.rebuild()
                inspect(on, f"{pane.title}, {words}")
                pane.toggle_folding()
        if isinstance(pane, TablePane):
            for field in pane.sheet.fields:
                pane.choose_columns(Choice(names=(field.column.key, "name")))
                inspect(on, f"{pane.title}: {field.column.key}")
            pane.choose_columns(Choice(wide=True))
            inspect(on, f"{pane.title} wide")
            pane.choose_columns(Choice())
            if isinstance(pane, GroupingPane):
                for grouping in GROUPINGS:
                    pane.group_by(grouping)
                    inspect(on, f"{pane.title} by {grouping}")
                pane.group_by("none")
            cluster.objects.clear()
            cluster.objects["Pod", bad, bad] = cluster.objects["Node", "", bad] = raw(_encodable(bad))
            for move in ("action_home", "action_end"):
                getattr(pane.table, move)()
                pane.table.action_choose()
                await on.pilot.pause(0)
                await on.settle()
                assert on.screen.overlays, f"Enter in {pane.title} opens something"
                inspect(on, f"summary from {pane.title}")
                cluster.objects["Pod", bad, bad] = cluster.objects["Node", "", bad] = Denied(bad, bad)
                on.screen.detail.fetch()
                await on.settle()
                inspect(on, f"summary from {pane.title}, refused")
                on.screen.back()
    await on.focus(on.screen.console)
    on.screen.console.toggle_graph()
    await on.pilot.pause()
    inspect(on, "graph")
    metrics.instant = metrics.span = QueryError(bad, line=1, column=3)
    on.screen.console.ask(bad)
    await on.settle()
    inspect(on, "query error")
    on.screen.console.toggle_graph()
    metrics.instant = QueryResult("string", text=bad)
    on.screen.console.ask(bad)
    await on.settle()
    inspect(on, "string answer")
    on.screen.arrangement = on.screen.arrangement._replace(zoomed=False)
    on.screen.set_namespaces([bad])
    inspect(on, "namespace in the header")
    on.screen.set_namespaces([f"no{bad}"])
    inspect(on, "no such namespace")
    on.screen.set_namespaces([])
    for status in statuses(bad):
        for feed in ("nodes", "pods", "events", "alerts", "usage"):
            on.runtime.put(feed, status)
        await on.tick()
        inspect(on, f"{status.state} with rows")
    for line in (f"x{bad}", f"theme {bad}", f"sort {bad}", f"ns {bad}", f"filter {bad}"):
        on.screen.say(f"there is no command {line!r}", "bad")
        inspect(on, "message")
    on.screen.toggle_help()
    await on.pilot.pause(0)
    inspect(on, "help")


def _usage(given: dict[str, list[Any]]) -> list[tuple[Any, Any]]:
    return [("node_usage", given["usage"][0]), ("pod_usage", given["usage"][1])]


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_text_is_only_text(name: str) -> None:
    bad = HOSTILE[name]
    cluster, metrics = FakeCluster(title=bad), FakeMetrics()
    labels = tuple(sorted({("__name__", bad), (bad, bad), ("job", bad)}))
    other = tuple(sorted({("__name__", bad), (bad, bad), ("job", f"other{bad}")}))
    metrics.instant = QueryResult(
        "vector",
        (Series(labels, (NOW,), (1.0,)), Series(other, (NOW,), (float("nan"),))),
        warnings=(bad,),
        infos=(bad,),
    )
    metrics.span = QueryResult(
        "matrix",
        (Series(labels, (NOW - 15, NOW), (1.0, 2.0)), Series(other, (NOW,), (float("inf"),))),
        start=NOW - 15,
        end=NOW,
        step=15.0,
    )
    async with stage(cluster, metrics, size=SIZE) as on:
        on.runtime.problems["x" + bad] = bad
        on.screen.second()
        inspect(on, "before anything arrived")
        await look_everywhere(on, bad, cluster, metrics)


async def test_empty_panes_with_hostile_reasons() -> None:
    for bad in ("a\x1b[2Jb\u202ec\nd" + "x" * 300, "[bold red]a[/]" + "한" * 200):
        async with stage(FakeCluster(title=bad), size=SIZE) as on:
            for status in statuses(bad):
                for feed in ("nodes", "pods", "events", "alerts"):
                    on.runtime.put(feed, status, source=bad)
                await on.tick()
                inspect(on, f"{status.state} without rows")
            assert "[bold red]" in on.text or "bold" not in bad


async def test_markup_is_shown_letter_by_letter() -> None:
    bad = HOSTILE["markup"]
    async with stage(FakeCluster(title="[bold]x[/]"), FakeMetrics(), size=(200, 50)) as on:
        await on.fill(
            "events", "event", Event("e", "shop", "e", "Warning", "[b]", bad, ObjectRef("Pod", "w", "shop"))
        )
        assert "[bold red]a[/]" in on.text
        assert "[bold]x[/]" in on.text
        await on.focus(on.screen.events_pane)
        await on.press("enter")
        assert bad in on.text


async def test_a_hostile_alert_is_still_found_and_counted() -> None:
    """What is neutralised for the eye stays the same object for the program."""
    bad = HOSTILE["bidi"]
    async with stage(size=SIZE) as on:
        await on.fill("alerts", "alert", *things(bad)["alerts"], source="prometheus")
        found = [on.screen.alerts_pane.row(key) for key in on.keys(on.screen.alerts_pane)]
        assert [type(row) for row in found] == [AlertLine]
        assert found[0] is not None
        assert found[0].alert.name == bad
