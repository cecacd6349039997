"""Trouble stands on top, what is new has a mark, and what is lost fades."""

from __future__ import annotations

from sources.contract import Status, Upsert
from tests.pilot.staged import NOW, Stage, pod, stage


def marks(on: Stage) -> dict[str, str]:
    """The first two cells of each row of the pods, by name."""
    lines = on.screen.pods_pane.table.plain[1:]
    return {line[3:].split()[1]: line[:2] for line in lines if line.strip()}


async def test_a_pod_that_becomes_faulty_comes_to_the_top_with_a_mark_until_somebody_has_looked() -> None:
    async with stage(size=(100, 30)) as on:
        await on.fill("pods", "pod", pod("a/old", "Error"), *(pod(f"b/web-{n}") for n in range(3)))
        assert marks(on) == {"old": "! ", "web-0": "  ", "web-1": "  ", "web-2": "  "}
        await on.pass_seconds(5)
        fresh = pod("c/fresh", created=NOW + 4)
        await on.put("pods", Upsert(pod("b/web-2", "Error")), Upsert(fresh), Upsert(pod("c/seen-late")))
        assert list(marks(on).items()) == [
            ("old", "! "), ("web-2", "!•"), ("web-0", "  "), ("web-1", "  "), ("fresh", " •"), ("seen-late", "  ")
        ]  # fmt: skip
        await on.press("j")
        assert marks(on)["web-2"] == "!•", "the key that goes to a row leaves its mark"
        await on.pass_seconds(61)
        assert marks(on)["web-2"] == "! "
        assert marks(on)["fresh"] == "  "
        await on.put("pods", Upsert(pod("b/web-1", "Error")))
        assert marks(on)["web-1"] == "!•"
        await on.command("seen")
        assert "•" not in "".join(marks(on).values())


async def test_time_alone_makes_a_fault_and_takes_one_away() -> None:
    async with stage(size=(100, 30)) as on:
        healed = pod("b/healed", restarts=1, last_restart=NOW - 590)
        await on.fill("pods", "pod", pod("a/sound"), healed, pod("c/starting", "Pending", created=NOW - 50))
        assert on.keys(on.screen.pods_pane) == ["b/healed", "a/sound", "c/starting"]
        await on.pass_seconds(20)
        assert on.keys(on.screen.pods_pane) == ["c/starting", "a/sound", "b/healed"]
        assert marks(on)["starting"] == "!•"
        assert on.screen.pods_pane.faulty == {"c/starting"}


async def test_rows_of_a_lost_source_fade_and_come_back() -> None:
    async with stage(size=(100, 30)) as on:
        await on.fill("pods", "pod", pod("a/sound"))
        row = on.screen.pods_pane.table
        assert "ok" in [style for _, style in row.lines[1].pieces]
        await on.put("pods", Status("stale", detail="gone", since=NOW))
        assert {style for text, style in row.lines[1].pieces if text.strip()} == {"dim"}
        assert "stale" in on.title(on.screen.pods_pane)
        await on.put("pods", Status("live"))
        assert "ok" in [style for _, style in row.lines[1].pieces]


async def test_columns_can_be_chosen_by_name() -> None:
    async with stage(size=(100, 30)) as on:
        await on.fill("pods", "pod", pod("a/sound", ip="10.0.0.7"))
        table = on.screen.pods_pane.table
        await on.command("columns name,ip,status")
        assert table.fitted_columns == ["name", "ip", "status"]
        assert "10.0.0.7" in on.text
        await on.command("columns ip,nonsense")
        assert on.bottom.startswith("there is no column nonsense; known: trouble, namespace")
        assert table.fitted_columns == ["name", "ip", "status"]
        await on.command("columns")
        assert on.bottom.startswith("shown: name,ip,status; more: trouble,namespace")
        await on.command("columns default")
        assert table.fitted_columns[:3] == ["trouble", "namespace", "name"]
