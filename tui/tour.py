"""The guided tour: a hint above the last line that teaches the keys that matter, one after the other.

A step is over when one of its actions was performed, by whatever key. `:tour off` ends it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rich.style import Style

from tui.keymap import Keymap
from tui.panes.title import clipped
from tui.widgets.lines import Line, LineWidget
from tui.widgets.shelf import Shelf


class Step(NamedTuple):
    """`number` is shown, steps may share it; `wanted` are the actions that end it; `does`, `why`: what is said."""

    number: int
    wanted: tuple[str, ...]
    does: str
    why: str


STEPS: tuple[Step, ...] = (
    Step(1, ("next_pane", "previous_pane"), "goes to the next pane",
         "Keys act on the pane whose title is lit."),
    Step(2, ("down", "up"), "move the cursor, as the arrows do",
         "It stays on its row, whatever arrives."),
    Step(3, ("open",), "opens the row",
         "Status, cause and events of one thing."),
    Step(3, ("back",), "goes one step back",
         "Always safe: it never leaves the program."),
    Step(4, ("filter",), "filters this pane: type letters, Enter",
         "!word leaves out, -l app=web: by label."),
    Step(5, ("faults",), "(after Enter) shows only what is wrong; again: all",
         "The first key to press when a page arrives."),
    Step(6, ("zoom",), "gives this pane the whole screen; again: all",
         "More columns, and long messages whole."),
    Step(7, ("hold",), "holds time still; again: it goes on",
         "Read in peace: what arrives waits, none is lost."),
    Step(8, ("edit_query",), "edits the PromQL query, Enter asks it",
         "Any question; up brings earlier ones."),
    Step(8, ("graph",), "(after Enter) turns the answer into a graph, and back",
         "When did it begin?"),
    Step(9, ("command",), "opens the command line: try ns shop",
         "Every action is a command, too."),
    Step(10, ("help",), "(after Esc) lists every key",
         "Made from the keys as they are now."),
)  # fmt: skip
LAST = STEPS[-1].number
OVER = "That was the tour: ? lists every key, :tour begins again"


class TourLine(LineWidget):
    """Two lines, and no lines at all while no tour is on."""

    DEFAULT_CSS = "TourLine { height: 2; width: 1fr; }"

    def __init__(self, palette: Mapping[str, Style], keymap: Keymap, shelf: Shelf) -> None:
        super().__init__(palette)
        self._shelf = shelf
        self._keymap = keymap
        self.place: int | None = None
        """Which step is shown; None while no tour is on."""

    def turn(self, on: bool) -> None:
        """Begins at the first step, or ends."""
        self.place = 0 if on else None
        self._shelf.show(self, on)
        self.update_lines()

    def performed(self, name: str) -> str:
        """An action was performed; what to say when that was the last step, "" otherwise."""
        if self.place is None or name not in STEPS[self.place].wanted:
            return ""
        if self.place + 1 == len(STEPS):
            self.turn(on=False)
            return OVER
        self.place += 1
        self.update_lines()
        return ""

    def compose_lines(self, columns: int, rows: int) -> Sequence[Line]:
        if self.place is None:
            return []
        step = STEPS[self.place]
        count = f" tour {step.number}/{LAST} "
        first = [(count, "title.name.focused"), (f" {self._shown(step)} ", "key"), (step.does, "strong")]
        rest = [(" " * (len(count) + 1), ""), (step.why, ""), ("  :tour off ends it", "dim")]
        return [Line(tuple(clipped(first, columns))), Line(tuple(clipped(rest, columns)))]

    def _shown(self, step: Step) -> str:
        return " ".join(self._keymap.first(name) for name in step.wanted)
