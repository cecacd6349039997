"""Folded rows of the events and the alerts, and what is left out of them."""

from __future__ import annotations

from sources.contract import Upsert
from sources.model import Alert
from tests.pilot.checks.check import check
from tests.pilot.staged import NOW, Stage, event


@check("folding")
async def _(on: Stage) -> None:
    pane = on.screen.events_pane
    await on.press("u")
    assert on.bottom.startswith("there is nothing folded here")
    await on.focus(pane)
    await on.fill("events", "event", event("a", "shop/web-5d4bx"), event("b", "shop/web-9zq2c", last=NOW - 9))
    assert on.things(pane) == ["b"]
    await on.press("u")
    assert on.things(pane) == ["b", "b", "a"], "the fold, and below it both, the newest first"
    await on.press("u")
    assert on.things(pane) == ["b"]
    await on.press("U")
    assert on.things(pane) == ["b", "a"]
    assert on.keys(pane) == ["b", "a"], "each is a row of its own"
    await on.press("U")
    assert on.things(pane) == ["b"]


@check("normal")
async def _(on: Stage) -> None:
    pane = on.screen.events_pane
    await on.put("events", Upsert(event("e3", reason="Scheduled")))
    assert set(on.things(pane)) == {"e1", "e2"}
    assert "1 Normal hidden" in on.title(pane)
    await on.press("i")
    assert on.things(pane) == ["e2"]
    assert "2 Normal hidden" in on.title(pane)
    await on.press("i")
    assert set(on.things(pane)) == {"e1", "e2", "e3"}
    assert "hidden" not in on.title(pane)
    await on.press("i")
    assert pane.mode == "quiet"


@check("active_alerts")
async def _(on: Stage) -> None:
    pane = on.screen.alerts_pane
    firing = Alert("alertmanager", "f", (("alertname", "Down"),), "firing", since=NOW)
    quiet = Alert("alertmanager", "q", (("alertname", "Slow"),), "firing", since=NOW, silenced_by=("s",))
    await on.fill("alerts", "alert", firing, quiet, source="alertmanager")
    assert len(on.keys(pane)) == 2
    await on.press("a")
    assert on.things(pane) == [firing.key]
    assert "active only" in on.title(pane)
    await on.press("a")
    assert len(on.keys(pane)) == 2
    await on.resize(80, 24)
    await on.press("a")
    assert on.screen.active is pane, "where it cannot be seen it comes to the front"
