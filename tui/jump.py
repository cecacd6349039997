"""Jump labels: a letter on each pane that is shown; typing it goes there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual.events import Key

from tui.panes.pane import Pane

if TYPE_CHECKING:
    from tui.screen import MainScreen

LETTERS = "asdghjklqwertyuiop"
"""The home row first."""


class Jump:
    """On from `begin` until the next key."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._panes: Mapping[str, Pane] = {}

    def begin(self) -> None:
        """Gives the panes their letters, and says which one goes where, for panes whose title cannot be seen."""
        screen = self._screen
        shown = set(screen.arrangement.shown())
        screen.overlays.clear()
        screen.lay_out()
        self._panes = dict(zip(LETTERS, (pane for pane in screen.panes if pane.id in shown), strict=False))
        for letter, pane in self._panes.items():
            pane.heading.mark(letter)
        names = "  ".join(f"{letter} {pane.title}" for letter, pane in self._panes.items())
        screen.say(f"jump: {names}  Esc stays")

    def take_key(self, event: Key) -> bool:
        """A letter goes to its pane, any other key only takes the letters away, but for the one that ends the
        program. False where the key is still to be obeyed."""
        if not self._panes:
            return False
        found = self._panes.get(event.character or "")
        for pane in self._panes.values():
            pane.heading.mark("")
        self._panes = {}
        self._screen.bottom.hush()
        if found is not None:
            self._screen.focus_pane(found)
        return self._screen.keymap.action_of(event.key) != "leave"
