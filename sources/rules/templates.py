"""What messages have in common that say the same thing of other objects, at another time, in other numbers.

A message is split into fixed text and values: moments, uuids, addresses, digests, generated endings of names,
durations, quantities, numbers. Messages of one template have the same fixed text, so their values can be compared
one by one: `Pattern` keeps those that all of them share, and shows the others as `*`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sources.rules.generated import SAFE

LONGEST = 2000
"""Characters of a message that are looked at; the rest is cut off."""
HOLE = "\0"
"""Stands for a value in a template."""

_END = r"(?![A-Za-z0-9-])"
_HEX = "[0-9a-f]"
# Each alternative begins with a plain character class, which the matcher can refuse without trying the rest; what
# has to stand before it is asked for behind that.
_VALUE = re.compile(
    r"[0-9](?<![0-9].)[0-9]{3}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?"
    r"(?:Z|\s?[+-][0-9]{2}:?[0-9]{2})?(?:\s[A-Z]{3,4}\b)?"
    rf"|{_HEX}(?<![0-9A-Za-z].){_HEX}{{7}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}(?![0-9A-Za-z])"
    r"|[0-9](?<![\w.].)[0-9]{0,2}(?:\.[0-9]{1,3}){3}(?::[0-9]+|/[0-9]+)?(?![\w.]*\w)"
    rf"|\[[0-9a-f:]*:[0-9a-f:.]*\](?::[0-9]+)?"
    rf"|{_HEX}(?<![\w:].){_HEX}{{0,3}}(?::{_HEX}{{0,4}}){{2,7}}(?![\w:])"
    rf"|{_HEX}(?<![0-9A-Za-z].){_HEX}{{11,}}(?![0-9A-Za-z])"
    rf"|[{SAFE}](?<=[a-z0-9]-.)[{SAFE}]{{4}}{_END}"
    rf"|[{SAFE}](?<=[a-z0-9]-.)(?:(?<=[0-9])|(?=[a-z]*[0-9]))[{SAFE}]{{5,9}}(?:(?=-[{SAFE}]{{5}}{_END})|{_END})"
    r"|[0-9][0-9.]*(?:ns|us|µs|μs|ms|d|h|m|s)(?:[0-9][0-9.]*(?:ns|us|µs|μs|ms|d|h|m|s))*(?![A-Za-z0-9])"
    r"|[0-9][0-9]*(?:\.[0-9]+)?(?:[KMGTPE]i?B?|k|m|%)?(?![A-Za-z])"
    r"|[0-9][0-9]*"
)


def split(message: str, name: str = "") -> tuple[str, tuple[str, ...]]:
    """(template with a `HOLE` for each value, the values in their order); `name`, that of the object which the
    message is about, is a value too."""
    text = message[:LONGEST].replace(HOLE, "\ufffd")
    values: list[str] = []

    def note(found: re.Match[str]) -> str:
        values.append(found[0])
        return HOLE

    if not name or name not in text:
        return _VALUE.sub(note, text), tuple(values)
    parts = []
    for index, part in enumerate(text.split(name)):
        if index:
            values.append(name)
        parts.append(_VALUE.sub(note, part))
    return HOLE.join(parts), tuple(values)


class Pattern:
    """What the messages of one template have in common, value by value."""

    __slots__ = ("template", "values")

    def __init__(self, template: str, values: Sequence[str]) -> None:
        self.template = template
        self.values: list[str | None] = list(values)

    def add(self, values: Sequence[str]) -> None:
        """Another message of this template: values that differ become `*`, once and for all."""
        own = self.values
        for place, value in enumerate(values):
            if own[place] != value:
                own[place] = None

    @property
    def text(self) -> str:
        """The message, with `*` for what varies."""
        fixed = self.template.split(HOLE)
        filled = [
            part + (value if value is not None else "*") for part, value in zip(fixed, self.values, strict=False)
        ]
        return "".join(filled) + fixed[-1]
