"""Ask the terminal for its background colour (OSC 11), and keep its answer out of what is typed.

The question goes out with the first frame and nobody waits: over a slow link the answer comes late, from some
terminals never. Whenever it comes it is taken out of the input, where Textual would read it as keys.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

ASK = "\x1b]11;?\x1b\\"

_ANSWER = re.compile(r"\x1b\]11;([^\x07\x1b]{0,64})(?:\x07|\x1b\\)")
_BEGUN = re.compile(r"\x1b(?:\](?:1(?:1(?:;[^\x07\x1b]{0,64}\x1b?)?)?)?)?\Z")
_COLOUR = re.compile(r"rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})")


def is_light(colour: str) -> bool | None:
    """Whether "rgb:ffff/ffff/dddd" is a light colour, by its luma (ITU-R BT.601); None when it is no colour."""
    found = _COLOUR.match(colour)
    if found is None:
        return None
    red, green, blue = (int(part, 16) / (16 ** len(part) - 1) for part in found.groups())
    return bool(0.299 * red + 0.587 * green + 0.114 * blue > 0.5)


def from_environment(env: Mapping[str, str]) -> bool | None:
    """What COLORFGBG says ("15;0"): some terminals set it and never answer."""
    last = env.get("COLORFGBG", "").rpartition(";")[2]
    return int(last) in (7, 15) if last.isdecimal() else None


def suited_theme(colors: str, env: Mapping[str, str]) -> str:
    """The theme to begin with: the terminal's own sixteen colours where it has no more, else one with a background
    of its own, which can be read whatever the terminal's is."""
    if colors in ("mono", "16"):
        return "terminal"
    return "light" if from_environment(env) else "dark"


class Answers:
    """Takes the answers out of what the terminal sends, also where a read ends in the middle of one."""

    def __init__(self, told: Callable[[bool], object]) -> None:
        self._told = told
        self._open = ""
        self._escape = False

    def without(self, text: str) -> str:
        """What was typed. An answer that has only begun is kept until the rest comes; a lone Esc never is."""
        # An Esc at the end of the read before has been passed on; what it began is still not typed.
        began = "\x1b" if self._escape and text.startswith("]11;") else ""
        text = self._open + began + text
        self._open = ""
        self._escape = text.endswith("\x1b")
        if "\x1b]" not in text:
            return text
        text = _ANSWER.sub(self._heard, text)
        begun = _BEGUN.search(text)
        if begun is not None and len(begun[0]) > 1:
            self._open = begun[0]
            text = text[: begun.start()]
        return text

    def _heard(self, answer: re.Match[str]) -> str:
        light = is_light(answer[1])
        if light is not None:
            self._told(light)
        return ""
