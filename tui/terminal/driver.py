"""Textual's terminal driver, hardened: lost terminals, invalid input, suspending, output that is not UTF-8.

The only place that relies on private names of Textual's driver; tests/unit/terminal/test_textual_internals.py
fails when one of them goes away. In application mode the driver owns two threads: one reads keys, one writes
what is drawn.
"""

import os
import signal
import sys
import termios
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from encodings.utf_8 import IncrementalDecoder
from functools import partial
from queue import Full
from typing import IO, TYPE_CHECKING, Any

from textual.drivers import linux_driver
from textual.drivers._writer_thread import WriterThread
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key
from textual.message import Message

from sources import courtesy
from tui.terminal.ascii_output import use_ascii
from tui.terminal.background import ASK, Answers
from tui.terminal.environment import is_utf8
from tui.terminal.pace import ASK as ASK_PACE
from tui.terminal.pace import Pace
from tui.terminal.pasted import Pasted

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

    from tui.terminal.app import TerminalSafeApp

_STOP_TIMEOUT = 1.0
"""Seconds that leaving waits for a terminal that takes no more output."""

# CAN ends a sequence that was cut off; then everything Textual switches on, in the order in which it must go
# off (the keyboard protocol before the alternate screen, which has a stack of its own).
RESET = (
    b"\x18\x1b[?2026l\x1b[?1016l\x1b[?1015l\x1b[?1006l\x1b[?1003l\x1b[?1000l\x1b[?2048l\x1b[?2004l\x1b[?1004l"
    b"\x1b[<u\x1b[?1049l\x1b[?7h\x1b[?25h\x1b[0m"
)


class TerminalLostError(Exception):
    """The terminal has hung up: its window was closed or the connection ended."""


class LenientDecoder(IncrementalDecoder):
    """UTF-8 of the keyboard; an invalid byte (another encoding, an old mouse report) becomes U+FFFD. Textual would
    take an Esc that begins nothing, and all that was typed behind it, for one unknown key; and one in a paste for
    its end.
    """

    answers: Answers | None = None
    """What the terminal answers between the keys; one for the process, as there is one terminal."""
    pace: Pace | None = None

    def __init__(self, errors: str = "replace") -> None:
        super().__init__("replace")
        self._pasted = Pasted()

    def decode(self, input: "ReadableBuffer", final: bool = False) -> str:  # noqa: A002
        """Decode. No bytes before the end mean a lost terminal: reading would return at once for ever."""
        if not input and not final:
            raise TerminalLostError
        text = super().decode(input, final)
        if self.pace is not None:
            text = self.pace.without(text)
        if self.answers is not None:
            text = self.answers.without(text)
        return self._pasted.tame(text)


class SafeWriterThread(WriterThread):
    """Writes what is drawn. Without a terminal it goes on emptying its queue: nobody must wait for room in it."""

    def __init__(self, file: IO[str]) -> None:
        super().__init__(file)
        self.on_lost: Callable[[], None] | None = None
        self.lost = False

    def run(self) -> None:
        """Write until told to stop; flush when there is a pause."""
        while (text := self._queue.get()) is not None:
            self._attempt(partial(self._file.write, text))
            if self._queue.empty():
                self._attempt(self._file.flush)
        self._attempt(self._file.flush)

    def _attempt(self, action: Callable[[], object]) -> None:
        if self.lost:
            return
        try:
            action()
        except (OSError, ValueError):  # ValueError: the file is closed
            self.lost = True
            if self.on_lost is not None:
                self.on_lost()

    def stop(self) -> None:
        """Stop; a terminal that takes no output is not waited for longer than `_STOP_TIMEOUT`."""
        with suppress(Full):
            self._queue.put(None, timeout=_STOP_TIMEOUT)
            self.join(_STOP_TIMEOUT)


def _decoder(encoding: str) -> type[LenientDecoder]:
    return LenientDecoder


def _replace(name: str, value: object) -> None:
    """Replace a name that Textual's driver module looks up; a version without it keeps its own way."""
    if hasattr(linux_driver, name):
        setattr(linux_driver, name, value)


_replace("WriterThread", SafeWriterThread)
_replace("getincrementaldecoder", _decoder)


def _push(terminal: int, data: bytes, writer: threading.Thread | None) -> None:
    """Write to a terminal that is full by dropping what it has not yet sent; give up after `_STOP_TIMEOUT`.

    The writer thread may be in the middle of a write; it holds the terminal until a signal interrupts it.
    """
    signal.signal(signal.SIGURG, lambda number, frame: None)
    deadline = time.monotonic() + _STOP_TIMEOUT
    while data and time.monotonic() < deadline:
        if writer is not None and writer.ident is not None and writer.is_alive():
            signal.pthread_kill(writer.ident, signal.SIGURG)
        with suppress(termios.error):
            termios.tcflush(terminal, termios.TCOFLUSH)
        try:
            data = data[os.write(terminal, data) :]
        except BlockingIOError:
            time.sleep(0.01)


class TerminalDriver(LinuxDriver):
    """Draws on stderr, or on stdout when stderr is redirected."""

    def __init__(
        self,
        app: "TerminalSafeApp[Any]",
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._safe_app = app
        self._suspended = False
        self._raw_attributes: list[Any] | None = None
        self._told_lost = False
        self.in_application_mode = False
        """Whether the terminal is in our modes, so has to be given back."""
        output = sys.__stderr__
        if (output is None or not output.isatty()) and sys.__stdout__ is not None and sys.__stdout__.isatty():
            output = sys.__stdout__
        if output is None:
            raise OSError("there is neither a standard error nor a standard output to draw on")
        self._file = self._output = output
        # Until the first Resize is obeyed Textual asks Rich, and Rich COLUMNS and LINES.
        self._size = size or self.ask_size()
        if app.ascii_only or not is_utf8(self._output):
            use_ascii(self._output, force=app.ascii_only)

    @property
    def stuck(self) -> bool:
        """Whether the writer still waits for the terminal although it was told to stop."""
        return self._writer_thread is not None and self._writer_thread.is_alive()

    def start_application_mode(self) -> None:
        """Take the terminal over."""
        LenientDecoder.answers = Answers(
            lambda light: self._in_loop(partial(self._safe_app.background_told, light))
        )
        LenientDecoder.pace = self._safe_app.pace
        clear = partial(self._app.call_later, self._safe_app.link_clear)
        self._safe_app.pace.heard = lambda: self._in_loop(clear)
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's own
        writer = self._writer_thread
        if writer is None or not writer.is_alive():
            return  # we are in the background: Textual gives up here and SIGCONT will call again
        self.in_application_mode = True
        self._suspended = False
        with suppress(termios.error):
            self._raw_attributes = termios.tcgetattr(self.fileno)
        if self._safe_app.asks_background:
            self.write(ASK)
        if isinstance(writer, SafeWriterThread):
            writer.on_lost = self._lost
            if writer.lost:  # before we could say whom to tell
                self._lost()

    def stop_application_mode(self) -> None:
        """Give the terminal back."""
        if not self.in_application_mode:
            return
        super().stop_application_mode()
        self.in_application_mode = False

    def resume_application_mode(self) -> None:
        """Take the terminal over again; its content is somebody else's, so everything is drawn anew."""
        super().resume_application_mode()
        if self.in_application_mode:
            self._app.call_later(self._safe_app.repaint)

    def reassert_modes(self) -> None:
        """Send the modes once more that a re-attached multiplexer or a `reset` may have lost."""
        if self.in_application_mode:
            self._enable_mouse_support()
            self._enable_bracketed_paste()
            self._disable_line_wrap()
            self.write("\x1b[?25l\x1b[?1004h")

    def ask_pace(self, size: int) -> None:
        """Sends a question behind what was drawn, so many bytes, where none is on its way."""
        if self.in_application_mode and self._safe_app.pace.ask(size):
            self.write(ASK_PACE)

    def ask_size(self) -> tuple[int, int] | None:
        """Columns and rows as the terminal itself has them; None where it does not say."""
        with suppress(OSError, ValueError):
            columns, rows = os.get_terminal_size(self._output.fileno())
            if columns and rows:
                return columns, rows
        return None

    def _get_terminal_size(self) -> tuple[int, int]:
        # COLUMNS and LINES, where something exports them, do not follow a resize.
        return self.ask_size() or super()._get_terminal_size()

    def restore_now(self, attributes: list[Any] | None, line: str = "") -> None:
        """Give the terminal back without event loop and writer: drop what is queued, reset, never block.

        `attributes` are those of `termios.tcgetattr` before the start; `line` is the last thing to say.
        """
        self.in_application_mode = False
        with suppress(OSError, ValueError):
            descriptor = self._output.fileno()
            # A description of its own: non-blocking must not leak into the shell's.
            terminal = os.open(os.ttyname(descriptor), os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
            self._discard_output()
            said = f"{line}\n".encode(errors="replace") if line else b""
            _push(terminal, RESET + said, self._writer_thread)
            os.close(terminal)
        with suppress(OSError, termios.error):
            if attributes is not None:
                termios.tcsetattr(self.fileno, termios.TCSANOW, attributes)

    def send_message(self, message: Message) -> None:
        """Hands on what was read. Keys are told of at once: frames that are due would come before them."""
        if isinstance(message, Key):
            courtesy.key_pressed()
        super().send_message(message)

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except (TerminalLostError, OSError):
            self._lost()
        except Exception as error:
            self._in_loop(partial(self._safe_app.fail, error))

    def _lost(self) -> None:
        """The terminal is gone (called by either thread)."""
        if self._told_lost:
            return
        self._told_lost = True
        # What is still buffered goes nowhere; else the interpreter fails to flush it and exits with 120.
        self._discard_output()
        self._in_loop(self._safe_app.terminal_lost)

    def _discard_output(self) -> None:
        """Let everything that is written from now on go nowhere."""
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._output.fileno())
            os.close(nowhere)

    def _in_loop(self, action: Callable[[], object]) -> None:
        with suppress(RuntimeError):  # the loop has ended, and with it the need
            self._loop.call_soon_threadsafe(action)

    def _sigtstp_application(self, *_: object) -> None:
        # The signal may interrupt the loop while it holds the lock of the writer's queue; suspending writes, so
        # it would wait for ever. While another program has the terminal we write nothing and stop at once.
        if self._auto_restart:
            self._in_loop(self._suspend)
        else:
            super()._sigtstp_application()

    def _suspend(self) -> None:
        if self.in_application_mode:
            self._suspended = True
            super()._sigtstp_application()

    def _sigcont_application(self, *_: object) -> None:
        if self._auto_restart:
            self._in_loop(self._continue)

    def _continue(self) -> None:
        if self._suspended:
            super()._sigcont_application()
        elif self.in_application_mode:
            # Stopped from outside (kill -STOP): starting again would leave two of each thread.
            with suppress(termios.error):
                if self._raw_attributes is not None:
                    termios.tcsetattr(self.fileno, termios.TCSANOW, self._raw_attributes)
            self.write("\x1b[?1049h")
            self.reassert_modes()
            self._app.call_later(self._safe_app.repaint)
