"""Keeps pasted text text: an Esc in it ends the paste for Textual, which then obeys the rest as keys."""

from __future__ import annotations

import re

START, END = "\x1b[200~", "\x1b[201~"
ESC = "\x1b"

# Esc and the next key arrive together over a slow link; no terminal sends the two for one key that means something
# here. What does: CSI, SS3, answers (OSC, DCS, APC, PM, SOS, ST), Shift-Tab of the Linux console, Alt-b, Alt-f and
# Alt-Backspace in a prompt.
_LONE_ESCAPE = re.compile(r"\x1b(?=[^\x1b\[O\]P_^X\\bf\t\x7f])")
_ESCAPE_KEY = "\x1b[27u"


class Pasted:
    """Goes through what a terminal sends, read by read: pasted text loses each Esc, and an Esc that was typed and
    begins nothing becomes what terminals with the newer keyboard protocol send for it."""

    def __init__(self) -> None:
        self._inside = False
        self._before = ""
        """The end of what was typed last: the start of a paste may come in two reads."""
        self._held = ""
        """What may be the beginning of the end of a paste."""

    def tame(self, text: str) -> str:
        """What Textual may read."""
        text, self._held = self._held + text, ""
        out: list[str] = []
        begun = (self._before + text).find(START)
        if not self._inside and 0 <= begun < len(self._before):
            out.append(text[: begun + len(START) - len(self._before)])
            text = text[len(out[0]) :]
            self._inside = True
        while text:
            if self._inside:
                body, end, text = text.partition(END)
                if not end:
                    body, self._held = _parted(body)
                out += (body.replace(ESC, ""), end)
                self._inside = not end
            else:
                typed, start, text = text.partition(START)
                out += (_LONE_ESCAPE.sub(_ESCAPE_KEY, typed), start)
                self._inside = bool(start)
                self._before = typed[1 - len(START) :]
        return "".join(out)


def _parted(body: str) -> tuple[str, str]:
    """Pasted text without what may be the beginning of `END`, and that."""
    size = next((size for size in range(len(END) - 1, 0, -1) if body.endswith(END[:size])), 0)
    return (body[:-size], body[-size:]) if size else (body, "")
