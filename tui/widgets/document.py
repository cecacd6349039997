"""A document drawn line by line: labelled texts, drawings and code; the cursor goes to what can be chosen."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from rich.style import Style
from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.message import Message

from tui.widgets.lines import Line, LineWidget, Piece
from tui.widgets.text import fit, head, width, wrap

LABEL = 18
"""Cells of a label and the space behind it."""
CONTEXT = 2
"""Entries that are shown around a match."""
MOST_PARTS = 60
"""Lines that one text is wrapped to; the rest of it is counted."""
_WHEEL = 3


class Text(NamedTuple):
    """`label` in front, `text` with a style; a label "#" makes a heading. Whoever chooses the line wants `target`.
    Both texts are clean."""

    label: str
    text: str = ""
    style: str = ""
    target: Hashable = None


class Drawing(NamedTuple):
    """Lines that depend on the width: `draw(data, columns)`. Equal drawings look the same."""

    data: Hashable
    draw: Callable[[Any, int], Sequence[Line]]


class Code(NamedTuple):
    """A line of code in coloured pieces; what has no room continues below, `indent` cells from the left."""

    pieces: tuple[Piece, ...]
    indent: int = 0


Entry: TypeAlias = Text | Drawing | Code


class Laid(NamedTuple):
    """A line as it is laid out, and what is chosen with it."""

    line: Line
    target: Hashable = None


def plain(entry: Entry) -> str:
    """The text of an entry; "" for a drawing."""
    if isinstance(entry, Text):
        return entry.text if entry.label in ("", "#") else f"{entry.label}: {entry.text}"
    return "".join(text for text, _ in entry.pieces) if isinstance(entry, Code) else ""


def matching(entries: Sequence[Entry], wanted: str) -> tuple[list[Entry], int]:
    """The entries that hold `wanted` with some around them, and how many hold it. Letters match whatever their
    case unless one of them is a capital."""
    exact = wanted != wanted.lower()
    texts = (plain(entry) for entry in entries)
    found = [i for i, text in enumerate(texts) if wanted in (text if exact else text.lower())]
    holding = set(found)
    shown: list[Entry] = []
    last = -1
    for place in found:
        start = max(place - CONTEXT, last + 1)
        if start > last + 1:
            shown.append(Text("", "..", "dim"))
        stop = min(place + CONTEXT + 1, len(entries))
        shown += [entries[i] if i in holding else _dimmed(entries[i]) for i in range(start, stop)]
        last = stop - 1
    return shown, len(found)


def _dimmed(entry: Entry) -> Entry:
    if isinstance(entry, Text):
        return entry if entry.label == "#" else entry._replace(style="dim")
    if isinstance(entry, Code):
        return entry._replace(pieces=tuple((text, "dim") for text, _ in entry.pieces))
    return Text("")


def lay(entries: Sequence[Entry], columns: int) -> list[Laid]:
    """All lines for a width."""
    laid: list[Laid] = []
    for entry in entries:
        if isinstance(entry, Text):
            laid += [
                Laid(line, entry.target if not number else None)
                for number, line in enumerate(_text(entry, columns))
            ]
        elif isinstance(entry, Code):
            laid += [Laid(line) for line in _code(entry, columns)]
        else:
            laid += [Laid(line) for line in entry.draw(entry.data, columns)]
    return laid


def _text(text: Text, columns: int) -> list[Line]:
    if text.label == "#":
        return [Line(((f" {text.text}", text.style),))]
    if not text.label and not text.text:
        return [Line()]
    room = max(columns - LABEL - 3, 10)
    parts = _parts(text.text, room)
    lead = ("  ", "")
    if width(text.label) < LABEL:
        lines = [Line((lead, (f"{fit(text.label, LABEL - 1)} ", "dim"), (parts.pop(0), text.style)))]
    elif width(text.label) + width(text.text) + 4 <= columns:
        return [Line((lead, (f"{text.label}  ", "dim"), (text.text, text.style)))]
    else:  # a name that is cut may be the name of another label
        lines = [Line((lead, (part, "dim"))) for part in _parts(text.label, max(columns - 2, 10))]
    return lines + [Line(((" " * (LABEL + 2), ""), (part, text.style))) for part in parts]


def _parts(text: str, room: int) -> list[str]:
    most = MOST_PARTS * room
    if len(text) <= most:
        return wrap(text, room) or [""]
    return [*wrap(text[:most], room)[:MOST_PARTS], f"... {len(text) - most} more characters"]


def _code(code: Code, columns: int) -> list[Line]:
    used = sum(width(text) for text, _ in code.pieces)
    room = max(columns - 1, 10)
    if used <= room:
        return [Line(((" ", ""), *code.pieces))]
    lead = " " * min(code.indent, room // 2)
    lines: list[Line] = []
    current: list[Piece] = []
    left = room
    for number, (text, style) in enumerate(code.pieces):
        while width(text) > left and len(lines) < MOST_PARTS:
            part = head(text, left)
            lines.append(Line(((" ", ""), *current, (part, style))))
            text, current, left = text[len(part) :], [(lead, "")], room - len(lead)
        if len(lines) >= MOST_PARTS:
            rest = len(text) + sum(len(other) for other, _ in code.pieces[number + 1 :])
            return [*lines, Line(((" ", ""), (f"{lead}... {rest} more characters", "dim")))]
        current.append((text, style))
        left -= width(text)
    return [*lines, Line(((" ", ""), *current))]


class Document(LineWidget, can_focus=True):
    """Shows entries, scrolls them, and has a cursor for those that can be chosen.

    Down goes to the next line that can be chosen if it is in sight, and scrolls by a line otherwise: so everything
    is read on the way. Style names: cursor, cursor.blurred, scrollbar, dim and those of the entries.
    """

    class Chosen(Message):
        """The line under the cursor was clicked again."""

    def __init__(self, palette: Mapping[str, Style], *, ascii_only: bool = False) -> None:
        super().__init__(palette)
        self.entries: Sequence[Entry] = ()
        self.wanted = ""
        self.found = 0
        """How many entries hold what is searched for."""
        self.first = 0
        """The line at the top."""
        self.cursor: int | None = None
        """The line that Enter chooses; None while the cursor is nowhere."""
        self._laid: tuple[int, list[Laid]] | None = None
        self._mark, self._thumb = (">", "|") if ascii_only else ("›", "▐")

    # What the owner says

    def show(self, entries: Sequence[Entry]) -> None:
        """Other entries; the cursor stays on its target, and the target at its height."""
        if entries is not self.entries and entries != self.entries:
            before = self._lines_for(self.size.width)
            self.entries, self._laid = entries, None
            self._follow(before)
            self.update_lines()

    def begin(self) -> None:
        """Back to the top, without a cursor and a search: something else is shown from now on."""
        self.first, self.cursor, self.wanted, self._laid = 0, None, "", None
        self.update_lines()

    def search(self, wanted: str) -> int:
        """Shows only what holds `wanted` ("": everything again), and says how many entries do."""
        self.wanted, self._laid, self.cursor, self.first = wanted, None, None, 0
        self.update_lines()
        self._lines_for(self.size.width)
        return self.found

    @property
    def target(self) -> Hashable:
        """What the cursor is on; None while it is nowhere, or out of sight."""
        laid = self._lines_for(self.size.width)
        if self.cursor is None or not self.first <= self.cursor < min(self.first + self.size.height, len(laid)):
            return None
        return laid[self.cursor].target

    def move_to(self, target: Hashable) -> bool:
        """Puts the cursor on the first line with this target; False where there is none."""
        laid = self._lines_for(self.size.width)
        place = next((i for i, one in enumerate(laid) if one.target == target), None)
        if place is None:
            return False
        self.cursor = place
        self._show_line(place)
        self.update_lines()
        return True

    # What keys do

    def action_cursor_down(self) -> None:
        self._step(1)

    def action_cursor_up(self) -> None:
        self._step(-1)

    def action_page_down(self) -> None:
        self._by(self.size.height - 1)

    def action_page_up(self) -> None:
        self._by(1 - self.size.height)

    def action_home(self) -> None:
        self.first, self.cursor = 0, None
        self.update_lines()

    def action_end(self) -> None:
        self._by(len(self._lines_for(self.size.width)))

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        event.stop()
        self._by(_WHEEL)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        event.stop()
        self._by(-_WHEEL)

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        laid = self._lines_for(self.size.width)
        place = self.first + offset.y if offset is not None else len(laid)
        if place >= len(laid) or laid[place].target is None:
            return
        if place == self.cursor:
            self.post_message(self.Chosen())
        self.cursor = place
        self.update_lines()

    def _step(self, step: int) -> None:
        laid, rows = self._lines_for(self.size.width), self.size.height
        inside = self.cursor is not None and self.first <= self.cursor < self.first + rows
        start = (
            self.cursor + step
            if inside and self.cursor is not None
            else self.first
            if step > 0
            else self.first + rows - 1
        )
        # One line beyond the edge is in reach: the screen follows.
        low, high = max(self.first - (step < 0), 0), min(self.first + rows + (step > 0), len(laid))
        place = start
        while low <= place < high:
            if laid[place].target is not None:
                self.cursor = place
                self._show_line(place)
                self.update_lines()
                return
            place += step
        self._by(step)

    def _by(self, lines: int) -> None:
        self.first += lines
        self._clamp()
        self.update_lines()

    def _show_line(self, place: int) -> None:
        rows = max(self.size.height, 1)
        self.first = min(max(self.first, place - rows + 1), place)

    def _clamp(self) -> None:
        self.first = min(max(self.first, 0), max(0, len(self._lines_for(self.size.width)) - self.size.height))

    # Drawing

    def _follow(self, before: list[Laid]) -> None:
        if self.cursor is None or self.cursor >= len(before):
            self.cursor = None
            return
        target, was = before[self.cursor].target, self.cursor
        laid = self._lines_for(self.size.width)
        places = [place for place, one in enumerate(laid) if one.target == target]
        self.cursor = min(places, key=lambda place: abs(place - was), default=None)
        if self.cursor is not None:
            self.first = max(self.first + self.cursor - was, 0)

    def _lines_for(self, columns: int) -> list[Laid]:
        if self._laid is None or self._laid[0] != columns:
            entries = self.entries
            if self.wanted:
                entries, self.found = matching(entries, self.wanted)
                entries = entries or [Text("", f"nothing here holds {self.wanted}", "dim")]
            # The last cell belongs to the scroll bar, needed or not: lines must not wrap anew when it comes.
            self._laid = (columns, lay(entries, columns - 1))
        return self._laid[1]

    def compose_lines(self, columns: int, rows: int) -> Sequence[Line]:
        laid = self._lines_for(columns)
        self._clamp()
        over = "cursor" if self.has_focus else "cursor.blurred"
        lines = []
        for place in range(self.first, min(self.first + rows, len(laid))):
            pieces, target = laid[place].line.pieces, laid[place].target
            if target is not None and pieces:
                pieces = ((f"{self._mark} ", "accent"), *pieces[1:])
            lines.append(Line(pieces, over if place == self.cursor else ""))
        if len(laid) <= rows or columns < 2:
            return lines
        size = max(1, rows * rows // len(laid))
        top = (rows - size) * self.first // max(len(laid) - rows, 1)
        return [
            _with_thumb(line, columns, self._thumb) if top <= y < top + size else line
            for y, line in enumerate(lines)
        ]


def _with_thumb(line: Line, columns: int, thumb: str) -> Line:
    used = sum(width(text) for text, _ in line.pieces)
    pieces = line.pieces if used < columns else ((fit("".join(text for text, _ in line.pieces), columns - 1), ""),)
    return Line((*pieces, (" " * max(columns - 1 - used, 0), ""), (thumb, "scrollbar")), line.over)
