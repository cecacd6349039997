"""A table drawn line by line over rows that somebody else owns; its cursor stays on an object, not on a row."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
from typing import Literal

from rich.style import Style
from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.geometry import Region
from textual.message import Message

from tui.widgets.columns import Column, Fitted, fit_columns
from tui.widgets.lines import EMPTY, Line, LineWidget, Piece
from tui.widgets.rows import Cell, Key, KeyedRows, Rows, styled
from tui.widgets.text import fit, truncate, wrap
from tui.widgets.viewport import Viewport

NO_ROWS: Rows = KeyedRows[str, str]((), str, lambda _: ())

_WHEEL = 3
_ARROWS = {"unicode": ("▲", "▼"), "ascii": ("^", "v")}
_THUMB = {"unicode": "▐", "ascii": "|"}
_MARK = {"unicode": "◆", "ascii": "*"}


class LineTable(LineWidget, can_focus=True):
    """Only rows that can be seen are formatted, only cells that differ are sent.

    The owner keeps a `Rows`, changes it, and then calls `changed` (or `set_rows` for another one); both
    may be called at any time and from the screen's thread only. Style names used here, to be given in the
    palette: header, header.blurred, header.sort, cursor, cursor.blurred, scrollbar, accent (marks),
    placeholder.title, placeholder.

    The cursor rests on the first row until the user moves it (nothing to follow: a list that is still
    loading stays at its top). From then on it is pinned to its object wherever that moves; if the object
    disappears it takes the nearest row. `release` lets it rest again.

    There are no key bindings here: bind the actions cursor_up, cursor_down, page_up, page_down, home, end
    and choose where keys are defined.
    """

    class _About(Message):
        def __init__(self, table: LineTable) -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> LineTable:
            """The table, so that `@on(..., "#id")` works."""
            return self.table

    class CursorMoved(_About):
        """The cursor is on another object, by the user or because its own vanished."""

    class Chosen(_About):
        """The user wants more about this object (Enter, or a click on the cursor)."""

        def __init__(self, table: LineTable, key: Key) -> None:
            super().__init__(table)
            self.key = key

    class HeaderClicked(_About):
        """The title of a column was clicked."""

        def __init__(self, table: LineTable, column: str) -> None:
            super().__init__(table)
            self.column = column

    def __init__(
        self,
        columns: Sequence[Column],
        palette: Mapping[str, Style] | None = None,
        *,
        rows: Rows = NO_ROWS,
        show_header: bool = True,
        show_cursor: bool = True,
        glyphs: Literal["unicode", "ascii"] = "unicode",
        gap: int = 1,
        name: str | None = None,
        id: str | None = None,  # noqa: A002  # Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(palette, name=name, id=id, classes=classes)
        self._columns = tuple(columns)
        self._rows = rows
        self._show_header = show_header
        self._show_cursor = show_cursor
        self._arrows = _ARROWS[glyphs]
        self._thumb = _THUMB[glyphs]
        self._mark = _MARK[glyphs]
        self._marks: Set[Key] = frozenset()
        self._ellipsis = "…" if glyphs == "unicode" else "~"
        self._gap = gap
        self._sort: tuple[str, bool] | None = None
        self._placeholder: tuple[str, str] = ("", "")
        self._fitted: tuple[int, list[Fitted]] | None = None
        self._painted: dict[Key, tuple[Piece, ...]] = {}  # visible rows as formatted, in order
        self._view = Viewport()
        self._told: Key | None = None
        self._moved: set[int] = set()
        self._shifted = False

    # What the owner says

    @property
    def rows(self) -> Rows:
        """What is shown."""
        return self._rows

    def set_rows(self, rows: Rows) -> None:
        """Show other rows, or the same ones in another order."""
        self._rows = rows
        self._renew(None)

    def changed(self, keys: Collection[Key] | None = None, moved: bool = True) -> None:
        """The rows of `keys` have other contents (None: any may have); with `moved` rows may have come, gone or
        moved, too.

        Costs the formatting of those of them that can be seen, whatever the number of keys and rows.
        """
        if moved or keys is None or not self._painted.keys().isdisjoint(keys):
            self._renew(keys)

    def shifted(self) -> None:
        """Rows may have moved: what is asked or done goes by where they are now; `changed` will draw them."""
        self._shifted = True

    def set_columns(self, columns: Sequence[Column], rows: Rows | None = None) -> None:
        """Show other columns; the cells of the rows must agree with them. `rows` are the ones that do, where those
        shown so far have other cells."""
        if tuple(columns) != self._columns:
            self._columns = tuple(columns)
            self._rows = self._rows if rows is None else rows
            self._fitted = None
            self._painted.clear()
            self.update_lines()

    def set_sort(self, column: str | None, descending: bool = False) -> None:
        """Mark the column that the owner has ordered the rows by."""
        self._sort = None if column is None else (column, descending)
        self.update_lines()

    def set_marks(self, keys: Collection[Key]) -> None:
        """These objects get a mark before their row; while there are any, all rows stand a cell further right."""
        self._marks = frozenset(keys)
        self.update_lines()

    def set_placeholder(self, title: str, message: str = "") -> None:
        """What stands there while there are no rows: why, and what to do about it."""
        self._placeholder = (title, message)
        self.update_lines()

    # Where the cursor is

    @property
    def cursor_key(self) -> Key | None:
        """The object under the cursor, None without rows."""
        self._settle()
        return self._view.key if len(self._rows) else None

    @property
    def cursor_index(self) -> int | None:
        """Its position, None without rows."""
        self._settle()
        return self._view.at if len(self._rows) else None

    @property
    def pinned(self) -> bool:
        """Whether the cursor follows an object; else it rests on the first row."""
        return self._view.pinned

    @property
    def visible_keys(self) -> list[Key]:
        """Identities of the rows on the screen, top first."""
        self._ensure()
        return list(self._painted)

    @property
    def fitted_columns(self) -> list[str]:
        """Keys of the columns that have found room."""
        return [self._columns[i].key for i, _ in self._fit(self.size.width - self._gutter)]

    def move_to(self, key: Key) -> bool:
        """Put the cursor on an object; False when it is not among the rows."""
        self._settle()
        index = self._rows.index(key, self._view.at)
        if index is None:
            return False
        self._move(index)
        return True

    def release(self) -> None:
        """Let the cursor rest on the first row again, following no object."""
        self._view.pinned = False
        self._renew(())

    def take_first(self) -> Sequence[Region]:
        """The lines that the cursor was on and is on since this was asked."""
        moved, self._moved = self._moved, set()
        return [Region(0, line, self.size.width, 1) for line in moved]

    def action_cursor_up(self) -> None:
        """One row up."""
        self._step(-1)

    def action_cursor_down(self) -> None:
        """One row down."""
        self._step(1)

    def action_page_up(self) -> None:
        """One screenful up."""
        self._page(-max(1, self._view.height - 1))

    def action_page_down(self) -> None:
        """One screenful down."""
        self._page(max(1, self._view.height - 1))

    def action_home(self) -> None:
        """To the first row."""
        self._move(0)

    def action_end(self) -> None:
        """To the last row."""
        self._move(len(self._rows) - 1)

    def action_choose(self) -> None:
        """Tell that the object under the cursor is wanted."""
        if (key := self.cursor_key) is not None:
            self.post_message(self.Chosen(self, key))

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """The view moves, the cursor stays in it."""
        event.stop()
        self._wheel(_WHEEL)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """The view moves, the cursor stays in it."""
        event.stop()
        self._wheel(-_WHEEL)

    def on_click(self, event: Click) -> None:
        """A row takes the cursor; the cursor's own row is chosen; a title is reported."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        self._settle()
        if self._show_header and offset.y == 0:
            if (column := self._column_at(offset.x)) is not None:
                self.post_message(self.HeaderClicked(self, column))
            return
        index = self._view.top + offset.y - self._show_header
        if index >= len(self._rows):
            return
        if index == self._view.at and self._view.pinned:
            self.action_choose()
        else:
            self._move(index)

    # Moving

    def _move(self, index: int) -> None:
        self._moved.add(self._cursor_line)
        self._view.move(self._rows, index)
        self._tell()
        self.update_lines()
        self._moved.add(self._cursor_line)

    @property
    def _cursor_line(self) -> int:
        return self._view.at - self._view.top + self._show_header

    def _step(self, by: int) -> None:
        self._settle()
        self._move(self._view.at + by)

    def _page(self, by: int) -> None:
        self._settle()
        self._view.top = max(0, self._view.top + by)
        self._move(self._view.at + by)

    def _wheel(self, by: int) -> None:
        self._settle()
        if self._view.scroll(self._rows, by):
            self._tell()
            self.update_lines()

    def _tell(self) -> None:
        if (key := self.cursor_key) != self._told:
            self._told = key
            self.post_message(self.CursorMoved(self))

    def _renew(self, keys: Collection[Key] | None) -> None:
        if keys is None:
            self._painted = dict.fromkeys(self._painted, ())
        else:
            for key in self._painted.keys() & (keys if isinstance(keys, Set) else set(keys)):
                self._painted[key] = ()
        self._shifted = True
        self._settle()
        self.update_lines()

    def _settle(self) -> None:
        """Finds the cursor's object again where rows may have moved."""
        if self._shifted:
            self._shifted = False
            self._view.follow(self._rows, list(self._painted))
            self._tell()

    # Drawing

    def compose_lines(self, columns: int, rows: int) -> Sequence[Line]:
        """The title line, then the rows in view or the placeholder."""
        self._settle()
        columns -= self._gutter
        fitted = self._fit(columns)
        head = [self._header(fitted)] if self._show_header and rows > 0 else []
        self._view.height = rows - len(head)
        if not len(self._rows):
            self._painted = {}
            return head + self._placeholder_lines(columns)
        self._view.place(len(self._rows))
        return head + self._row_lines(fitted, columns)

    def _row_lines(self, fitted: list[Fitted], columns: int) -> list[Line]:
        rows, known = self._rows, self._painted
        old_lines = self._lines[len(self._lines) - self._view.height :] if self._drawn else []
        cursor = self._view.at if self._show_cursor else -1
        over = "cursor" if self.has_focus else "cursor.blurred"
        first, last = self._view.thumb(len(rows))
        painted: dict[Key, tuple[Piece, ...]] = {}
        lines: list[Line] = []
        for index in range(self._view.top, min(self._view.top + self._view.height, len(rows))):
            key = rows.key(index)
            pieces = known.get(key) or self._row(rows.cells(index), fitted, columns)
            painted[key] = pieces
            y = index - self._view.top
            shown = (*pieces, (self._thumb, "scrollbar")) if first <= y < last else pieces
            if self._gutter:
                shown = ((self._mark, "accent") if key in self._marks else (" ", ""), *shown)
            line = Line(shown, over if index == cursor else "")
            # The same object for the same look makes the comparison afterwards cheap.
            lines.append(old_lines[y] if y < len(old_lines) and old_lines[y] == line else line)
        self._painted = painted
        return lines

    def _row(self, cells: Sequence[Cell], fitted: list[Fitted], columns: int) -> tuple[Piece, ...]:
        pieces: list[Piece] = []
        used = 0
        for number, (i, size) in enumerate(fitted):
            column = self._columns[i]
            text, style = cells[i]
            if number:
                pieces.append((" " * self._gap, ""))
                used += self._gap
            text = fit(text, size, column.align, elide=column.elide, ellipsis=self._ellipsis)
            pieces.extend([(text, style)] if isinstance(style, str) else styled(text, style))
            used += size
        pieces.append((" " * (columns - 1 - used), ""))
        return tuple(pieces)

    def _header(self, fitted: list[Fitted]) -> Line:
        base = "header.blurred" if not self.has_focus and "header.blurred" in self.palette else "header"
        pieces: list[Piece] = [(" ", base)] if self._gutter else []
        for number, (i, size) in enumerate(fitted):
            column = self._columns[i]
            title, style = column.title, base
            if self._sort is not None and self._sort[0] == column.key:
                title = truncate(title, size - 1, ellipsis="") + self._arrows[self._sort[1]]
                style = "header.sort"
            if number:
                pieces.append((" " * self._gap, base))
            pieces.append((fit(title, size, column.align, ellipsis=""), style))
        return Line(tuple(pieces))

    def _placeholder_lines(self, columns: int) -> list[Line]:
        title, message = self._placeholder
        said = ((title, "placeholder.title"), (message, "placeholder"))
        parts = [(part, style) for text, style in said if text for part in wrap(text, max(1, columns - 2))]
        return [EMPTY, *(Line(((" " + part, style),)) for part, style in parts)]

    def _fit(self, columns: int) -> list[Fitted]:
        if self._fitted is None or self._fitted[0] != columns:
            # The last cell of each line belongs to the scroll bar, needed or not: columns must not jump.
            self._fitted = (columns, fit_columns(self._columns, columns - 1, self._gap))
            self._painted = dict.fromkeys(self._painted, ())
        return self._fitted[1]

    @property
    def _gutter(self) -> int:
        """Cells before the rows, for their marks."""
        return 1 if self._marks else 0

    def _column_at(self, x: int) -> str | None:
        left = self._gutter
        for i, size in self._fit(self.size.width - self._gutter):
            if left <= x < left + size + self._gap:
                return self._columns[i].key
            left += size + self._gap
        return None
