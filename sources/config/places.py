"""On which line of a TOML document each key and element stands: `tomllib` gives values, but no places."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from typing import TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]
"""From the root of the document: names of keys, and numbers of elements of arrays."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:\\.|[^"\\\n])*"|'[^'\n]*'""")
# Long strings first; up to two quotes may stand before the three that close them.
_STRING = re.compile(
    r'''"""(?:\\.|(?!""").)*"{3,5}|\'\'\'(?:(?!\'\'\').)*'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*\'''',
    re.DOTALL,
)
# Numbers, truth values and moments; a moment may have a space between day and time.
_BARE = re.compile(r"[^,\]}#\n]+")


def key_lines(text: str) -> Mapping[KeyPath, int]:
    """The line (from 1) of each key, table and array element of a document that `tomllib` accepts.

    A table that is written in several places has the line of its own header, else the first one.
    """
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[KeyPath, int] = {}
        self._ends = [place for place, letter in enumerate(text) if letter == "\n"]
        self._last: dict[KeyPath, int] = {}
        """The number of the newest element of each array of tables."""

    def document(self) -> None:
        table: KeyPath = ()
        while self._skip(_BLANK) < len(self.text):
            if self.text.startswith("[", self.at):
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> KeyPath:
        line = self._line()
        brackets = 2 if self.text.startswith("[[", self.at) else 1
        self.at += brackets
        names = self._names()
        self._skip(_SPACE)
        self.at += brackets
        path: KeyPath = ()
        for place, name in enumerate(names):
            path = (*path, name)
            last = place == len(names) - 1
            if last and brackets == 2:
                self.lines.setdefault(path, line)
                self._last[path] = self._last.get(path, -1) + 1
            if path in self._last:
                path = (*path, self._last[path])
            self.lines.setdefault(path, line)
        self.lines[path] = line
        return path

    def _pair(self, table: KeyPath) -> None:
        line = self._line()
        path = table
        for name in self._names():
            path = (*path, name)
            self.lines.setdefault(path, line)
        self._skip(_SPACE)
        self.at += 1  # the equals sign
        self._skip(_SPACE)
        self._value(path)

    def _names(self) -> list[str]:
        names = []
        while True:
            self._skip(_SPACE)
            raw = self._take(_KEY)
            names.append(_unquoted(raw) if raw[0] in "\"'" else raw)
            self._skip(_SPACE)
            if not self.text.startswith(".", self.at):
                return names
            self.at += 1

    def _value(self, path: KeyPath) -> None:
        first = self.text[self.at]
        if first in "\"'":
            self._take(_STRING)
        elif first not in "[{":
            self._take(_BARE)
        else:
            self._inside(path, "]" if first == "[" else "}")

    def _inside(self, path: KeyPath, end: str) -> None:
        """What stands in an array or an inline table."""
        self.at += 1
        number = 0
        while True:
            self._skip(_BLANK)
            if self.text.startswith(end, self.at):
                self.at += 1
                return
            if end == "}":
                self._pair(path)
            else:
                element = (*path, number)
                self.lines[element] = self._line()
                self._value(element)
            number += 1
            self._skip(_BLANK)
            if self.text.startswith(",", self.at):
                self.at += 1

    def _line(self) -> int:
        return bisect_right(self._ends, self.at - 1) + 1

    def _skip(self, what: re.Pattern[str]) -> int:
        self._take(what)
        return self.at

    def _take(self, what: re.Pattern[str]) -> str:
        found = what.match(self.text, self.at)
        if found is None:
            raise ValueError(f"line {self._line()} is no TOML that this knows")
        self.at = found.end()
        return found.group()


def _unquoted(key: str) -> str:
    import tomllib  # here, as most have no file

    return str(tomllib.loads(f"k = {key}")["k"])
