"""A table of what arrives over time: it follows the newest, and can be paused without losing anything."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from rich.style import Style

from tui.widgets.columns import Column
from tui.widgets.rows import FreezableRows, Key, Rows
from tui.widgets.table import LineTable
from tui.widgets.viewport import Edge, Viewport


class LineStream(LineTable):
    """Follows the newest row until the user moves away; going back to that edge follows again.

    `newest` says where the rows have their newest: "first" (top) or "last" (bottom, as `tail -f`). The rows
    need `freeze`: a pause shows a copy while the owner's own rows go on, so what is lost is only what the
    owner's bound pushes out. `waiting` counts the rows that came or changed since.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        palette: Mapping[str, Style] | None = None,
        *,
        newest: Edge = "first",
        show_header: bool = True,
        show_cursor: bool = True,
        glyphs: Literal["unicode", "ascii"] = "unicode",
        name: str | None = None,
        id: str | None = None,  # noqa: A002  # Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(
            columns, palette, show_header=show_header, show_cursor=show_cursor, glyphs=glyphs,
            name=name, id=id, classes=classes,
        )  # fmt: skip
        self._view = Viewport(newest, holds_top=False)
        self._live: FreezableRows | None = None
        self._waiting: set[Key] = set()
        self._paused = False

    @property
    def paused(self) -> bool:
        """Whether the contents are held still."""
        return self._paused

    @property
    def following(self) -> bool:
        """Whether new rows come into view by themselves."""
        return not self._paused and not self.pinned

    @property
    def waiting(self) -> int:
        """Rows that came or changed since the pause."""
        return len(self._waiting)

    def set_rows(self, rows: Rows) -> None:
        """Show other rows; during a pause, after it."""
        if not isinstance(rows, FreezableRows):
            raise TypeError(f"a stream needs rows with freeze() to be able to pause, not {type(rows).__name__}")
        self._live = rows
        if self._paused:
            self._count_new(rows)
        else:
            super().set_rows(rows)

    def changed(self, keys: Collection[Key] | None = None) -> None:
        """As for a table; during a pause only counted."""
        if not self._paused:
            super().changed(keys)
        elif keys is not None:
            self._waiting.update(keys)
        elif self._live is not None:
            self._count_new(self._live)

    def pause(self) -> None:
        """Hold the contents still."""
        if self._paused or self._live is None:
            return
        self._paused = True
        self._rows = self._live.freeze()

    def resume(self) -> None:
        """Show what has come meanwhile."""
        if not self._paused or self._live is None:
            return
        self._paused = False
        self._waiting.clear()
        super().set_rows(self._live)

    def follow(self) -> None:
        """End a pause and go to the newest."""
        self.resume()
        self.release()

    def _move(self, index: int) -> None:
        super()._move(index)
        newest = 0 if self._view.edge == "first" else len(self._rows) - 1
        if self._view.at == newest:
            self._view.pinned = False

    def _count_new(self, live: Rows) -> None:
        frozen = {self._rows.key(i) for i in range(len(self._rows))}
        self._waiting.update({live.key(i) for i in range(len(live))} - frozen)
