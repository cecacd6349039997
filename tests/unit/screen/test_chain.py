"""Frames one after the other, and keys between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tui import chain as chain_module
from tui.chain import KEY, PAUSE, Chain


class Pump:
    """Timers that go off when they are told to."""

    def __init__(self) -> None:
        self.timers: list[tuple[float, Callable[[], None]]] = []

    def set_timer(self, delay: float, callback: Callable[[], None]) -> None:
        self.timers.append((delay, callback))

    def go_off(self) -> float:
        """Lets the only timer go off; gives its delay."""
        ((delay, callback),) = self.timers
        self.timers.clear()
        callback()
        return delay


class Busy:
    def advance(self, deadline: float) -> bool:
        return True


def test_whoever_asks_for_another_frame_while_one_is_due_gets_that_one() -> None:
    pump, frames = Pump(), list[str]()
    chain = Chain(pump, lambda: frames.append("frame"))  # type: ignore[arg-type]  # stands for it
    chain.go_on()
    chain.go_on()
    assert pump.go_off() == PAUSE
    assert frames == ["frame"]


def test_a_key_goes_before_the_next_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(chain_module.time, "monotonic", lambda: now)
    pump, frames = Pump(), list[str]()
    panes: Any = [Busy()]
    chain = Chain(pump, lambda: frames.append("frame"))  # type: ignore[arg-type]  # stands for it
    chain.advance(panes, more=False)
    chain.let_pass()
    now += PAUSE
    pump.go_off()
    assert not frames
    now += KEY
    assert pump.go_off() == pytest.approx(KEY - PAUSE)
    assert frames == ["frame"]
