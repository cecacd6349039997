"""A configuration file as read: its values, and the line that each of them stands on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sources.config.places import KeyPath, key_lines
from sources.contract import Misconfigured

_POSITION = re.compile(r" \(at line (\d+), column (\d+)\)$")


class ConfigError(Misconfigured):
    """The configuration cannot be used: which file and line or which flag, which key, and what was expected.

    The message is the first problem; `problems` has all that were found.
    """

    def __init__(self, message: str, *more: str) -> None:
        super().__init__(message)
        self.problems = (message, *more)


class Document(NamedTuple):
    """`name` is how errors call it; without a file it is empty."""

    name: str
    values: Mapping[str, Any]
    lines: Mapping[KeyPath, int]

    def line(self, path: KeyPath) -> int:
        """The line of a key, or of the nearest thing around it; 0 if there is none."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines[path] if path else 0

    def place(self, path: KeyPath) -> str:
        """The same as "file:line"."""
        line = self.line(path)
        return f"{self.name}:{line}" if line else self.name


def read(path: Path | None, asked: str = "") -> Document:
    """The document at `path`; an empty one where there is none. `asked` is what named the file ("--config"): then
    it must be there and readable. Raises `ConfigError`."""
    if path is None:
        return Document("", {}, {})
    try:
        return parsed(path.read_bytes(), str(path))
    except FileNotFoundError:
        if asked:
            raise ConfigError(f"{path}: there is no such file (given with {asked})") from None
    except OSError as error:
        if asked:
            raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    return Document(str(path), {}, {})


def parsed(data: bytes, name: str) -> Document:
    """Raises `ConfigError` naming the line where it is no TOML."""
    import tomllib  # here, as most have no file

    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
        values = tomllib.loads(text)
        return Document(name, values, key_lines(text))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{name}:{line}: not valid TOML: a byte that is not UTF-8") from error
    except RecursionError:
        raise ConfigError(f"{name}: nested too deeply") from None
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        found = _POSITION.search(said)
        where = f"{name}:{found[1]}" if found else name
        what = _POSITION.sub("", said) + (f" (column {found[2]})" if found else "")
        raise ConfigError(f"{where}: not valid TOML: {what}") from error
    except ValueError as error:  # a number with thousands of digits
        raise ConfigError(f"{name}: not valid TOML: {error}") from error
