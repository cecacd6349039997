"""The real screen over a runtime that does only what the test orders, its clock at rest: to see what is sent.

staged_screen.py FD: orders come as lines of JSON from the socket FD. After each order, and after each F12 that is
typed, it waits until nothing is left to draw and then writes `MARK` behind all that was drawn.
"""

import os
import sys
from pathlib import Path

ROOT = str(Path(__file__).parents[2])
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)

from tui.terminal.environment import prepare_environment

TERMINAL = prepare_environment(os.environ) if __name__ == "__main__" else None
# ruff: noqa: E402 - Textual reads the environment at its import

import asyncio
import socket

import msgspec
from textual.events import Event, Key, Resize

from sources.config import Settings, Ui
from sources.contract import Batch
from sources.testing import ManualClock
from tests.pilot.staged import NOW, StagedRuntime
from tests.pilot.staged_sources import FakeCluster, FakeMetrics
from tui.app import TopmastApp
from tui.screen import MainScreen
from tui.terminal.app import run
from tui.terminal.backlog import backlog

MARK = b"\x1b]8888;mark\x1b\\"
"""An operating system command that no terminal knows."""
TYPED_MARK = b"\x1b[24~"
TICKS = 4
"""Drawing ticks in a second, as with the default configuration."""


class Order(msgspec.Struct):
    """What is to happen: batches arrive, and then so many seconds pass."""

    batches: list[Batch] = []
    seconds: int = 0
    size: tuple[int, int] | None = None
    """Waits until the terminal has so many columns and rows."""
    drawn: bool = True
    """Whether to wait until it is drawn and to mark that; else a `Told` goes through the socket."""


class Told(msgspec.Struct):
    """What the terminal cannot show while nobody reads it."""

    backlog: int
    """Writes that wait for the terminal."""
    mail: int
    """Batches that nobody has taken."""
    waiting: int
    """Changes that were taken and not yet folded."""


class StagedApp(TopmastApp):
    """Obeys orders; moves by nothing else than them and keys."""

    def __init__(self, runtime: StagedRuntime, orders: socket.socket) -> None:
        self.staged = runtime
        self.orders = orders
        self.held = ManualClock(NOW)
        self.resized = asyncio.Event()
        super().__init__(runtime, Settings(Ui(), {}, {}, None), self.held)  # type: ignore[arg-type]  # stands for it

    def on_ready(self) -> None:
        for timer in list(self.screen._timers):
            if timer.name != "screen_update":
                timer.stop()
        self.run_worker(self.listen(), group="orders")

    async def on_event(self, event: Event) -> None:
        if isinstance(event, Key) and event.key == "f12":
            self.run_worker(self.mark(), group="orders")
        else:
            await super().on_event(event)

    def on_resize(self, event: Resize) -> None:
        super().on_resize(event)
        self.resized.set()

    async def listen(self) -> None:
        reader, writer = await asyncio.open_connection(sock=self.orders)
        await self.mark()
        while line := await reader.readline():
            order = msgspec.json.decode(line, type=Order)
            await self.obey(order)
            if order.drawn:
                await self.mark()
            else:
                told = Told(backlog(self), len(self.staged._mail), self.session.waiting)
                writer.write(msgspec.json.encode(told) + b"\n")

    async def obey(self, order: Order) -> None:
        assert isinstance(self.screen, MainScreen)
        while order.size not in (None, tuple(self.size)):
            self.resized.clear()
            await self.resized.wait()
        self.staged._mail.extend(order.batches)
        self.screen.tick()
        for _ in range(order.seconds):
            await self.held.advance(1.0)
            for _ in range(TICKS):
                self.screen.tick()
            self.screen.second()
            await self.rest()

    async def mark(self) -> None:
        await self.rest()
        assert self._driver is not None
        self._driver.write(MARK.decode())

    async def rest(self) -> None:
        """Returns when everybody has handled what was sent to them, every question is answered, all is drawn."""
        loop = asyncio.get_running_loop()
        for _ in range(3):  # what is handled may send something again
            for worker in list(self.workers):
                if worker.group != "orders" and not worker.is_finished:
                    await asyncio.wait([worker._task])
            for pump in (self, self.screen, *self.screen.walk_children()):
                handled = loop.create_future()
                if pump.call_later(handled.set_result, None):
                    await handled
            drawn = loop.create_future()
            self.screen.call_after_refresh(drawn.set_result, None)
            await drawn


def main(descriptor: int) -> int:
    assert TERMINAL is not None
    runtime = StagedRuntime(FakeCluster("a staged cluster"), FakeMetrics())
    return run(StagedApp(runtime, socket.socket(fileno=descriptor)), terminal=TERMINAL, mouse=False)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
