"""Jump labels: a letter on each pane that is shown; typing it goes there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui.panes.pane import Pane

LETTERS = "asdghjklqwertyuiop"
"""The home row first."""


class Jump:
    """On from `begin` until the next key. `panes` are those that have a letter now."""

    def __init__(self) -> None:
        self.panes: Mapping[str, Pane] = {}

    @property
    def on(self) -> bool:
        return bool(self.panes)

    def begin(self, panes: Sequence[Pane]) -> str:
        """Gives the panes their letters; says which one goes where, for panes whose title cannot be seen."""
        self.panes = dict(zip(LETTERS, panes, strict=False))
        for letter, pane in self.panes.items():
            pane.heading.mark(letter)
        return (
            "jump: " + "  ".join(f"{letter} {pane.title}" for letter, pane in self.panes.items()) + "  Esc stays"
        )

    def end(self, letter: str | None) -> Pane | None:
        """Takes the letters away; the pane that a letter stands for, None for any other key."""
        found = self.panes.get(letter or "")
        for pane in self.panes.values():
            pane.heading.mark("")
        self.panes = {}
        return found
