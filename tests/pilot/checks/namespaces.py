"""Choosing namespaces."""

from __future__ import annotations

from tests.pilot.checks.check import check
from tests.pilot.staged import Stage


@check("all_namespaces")
async def _(on: Stage) -> None:
    await on.press("1")
    assert len(on.keys(on.screen.pods_pane)) == 20
    await on.press("0")
    assert on.screen.session.namespaces == ()
    assert len(on.keys(on.screen.pods_pane)) == 40
    assert "ns:all" in on.text


@check(*(f"namespace_{digit}" for digit in range(1, 10)))
async def _(on: Stage) -> None:
    slots = list(on.screen.session.namespace_slots())
    assert slots == ["pay", "shop"]
    assert " 1 pay 20" in on.text
    assert " 2 shop 20" in on.text
    for digit in range(1, 10):
        await on.press(str(digit))
        if digit <= len(slots):
            name = slots[digit - 1]
            assert on.screen.session.namespaces == (name,)
            assert {key.partition("/")[0] for key in on.keys(on.screen.pods_pane)} == {name}
            assert f"ns:{name}" in on.text
            assert len(on.keys(on.screen.nodes_pane)) == 3, "nodes belong to no namespace"
        else:
            assert on.bottom == f"there is no namespace {digit}"
            assert on.screen.session.namespaces == (slots[-1],)


@check("namespaces")
async def _(on: Stage) -> None:
    await on.press("n")
    await on.type("sho")
    assert on.screen.session.namespaces == ("shop",)
    await on.press("n")
    assert "1 marked" in on.title(on.screen.picker)
    await on.press("up", "space", "enter")
    assert set(on.screen.session.namespaces) == {"shop", "pay"}
    await on.press("n", "end", "enter")
    assert set(on.screen.session.namespaces) == {"shop", "pay"}, "the marks stand"
    await on.press("n", "home", "enter")
    assert on.screen.session.namespaces == (), "what is not marked is meant alone"
    await on.press("n", "escape")
    assert on.screen.session.namespaces == ()
