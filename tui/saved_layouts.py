"""The layouts that can be chosen: the presets, those of the configuration, and those that were saved."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from sources.choices import PANES
from sources.config.shape import Layout as Configured
from tui.arrangement import Arrangement
from tui.kept import write
from tui.layouts import PRESETS, Layout

FILE = "layouts.json"
NAME = re.compile(r"[\w][\w.-]{0,39}")


class LayoutError(ValueError):
    """There is no such layout, or its name cannot be one; says which there are."""


def own(configured: Configured) -> Layout:
    """A layout of the configuration, its shares filled in."""
    columns = configured.columns
    widths = configured.widths or (1.0,) * len(columns)
    heights = {str(pane): share for pane, share in configured.heights.items()}
    return Layout(columns, widths, heights, configured.active or columns[0][0])


class Layouts:
    """Layouts by name. `configured` goes before the presets, what was saved before both.

    `folder` is where saved ones are kept; without one, or where it cannot be written, they last for the session.
    """

    def __init__(self, configured: Mapping[str, Layout], folder: Path | None) -> None:
        self._file = folder / FILE if folder is not None else None
        self._known = {**PRESETS, **configured, **self._read()}

    def names(self) -> list[str]:
        return list(self._known)

    def get(self, name: str) -> Layout:
        """Raises `LayoutError`."""
        if name not in self._known:
            raise LayoutError(f"there is no layout {name!r}; choose one of: {', '.join(self._known)}")
        return self._known[name]

    def first(self, name: str) -> Arrangement:
        """What the screen begins with; a name that is none begins with the overview, as does no name."""
        return Arrangement(name, self._known[name]) if name in self._known else Arrangement()

    def after(self, name: str) -> str:
        """The next one, round and round."""
        names = self.names()
        return names[(names.index(name) + 1) % len(names)] if name in names else names[0]

    def save(self, name: str, layout: Layout) -> str:
        """Keeps a layout under a name; what to say about it. Raises `LayoutError` for a name that is none."""
        if not NAME.fullmatch(name) or name == "save":
            raise LayoutError(f"{name!r} cannot be the name of a layout: letters, digits, . _ and -, at most 40")
        self._known[name] = layout
        if self._file is None:
            return f"layout {name} is kept for this session: there is no folder to save it in"
        saved = {**self._read(), name: layout}
        try:
            write(self._file, saved)
        except OSError as error:
            return f"layout {name} is kept for this session only: {self._file}: {error.strerror}"
        return f"layout {name} is saved in {self._file}"

    def _read(self) -> dict[str, Layout]:
        """What was saved. A file that somebody broke is left alone: a screen without it is better than none."""
        if self._file is None:
            return {}
        try:
            found = msgspec.json.decode(self._file.read_bytes(), type=dict[str, Layout])
        except (OSError, msgspec.MsgspecError):
            return {}
        return {name: layout for name, layout in found.items() if _sound(layout)}


def _sound(layout: Layout) -> bool:
    """Whether it can be drawn: panes that exist, each once, and a width for each column."""
    panes = layout.panes
    widths = (layout.widths, layout.medium) if layout.medium else (layout.widths,)
    return (
        bool(panes)
        and all(layout.columns)
        and len(set(panes)) == len(panes)
        and set(panes) <= set(PANES)
        and layout.active in panes
        and all(len(each) == len(layout.columns) and min(each) > 0 for each in widths)
        and all(share >= 0 for share in layout.heights.values())
    )
