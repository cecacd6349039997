"""What is typed after a colon, and what a summary shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from sources.contract import Delete, Denied, NotFound, Upsert
from sources.model import Alert, ObjectRef
from tests.pilot.checks.rows import copies
from tests.pilot.staged import NOW, event, node, pod, stage
from tests.pilot.staged_sources import FakeCluster, FakeMetrics
from tui.screen import MainScreen
from tui.subject import Subject
from tui.themes import THEMES


async def test_commands_go_to_panes_and_filter_them() -> None:
    async with stage() as on:
        await on.fill("pods", "pod", pod("shop/web"), pod("shop/db"))
        for word, pane in (
            ("no", on.screen.nodes_pane),
            ("ev", on.screen.events_pane),
            ("al", on.screen.alerts_pane),
            ("po", on.screen.pods_pane),
        ):
            await on.command(word)
            assert on.screen.active is pane
        await on.command("pods we")
        assert on.keys(on.screen.pods_pane) == ["shop/web"]
        await on.command("filter")
        assert len(on.keys(on.screen.pods_pane)) == 2
        await on.command("filter db")
        assert on.keys(on.screen.pods_pane) == ["shop/db"]
        await on.command("sort age")
        assert on.screen.pods_pane.sort == "age"
        await on.command("faults")
        assert on.screen.pods_pane.faults_only, "every action is a command"
        await on.command("")
        assert on.app.focused is on.screen.pods_pane.table


async def test_what_is_not_understood_is_said() -> None:
    async with stage(size=(160, 36)) as on:
        await on.fill("pods", "pod", pod("shop/web"))
        for line, said in (
            ("frobnicate", "there is no command 'frobnicate'; ? lists all of them"),
            ("podz", "there is no command 'podz'; did you mean pods"),
            ("sort colour", "pods can be ordered by: trouble, namespace, name"),
            ("theme neon", "there is no theme 'neon'; choose one of: auto, terminal, dark, light"),
            ("filter (", "is not a regular expression"),
            ("filter -l", "-l needs a value"),
            ("[bold red]x", "there is no command '[bold'"),
        ):
            await on.command(line)
            assert said in on.bottom, line
            assert on.screen.bottom.is_on_screen
        await on.focus(on.screen.console)
        await on.command("sort name")
        assert on.bottom == "the answer can be ordered by: value"
        await on.command("filter x")
        assert on.bottom == "there is nothing to filter here"
        await on.press("slash")
        assert on.bottom == "there is nothing to filter here"


async def test_a_message_goes_with_the_next_key_or_after_a_while() -> None:
    async with stage() as on:
        await on.fill("pods", "pod", pod("shop/web"))
        await on.press("9")
        assert on.bottom == "there is no namespace 9"
        await on.press("j")
        assert on.bottom.startswith("? help")
        await on.press("9")
        await on.pass_seconds(7)
        assert on.bottom == "there is no namespace 9"
        await on.pass_seconds(1)
        assert on.bottom.startswith("? help")


async def test_the_prompt_completes_and_remembers() -> None:
    async with stage() as on:
        await on.fill("pods", "pod", pod("shop/web"))
        await on.press("colon", "n", "s", "space", "s", "tab")
        assert on.screen.prompt.value == "ns shop"
        await on.press("enter")
        assert on.screen.session.namespaces == ("shop",)
        await on.press("colon", "up")
        assert on.screen.prompt.value == "ns shop"
        await on.press("escape")
        assert on.screen.bottom.is_on_screen
        assert on.app.focused is on.screen.pods_pane.table


async def test_themes_change_on_the_spot() -> None:
    async with stage(FakeCluster()) as on:
        await on.fill("pods", "pod", pod("shop/web"))
        for name in (*THEMES, "auto"):
            await on.command(f"theme {name}")
            chosen = THEMES["terminal" if name == "auto" else name]
            assert on.app.theme == chosen.base
            assert all(widget.palette == chosen.palette for widget in on.shown())
            assert on.screen.help.text.palette == chosen.palette, "what is hidden too"


@pytest.mark.parametrize(
    ("line", "typed", "check"),
    [
        ("sort", "resta", lambda screen: screen.pods_pane.sort == "restarts"),
        ("theme", "light", lambda screen: screen.palette == THEMES["light"].palette),
        ("layout", "metr", lambda screen: screen.arrangement.name == "metrics"),
        ("ns", "shop", lambda screen: screen.session.namespaces == ("shop",)),
    ],
)
async def test_a_command_without_its_argument_lets_one_choose(
    line: str, typed: str, check: Callable[[MainScreen], bool]
) -> None:
    async with stage() as on:
        await on.fill("pods", "pod", pod("shop/web"), pod("pay/web"))
        await on.command(line)
        assert on.screen.overlays == [on.screen.picker]
        await on.type("nothing like this")
        assert not check(on.screen), "nothing is taken where nothing fits"
        await on.command(line)
        await on.type(typed)
        assert check(on.screen)
        assert on.screen.overlays == []


async def test_earlier_queries_are_chosen_from_a_list() -> None:
    async with stage(FakeCluster(), FakeMetrics()) as on:
        await on.command("history")
        assert "nothing was asked yet" in on.text
        await on.press("escape")
        for query in ("up", "sum(up)", "count(node_load1)"):
            await on.press("e", "ctrl+u")
            await on.type(query)
        await on.settle()
        await on.command("history")
        assert [line.split()[0] for line in on.screen.picker.table.plain[:3]] == [
            "count(node_load1)",
            "sum(up)",
            "up",
        ]
        await on.type("sum")
        await on.settle()
        assert on.screen.console.expr == "sum(up)"
        assert on.screen.active is on.screen.console


async def test_what_can_be_copied_of_rows() -> None:
    cluster = FakeCluster()
    cluster.objects["Pod", "shop", "web"] = {"kind": "Pod", "metadata": {"name": "web"}}
    cluster.objects["Pod", "shop", "it's"] = NotFound("there is no it's")
    async with stage(cluster) as on:
        await on.fill("pods", "pod", pod("shop/web"), pod("shop/it's"))
        await on.fill("nodes", "node", node("n1"))
        for line, text, said in (
            ("copy kubectl", "kubectl -n shop describe pod 'it'\"'\"'s'", "kubectl -n shop describe pod"),
            ("copy json", None, "there is no it's"),
        ):
            with copies() as copied:
                await on.command(line)
                await on.settle()
                assert copied == ([text] if text else []), line
                assert said in on.bottom
        await on.command("copy kubectl")
        await on.settle()
        assert on.bottom.startswith("there is no terminal to copy to: kubectl -n shop"), "it is shown instead"
        await on.press("j")
        with copies() as copied:
            await on.command("copy json")
            await on.settle()
            assert json.loads(copied[0])["metadata"] == {"name": "web"}
            await on.command("copy soup")
            assert "'soup' cannot be copied; one of: name, row, json, kubectl" in on.bottom
            await on.press("m")
            await on.focus(on.screen.nodes_pane)
            await on.command("copy kubectl")
            await on.settle()
            assert copied[1] == "kubectl describe node n1", "marks belong to their pane"


async def test_remapped_keys_act_and_are_in_the_help() -> None:
    async with stage(keys={"zoom": "Z", "faults": "j"}, size=(160, 36)) as on:
        assert on.bottom == "ui.keys: j is claimed by faults and by down; faults has it"
        await on.fill("pods", "pod", pod("shop/web"))
        await on.press("z")
        assert not on.screen.arrangement.zoomed
        await on.press("Z")
        assert on.screen.arrangement.zoomed
        await on.press("j")
        assert on.screen.pods_pane.faults_only
        await on.press("question_mark", "slash")
        await on.type("zoom this")
        assert any(line.split()[:2] == ["Z", "zoom"] for line in on.text.splitlines())


async def test_help_can_be_read_to_its_end_and_searched() -> None:
    async with stage(size=(80, 24)) as on:
        await on.press("question_mark")
        assert "Pods: the pane you are in" in on.text
        seen = on.text
        for _ in range(10):
            await on.press("pagedown")
            seen += on.text
        for word in ("previous pane", "order by restarts", ":ns", "/status:crash", "forbidden", "1 .. 9"):
            assert word in seen
        await on.press("slash")
        await on.type("restarts")
        assert "order by restarts" in on.text
        assert "previous pane" not in on.text
        assert "/restarts" in on.title(on.screen.help)
        await on.press("question_mark", "question_mark")
        assert "/restarts" not in on.title(on.screen.help), "opened again, it is whole"
        assert "Pods: the pane you are in" in on.text
        await on.press("tab")
        assert not on.screen.overlays, "another pane closes it"
        await on.focus(on.screen.console)
        await on.press("question_mark")
        assert "PromQL: the pane you are in" in on.text


async def test_a_wide_help_stands_in_two_columns() -> None:
    async with stage(size=(160, 40)) as on:
        await on.press("question_mark")
        lines = on.text.splitlines()
        assert any("Pods: the pane you are in" in line and line.index("Pods:") < 5 for line in lines)
        assert any(line.index(":ns ") > 70 for line in lines if ":ns " in line)
        assert not any(len(line) > 160 for line in lines)


# -- summaries


async def test_the_summary_of_a_pod_is_kept_up_to_date() -> None:
    cluster = FakeCluster()
    cluster.objects["Pod", "shop", "web"] = {
        "status": {
            "conditions": [{"type": "Ready", "status": "False", "reason": "ContainersNotReady"}],
            "containerStatuses": [{"name": "main", "ready": False, "restartCount": 3, "state": {}}],
        },
        "spec": {"containers": [{"name": "main", "image": "registry.local/web:1"}]},
    }
    async with stage(cluster) as on:
        await on.fill("pods", "pod", pod("shop/web", "Error", message="exit code 1", restarts=3))
        await on.fill("events", "event", event("e", "shop/web", type="Warning", reason="BackOff", message="again"))
        await on.press("enter")
        await on.settle()
        for part in (
            "pod shop/web",
            "Error",
            "exit code 1",
            "registry.local/web:1",
            "ContainersNotReady",
            "again",
        ):
            assert part in on.text, part
        await on.put("pods", Upsert(pod("shop/web", "CrashLoopBackOff")))
        assert "CrashLoopBackOff" in on.text
        await on.pass_seconds(10)
        await on.settle()
        assert len(cluster.fetched) == 2, "the whole object is fetched again"
        await on.put("pods", Delete("pod", "shop/web"))
        assert "pod shop/web is gone" in on.text
        await on.press("escape")
        assert not on.screen.overlays


async def test_a_summary_without_the_right_to_read_says_so() -> None:
    cluster = FakeCluster()
    cluster.objects["Pod", "shop", "web"] = Denied("pods is forbidden", "get pods in shop")
    async with stage(cluster) as on:
        await on.fill("pods", "pod", pod("shop/web", node="n1"))
        await on.press("enter")
        await on.settle()
        assert "Not complete" in on.text
        assert "pods is forbidden" in on.text
        assert "n1" in on.text, "what is known is shown"
        await on.press("escape")
        await on.fill("alerts", "alert", Alert("prometheus", "f", (("alertname", "Down"),), "firing", since=NOW))
        await on.focus(on.screen.alerts_pane)
        await on.press("enter")
        assert "alert Down" in on.text
        assert "Not complete" not in on.text


@pytest.mark.parametrize(
    "answer", [RuntimeError("a plugin's own bug"), {"status": {"conditions": ["no object"]}}, {"spec": 3}]
)
async def test_whatever_a_source_answers_the_screen_stays_up(answer: Any) -> None:
    cluster = FakeCluster()
    cluster.objects["Pod", "shop", "web"] = answer
    async with stage(cluster) as on:
        await on.fill("pods", "pod", pod("shop/web", node="n1"))
        await on.press("enter")
        await on.settle()
        assert ("Not complete" in on.text) == isinstance(answer, Exception)
        assert "n1" in on.text, "what is known is shown"
        await on.press("y")
        await on.settle()
        assert isinstance(answer, Exception) or next(iter(answer)) in on.text, "as it came"


async def test_keys_for_rows_do_nothing_behind_a_summary() -> None:
    async with stage(FakeCluster()) as on:
        await on.fill("pods", "pod", pod("shop/web"))
        await on.press("enter", "exclamation_mark", "C")
        assert not on.screen.pods_pane.faults_only
        assert on.screen.pods_pane.sort == "trouble"
        assert "Esc goes back" in on.text


async def test_the_object_of_an_event_and_a_node_can_be_opened() -> None:
    cluster = FakeCluster()
    cluster.objects["Job", "shop", "nightly"] = NotFound("jobs nightly not found")
    async with stage(cluster) as on:
        await on.fill("nodes", "node", node("n1", "NotReady"))
        await on.fill("pods", "pod", pod("shop/web", node="n1"))
        await on.fill("events", "event", event("e", "shop/nightly", "Job", message="no luck"))
        await on.focus(on.screen.events_pane)
        await on.press("enter")
        await on.settle()
        assert "job shop/nightly" in on.text
        assert "no luck" in on.text
        assert "jobs nightly not found" in on.text
        await on.press("escape")
        await on.focus(on.screen.nodes_pane)
        await on.press("d")
        await on.settle()
        assert "node n1" in on.text
        assert "shop/web" in on.text
        assert cluster.fetched[-1] == ("Node", "", "n1")


async def test_a_late_answer_does_not_speak_for_what_was_opened_since() -> None:
    cluster = FakeCluster()
    cluster.objects["Pod", "shop", "web"] = Denied("the pod says no", "get pods")
    async with stage(cluster) as on:
        detail = on.screen.detail
        ref = ObjectRef("Pod", "web", "shop")
        await detail._fetch(ref, Subject(ref))
        assert detail.fetched.trouble == ""


async def test_a_resolved_alert_says_so_while_it_is_open() -> None:
    async with stage() as on:
        alert = Alert("prometheus", "f", (("alertname", "Down"), ("a" * 30, "b")), "firing", since=NOW - 5)
        await on.fill("alerts", "alert", alert, source="prometheus")
        await on.focus(on.screen.alerts_pane)
        await on.press("enter")
        assert "a" * 30 in on.text, "long names of labels are told apart"
        await on.fill("alerts", "alert", source="prometheus")
        assert "is resolved" in on.text
