"""The help: made from the tables of keys and commands as they are now; `/` searches it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.style import Style
from textual.app import ComposeResult
from textual.widget import Widget

from sources.text import clean
from tui.describe.parts import heading
from tui.help_text import Section, sections
from tui.keymap import Keymap
from tui.panes.pane import Pane
from tui.panes.table_pane import TablePane
from tui.panes.title import clipped
from tui.session import Session
from tui.states import PaneState
from tui.widgets.document import Document, Drawing, Text, lay
from tui.widgets.lines import Line, Piece
from tui.widgets.text import width

TWO_COLUMNS = 132
"""From so many cells on the help stands in two columns."""


def texts(found: Sequence[Section]) -> list[Text]:
    """The sections below each other."""
    lines: list[Text] = []
    for section in found:
        lines += heading(section.title)
        lines += [Text(key, text) for key, text in section.rows]
    return lines[1:]


def draw(found: Sequence[Section], columns: int) -> Sequence[Line]:
    """The sections below each other, or in two columns of about the same height where there is room."""
    if columns < TWO_COLUMNS:
        return [laid.line for laid in lay(texts(found), columns)]
    half = (columns - 2) // 2
    tall = [len(lay(texts([section]), half)) + 1 for section in found]
    split = min(range(1, len(found)), key=lambda place: abs(sum(tall[:place]) - sum(tall[place:])), default=1)
    left = [laid.line for laid in lay(texts(found[:split]), half)]
    right = [laid.line for laid in lay(texts(found[split:]), half)]
    rows = max(len(left), len(right))
    left += [Line()] * (rows - len(left))
    right += [Line()] * (rows - len(right))
    return [_beside(one, other, half) for one, other in zip(left, right, strict=True)]


def _beside(left: Line, right: Line, half: int) -> Line:
    pieces = clipped(left.pieces, half)
    gap = half - sum(width(text) for text, _ in pieces) + 2
    return Line((*pieces, (" " * gap, ""), *right.pieces))


class HelpDocument(Document):
    """In columns to be read, line by line to be searched."""

    sections: tuple[Section, ...] = ()

    def tell(self, found: Sequence[Section]) -> None:
        self.sections = tuple(found)
        self.begin()
        self.show([Drawing(self.sections, draw)])

    def search(self, wanted: str) -> int:
        self.show(texts(self.sections) if wanted else [Drawing(self.sections, draw)])
        return super().search(wanted)


class HelpPane(Pane):
    """What `?` opens."""

    title = "Help"
    what = "keys"

    def __init__(self, session: Session, palette: Mapping[str, Style], pane_id: str, keymap: Keymap) -> None:
        super().__init__(session, palette, pane_id)
        self.text = HelpDocument(palette, ascii_only=session.ascii_only)
        self.keymap = keymap

    def compose(self) -> ComposeResult:
        yield self.heading
        yield self.text

    def open(self, asked_from: Pane) -> None:
        """Shows the help, first that of the pane where it was asked for."""
        sheet = asked_from.sheet if isinstance(asked_from, TablePane) else None
        self.text.tell(sections(self.keymap, asked_from.id or "", asked_from.title, self.session.look, sheet))
        self.screen.set_focus(self.text)
        self.tell_title()

    def state(self) -> PaneState:
        keys = [self.keymap.shown(name) for name in ("filter", "back")]
        return PaneState("live", "", "dim", f"{keys[0]} searches, {keys[1]} back", ("", ""))

    def particulars(self) -> Sequence[Piece]:
        if self.text.wanted:
            return [(f" /{clean(self.text.wanted)} {self.text.found} found ", "title.filter")]
        return [("read-only: topmast changes nothing in the cluster ", "dim")]

    def focus_target(self) -> Widget | None:
        return self.text

    def use_palette(self, palette: Mapping[str, Style]) -> None:
        super().use_palette(palette)
        self.text.palette = palette
