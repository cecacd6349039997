"""A table too large for one frame: its new order comes in steps, says so, and is right in the end."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from sources.contract import Delete, Upsert
from sources.world.groups import GroupKey
from tests.pilot.staged import Stage, pod, stage
from tui import screen as screen_module

MANY = 3000


async def filled(on: Stage) -> None:
    pods = [pod(f"ns{n % 3}/{'web' if n % 2 else 'db'}-{n:04}", restarts=n % 7) for n in range(MANY)]
    await on.fill("pods", "pod", *pods)


async def test_a_filter_of_a_large_table_shows_what_it_found_and_how_far_it_is() -> None:
    async with stage() as on:
        await filled(on)
        pane = on.screen.pods_pane
        pane.set_filter("web")
        assert 0 < len(pane.view) < MANY // 2
        assert "filtering 100 of 3,000" in on.title(pane)
        pane.set_filter("nothing-like-it")
        await on.pilot.pause(0)
        assert "filtering 100 of 3,000" in on.text
        assert "none of" not in on.text, "not before all rows were looked at"
        await on.tick()
        assert "none of 3000 pods shown" in on.text
        world = on.screen.session.world
        pane.set_filter("web")
        await on.put("pods", Upsert(pod("ns0/web-new")), Delete("pod", "ns1/web-0001"))
        assert "filtering" not in on.title(pane)
        assert on.keys(pane) == sorted(key for key in world.pods.keys() if "web" in key)  # noqa: SIM118  # of a table
        assert len(pane.view) == MANY // 2


async def test_the_cursor_stays_on_its_pod_while_others_find_their_place() -> None:
    async with stage() as on:
        await filled(on)
        pane = on.screen.pods_pane
        assert pane.select("ns1/db-2500")
        pane.set_sort("restarts")
        assert pane.table.cursor_key == "ns1/db-2500"
        await on.tick()
        assert pane.table.cursor_key == "ns1/db-2500"
        restarts = [on.screen.session.world.pods.get(key).restarts for key in pane.view]  # type: ignore[union-attr]
        assert restarts == sorted(restarts, reverse=True)
        pane.group_by("namespace")
        assert pane.table.cursor_key == "ns1/db-2500", "also in a group that is ordered in steps itself"
        await on.tick()
        assert pane.table.cursor_key == "ns1/db-2500"
        assert [key for key in pane.view if isinstance(key, GroupKey)] == [GroupKey(f"ns{n}") for n in range(3)]
        assert len(pane.view) == 3 + MANY // 3


async def test_pods_that_fail_in_a_burst_are_marked_and_new_ones_that_fail_are_not() -> None:
    async with stage() as on:
        await filled(on)
        pane = on.screen.pods_pane
        known = map(on.screen.session.world.pods.get, [f"ns0/db-{n:04}" for n in range(0, 1200, 6)])
        turned = [replace(each, status="Error", phase="Failed") for each in known if each is not None]
        born = [pod(f"ns9/new-{n}", "Error", phase="Failed") for n in range(200)]
        await on.pass_seconds(1)
        await on.put("pods", *map(Upsert, (*turned, *born)))
        assert len(pane.faulty) == len(turned) + len(born)
        assert all(pane.seen.is_fresh(each.key, each.created) for each in turned)
        assert not any(pane.seen.is_fresh(each.key, each.created) for each in born)


async def test_rows_are_looked_at_while_the_terminal_is_behind_and_drawn_once_it_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with stage() as on:
        await filled(on)
        pane = on.screen.pods_pane
        monkeypatch.setattr(screen_module, "behind", lambda app: True)
        pane.set_filter("b-2999")
        while pane.catch_up.busy:
            on.screen.tick()
        assert list(pane.view) == ["ns2/web-2999"]
        assert "web-2999" not in on.text
        assert on.screen.chain.busy, "it has still to be drawn"
        monkeypatch.setattr(screen_module, "behind", lambda app: False)
        await on.tick()
        assert "web-2999" in on.text
