"""What a sheet is: the columns of one kind of row, each with its text, its style and its order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from sources.model import Labels
from sources.text import clean
from sources.world.amounts import Unit
from tui.widgets.columns import Column
from tui.widgets.rows import Cell, Spans

R = TypeVar("R")

KEPT = frozenset({"bad", "warn", "accent"})
"""Styles that stay when a row fades: what was wrong when it was last seen is still the news."""


class Look(NamedTuple):
    """What cells depend on besides their row: the moment, the glyphs that the terminal can draw, and whether the
    rows come from a source that is lost (`stale`), which fades them."""

    now: float
    glyphs: Literal["block", "ascii"] = "block"
    stale: bool = False

    def glyph(self, fancy: str, plain: str) -> str:
        return fancy if self.glyphs == "block" else plain


class Number(NamedTuple, Generic[R]):
    """What filters compare (`cpu>500m`): `read` gives it in `unit`, None where it is not known."""

    unit: Unit
    read: Callable[[R, Look], float | None]


class Field(NamedTuple, Generic[R]):
    """One column. `text` gives what it says (outside text is neutralised here, once); `style` how it looks;
    `rank` how it sorts (its natural text when None); `largest_first` is the useful direction to begin with;
    `number` is for columns that filters can compare; a `drawn` column has nothing in it to search for; a `wide`
    one is shown when somebody asks for it; an `amount` is compared or looked at by its name (`cpu:250m`): plain
    words are not looked for in it."""

    column: Column
    text: Callable[[R, Look], str]
    style: Callable[[R, Look], str | Spans] = lambda _row, _look: ""
    rank: Callable[[R], Any] | None = None
    largest_first: bool = False
    number: Number[R] | None = None
    drawn: bool = False
    wide: bool = False
    amount: bool = False

    def cell(self, row: R, look: Look) -> Cell:
        style = self.style(row, look)
        if look.stale and style not in KEPT:
            style = "dim"
        return clean(self.text(row, look)), style


class Sheet(Generic[R]):
    """The fields of one kind of row, in their order on the screen."""

    def __init__(
        self,
        fields: Sequence[Field[R]],
        sort: str,
        labels: Callable[[R], Labels] = lambda _row: (),
        extra: Mapping[str, Callable[[R], str]] | None = None,
    ) -> None:
        self.fields = tuple(fields)
        self.sort = sort
        """The column that orders the rows until somebody chooses another."""
        self.labels = labels
        self.extra = extra or {}
        """Further texts that filters look at, by name."""
        self._by_key = {field.column.key: field for field in fields}
        words = (key for key, field in self._by_key.items() if not (field.drawn or field.amount))
        self.searched = tuple(dict.fromkeys(("name", *words, *self.extra)))
        """What filters look at, the name first: there most words are found."""
        self._readers = tuple(self._reader(name) for name in self.searched)

    @property
    def columns(self) -> list[Column]:
        return [field.column for field in self.fields]

    @property
    def names(self) -> list[str]:
        """The names that `name:regex` filters may use."""
        return [*self._by_key, *self.extra]

    @property
    def units(self) -> dict[str, Unit]:
        """The columns that filters can compare, with the unit of their numbers."""
        return {key: field.number.unit for key, field in self._by_key.items() if field.number is not None}

    def field(self, key: str) -> Field[R]:
        return self._by_key[key]

    def place(self, row: R, key: str, reverse: bool, now: float) -> tuple[Any, ...]:
        """What a row is compared by when a column orders it at this moment."""
        field = self._by_key[key]
        return order(field.rank(row) if field.rank is not None else field.text(row, Look(now)), reverse)

    def cells(self, row: R, look: Look) -> list[Cell]:
        return [field.cell(row, look) for field in self.fields]

    def text(self, name: str, row: R, look: Look) -> str:
        """One text, by the name of its column or its extra name. Raises KeyError."""
        return clean(self._reader(name)(row, look))

    def _reader(self, name: str) -> Callable[[R, Look], str]:
        extra = self.extra.get(name)  # first: it says in full what a column of the same name shortens
        return self._by_key[name].text if extra is None else lambda row, _look: extra(row)

    def searched_texts(self, row: R, look: Look) -> Iterator[str]:
        """All that filters look at, each made when it is asked for."""
        for read in self._readers:
            yield clean(read(row, look))

    def texts(self, row: R, look: Look) -> dict[str, str]:
        """Text by column for filters and copying."""
        texts = {field.column.key: clean(field.text(row, look)) for field in self.fields if not field.drawn}
        texts.update({name: clean(read(row)) for name, read in self.extra.items()})
        return texts


class Texts(Mapping[str, str], Generic[R]):
    """The texts of a row, each made when it is looked at: a filter that finds its word in the name, or looks at
    one column only, leaves the others alone."""

    __slots__ = ("_look", "_row", "_sheet")

    def __init__(self, sheet: Sheet[R], row: R, look: Look) -> None:
        self._sheet = sheet
        self._row = row
        self._look = look

    def __getitem__(self, name: str) -> str:
        return self._sheet.text(name, self._row, self._look)

    def __iter__(self) -> Iterator[str]:
        return iter(self._sheet.searched)

    def __len__(self) -> int:
        return len(self._sheet.searched)

    def values(self) -> Any:  # an iterator, as cheap as it can be: most filters read all texts of most rows
        return self._sheet.searched_texts(self._row, self._look)


class Cells(Sequence[Cell], Generic[R]):
    """The cells of a row, each made when it is asked for: columns without room are never made."""

    def __init__(self, fields: Sequence[Field[R]], row: R, look: Look) -> None:
        self._fields = fields
        self._row = row
        self._look = look

    def __len__(self) -> int:
        return len(self._fields)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [field.cell(self._row, self._look) for field in self._fields[index]]
        return self._fields[index].cell(self._row, self._look)


class Filtered(NamedTuple, Generic[R]):
    """A row as a filter sees it."""

    row: R
    sheet: Sheet[R]
    look: Look

    def texts(self) -> Mapping[str, str]:
        return Texts(self.sheet, self.row, self.look)

    def labels(self) -> Labels:
        return self.sheet.labels(self.row)

    def number(self, column: str) -> float | None:
        number = self.sheet.field(column).number
        return None if number is None else number.read(self.row, self.look)


def order(value: Any, reverse: bool) -> tuple[Any, ...]:
    """A comparable stand-in for `value` that sorts the other way round when `reverse`; None always last."""
    if value is None:
        return (1, 0)
    if not reverse:  # flat: most rows are alike in what is compared first, and each level of tuples takes its time
        return (0, *value) if isinstance(value, tuple) else (0, value)
    return (0, -value) if isinstance(value, (int, float)) else (0, _Backwards(value))


class _Backwards:
    """Text that sorts from Z to A while the names after it still sort from A to Z."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: _Backwards) -> bool:
        return bool(other.value < self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Backwards) and bool(self.value == other.value)

    __hash__ = None  # type: ignore[assignment]  # compared, never kept in a set
