"""A stream follows the newest, holds still when paused, and loses nothing meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from textual.app import App, ComposeResult

from tui.widgets.columns import Column
from tui.widgets.rows import Ring
from tui.widgets.stream import LineStream
from tui.widgets.viewport import Edge


class Screen(App[None]):
    """One stream over a ring of numbers."""

    def __init__(self, newest: Edge = "first", bound: int = 100) -> None:
        super().__init__()
        self.ring = Ring[int, str](bound, lambda text: ((text, ""),), newest_first=newest == "first")
        self.stream = LineStream([Column("text", "TEXT", 10, flex=1)], newest=newest, show_header=False)

    def compose(self) -> ComposeResult:
        yield self.stream

    @property
    def shown(self) -> list[str]:
        """The lines without the scroll bar."""
        return [line.rstrip(" ▐") for line in self.stream.plain]

    def arrive(self, *numbers: int, text: str = "event") -> None:
        self.ring.extend((n, f"{text} {n}") for n in numbers)
        self.stream.changed(set(numbers))


@pytest.mark.parametrize("newest", ["first", "last"])
async def test_follows_the_newest_until_the_user_moves_away(newest: Edge) -> None:
    app = Screen(newest)
    async with app.run_test(size=(20, 5)) as pilot:
        app.stream.set_rows(app.ring)
        await pilot.pause()
        app.arrive(*range(10))
        stream = app.stream
        assert stream.following
        assert stream.cursor_key == 9
        assert 9 in stream.visible_keys
        move_away, move_back = (
            (stream.action_cursor_down, stream.action_home)
            if newest == "first"
            else (stream.action_cursor_up, stream.action_end)
        )
        move_away()
        before = stream.visible_keys
        app.arrive(10, 11)
        assert stream.cursor_key == 8
        assert stream.visible_keys == before
        assert not stream.following
        move_back()
        app.arrive(12)
        assert stream.following
        assert stream.cursor_key == 12


async def test_pause_holds_the_contents_counts_and_loses_nothing() -> None:
    app = Screen()
    async with app.run_test(size=(20, 5)) as pilot:
        stream = app.stream
        stream.set_rows(app.ring)
        await pilot.pause()
        app.arrive(*range(8))
        stream.pause()
        still = stream.plain
        app.arrive(8, 9)
        app.arrive(7, text="repeated")
        app.arrive(9, text="repeated")
        stream.set_placeholder("drawn again")
        assert stream.plain == still
        assert stream.waiting == 3
        stream.action_end()
        assert app.shown[-1] == "event 0"
        stream.follow()
        assert not stream.paused
        assert stream.waiting == 0
        assert app.shown[:4] == ["repeated 9", "repeated 7", "event 8", "event 6"]
        assert len(stream.rows) == 10


async def test_paused_contents_outlive_the_bound_of_the_ring() -> None:
    app = Screen(bound=3)
    async with app.run_test(size=(20, 5)) as pilot:
        stream = app.stream
        stream.set_rows(app.ring)
        await pilot.pause()
        app.arrive(1, 2, 3)
        stream.pause()
        app.arrive(4, 5, 6, 7)
        stream.set_placeholder("drawn again")
        assert app.shown[:3] == ["event 3", "event 2", "event 1"]
        assert stream.waiting == 4
        stream.resume()
        assert app.shown[:3] == ["event 7", "event 6", "event 5"]


async def test_other_rows_given_during_a_pause_wait() -> None:
    app = Screen()
    async with app.run_test(size=(20, 5)) as pilot:
        stream = app.stream
        stream.set_rows(app.ring)
        await pilot.pause()
        app.arrive(1, 2)
        stream.pause()
        other = Ring[int, str](10, lambda text: ((text, ""),))
        other.extend([(2, "two"), (3, "three")])
        stream.set_rows(other)
        assert stream.waiting == 1
        assert app.shown[0] == "event 2"
        stream.resume()
        assert app.shown[:2] == ["three", "two"]


def test_rows_that_cannot_be_frozen_are_refused() -> None:
    class Loose:
        def __len__(self) -> int:
            return 0

        def key(self, index: int) -> int:
            return index

        def cells(self, index: int) -> list[Any]:
            return []

        def index(self, key: Any, near: int) -> None:
            return None

    with pytest.raises(TypeError, match="freeze"):
        LineStream([Column("text", "TEXT", 10)]).set_rows(Loose())
