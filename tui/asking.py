"""The line at the bottom where commands and filters are typed, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.style import Style

from tui.commands import complete, complete_filter, run_command
from tui.panes.table_pane import TablePane
from tui.widgets.document import Document
from tui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from tui.screen import MainScreen


class Asking(Prompt):
    """Hidden until somebody types `:` or `/`. A filter shows what it does at once; Esc brings the old one back."""

    _before: tuple[str, object | None] = ("", None)
    """The filter before this one was begun, and the row that the cursor was pinned to."""

    def __init__(self, main: MainScreen, palette: Mapping[str, Style]) -> None:
        super().__init__(palette, id="prompt")
        self.main = main

    def ask_command(self, line: str = "") -> None:
        """Asks for a command; `line` is what stands there to begin with."""
        self.main.contexts.learn()
        self._show(":", line)

    def ask_filter(self) -> None:
        """Asks for the filter of the active pane, beginning with the one it has."""
        pane, document = self._filtered(), self._searched()
        if document is not None:
            self._before = document.wanted, None
            self._show("/", document.wanted)
            return
        if pane is None:
            self.main.say("there is nothing to filter here")
            return
        self._before = pane.filter.text, pane.table.cursor_key if pane.table.pinned else None
        self._show("/", pane.filter.text)

    def _filtered(self) -> TablePane[object] | None:
        pane = self.main.active
        return pane if isinstance(pane, TablePane) and not self.main.overlays else None

    def _searched(self) -> Document | None:
        """What lies over the panes, where it is text."""
        target = self.main.scrolled() if self.main.overlays else None
        return target if isinstance(target, Document) else None

    def _search(self, document: Document, wanted: str) -> None:
        document.search(wanted)
        self.main.overlays[-1].tell_title()

    def _show(self, sign: str, value: str) -> None:
        self.listener = self._said
        self.main.shelf.show(self)
        self.main.bottom.display = False
        self.open(sign, value, self._complete)
        self.main.set_focus(self)

    def _complete(self, line: str) -> str | None:
        if self.sign == ":":
            return complete(self.main, line)
        pane = self._filtered()
        return complete_filter(pane.sheet, line) if pane is not None else None

    def on_prompt_changed(self, said: Prompt.Changed) -> None:
        """A filter is tried while it is typed. Of several keys that came together only the last one counts."""
        said.stop()
        pane = self._filtered()
        current = said.sign == "/" and self.display and said.value == self.value
        if current and pane is not None:
            self._try(pane, said.value)
        elif current and (document := self._searched()) is not None:
            self._search(document, said.value)

    @staticmethod
    def _try(pane: TablePane[object], text: str) -> None:
        try:
            pane.set_filter(text)
        except ValueError:
            return  # not finished: Enter says what is wrong, until then the last good one holds

    def _said(self, said: Prompt.Submitted | Prompt.Cancelled) -> None:
        main, pane = self.main, self._filtered()
        main.shelf.show(self, shown=False)
        main.bottom.display = True
        main.refocus()
        cancelled = isinstance(said, Prompt.Cancelled)
        if said.sign == "/" and (document := self._searched()) is not None:
            self._search(document, self._before[0] if cancelled else said.value)
            return
        try:
            if said.sign == "/" and pane is not None:
                if not cancelled:
                    pane.set_filter(said.value)
                elif pane.filter.text != self._before[0]:
                    self._restore(pane)
            elif not cancelled:
                run_command(main, said.value)
        except ValueError as error:
            # Filters and commands say in their error what was wrong and what to write instead.
            if said.sign == "/" and pane is not None:
                self._restore(pane)
            main.say(str(error), "bad")

    def _restore(self, pane: TablePane[object]) -> None:
        text, row = self._before
        self._try(pane, text)
        if row is not None:
            pane.select(str(row))
