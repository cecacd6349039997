"""Draw on terminals that are not UTF-8: what cannot be encoded becomes ASCII of the same width."""

import codecs
from io import TextIOWrapper
from typing import TextIO

from rich.cells import get_character_cell_size

ERRORS = "topmast-ascii"
"""Name of the codec error handler."""

_DRAWN = {
    **dict.fromkeys("─━═╌╍┄┅┈┉╴╶╸╺▔▁", "-"),
    **dict.fromkeys("│┃║╎╏┆┇┊┋╵╷╹╻▏▎▕▌▐", "|"),
    **dict.fromkeys("█▉▊▋▓■▀▄▇▆▅", "#"),
    **dict.fromkeys("▒░▂▃·•∙", "."),
    **dict.fromkeys("…", "."),
    **dict.fromkeys("▲△▴↑⬆", "^"),
    **dict.fromkeys("▼▽▾↓⬇", "v"),
    **dict.fromkeys("◀◁◂←⬅‹", "<"),
    **dict.fromkeys("▶▷▸→➡›❯", ">"),
    **dict.fromkeys("●◉◆", "*"),
    **dict.fromkeys("○◌◇", "o"),
    **dict.fromkeys("✓✔Δ", "+"),
    **dict.fromkeys("✗✘×", "x"),
    **dict.fromkeys("‘’", "'"),
    **dict.fromkeys("“”", '"'),
    **dict.fromkeys("–—", "-"),
}


def ascii_for(text: str) -> str:
    """ASCII of the width of `text`: drawing characters by their look, everything else as question marks."""
    return "".join(_ascii_for(character) for character in text)


def _ascii_for(character: str) -> str:
    if character.isascii():
        return character
    drawn = _DRAWN.get(character)
    if drawn is not None:
        return drawn
    if 0x2500 <= ord(character) <= 0x257F:
        return "+"  # corners and crossings
    if 0x2801 <= ord(character) <= 0x28FF:
        return ":" if ord(character).bit_count() > 5 else "."  # braille of the graphs
    return "?" * get_character_cell_size(character)


def _handle(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return ascii_for(error.object[error.start : error.end]), error.end


def use_ascii(stream: TextIO, *, force: bool = False) -> None:
    """Make the stream write `ascii_for` what its encoding lacks; with `force`, of everything that is not ASCII."""
    codecs.register_error(ERRORS, _handle)
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(encoding="ascii" if force else None, errors=ERRORS)
