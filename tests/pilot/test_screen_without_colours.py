"""NO_COLOR: nothing is said by colour, and nothing is black on black."""

from __future__ import annotations

import pytest
from textual.filter import Monochrome

from tests.pilot.staged import stage
from tests.pilot.staged_sources import FakeMetrics


async def test_without_colours_everything_has_the_terminals_own_and_the_cursor_is_reversed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with stage(FakeMetrics()) as on:
        await on.settle()
        app = on.screen.app
        assert not any(isinstance(each, Monochrome) for each in app._filters), "it makes default colours black"
        styles = [
            segment.style
            for strip in app.screen._compositor.render_strips()
            for segment in strip.apply_filter(app._filters[-1], app.screen.background_colors[0])
            if segment.style is not None
        ]
        drawn = [colour for style in styles for colour in (style.color, style.bgcolor)]
        colours = {colour.name for colour in drawn if colour is not None}
        assert colours == {"default"}
        palette = on.screen.palette
        assert all(style.color is None and style.bgcolor is None for style in palette.values())
        assert palette["cursor"].reverse
        on.screen.set_theme("dark")
        assert on.screen.palette["cursor"].reverse, "no theme brings colours back"
