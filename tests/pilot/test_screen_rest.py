"""A screen at rest: what nobody changed costs nothing, and what changed is drawn."""

from __future__ import annotations

from typing import Any

import pytest
from textual.strip import Strip
from textual.widget import Widget

from sources.contract import Upsert
from tests.goldens import screen_text
from tests.pilot.checks.check import filled
from tests.pilot.staged import Stage, pod, stage
from tui.widgets.lines import LineWidget


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Widget]:
    """The widgets that were asked for their lines."""
    widgets: list[Widget] = []
    lines = Widget.render_lines

    def noting(self: Widget, crop: Any) -> list[Strip]:
        widgets.append(self)
        return lines(self, crop)

    monkeypatch.setattr(Widget, "render_lines", noting)
    return widgets


def refresh(on: Stage) -> None:
    on.screen._on_timer_update()


async def test_only_the_widgets_that_a_change_touches_are_rendered(asked: list[Widget]) -> None:
    async with stage(size=(200, 50)) as on:
        await filled(on)
        refresh(on)
        asked.clear()
        on.screen.header.refresh()
        on.screen.bottom.say("done")
        on.screen.pods_pane.heading.mark("f")
        await on.pilot.pause()
        assert set(asked) == {on.screen.header, on.screen.bottom, on.screen.pods_pane.heading}
        assert " f " in on.text
        assert on.bottom == "done"


async def test_nothing_new_is_no_frame_and_news_are(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage() as on:
        await filled(on)
        await on.settle()
        await on.tick()
        due: list[str] = []
        monkeypatch.setattr(on.screen.chain, "go_on", lambda: due.append("frame"))
        on.screen.look()
        assert not due
        on.runtime.put("pods", Upsert(pod("shop/new")))
        on.screen.look()
        assert due == ["frame"]
        on.screen.rhythm.low = True  # folded now, but said at the next frame that is due
        on.screen.rhythm.frame_due()
        on.screen.tick()
        assert not on.runtime.has_mail
        on.screen.look()
        assert due == ["frame", "frame"]


async def test_a_second_composes_no_table_without_an_age_in_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with stage() as on:
        await on.fill("pods", "pod", pod("shop/old", created=0.0))
        table = on.screen.pods_pane.table
        drawn: list[LineWidget] = []
        fill = LineWidget._fill
        monkeypatch.setattr(LineWidget, "_fill", lambda self, *size: (drawn.append(self), fill(self, *size)))
        await on.pass_seconds(10)
        assert drawn.count(table) <= 5, "ages of ten minutes and more are drawn every five seconds"
        await on.put("pods", Upsert(pod("shop/young", created=on.clock.now())))
        drawn.clear()
        await on.pass_seconds(3)
        assert drawn.count(table) >= 3
        assert " 3s" in screen_text(on.app)
