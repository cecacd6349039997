"""A one-line input for commands and filters, with history and a hint of how the line may go on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rich.style import Style
from textual.events import Key, Paste
from textual.geometry import Offset, Region
from textual.message import Message

from tui.widgets.edit import History, LineBuffer
from tui.widgets.lines import Line, LineWidget, Piece
from tui.widgets.text import clusters, tail, truncate, width

Hint = Callable[[str], str | None]
"""From the line so far to the whole line it may become; None or anything that does not extend it: no hint."""


Paint = Callable[[str], Sequence[Piece]]
"""From a text to its pieces, each with the name of its style."""


class Prompt(LineWidget, can_focus=True):
    """An input that sends only the cells which change; Textual's own lays the screen out for each key.

    The sign before the line (":" or "/") says what is asked for; each sign has its own history. Enter submits,
    Esc cancels, up and down go through the history, Tab (or right, at the end) takes the hint.
    Palette: prompt.sign, prompt.caret, prompt.hint, prompt.text.
    """

    DEFAULT_CSS = "Prompt { height: 1; }"

    class _About(Message):
        def __init__(self, prompt: Prompt, value: str) -> None:
            super().__init__()
            self.prompt = prompt
            self.sign = prompt.sign
            self.value = value

        @property
        def control(self) -> Prompt:
            """The prompt, so that `@on(..., "#id")` works."""
            return self.prompt

    class Submitted(_About):
        """Enter was pressed on `value`."""

    class Cancelled(_About):
        """Esc was pressed; `value` is what stood there."""

    class Changed(_About):
        """The text is `value` now."""

    def __init__(
        self,
        palette: Mapping[str, Style] | None = None,
        *,
        sign: str = ":",
        hint: Hint | None = None,
        name: str | None = None,
        id: str | None = None,  # noqa: A002  # Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(palette, name=name, id=id, classes=classes)
        self.sign = sign
        self._hint = hint
        self._buffer = LineBuffer()
        self._histories: dict[str, History] = {}
        self._skipped = 0
        self._caret_cell = 0
        self.paint: Paint | None = None
        """Gives the text its styles; they cover all of it, in its order."""
        self.listener: Callable[[Prompt.Submitted | Prompt.Cancelled], None] | None = None
        """Told of Enter and Esc at once, instead of by a message: whoever moves the keyboard elsewhere must do
        it before the next key is looked at, and on a slow link many keys arrive together."""

    @property
    def value(self) -> str:
        """The text as it stands."""
        return self._buffer.text

    @property
    def caret(self) -> int:
        """Index of the caret in the text."""
        return self._buffer.caret

    def open(self, sign: str, value: str = "", hint: Hint | None = None) -> None:
        """Ask anew: another sign, text and hint; the caller shows and focuses the prompt. Nothing is sent."""
        self.sign, self._hint, self._skipped = sign, hint, 0
        self._buffer.set(value)
        self.history(sign).reset()
        self.update_lines()

    def history(self, sign: str | None = None) -> History:
        """What was submitted under a sign (this one's when None)."""
        return self._histories.setdefault(self.sign if sign is None else sign, History())

    def share_histories(self, other: Prompt) -> None:
        """Goes on with what was submitted in another prompt."""
        self._histories = other._histories

    def set_history(self, sign: str, lines: Sequence[str]) -> None:
        """Start with lines from an earlier session, oldest first."""
        self._histories[sign] = History(lines)

    @property
    def suggestion(self) -> str:
        """The rest of the line as the hint has it, "" when there is none."""
        text = self._buffer.text
        if self._hint is None or not text or self._buffer.caret < len(text):
            return ""
        whole = self._hint(text)
        return whole[len(text) :] if whole and whole.startswith(text) else ""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Printable keys are typed here, whatever they are bound to elsewhere."""
        return character is not None and character.isprintable()

    def on_key(self, event: Key) -> None:
        """Edit, or let the key go on to the bindings."""
        if self.take_key(event):
            event.stop()
            event.prevent_default()

    def take_key(self, event: Key) -> bool:
        """Does what a key does here; False for a key that means nothing in a prompt."""
        before = self._buffer.text, self._buffer.caret
        if event.key in _EDITS:
            _EDITS[event.key](self._buffer)
        elif event.is_printable and event.character is not None:
            self._buffer.insert(event.character)
        elif not self._command(event.key, self._buffer):
            return False
        self._settle(before)
        return True

    def on_paste(self, event: Paste) -> None:
        """Takes it as if it were typed."""
        event.stop()
        self.take_paste(event.text)

    def take_paste(self, text: str) -> None:
        """Pasted text becomes one line."""
        self.insert(text)

    def insert(self, text: str) -> None:
        """As if it were typed."""
        self.replace(self._buffer.caret, self._buffer.caret, text)

    def replace(self, start: int, end: int, text: str) -> None:
        """Other text in place of a part, the caret behind it."""
        before = self._buffer.text, self._buffer.caret
        self._buffer.replace(start, end, text)
        self._settle(before)

    def _command(self, key: str, buffer: LineBuffer) -> bool:
        if key == "enter":
            self.history().add(buffer.text)
            self._tell(self.Submitted(self, buffer.text))
        elif key == "escape":
            self.history().reset()
            self._tell(self.Cancelled(self, buffer.text))
        elif key in ("up", "down"):
            found = self.history().older(buffer.text) if key == "up" else self.history().newer()
            if found is not None:
                buffer.set(found)
        elif key == "tab" or key == "right":
            if rest := self.suggestion:
                buffer.insert(rest)
            elif key == "right":
                buffer.right()
        else:
            return False
        return True

    def _tell(self, message: Submitted | Cancelled) -> None:
        if self.listener is not None:
            self.listener(message)
        else:
            self.post_message(message)

    def _settle(self, before: tuple[str, int]) -> None:
        text, caret = self._buffer.text, self._buffer.caret
        if (text, caret) == before:
            return
        self.update_lines()
        if self.has_focus:  # an input method opens its window where the terminal's own cursor is
            self.app.cursor_position = self.content_region.offset + Offset(self._caret_cell, 0)
        if text != before[0]:
            self.post_message(self.Changed(self, text))

    def take_first(self) -> Sequence[Region]:
        """All of it answers keys."""
        return (self.size.region,)

    def compose_lines(self, columns: int, rows: int) -> Sequence[Line]:
        """The sign, the text and the hint: around the caret, or from the start while nobody edits."""
        text, caret = self._buffer.text, self._buffer.caret
        if not self.has_focus:
            self._skipped = 0
            shown = truncate(text, columns - width(self.sign))
            cut = () if shown == text else ((shown[-1:], "prompt.text"),)
            whole = self._painted(text, 0, len(shown) - len(cut))
            return [Line(((self.sign, "prompt.sign"), *whole, *cut))]
        room = max(1, columns - width(self.sign) - 1)
        before, self._skipped = _tail_in(text[:caret], room, self._skipped)
        at, after = _split_first(text[caret:])
        rest = self.suggestion
        if not at:
            at, rest = (rest[:1], rest[1:]) if rest else (" ", "")
        self._caret_cell = width(self.sign) + width(before)
        pieces: list[Piece] = [(self.sign, "prompt.sign"), *self._painted(text, caret - len(before), caret)]
        pieces.append((at, "prompt.caret"))
        pieces.extend((*self._painted(text, len(text) - len(after), len(text)), (rest, "prompt.hint")))
        return [Line(tuple(piece for piece in pieces if piece[0]))]

    def cell_of(self, index: int) -> int:
        """The cell of a character of the text, counted from the left edge; below 0 where it is out of sight."""
        if index < self._skipped:
            return -1
        return width(self.sign) + width(self._buffer.text[self._skipped : index])

    def _painted(self, text: str, start: int, end: int) -> list[Piece]:
        """A part of the text in its styles."""
        if self.paint is None:
            return [(text[start:end], "prompt.text")]
        pieces: list[Piece] = []
        at = 0
        for part, style in self.paint(text):
            low, high = max(start, at), min(end, at + len(part))
            if low < high:
                pieces.append((text[low:high], style))
            at += len(part)
        return pieces


_EDITS: Mapping[str, Callable[[LineBuffer], None]] = {
    "left": LineBuffer.left,
    "home": LineBuffer.home,
    "ctrl+a": LineBuffer.home,
    "end": LineBuffer.end,
    "ctrl+e": LineBuffer.end,
    "ctrl+left": LineBuffer.word_left,
    "ctrl+right": LineBuffer.word_right,
    "backspace": LineBuffer.backspace,
    "ctrl+h": LineBuffer.backspace,  # what some terminals send for backspace
    "delete": LineBuffer.delete,
    "ctrl+d": LineBuffer.delete,
    "ctrl+w": LineBuffer.delete_word,
    "ctrl+u": LineBuffer.delete_to_start,
    "ctrl+k": LineBuffer.delete_to_end,
}


def _split_first(text: str) -> tuple[str, str]:
    first = next(clusters(text), ("", 0))[0]
    return first, text[len(first) :]


def _tail_in(text: str, room: int, skipped: int) -> tuple[str, int]:
    """The end of `text` that is shown before the caret, and how many characters are left out before it.

    `skipped` stays as it was as long as the caret is in view, so that typing sends few cells; then the view
    moves by a part of its width at once.
    """
    if width(text) <= room and skipped >= len(text):
        return text, 0
    start = skipped if skipped <= len(text) else len(text) - len(tail(text, room // 2))
    if width(text[start:]) > room:
        start = len(text) - len(tail(text, room - room // 3))
    return text[start:], start
