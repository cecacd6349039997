"""A list to choose from, over the panes: typing narrows it down, Enter takes what the cursor is on."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import NamedTuple

from rich.style import Style
from textual.app import ComposeResult
from textual.events import Key
from textual.widget import Widget

from sources.text import clean
from tui.fuzzy import ranked
from tui.panes.pane import Pane
from tui.session import Session
from tui.states import PaneState
from tui.widgets.columns import Column
from tui.widgets.lines import Piece
from tui.widgets.prompt import Prompt
from tui.widgets.rows import Cell, KeyedRows
from tui.widgets.table import LineTable

SIGN = "> "
_COLUMNS = (
    Column("mark", "", 1, priority=90),
    Column("name", "", 24, flex=2, min_width=12, priority=100, elide="middle"),
    Column("key", "", 12, min_width=4, priority=80),
    Column("text", "", 30, flex=5, min_width=10, priority=70),
)
_MOVES: Mapping[str, Callable[[LineTable], object]] = {
    "up": LineTable.action_cursor_up,
    "down": LineTable.action_cursor_down,
    "shift+tab": LineTable.action_cursor_up,
    "tab": LineTable.action_cursor_down,
    "pageup": LineTable.action_page_up,
    "pagedown": LineTable.action_page_down,
    "home": LineTable.action_home,
    "end": LineTable.action_end,
}


class Choice(NamedTuple):
    """`value` is what is chosen, `name` what people call it, `text` says more, `key` does the same."""

    value: str
    name: str
    text: str = ""
    key: str = ""


class Question(NamedTuple):
    """What is asked. `take` gets the chosen values: one, or with `many` also several. `marked` are so from the
    start, `current` is where the cursor begins; `nothing` is said where there is no choice at all."""

    title: str
    choices: Sequence[Choice]
    take: Callable[[Sequence[str]], object]
    many: bool = False
    marked: Sequence[str] = ()
    current: str = ""
    nothing: str = ""


class PickerLine(Prompt):
    """What is typed narrows the list; the keys that move, move the list."""

    def __init__(self, picker: PickerPane, palette: Mapping[str, Style]) -> None:
        super().__init__(palette, sign=SIGN)
        self._picker = picker

    def take_key(self, event: Key) -> bool:
        picker = self._picker
        if event.key in _MOVES:
            _MOVES[event.key](picker.table)
        elif event.key == "space" and picker.question.many:
            picker.toggle()
        elif not super().take_key(event):
            return False
        return True


class PickerPane(Pane):
    """One picker for everything that is chosen from a list."""

    title = "Choose"
    what = "choices"

    def __init__(self, session: Session, palette: Mapping[str, Style], pane_id: str) -> None:
        super().__init__(session, palette, pane_id)
        self.question = Question("", (), lambda _: None)
        self.line = PickerLine(self, palette)
        self.line.listener = self._said
        self.table = LineTable(
            _COLUMNS, palette, show_header=False, glyphs="ascii" if session.ascii_only else "unicode"
        )
        self.marked: list[str] = []
        self._narrowed_by = ""
        self.close: Callable[[], object] = lambda: None
        """Called before the answer is taken, and when there is none."""
        self.fail: Callable[[ValueError], object] = lambda _: None
        """Called with what was wrong with the answer."""

    def compose(self) -> ComposeResult:
        yield self.heading
        yield self.line
        yield self.table

    def ask(self, question: Question) -> None:
        """Asks anew; whoever calls puts the pane on the screen."""
        self.question = question
        self.marked = list(question.marked)
        self.line.open(SIGN)
        self.narrow()
        if question.current:
            self.table.move_to(question.current)
        self.tell_title()

    def narrow(self) -> None:
        """Shows the choices that fit what is typed; the best one is under the cursor."""
        self._narrowed_by = self.line.value
        found = ranked(
            self.line.value, self.question.choices, lambda choice: choice.name, lambda choice: choice.text
        )
        items: dict[Hashable, Choice] = {choice.value: choice for choice in found}
        self.table.set_rows(KeyedRows(list(items), items.__getitem__, self._cells))
        self.table.set_placeholder("nothing fits" if self.question.choices else self.question.nothing)
        self.table.action_home()
        self.tell_title()

    def _cells(self, choice: Choice) -> Sequence[Cell]:
        fancy, plain = ("◆", "*") if choice.value in self.marked else (" ", " ")
        return (
            (plain if self.session.ascii_only else fancy, "accent"),
            (clean(choice.name), "strong" if choice.value in self.marked else "name"),
            (choice.key, "key"),
            (clean(choice.text), "dim"),
        )

    def toggle(self) -> None:
        """Marks the choice under the cursor, or no longer, and goes on to the next."""
        key = self.table.cursor_key
        if key is None:
            return
        value = str(key)
        if value in self.marked:
            self.marked.remove(value)
        else:
            self.marked.append(value)
        self.table.changed({key})
        self.table.action_cursor_down()
        self.tell_title()

    def on_prompt_changed(self, said: Prompt.Changed) -> None:
        said.stop()
        if said.value == self.line.value:
            self.narrow()

    def _said(self, said: Prompt.Submitted | Prompt.Cancelled) -> None:
        # What was typed last may not have been looked at yet: its message is still on the way.
        if said.value != self._narrowed_by:
            self.narrow()
        key = self.table.cursor_key
        self.close()
        if isinstance(said, Prompt.Cancelled):
            return
        chosen = self._chosen(None if key is None else str(key))
        if chosen:
            try:
                self.question.take(chosen)
            except ValueError as error:
                self.fail(error)

    def _chosen(self, under: str | None) -> Sequence[str]:
        """What is marked, if the marks or the cursor say that it is meant; else what the cursor is on."""
        if self.marked and (self.marked != list(self.question.marked) or under in (None, *self.marked)):
            return self.marked
        return [] if under is None else [under]

    def state(self) -> PaneState:
        marks = "Space marks, " if self.question.many else ""
        return PaneState("live", "", "dim", f"{marks}Enter takes, Esc goes back", ("", ""))

    def particulars(self) -> Sequence[Piece]:
        shown, total = len(self.table.rows), len(self.question.choices)
        pieces = [(f"{self.question.title} ", "strong"), (f"{shown}/{total} ", "title.count")]
        if self.marked:
            pieces.append((f" {len(self.marked)} marked ", "title.filter"))
        return pieces

    def focus_target(self) -> Widget | None:
        return self.line

    def use_palette(self, palette: Mapping[str, Style]) -> None:
        super().use_palette(palette)
        self.line.palette = palette
        # The keyboard is in the line, but it moves the cursor of the list.
        self.table.palette = {**palette, "cursor.blurred": palette["cursor"]} if "cursor" in palette else palette
