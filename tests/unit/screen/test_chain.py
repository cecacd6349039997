"""Frames one after the other, and keys between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sources import courtesy
from sources.courtesy import DRAWN, KEY, STEP
from tui import chain as chain_module
from tui.chain import LATEST, PAUSE, Chain


class Timers:
    """They go off when they are told to."""

    def __init__(self) -> None:
        self.timers: list[tuple[float, Callable[[], None]]] = []

    def later(self, delay: float, callback: Callable[[], None]) -> None:
        self.timers.append((delay, callback))

    def go_off(self) -> float:
        """Lets the only timer go off; gives its delay."""
        ((delay, callback),) = self.timers
        self.timers.clear()
        callback()
        return delay


class Busy:
    undrawn = False
    deadline = 0.0

    def advance(self, deadline: float, draws: bool) -> bool:
        self.deadline = deadline
        return True


def test_whoever_asks_for_another_frame_while_one_is_due_gets_that_one() -> None:
    timers, frames = Timers(), list[str]()
    chain = Chain(timers.later, lambda: frames.append("frame"))
    chain.go_on()
    chain.go_on()
    assert timers.go_off() == PAUSE
    assert frames == ["frame"]


def test_what_is_still_to_do_gets_no_time_in_a_frame_that_had_news(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain_module.time, "thread_time", lambda: 5.0)
    pane: Any = Busy()
    chain = Chain(Timers().later, lambda: None)
    chain.advance([pane], more=False)
    assert pane.deadline == 5.0 + chain.slice
    chain.advance([pane], more=False, spent=True)
    assert pane.deadline == 5.0
    assert chain.busy


class Hands:
    """Time as it is told to pass, and keys."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(chain_module.time, "monotonic", lambda: self.now)

    def press_after(self, seconds: float) -> None:
        self.now += seconds
        courtesy.key_pressed()


def test_a_key_goes_before_the_next_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    hands, timers, frames = Hands(monkeypatch), Timers(), list[str]()
    panes: Any = [Busy()]
    chain = Chain(timers.later, lambda: frames.append("frame"))
    chain.advance(panes, more=False)
    hands.press_after(0.0)
    hands.now += PAUSE
    timers.go_off()
    assert not frames
    while not frames:
        hands.now += timers.go_off()
    assert KEY <= hands.now - 100.0 <= KEY + STEP + PAUSE


def test_a_key_that_was_answered_keeps_no_frame_back(monkeypatch: pytest.MonkeyPatch) -> None:
    hands, timers, frames = Hands(monkeypatch), Timers(), list[str]()
    Chain(timers.later, lambda: frames.append("frame")).go_on()
    hands.press_after(0.0)
    courtesy.key_answered()
    hands.now += DRAWN
    timers.go_off()
    assert frames == ["frame"]


def test_a_key_that_is_held_down_keeps_no_frame_back_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    hands, timers, frames = Hands(monkeypatch), Timers(), list[str]()
    Chain(timers.later, lambda: frames.append("frame")).go_on()
    began = hands.now
    while not frames:
        hands.press_after(KEY / 2)
        timers.go_off()
        assert hands.now < began + LATEST + KEY


async def test_what_is_read_in_the_background_rests_after_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    hands, slept = Hands(monkeypatch), list[float]()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        hands.now += seconds

    monkeypatch.setattr(courtesy.asyncio, "sleep", sleep)
    hands.press_after(60.0)
    await courtesy.gap(0.001)
    assert sum(slept) == pytest.approx(KEY)
    hands.press_after(60.0)
    courtesy.key_answered()
    slept.clear()
    await courtesy.gap(0.001)
    assert sum(slept) == pytest.approx(DRAWN)
    assert courtesy.calm() == pytest.approx(DRAWN)
