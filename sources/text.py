"""Make text from outside safe to draw: the one place where names, messages and errors are neutralised.

Everything a cluster, a metric or a log line says is written by somebody else. Drawn as it is, it could move
the cursor, recolour the screen, answer for the keyboard (device reports), reverse the reading order or pile
accents over its neighbours.

The rules, in one sentence each:

* Terminal sequences that are complete (colours, hyperlinks, titles) are dropped, as a terminal would swallow
  them; a lone escape or control character is shown as its Unicode control picture (``␛``, ``␀``), C1 controls
  as ``�``.
* Bidirectional overrides, embeddings and isolates, zero-width and filler characters that could hide something
  are shown as ``�``.
* Invisible typography (variation selectors, joiners, soft hyphen, byte order mark, direction marks, skin
  tones) is dropped.
* Lone surrogates and characters unknown to this Python's Unicode tables are shown as ``�``: nobody knows
  their width.
* At most four combining marks stay on one character, none without a character to sit on.
* The rest is composed (NFC), so decomposed Korean or accents take the columns that the terminal gives them.

What is returned never contains the categories Cc, Cf, Cs, Zl or Zp (`clean_multiline` keeps the newline).

Markup: the screen never interprets markup in outside text. Widgets build segments or `Text` objects from
cleaned strings and never pass them to a markup parser, so ``[red]`` stays five characters and needs no
escaping here.
"""

import re
import unicodedata

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_MAX_MARKS = 4
_TABLE_LIMIT = 20_000
_MARKS = frozenset({"Mn", "Mc", "Me"})
# Categories that never reach the screen: controls, formats, surrogates, unassigned (unknown width), line and
# paragraph separators.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})

# ECMA-48: CSI parameters intermediates final; OSC, DCS, SOS, PM, APC up to BEL or ST; two-character escapes
# that designate character sets or reset. The string forms may not run over another control, so an
# unterminated one hides nothing.
_SEQUENCE = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]"
    "|(?:\x1b[\\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x00-\x1f\x7f-\x9f]*(?:\x07|\x1b\\\\|\x9c)"
    "|\x1b[ -/]+[0-~]"
)
_NEWLINES = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")

# Blocks in which every printable character is harmless, stable under NFC and no combining mark: Latin, Greek,
# Cyrillic, punctuation, arrows, box drawing, symbols, kana, ideographs, Hangul syllables, full-width forms,
# pictographs.
_PLAIN = re.compile(
    "[ -~\u00a1-\u02ff\u0388-\u0482\u048a-\u052f\u1e00-\u1eff\u2010-\u2027\u2030-\u205e"
    "\u20a0-\u20bf\u2100-\u2125\u2127-\u2129\u212c-\u2328\u232b-\u27ff\u2801-\u2adb\u2add-\u2b59"
    "\u3001-\u3029\u3030-\u3098\u309b-\u3163\u3165-\u318e\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff9f\U0001f300-\U0001f3fa\U0001f400-\U0001faff]*"
).fullmatch

_DROPPED = frozenset(
    [
        0x00AD,  # soft hyphen
        0x034F,  # combining grapheme joiner
        0x061C,  # Arabic letter mark
        *range(0x180B, 0x1810),  # Mongolian variation selectors
        0x200C,  # zero width non-joiner
        0x200D,  # zero width joiner
        0x200E,  # left-to-right mark
        0x200F,  # right-to-left mark
        *range(0xFE00, 0xFE10),  # variation selectors
        0xFEFF,  # byte order mark
        *range(0x1F3FB, 0x1F400),  # skin tones: terminals disagree on their width
        *range(0xE0100, 0xE01F0),  # variation selectors supplement
    ]
)
# Letters and marks that draw nothing (Unicode's Default_Ignorable_Code_Point outside the format category).
_BLANKS = frozenset([0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0])


class _Table(dict[int, str]):
    """Replacement of each code point, decided when it is first met."""

    def __missing__(self, code: int) -> str:
        replacement = _replacement(code)
        if len(self) < _TABLE_LIMIT:  # text from outside must not be able to grow it for ever
            self[code] = replacement
        return replacement


def _replacement(code: int) -> str:
    """What is drawn for one code point: itself, a picture of it, or nothing."""
    if code in _DROPPED:
        return ""
    if code in _BLANKS:
        return REPLACEMENT
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\N{SYMBOL FOR DELETE}"
    if 0x1F1E6 <= code <= 0x1F1FF:  # flags are pairs of these; terminals disagree on their width
        return chr(ord("A") + code - 0x1F1E6)
    character = chr(code)
    category = unicodedata.category(character)
    if category in _HIDDEN:
        return REPLACEMENT
    return " " if category == "Zs" else character


_TABLE = _Table()


def clean(text: str, *, newline: str = " ") -> str:
    """One line that is safe to draw: no control, escape, bidi or invisible character is left in it.

    `newline` stands for each line break (``\\r\\n`` counts once); a tab becomes a space. Plain printable
    ASCII is returned unchanged and at once, so calling it on every cell costs next to nothing.
    """
    if text.isascii() and text.isprintable():
        return text
    if text.isprintable() and _PLAIN(text):
        return text
    return _neutralise(_NEWLINES.sub(lambda _: newline, _SEQUENCE.sub("", text)).replace("\t", " "))


def clean_multiline(text: str) -> str:
    """Several lines that are safe to draw.

    Like `clean`, but line breaks stay (all as ``\\n``) and tabs reach the next column of 8.
    """
    if text.isascii() and text.isprintable():
        return text
    return "\n".join(_neutralise_tabbed(line) for line in _NEWLINES.sub("\n", _SEQUENCE.sub("", text)).split("\n"))


def _neutralise_tabbed(line: str) -> str:
    if "\t" not in line:
        return clean(line)
    return "\t".join(_neutralise(part) for part in line.split("\t")).expandtabs(8)


def _neutralise(text: str) -> str:
    # Surrogates go first: the normaliser accepts them, the terminal does not.
    text = text.translate(_TABLE)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        if not _PLAIN(text):
            text = _cap_marks(text)
    return text


def _cap_marks(text: str) -> str:
    """Keep `_MAX_MARKS` combining marks per character, none at the start or after a space (or on a border)."""
    kept: list[str] = []
    room = 0
    for character in text:
        if unicodedata.category(character) in _MARKS:
            if room == 0:
                continue
            room -= 1
        else:
            room = 0 if character == " " else _MAX_MARKS
        kept.append(character)
    return "".join(kept)
