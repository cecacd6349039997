"""PromQL text to tokens, with the errors a Prometheus server gives for text that has none.

The console's highlighting reads the same tokens, so nothing raises here: an error is the last token.
"""

from __future__ import annotations

import re

from sources.promql.formats import quoted, quoted_rune
from sources.promql.tokens import (
    COMMENT,
    DURATION,
    DURATION_WORDS,
    END,
    ERROR,
    IDENTIFIER,
    KEYWORDS,
    METRIC,
    NUMBER,
    STRING,
    Token,
)

_SPACE = re.compile(r"[ \t\n\r]+")
_COMMENT = re.compile(r"#[^\r\n]*")
_WORD = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DURATION_WORD = re.compile(r"[A-Za-z_]+")
_SIGN = re.compile(r"==|=|!=|<=|</|<|>=|>/|>|[,*/%+\-^@]")
_LABEL_SIGN = re.compile(r"=~|=|!~|!=|,")
_UNITS = re.compile(r"[smhdwy]s?(?:[0-9]+[smhdw]s?)*")
_UNITS_PREFIX = re.compile(r"(?:[smhdwy]s?(?:[0-9]+[smhdw]s?)*(?:[0-9]+)?)?")
_PLAIN_STRING = re.compile(r"[^\\\n\ufffd\ud800-\udfff\"']+")
_ESCAPE_LENGTHS = {"x": (2, 16, 255), "u": (4, 16, 0x10FFFF), "U": (8, 16, 0x10FFFF)}
_PARENS = {"(": 1, ")": -1}


def _digit(char: str) -> int:
    return "0123456789abcdef".find(char.lower()) if char and char.isascii() else -1


class _LexError(Exception):
    def __init__(self, message: str, start: int) -> None:
        super().__init__(message)
        self.message, self.start = message, start


class Lexer:
    """One text's tokens; `tokens` always ends in END or ERROR."""

    def __init__(self, text: str, comments: bool = False) -> None:
        self._text, self._comments = text, comments
        self._parens = 0
        self._brackets = self._braces = self._colon = self._duration = False
        self._fresh = False  # directly inside a bracket no other characters than those of durations are read
        self.tokens: list[Token] = []
        try:
            self._run()
        except _LexError as failure:
            self.tokens.append(Token(ERROR, failure.message, failure.start, len(text)))

    def _emit(self, kind: str, start: int, end: int) -> int:
        self.tokens.append(Token(kind, self._text[start:end], start, end))
        return end

    def _run(self) -> None:
        text, at, size = self._text, 0, len(self._text)
        while True:
            if (space := _SPACE.match(text, at)) is not None:
                at = space.end()
            if at < size and text[at] == "#" and not self._fresh:
                end = _COMMENT.match(text, at).end()  # type: ignore[union-attr]  # it matches where a # stands
                if self._comments:
                    self._emit(COMMENT, at, end)
                at = end
                continue
            if at >= size:
                self._finish(at)
                return
            if self._braces:
                at = self._in_braces(at)
            elif self._fresh:
                at = self._in_duration(at)
            else:
                at = self._statement(at)

    def _finish(self, at: int) -> None:
        if self._braces:
            raise _LexError("unexpected end of input inside braces", at)
        if self._fresh:
            raise _LexError("unexpected end of input in duration expression", at)
        if self._parens:
            raise _LexError("unclosed left parenthesis", at)
        if self._brackets:
            raise _LexError("unclosed left bracket", at)
        self._emit(END, at, at)

    def _paren(self, at: int) -> int:
        char = self._text[at]
        self._parens += _PARENS[char]
        if self._parens < 0:
            raise _LexError(f"unexpected right parenthesis {quoted_rune(char)}", at + 1)
        return self._emit(char, at, at + 1)

    # -- outside braces --------------------------------------------------------------------------------

    def _statement(self, at: int) -> int:
        text = self._text
        char = text[at]
        following = text[at + 1 : at + 2]
        if char in "()":
            return self._paren(at)
        if char == "=" and following == "~":
            raise _LexError(f"unexpected character after '=': {quoted_rune(following)}", at)
        if char == "!" and following != "=":
            raise _LexError(f"unexpected character after '!': {quoted_rune(following)}", at)
        if (sign := _SIGN.match(text, at)) is not None:
            return self._emit(sign.group(), at, sign.end())
        if char in "0123456789" or (char == "." and following in tuple("0123456789")):
            return self._number(at)
        if char in "\"'":
            return self._string(at)
        if char == "`":
            return self._raw_string(at)
        if _WORD.match(char):
            return self._bracket_word(at) if self._brackets else self._word(at)
        if char == "{":
            self._braces = True
            return self._emit("{", at, at + 1)
        if char == "[":
            return self._open_bracket(at)
        if char == "]":
            if not self._brackets:
                raise _LexError(f"unexpected right bracket {quoted_rune(char)}", at)
            self._brackets = False
            return self._emit("]", at, at + 1)
        raise _LexError(f"unexpected character: {quoted_rune(char)}", at)

    def _word(self, at: int) -> int:
        match = _WORD.match(self._text, at)
        assert match is not None
        word, end = match.group(), match.end()
        lower = word.lower()
        if lower in ("inf", "nan"):
            return self._emit(NUMBER, at, end)
        if lower in KEYWORDS and not (lower.startswith("fill") and not self._opens(end)):
            return self._emit(lower, at, end)
        return self._emit(METRIC if ":" in word else IDENTIFIER, at, end)

    def _opens(self, at: int) -> bool:
        return self._text[at:].lstrip(" \t\n\r").startswith("(") if at < len(self._text) else False

    # -- brackets --------------------------------------------------------------------------------------

    def _open_bracket(self, at: int) -> int:
        if self._brackets:
            raise _LexError(f"unexpected left bracket {quoted_rune('[')}", at)
        self._brackets = self._fresh = True
        self._colon = self._duration = False
        return self._emit("[", at, at + 1)

    def _bracket_word(self, at: int) -> int:
        char = self._text[at]
        if char == ":":
            if self._colon:
                raise _LexError(f"unexpected colon {quoted_rune(char)}", at)
            self._colon = True
            return self._emit(":", at, at + 1)
        if (end := self._duration_word(at)) is not None:
            return end
        raise _LexError(f"unexpected character: {quoted_rune(char)}, expected {quoted_rune(':')}", at)

    def _duration_word(self, at: int) -> int | None:
        match = _DURATION_WORD.match(self._text, at)
        if match is None or match.group().lower() not in DURATION_WORDS:
            return None
        return self._emit(match.group().lower(), at, match.end())

    def _in_duration(self, at: int) -> int:
        char = self._text[at]
        if char == "]":
            self._brackets = self._fresh = self._colon = False
            return self._emit("]", at, at + 1)
        if char == ":":
            if not self._duration:
                raise _LexError("unexpected colon before duration in duration expression", at + 1)
            if self._colon:
                raise _LexError("unexpected repeated colon in duration expression", at + 1)
            self._colon = True
            return self._emit(":", at, at + 1)
        if char in "()":
            return self._paren(at)
        if char in "+-*/%^,":
            return self._emit(char, at, at + 1)
        if (end := self._duration_word(at)) is not None:
            self._duration = True
            return end
        if char in "0123456789" or (char == "." and self._text[at + 1 : at + 2] in tuple("0123456789")):
            self._duration, self._fresh = True, False
            return self._number(at)
        raise _LexError(f"unexpected character in duration expression: {quoted_rune(char)}", at)

    # -- braces ----------------------------------------------------------------------------------------

    def _in_braces(self, at: int) -> int:
        text = self._text
        char = text[at]
        if (name := _NAME.match(text, at)) is not None:
            return self._emit(IDENTIFIER, at, name.end())
        if char in "\"'":
            return self._string(at)
        if char == "`":
            return self._raw_string(at)
        if (sign := _LABEL_SIGN.match(text, at)) is not None:
            return self._emit(sign.group(), at, sign.end())
        if char == "}":
            self._braces = False
            return self._emit("}", at, at + 1)
        if char == "!":
            following = quoted_rune(text[at + 1 : at + 2])
            raise _LexError(f"unexpected character after '!' inside braces: {following}", at)
        if char == "{":
            raise _LexError(f"unexpected left brace {quoted_rune(char)}", at)
        raise _LexError(f"unexpected character inside braces: {quoted_rune(char)}", at)

    # -- literals --------------------------------------------------------------------------------------

    def _string(self, at: int) -> int:
        text, mark, here = self._text, self._text[at], at + 1
        while True:
            if (run := _PLAIN_STRING.match(text, here)) is not None:
                here = run.end()
            char = text[here : here + 1]
            if char in ("", "\n"):
                raise _LexError("unterminated quoted string", at)
            if char == "\ufffd" or "\ud800" <= char <= "\udfff":
                raise _LexError("invalid UTF-8 rune", at)
            here += 1
            if char == mark:
                return self._emit(STRING, at, here)
            if char == "\\":
                here = self._escape(here, at, mark)

    def _escape(self, here: int, at: int, mark: str) -> int:
        text = self._text
        char = text[here : here + 1]
        if not char:
            raise _LexError("escape sequence not terminated", at)
        if char in "abfnrtv\\" or char == mark:
            return here + 1
        if char in "01234567":
            count, base, largest = 3, 8, 255
        elif char in _ESCAPE_LENGTHS:
            count, base, largest = _ESCAPE_LENGTHS[char]
            here += 1
        else:
            raise _LexError(f"unknown escape sequence U+{ord(char):04X}{_shown(char)}", at)
        value = 0
        for char in (text[here + index : here + index + 1] for index in range(count)):
            if not char:
                raise _LexError("escape sequence not terminated", at)
            if not 0 <= _digit(char) < base:
                raise _LexError(f"illegal character U+{ord(char):04X}{_shown(char)} in escape sequence", at)
            value = value * base + _digit(char)
        if value > largest or 0xD800 <= value < 0xE000:
            raise _LexError("escape sequence is an invalid Unicode code point", at)
        return here + count

    def _raw_string(self, at: int) -> int:
        end = self._text.find("`", at + 1)
        body = self._text[at + 1 : end if end >= 0 else len(self._text)]
        if re.search("[\ufffd\ud800-\udfff]", body):
            raise _LexError("invalid UTF-8 rune", at)
        if end < 0:
            raise _LexError("unterminated raw string", at)
        return self._emit(STRING, at, end + 1)

    def _number(self, at: int) -> int:
        text = self._text
        end, whole = _scan_number(text, at)
        if whole:
            return self._emit(NUMBER, at, end)
        units = _UNITS.match(text, end)
        if units is not None and not _alphanumeric(text[units.end() : units.end() + 1]):
            return self._emit(DURATION, at, units.end())
        prefix = _UNITS_PREFIX.match(text, end)
        stop = prefix.end() if prefix is not None else end
        stop += prefix is not None and prefix.end() > end and _UNITS.fullmatch(text, end, stop) is not None
        raise _LexError(f"bad number or duration syntax: {quoted(text[at:stop])}", at)


def _shown(char: str) -> str:
    return f" '{char}'" if char.isprintable() else ""


def _alphanumeric(char: str) -> bool:
    return bool(char) and char.isascii() and (char.isalnum() or char == "_")


def _scan_number(text: str, at: int) -> tuple[int, bool]:
    """Where a number that starts here ends, and whether it is one (its value may still be out of range)."""
    here = at
    digits = "0123456789"
    if text[here] == "0":
        here += 1
        if text[here : here + 1] in ("x", "X"):
            here += 1
            digits = "0123456789abcdefABCDEF"
            here += text[here : here + 1] == "_"
    here += text[here : here + 1] == "."
    here += text[here : here + 1] in tuple(digits)
    dot = exponent = False
    while (char := text[here : here + 1]) and (char in digits or char in "._eE"):
        if char == "." and dot:
            return here + 1, False
        if char in "eE" and exponent:
            return here + 1, False
        if char == ".":
            dot = True
            here += 1
            if text[here : here + 1] in ("_", "."):
                return here + 1, False
            if len(digits) > 10:
                return here, False
        elif char in "eE":
            exponent = True
            here += 1
            here += text[here : here + 1] in ("+", "-")
            if text[here : here + 1] in ("", ".", "_", "e", "E"):
                return here + (here < len(text)), False
        elif char == "_":
            here += 1
            if text[here : here + 1] in ("", ".", "_", "e", "E"):
                return here + (here < len(text)), False
        else:
            while text[here : here + 1] and text[here] in digits:
                here += 1
    return here, not _alphanumeric(text[here : here + 1])


def tokenize(text: str, comments: bool = False) -> list[Token]:
    """The tokens, the last of them END or ERROR; comments only where asked for."""
    return Lexer(text, comments).tokens
