"""A small screen with every way to go wrong, one key each; driven by the terminal tests."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tui.terminal.environment import prepare_environment

TERMINAL = prepare_environment(os.environ)
# ruff: noqa: E402 - Textual reads the environment at its import

import asyncio
import threading

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.geometry import Size
from textual.widgets import Input, Static

from tui.terminal.app import TerminalSafeApp, run
from tui.terminal.backlog import backlog

SECRET = "Bearer abcdefghijklmnopqrstuvwxyz"  # in a local variable and in the message of each crash


class SampleApp(TerminalSafeApp[None]):
    """Shows READY; crashes, hangs or floods on request."""

    BINDINGS = [  # noqa: RUF012 - Textual's way
        Binding("q", "quit"),
        Binding("h", "crash('handler')"),
        Binding("w", "crash('worker')"),
        Binding("t", "crash('task')"),
        Binding("f", "crash('thread')"),
        Binding("r", "crash('render')"),
        Binding("x", "leave"),
        Binding("s", "spin"),
        Binding("e", "frames"),
        Binding("F", "flood"),
        Binding("i", "focus_input"),
    ]

    AUTO_FOCUS = ""
    frame = 0
    shown: Size | None = None

    def compose(self) -> ComposeResult:
        yield Static("", id="text", markup=False)
        yield Input(id="input")

    def on_mount(self) -> None:
        self.show()

    def show(self) -> None:
        self.shown = self.size
        width, height = self.size
        lines = [f"READY {width}x{height} frame {self.frame} ─ 노드"]
        lines += [f"{self.frame}:{line} ".ljust(width - 1, ".") for line in range(max(0, height - 6))]
        self.query_one("#text", Static).update("\n".join(lines))

    def on_resize(self) -> None:
        if self.size != self.shown:  # a resume also sends a size; redrawing then must not be left to this
            self.show()

    def action_crash(self, where: str) -> None:
        if where == "handler":
            fail()
        elif where == "worker":
            self.crash_in_worker()
        elif where == "task":
            asyncio.get_running_loop().create_task(failing())
        elif where == "thread":
            threading.Thread(target=fail, daemon=True).start()
        else:
            text = self.query_one("#text", Static)
            text.render_line = lambda y: fail()  # type: ignore[method-assign, assignment, return-value]
            text.refresh()

    @work
    async def crash_in_worker(self) -> None:
        fail()

    def action_leave(self) -> None:
        sys.exit(5)

    def action_spin(self) -> None:
        self.query_one("#text", Static).update("SPINNING")
        self.call_after_refresh(self.spin)

    def spin(self) -> None:
        while True:
            pass

    def action_flood(self) -> None:
        """Draw without looking at the backlog until the loop stands still; tell the pipe in $REPORT then."""
        threading.Thread(target=self.tell_when_stalled, daemon=True).start()
        self.set_interval(0.005, self.paint_next)

    def tell_when_stalled(self) -> None:
        pause = threading.Event()
        while backlog(self) < 30:
            pause.wait(0.01)
        os.write(int(os.environ["REPORT"]), b"stalled")

    def paint_next(self) -> None:
        self.frame += 1
        self.show()

    def action_focus_input(self) -> None:
        self.query_one("#input", Input).focus()

    def action_frames(self) -> None:
        """Forty drawing ticks; those with a backlog are skipped. Tells the pipe in $REPORT when done."""
        painted = skipped = 0

        def tick() -> None:
            nonlocal painted, skipped
            if backlog(self):
                skipped += 1
            else:
                painted += 1
                self.frame = painted
                self.show()
            if painted + skipped >= 40:
                timer.stop()
                os.write(int(os.environ["REPORT"]), f"{painted} {skipped}".encode())

        timer = self.set_interval(0.02, tick)


async def failing() -> None:
    await asyncio.sleep(0)
    fail()


def fail() -> None:
    authorization = SECRET
    raise RuntimeError(f"boom with {authorization}")


if __name__ == "__main__":
    if TERMINAL.problem:
        sys.exit(TERMINAL.problem)
    sys.exit(run(SampleApp(), terminal=TERMINAL))
