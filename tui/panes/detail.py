"""The summary of one object, over the other panes, kept up to date while it is open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.style import Style
from textual.app import ComposeResult
from textual.widget import Widget

from sources.contract import Objects
from sources.model import ObjectRef
from sources.rules.alerts import DisplayAlert
from sources.text import clean
from sources.world import Frame
from tui.describe import Text, describe_alert, describe_node, describe_object, describe_pod
from tui.panes.pane import Pane
from tui.session import Session
from tui.states import GLYPHS, PaneState, error_text
from tui.subject import Subject
from tui.widgets.lines import Line, Piece
from tui.widgets.table import LineTable
from tui.widgets.text import fit, width, wrap

LABEL = 18
EVERY = 10
"""Seconds after which the whole object is fetched again."""


class TextLines(LineTable):
    """Lines of a summary in a table's clothes: the same keys scroll it."""

    def __init__(self, palette: Mapping[str, Style]) -> None:
        super().__init__((), palette, show_header=False, show_cursor=False)
        self.texts: list[Text] = []
        self.first = 0

    def show(self, texts: list[Text]) -> None:
        if texts != self.texts:
            self.texts = texts
            self.update_lines()

    def compose_lines(self, columns: int, rows: int) -> Sequence[Line]:
        laid = [line for text in self.texts for line in _laid(text, columns)]
        self.first = min(max(self.first, 0), max(0, len(laid) - rows))
        return laid[self.first : self.first + rows]

    def _by(self, lines: int) -> None:
        self.first += lines
        self.update_lines()

    def action_cursor_up(self) -> None:
        self._by(-1)

    def action_cursor_down(self) -> None:
        self._by(1)

    def action_page_up(self) -> None:
        self._by(1 - self.size.height)

    def action_page_down(self) -> None:
        self._by(self.size.height - 1)

    def action_home(self) -> None:
        self.first = 0
        self.update_lines()

    def action_end(self) -> None:
        self._by(1_000_000)


def _laid(text: Text, columns: int) -> list[Line]:
    if text.label == "#":
        return [Line(((f" {text.text}", text.style),))]
    if not text.label and not text.text:
        return [Line()]
    room = max(columns - LABEL - 3, 10)
    parts = wrap(text.text, room) or [""]
    if width(text.label) < LABEL:
        lines = [Line(((f"  {fit(text.label, LABEL - 1)} ", "dim"), (parts.pop(0), text.style)))]
    else:  # a name that is cut may be the name of another label
        lines = [Line(((f"  {part}", "dim"),)) for part in wrap(text.label, max(columns - 2, 10))]
    lines += [Line(((" " * (LABEL + 2), ""), (part, text.style))) for part in parts]
    return lines


class DetailPane(Pane):
    """What Enter opens. Rows come from the World, the rest from the object as the server has it now."""

    title = "Detail"
    what = "object"

    def __init__(
        self,
        session: Session,
        palette: Mapping[str, Style],
        pane_id: str,
        alert: Callable[[str], DisplayAlert | None],
    ) -> None:
        super().__init__(session, palette, pane_id)
        self.text = TextLines(palette)
        self.ref: ObjectRef | None = None
        self.alert_key = ""
        self.raw: Mapping[str, Any] | None = None
        self.trouble = ""
        self._alert = alert
        self._seconds = 0

    def compose(self) -> ComposeResult:
        yield self.heading
        yield self.text

    def open(self, subject: Subject) -> None:
        """Shows an object or an alert."""
        self.ref, self.alert_key = subject.ref, subject.alert
        self.raw, self.trouble = None, ""
        self.text.first = 0
        self.fetch()
        self.redraw()
        self.screen.set_focus(self.text)

    def fetch(self) -> None:
        self._seconds = 0
        if self.ref is not None:
            self.run_worker(self._fetch(self.ref), group="object", exclusive=True)

    async def _fetch(self, ref: ObjectRef) -> None:
        sources = self.session.runtime.offering(Objects)  # type: ignore[type-abstract]  # a protocol is asked for
        if not sources:
            return
        ask = self.session.runtime.ask
        raw, trouble = self.raw, ""
        try:
            raw = await asyncio.wrap_future(ask(lambda: sources[0].get_object(ref.kind, ref.namespace, ref.name)))
        except Exception as error:  # a third party's source may raise anything; the screen stays up
            trouble = error_text(error)
        if ref is self.ref:  # else something else was opened meanwhile
            self.raw, self.trouble = raw, trouble
            self.redraw()

    def redraw(self) -> None:
        try:
            lines = self._lines(self.raw)
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            # What a server sends need not have the shape it should; what we know ourselves can still be said.
            lines = self._lines(None)
            self.trouble = f"the object has an unexpected shape ({error_text(error)})"
        if self.trouble:
            lines = [*lines, Text(""), Text("Not complete", clean(self.trouble), "warn")]
        self.text.show(lines)
        self.tell_title()

    def _lines(self, raw: Mapping[str, Any] | None) -> list[Text]:
        look, world, ref = self.session.look, self.session.world, self.ref
        if ref is None:
            return describe_alert(self._alert(self.alert_key), look)
        describe = {"Pod": describe_pod, "Node": describe_node}.get(ref.kind, describe_object)
        return describe(world, ref, raw, look)

    def title_pieces(self) -> Sequence[Piece]:
        if self.ref is None:
            alert = self._alert(self.alert_key)
            return [("alert ", "dim"), (f"{clean(alert.name) if alert else 'resolved'} ", "strong")]
        name = f"{self.ref.namespace}/{self.ref.name}" if self.ref.namespace else self.ref.name
        return [(f"{clean(self.ref.kind.lower())} ", "dim"), (f"{clean(name)} ", "strong")]

    def state(self) -> PaneState:
        word = "partial" if self.trouble else "live"
        fancy, plain, style = GLYPHS["partial" if self.trouble else "live"]
        text = "Esc goes back" if word == "live" else "not complete; Esc goes back"
        return PaneState("live", plain if self.session.ascii_only else fancy, style, text, ("", ""))

    def on_frame(self, frame: Frame) -> None:
        if self.display and frame:
            self.redraw()

    def on_second(self) -> None:
        if not self.display:
            return
        self._seconds += 1
        if self._seconds >= EVERY and self.session.held_since is None:
            self.fetch()
        self.redraw()

    def focus_target(self) -> Widget | None:
        return self.text

    def use_palette(self, palette: Mapping[str, Style]) -> None:
        super().use_palette(palette)
        self.text.palette = palette
