"""The state of a line being typed: text with a caret, and what was typed before."""

from __future__ import annotations

from collections.abc import Iterable

from tui.widgets.text import clusters


class LineBuffer:
    """One line of text with a caret; what is seen as one character is moved over and deleted as one."""

    def __init__(self, text: str = "") -> None:
        self.text = text
        self.caret = len(text)
        """Position of the caret: an index into `text`, 0 to len."""

    def set(self, text: str) -> None:
        """Replace everything, the caret at the end; neutralised as what is typed."""
        self.text = _typed(text)
        self.caret = len(self.text)

    def insert(self, text: str) -> None:
        """Type or paste; line ends become spaces, other control characters are left out."""
        clean = _typed(text)
        self.text = self.text[: self.caret] + clean + self.text[self.caret :]
        self.caret += len(clean)

    def replace(self, start: int, end: int, text: str) -> None:
        """Other text in place of `start` to `end`, the caret behind it."""
        self._cut(start, end)
        self.insert(text)

    def left(self) -> None:
        """One character back."""
        self.caret = self._before()

    def right(self) -> None:
        """One character on."""
        self.caret = self._after()

    def home(self) -> None:
        """To the start."""
        self.caret = 0

    def end(self) -> None:
        """Behind the last character."""
        self.caret = len(self.text)

    def word_left(self) -> None:
        """To the start of this word or the one before."""
        self.caret = len(self.text[: self.caret].rstrip().rpartition(" ")[0])
        if self.caret and self.caret < len(self.text):
            self.caret += 1

    def word_right(self) -> None:
        """Behind this word or the next."""
        rest = self.text[self.caret :]
        lead = len(rest) - len(rest.lstrip())
        self.caret += lead + len(rest.lstrip().partition(" ")[0])

    def backspace(self) -> None:
        """Delete the character before the caret."""
        self._cut(self._before(), self.caret)

    def delete(self) -> None:
        """Delete the character at the caret."""
        self._cut(self.caret, self._after())

    def delete_word(self) -> None:
        """Delete back to the start of the word."""
        end = self.caret
        self.word_left()
        self._cut(self.caret, end)

    def delete_to_start(self) -> None:
        """Delete all before the caret."""
        self._cut(0, self.caret)

    def delete_to_end(self) -> None:
        """Delete all from the caret on."""
        self._cut(self.caret, len(self.text))

    def _cut(self, start: int, end: int) -> None:
        self.text = self.text[:start] + self.text[end:]
        self.caret = start

    def _before(self) -> int:
        last = ""
        for cluster, _ in clusters(self.text[: self.caret]):
            last = cluster
        return self.caret - len(last)

    def _after(self) -> int:
        first = next(clusters(self.text[self.caret :]), ("", 0))[0]
        return self.caret + len(first)


def _typed(text: str) -> str:
    # Terminals, and tmux, paste the end of a line as the Enter key sends it.
    spaced = text.rstrip("\r\n").replace("\r\n", " ").replace("\n", " ").replace("\r", " ").replace("\t", " ")
    return "".join(c for c in spaced if c.isprintable() or c == "\u200d")


class History:
    """What was submitted, oldest first, at most `bound` lines; the draft is kept while one looks back."""

    def __init__(self, lines: Iterable[str] = (), bound: int = 500) -> None:
        self._bound = bound
        self.lines: list[str] = list(lines)[-bound:]
        self._at: int | None = None
        self._draft = ""

    def add(self, line: str) -> None:
        """Remember a line; one that stands there already moves to the end."""
        if line.strip():
            self.lines = [*(old for old in self.lines if old != line), line][-self._bound :]
        self.reset()

    def reset(self) -> None:
        """Forget where one was looking."""
        self._at = None

    def older(self, current: str) -> str | None:
        """The line before, None when there is none; `current` is kept as the draft when one starts."""
        if self._at is None:
            self._draft = current
        start = len(self.lines) if self._at is None else self._at
        if start == 0:
            return None
        self._at = start - 1
        return self.lines[self._at]

    def newer(self) -> str | None:
        """The line after, at last the draft; None when one is not looking back."""
        if self._at is None:
            return None
        self._at += 1
        if self._at >= len(self.lines):
            self._at = None
            return self._draft
        return self.lines[self._at]
