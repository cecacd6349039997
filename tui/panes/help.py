"""The help: made from the tables of keys and commands as they are now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from rich.style import Style
from textual.app import ComposeResult
from textual.widget import Widget

from tui.actions import ACTIONS
from tui.commands import COMMANDS
from tui.describe.parts import heading
from tui.keymap import Keymap
from tui.panes.pane import Pane
from tui.session import Session
from tui.states import PaneState
from tui.widgets.document import Document, Text
from tui.widgets.lines import Piece

FILTERS = (
    ("web", "rows that match the regular expression web (small letters match any case)"),
    ("!web", "rows that do not"),
    ("status:crash", "one column matches"),
    ("-l app=web", "labels match, as in kubectl -l"),
    ("-f wb1", "the name has these letters in this order"),
)
STATES = (
    ("● live", "current, with the age of what was heard last"),
    ("◑ loading", "rows are still arriving"),
    ("◐ partial", "current, but something is missing; the title says what"),
    ("! stale", "the last known picture; the source is lost and tried again"),
    ("× forbidden", "a right is missing; the title names it"),
    ("○ absent", "the server does not offer this"),
)


def help_lines(keymap: Keymap) -> list[Text]:
    """All keys by group as they are now, commands, filters, and what the marks mean."""
    lines: list[Text] = []
    for group, actions in groupby(ACTIONS, key=lambda action: action.group):
        lines += heading(group)
        for action in actions:
            if action.name.startswith("namespace_") and action.name != "namespace_1":
                continue
            shown = keymap.shown(action.name)
            if action.name == "namespace_1":
                lines.append(Text("1 .. 9", "namespaces as numbered in the header"))
            else:
                lines.append(Text(shown, f"{action.text}  (:{action.name})"))
    lines += heading("Commands, after :")
    lines += [Text(f":{c.names[0]}", f"{c.usage}  {c.text}".strip()) for c in COMMANDS]
    lines += heading("Filters, after /")
    lines += [Text(f"/{text}", meaning) for text, meaning in FILTERS]
    lines += heading("Marks")
    lines += [Text(mark, meaning) for mark, meaning in STATES]
    return lines[1:]


class HelpPane(Pane):
    """What `?` opens."""

    title = "Help"
    what = "keys"

    def __init__(self, session: Session, palette: Mapping[str, Style], pane_id: str, keymap: Keymap) -> None:
        super().__init__(session, palette, pane_id)
        self.text = Document(palette, ascii_only=session.ascii_only)
        self.keymap = keymap

    def compose(self) -> ComposeResult:
        yield self.heading
        yield self.text

    def open(self) -> None:
        self.text.first = 0
        self.text.show(help_lines(self.keymap))
        self.screen.set_focus(self.text)
        self.tell_title()

    def state(self) -> PaneState:
        return PaneState("live", "", "dim", "Esc goes back", ("", ""))

    def title_pieces(self) -> Sequence[Piece]:
        return [("read-only: topmast changes nothing in the cluster ", "dim")]

    def focus_target(self) -> Widget | None:
        return self.text

    def use_palette(self, palette: Mapping[str, Style]) -> None:
        super().use_palette(palette)
        self.text.palette = palette
