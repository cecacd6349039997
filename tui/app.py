"""The application: starts the sources and the screen, and stops them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.events import Event, Key, Paste

from sources import courtesy
from sources.config import Settings
from sources.contract import Clock, SystemClock
from sources.runtime import Runtime
from tui.contexts import ContextSwitch
from tui.screen import MainScreen
from tui.session import Session
from tui.terminal.app import TerminalSafeApp
from tui.terminal.atonce import draw_at_once
from tui.themes import BASES, theme
from tui.widgets.prompt import Prompt


class TopmastApp(TerminalSafeApp[None]):
    """One runtime, one session, one screen."""

    TITLE = "topmast"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(
        self,
        runtime: Runtime,
        settings: Settings,
        clock: Clock | None = None,
        namespaces: Sequence[str] = (),
        ascii_only: bool = False,
        tour: bool = False,
        auto_theme: str = "terminal",
    ) -> None:
        """`auto_theme` is the one that the theme "auto" stands for in this terminal."""
        super().__init__()
        self.runtime = runtime
        self.settings = settings
        self.ascii_only = ascii_only or settings.ui.ascii
        self.session = Session(runtime, settings, clock or SystemClock(), self.ascii_only)
        self.session.namespaces = tuple(namespaces)
        self.session.auto_theme = auto_theme
        self._tour = tour
        for base in BASES:
            self.register_theme(base)
        self._chosen = theme(settings.ui.theme, self.no_color, auto_theme)
        self.theme = self._styled = self._chosen.base
        self.stylesheet.set_variables(self.get_css_variables())

    def get_default_screen(self) -> MainScreen:
        main = MainScreen(self.session, self._chosen.palette, self._tour)
        main._push_result_callback(main, None)  # as `push_screen` does: `switch_screen` takes it away again
        return main

    def on_mount(self) -> None:
        self.runtime.watch_errors(self.on_loop_error)

    def refresh_css(self, animate: bool = True) -> None:
        """Styles everything anew for another theme. Textual asks for it at every start too, when all has just been
        styled: that would be a tenth of the start."""
        if self.theme != self._styled:
            self._styled = self.theme
            super().refresh_css(animate)

    @property
    def asks_background(self) -> bool:
        """Whether the terminal's background decides how the screen looks."""
        return self.settings.ui.theme == "auto" and not self.no_color and self.session.auto_theme != "terminal"

    def background_told(self, light: bool) -> None:
        """The terminal said what its background is; whoever has chosen a theme meanwhile keeps it."""
        self.session.auto_theme = "light" if light else "dark"
        if self.asks_background and isinstance(self.screen, MainScreen) and self.screen.theme_name == "auto":
            self.screen.set_theme("auto")

    def link_clear(self) -> None:
        self.session.slow_link = self.pace.trip
        if isinstance(self.screen, MainScreen) and self.screen.rhythm.waits:
            self.screen.tick()

    def on_context_switch_leaving(self, message: ContextSwitch.Leaving) -> None:
        """Another cluster: other sources, a World that knows nothing, and a screen that never saw the old one."""
        self.runtime.stop(timeout=0)  # its thread ends by itself; nobody takes what it still says
        self.runtime = self.runtime.elsewhere(message.to.configs)
        self.runtime.start()
        self.runtime.watch_errors(self.on_loop_error)
        self.session = Session(self.runtime, self.settings, self.session.clock, self.ascii_only)
        self.session.auto_theme = message.screen.session.auto_theme
        self.session.low_bandwidth = message.screen.session.low_bandwidth
        if message.to.same:
            self.session.show_namespaces(message.screen.session.namespaces)
        main = MainScreen(self.session, message.screen.palette)
        main.take_over(message.screen)
        self.switch_screen(main)
        self.collector.left()
        main.say("; ".join(filter(None, (f"context {message.to.context}", message.to.note))))

    async def on_event(self, event: Event) -> None:
        """Keys are obeyed and pasted text is taken here, one after the other. Otherwise a key would wait in the
        queue of a widget while those typed behind it still go to where the keyboard was."""
        if isinstance(event, Paste) and not event.is_forwarded and isinstance(self.focused, Prompt):
            self.focused.take_paste(event.text)
            return
        if isinstance(event, Key):
            self.collector.used()
            self.outlet.keyed()
        screen = self.screen if isinstance(event, Key) and not event.is_forwarded else None
        if isinstance(event, Key) and isinstance(screen, MainScreen):
            courtesy.key_pressed()
            if screen.take_key(event):
                draw_at_once(self.screen)
                courtesy.key_answered()
                await asyncio.sleep(0)  # of many keys typed at once each has a turn of its own
                return
        await super().on_event(event)

    def on_unmount(self) -> None:
        self.runtime.stop()
