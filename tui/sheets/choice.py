"""Which columns of a sheet are shown: its usual ones, the wide set, or those that somebody named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from tui.sheets.sheet import Field, Sheet


class ColumnError(ValueError):
    """A column that is not there was asked for; says which, and which there are."""


class Choice(NamedTuple):
    """`names` are columns that somebody named, in that order; else the usual ones, with the `wide` ones."""

    wide: bool = False
    names: tuple[str, ...] = ()

    def fields(self, sheet: Sheet[Any]) -> Sequence[Field[Any]]:
        """What is shown where there is room. Of named columns the last gives way first, but for the name of the
        row, which always stays."""
        if not self.names:
            return [field for field in sheet.fields if self.wide or not field.wide]
        chosen = []
        for place, name in enumerate(self.names):
            field = sheet.field(name)
            priority = len(self.names) + 1 if name == "name" else len(self.names) - place
            chosen.append(field._replace(column=replace(field.column, priority=priority)))
        return chosen


def named(text: str, sheet: Sheet[Any]) -> tuple[str, ...]:
    """The columns in "a,b c". Raises `ColumnError`."""
    names = tuple(dict.fromkeys(text.lower().replace(",", " ").split()))
    known = [field.column.key for field in sheet.fields]
    unknown = [name for name in names if name not in known]
    if unknown:
        there = "there is no column" if len(unknown) == 1 else "there are no columns"
        raise ColumnError(f"{there} {', '.join(unknown)}; known: {', '.join(known)}")
    return names
