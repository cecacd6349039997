"""What is to be done a moment later is done, also where that moment passes before anybody waits for it."""

from __future__ import annotations

import asyncio
from itertools import count

import pytest
from textual import timer
from textual.app import App
from textual.screen import Screen

from tui.later import later


async def test_it_is_done_although_its_moment_has_passed_already(monkeypatch: pytest.MonkeyPatch) -> None:
    app: App[None] = App()
    async with app.run_test():
        # Whoever reads this clock twice finds that a second has passed: another thread had the interpreter.
        monkeypatch.setattr(timer._time, "get_time", map(float, count()).__next__)
        done = asyncio.Event()
        later(app.screen, 0.001, done.set)
        await asyncio.wait_for(done.wait(), 10)


async def test_it_is_done_in_the_turn_of_whose_it_is() -> None:
    app: App[None] = App()
    async with app.run_test():
        turns = asyncio.Queue[asyncio.Task[None] | None]()
        later(app.screen, 0.0, lambda: turns.put_nowait(asyncio.current_task()))
        assert await asyncio.wait_for(turns.get(), 10) is app.screen._task


async def test_nothing_is_done_for_what_is_gone() -> None:
    app: App[None] = App()
    done = list[str]()
    async with app.run_test() as pilot:
        gone: Screen[None] = Screen()
        await app.push_screen(gone)
        await app.pop_screen()
        later(gone, 0.0, lambda: done.append("gone"))
        shown = asyncio.Event()
        later(app.screen, 0.0, shown.set)
        await asyncio.wait_for(shown.wait(), 10)
        await pilot.pause()
    assert not done
