"""An application that always gives the terminal back, and `run`, which starts it for its exit code."""

import asyncio
import os
import sys
import termios
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, ClassVar

from rich.console import RenderableType
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App, ReturnType
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Resize
from textual.filter import Monochrome, NoColor
from textual.geometry import Region, Size
from textual.screen import Screen
from textual.worker import WorkerFailed

from sources.redact import redact
from sources.text import clean
from tui.terminal import crash
from tui.terminal.collector import Collector
from tui.terminal.driver import TerminalDriver
from tui.terminal.environment import Terminal
from tui.terminal.frames import Sent
from tui.terminal.outlet import GoesFirst, Outlet
from tui.terminal.pace import Pace
from tui.terminal.signals import ExitSignals

_LOST = 129  # as after SIGHUP, which says the same


TURN = 0.001
"""Seconds after which a thread that decodes a list lets the one that draws go on. With Python's own 5 ms, which a
key waits several times, it can be felt."""


class TerminalSafeApp(App[ReturnType]):
    """Base of the screen. Start it with `run`; in tests `run_test` works as usual and raises what goes wrong.

    Any exception that nobody handles (in handlers, workers, tasks, threads) ends the application, is kept in
    `crash` and never printed with the values of variables.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+z", "suspend_process", "Suspend", show=False, id="suspend"),
        Binding("ctrl+l", "repaint", "Repaint the screen", show=False, id="repaint"),
    ]

    ascii_only: bool = False
    """Whether nothing but ASCII may reach the terminal."""
    crash: BaseException | None = None
    """The first exception that nobody handled."""
    _deadline: Callable[[int], None] | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.collector = Collector()
        self.pace = Pace()
        self.outlet = Outlet(self.pace)
        self._piece: asyncio.TimerHandle | None = None
        # Textual turns colours into grey ones, the terminal's default ones into black: black on black.
        self._filters = [NoColor() if isinstance(each, Monochrome) else each for each in self._filters]

    @property
    def asks_background(self) -> bool:
        """Whether the terminal is to be asked for its background colour."""
        return False

    def background_told(self, light: bool) -> None:
        """The terminal's background is light, or dark. In the event loop's thread, at any time."""

    def link_clear(self) -> None:
        """The terminal has drawn what it was sent. In the event loop's thread."""

    def get_driver_class(self) -> type[Driver]:
        """The hardened driver where Textual would take its own for Unix."""
        driver = super().get_driver_class()
        return TerminalDriver if driver is LinuxDriver else driver

    @property
    def notes(self) -> deque[str]:
        """The last things that went wrong without ending the application; they go into a crash report."""
        notes: deque[str] | None = self.__dict__.get("_crash_notes")
        if notes is None:
            notes = self.__dict__["_crash_notes"] = deque(maxlen=50)
        return notes

    def note(self, text: str) -> None:
        """Remember a line for a crash report (redacted and cleaned here)."""
        self.notes.append(clean(redact(text)))

    def repaint(self) -> None:
        """Draw everything anew, whatever the terminal shows now."""
        self.outlet.shown.forget()
        self.refresh(layout=True)

    def on_mount(self) -> None:
        """Look after the size now and then: in a storm of changes the last SIGWINCH may get lost."""
        self.set_interval(1.0, self._follow_size)

    def _follow_size(self) -> None:
        driver = self._driver
        asked = driver.ask_size() if isinstance(driver, TerminalDriver) and driver.in_application_mode else None
        if asked is not None and asked != tuple(self.size):
            self.post_message(Resize(Size(*asked), Size(*asked)))

    def on_resize(self, event: Resize) -> None:
        """A terminal that was smaller for a moment has lost something even if its size is the old one again."""
        if event.size == self.outlet.shown.size:
            self.repaint()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Send of a frame what the terminal does not show yet."""
        if isinstance(renderable, LayoutUpdate | ChopsUpdate) and self._reaches_terminal():
            text = self.outlet.text(renderable, self.console, self._answering())
            if self.outlet.waits and self._piece is None and self._loop is not None:
                self._piece = self._loop.call_later(self.outlet.pause, self._go_on)
            cursor = self.screen.outer_size.clamp_offset(self.cursor_position)
            if not text and cursor == self._previous_cursor_position:
                return
            super()._display(screen, Sent(text))  # type: ignore[arg-type]  # what Textual itself hands over here
            if isinstance(self._driver, TerminalDriver):
                self._driver.ask_pace(len(text.encode()))
        else:
            super()._display(screen, renderable)

    def _answering(self) -> list[Region]:
        """Cells that change because a key was pressed."""
        focused: object = self.focused
        if not isinstance(focused, GoesFirst):
            return []
        offset = focused.content_region.offset
        return [region.translate(offset) for region in focused.take_first()]

    def _go_on(self) -> None:
        """Draws what has waited for a narrow link."""
        self._piece = None
        if not self._reaches_terminal() or self.outlet.pause > 0:
            if self._loop is not None and self._running:
                self._piece = self._loop.call_later(max(self.outlet.pause, TURN), self._go_on)
            return
        compositor = self.screen._compositor
        compositor._dirty_regions.update(self.outlet.take(compositor.size.region))
        self._display(self.screen, compositor.render_update(screen_stack=self._background_screens))

    def _reaches_terminal(self) -> bool:
        """Whether Textual would send a frame now; else it throws it away, and it must not count as shown."""
        driver = self._driver
        sends = self._running and not self._closed and not self._batch_count
        return sends and driver is not None and not driver.is_headless and not driver.is_inline

    def action_repaint(self) -> None:
        """Draw everything anew and switch the modes on again (after a `reset`, in a re-attached tmux)."""
        if isinstance(self._driver, TerminalDriver):
            self._driver.reassert_modes()
        self.repaint()

    def fail(self, error: BaseException) -> None:
        """End the application because of an exception that nobody handled. Only in the event loop's thread."""
        self._handle_exception(error if isinstance(error, Exception) else RuntimeError(repr(error)))

    def terminal_lost(self) -> None:
        """End the application because the terminal is gone. Only in the event loop's thread."""
        if self._deadline is not None:
            self._deadline(_LOST)
        self.exit(return_code=_LOST)

    def on_loop_error(self, loop: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
        """Handler for `loop.set_exception_handler`, of this or another thread's loop.

        A task or callback that failed is a crash. What transports and abandoned futures report (a peer that
        went away) and what comes while leaving is only noted.
        """
        error = context.get("exception")
        message = str(context.get("message", "asyncio reported a problem"))
        ours = "handle" in context or isinstance(context.get("task", context.get("future")), asyncio.Task)
        if isinstance(error, Exception) and ours and not self._exit:
            if threading.get_ident() == self._thread_id or self._loop is None:
                self.fail(error)
            else:
                with suppress(RuntimeError):  # the loop has ended
                    self._loop.call_soon_threadsafe(self.fail, error)
        else:
            self.note(f"{message}: {error!r}" if error is not None else message)

    def panic(self, *renderables: RenderableType) -> None:
        """End the application; the details go into the report instead of the terminal."""
        if self.crash is None:
            self._remember(RuntimeError(" ".join(str(renderable) for renderable in renderables)))
        self._close_messages_no_wait()

    def _handle_exception(self, error: Exception) -> None:
        self._remember(error)
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        # Textual would print the traceback with the values of local variables: tokens, headers.
        self._close_messages_no_wait()

    def _remember(self, error: BaseException) -> None:
        if isinstance(error, WorkerFailed):
            error = error.error
        if self.crash is None:
            self.crash = error
            if self._deadline is not None:
                self._deadline(crash.EXIT_CODE)
        elif error is not self.crash:
            self.note(f"also: {error!r}")


def run(
    app: TerminalSafeApp[Any],
    *,
    terminal: Terminal | None = None,
    mouse: bool = True,
    env: Mapping[str, str] | None = None,
) -> int:
    """Run the application in the terminal and return the exit code for `sys.exit`.

    That is what the application gave to `exit` (0 by default), 128 + n after a signal, 129 when the terminal
    went away and 70 after a crash: then one line on stderr says what happened and where the report is. Only
    in the main thread.
    """
    env = os.environ if env is None else env
    app.ascii_only = terminal is not None and terminal.ascii
    attributes = _terminal_attributes()
    loop: asyncio.AbstractEventLoop | None = None

    def ask(code: int) -> None:
        if loop is None or loop.is_closed():
            raise SystemExit(code)
        loop.call_soon_threadsafe(partial(app.exit, return_code=code))

    def force(code: int) -> None:
        line = _report(app.crash, env, app.notes) if app.crash is not None else ""
        _leave_now(app, attributes, line)
        os._exit(code)

    code = 0
    with ExitSignals(ask, force) as signals, _thread_errors(app):
        app._deadline = signals.deadline
        try:
            with asyncio.Runner() as runner:
                loop = runner.get_loop()
                loop.set_exception_handler(app.on_loop_error)
                sys.setswitchinterval(TURN)
                app.collector.start(loop)
                runner.run(app.run_async(mouse=mouse))
            code = app.return_code or 0
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else 1 if error.code else 0
        except KeyboardInterrupt:
            code = 130
        except BaseException as error:
            app._remember(error)
        finally:
            app.collector.stop()
        if app.crash is not None:
            code = crash.EXIT_CODE
        if isinstance(app._driver, TerminalDriver) and (app._driver.in_application_mode or app._driver.stuck):
            force(code)
    if app.crash is not None:
        _say(_report(app.crash, env, app.notes))
    return code


def _report(error: BaseException, env: Mapping[str, str], notes: deque[str]) -> str:
    """Write the report; the line for the user."""
    return crash.crash_line(error, crash.write_report(crash.crash_report(error, env, notes), env))


def _say(line: str) -> None:
    if sys.__stderr__ is not None:
        with suppress(OSError, ValueError):
            print(line, file=sys.__stderr__, flush=True)


def _leave_now(app: TerminalSafeApp[Any], attributes: list[Any] | None, line: str) -> None:
    """Restore the terminal without the event loop, which hangs, or blocking on a terminal that does."""
    driver = app._driver
    if isinstance(driver, TerminalDriver) and (driver.in_application_mode or driver.stuck):
        driver.restore_now(attributes, line)
    elif line:
        _say(line)


def _terminal_attributes() -> list[Any] | None:
    if sys.__stdin__ is None:
        return None
    try:
        return termios.tcgetattr(sys.__stdin__.fileno())
    except (OSError, ValueError, termios.error):
        return None


@contextmanager
def _thread_errors(app: TerminalSafeApp[Any]) -> Iterator[None]:
    """Let exceptions that end a thread, and those Python can only complain about, reach the application."""
    thread_hook, unraisable_hook = threading.excepthook, sys.unraisablehook

    def in_thread(args: threading.ExceptHookArgs) -> None:
        loop = app._loop
        if args.exc_value is None or issubclass(args.exc_type, SystemExit):
            return
        if loop is None or loop.is_closed():
            app._remember(args.exc_value)
        else:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(app.fail, args.exc_value)

    def unraisable(args: "sys.UnraisableHookArgs") -> None:
        # No reference to the object: its representation may be as broken as it is.
        app.note(f"{args.err_msg or 'Exception ignored'}: {args.exc_value!r}")

    threading.excepthook, sys.unraisablehook = in_thread, unraisable
    try:
        yield
    finally:
        threading.excepthook, sys.unraisablehook = thread_hook, unraisable_hook
