"""What can be configured: the sections of the file as types, and everything settled together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from msgspec import Meta, Struct

from sources.choices import ClockName, ColourName, PaneName, ThemeName

Width = Annotated[float, Meta(gt=0, le=100)]
Height = Annotated[float, Meta(ge=0, le=100)]
"""Shares of the room beside those of the neighbours."""


class Ui(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the screen looks and listens."""

    theme: ThemeName = "auto"
    """The colours; "auto" is the terminal's own where it has 16 of them, else what suits its background."""
    layout: str = "overview"
    """The layout at the start: one of the built-in ones, or of [layouts]."""
    refresh: Annotated[float, Meta(ge=0.1, le=10)] = 0.5
    """Seconds between two frames, at least; 0.1 to 10."""
    low_bandwidth: bool = False
    """Send little, for a slow link: news every 3 s and ages every 10 s; what keys do is drawn at once."""
    clock: ClockName = "utc"
    """Whether moments are shown in "utc" or in the "local" time of this machine."""
    ascii: bool = False
    """Draw with ASCII only. Chosen by itself where the terminal is not UTF-8."""
    mouse: bool = False
    """Let the screen have the mouse; off, selecting text works as everywhere else."""
    exit_on_ctrl_c: bool = True
    """Whether Ctrl-c ends the program at once, from anywhere."""
    production: tuple[str, ...] = (r"(?<![a-z])(prod|prd|production|live)(?![a-z])",)
    """Regular expressions; a context whose name has one of them gets a loud header. Letter case does not count.
    Words as they come: `reproduction` and `delivery` are none."""
    bands: dict[str, ColourName] = {}
    """Regular expression on the context's name to the colour of the header's band; the first that fits."""
    keys: dict[str, str] = {}
    """Action to the keys that should do it instead of its own, separated by commas; "" for none."""

    @property
    def remapped(self) -> Mapping[str, str]:
        """`keys`, and what follows from `exit_on_ctrl_c`."""
        return self.keys if self.exit_on_ctrl_c else {"leave": "", **self.keys}

    def __post_init__(self) -> None:
        for field, patterns in (("production", self.production), ("bands", self.bands)):
            for pattern in patterns:
                try:
                    compiled(pattern)
                except re.error as error:
                    raise ValueError(f"{field}: {pattern!r} is not a regular expression: {error}") from None


class Layout(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One's own arrangement of panes, `[layouts.NAME]`: columns from left to right, each from top to bottom."""

    columns: tuple[tuple[PaneName, ...], ...]
    """The panes of each column. What is left out is not shown."""
    widths: tuple[Width, ...] = ()
    """A share for each column; equal ones if empty."""
    heights: dict[PaneName, Height] = {}
    """A share for each pane within its column, 1 if not given; 0 is a title line until it has the keyboard."""
    active: PaneName | None = None
    """The pane that has the keyboard first; the first one of all if not given."""

    def __post_init__(self) -> None:
        shown = [pane for column in self.columns for pane in column]
        if not shown or not all(self.columns):
            raise ValueError("columns: each column needs a pane")
        if len(shown) != len(set(shown)):
            raise ValueError("columns: a pane stands there twice")
        if self.widths and len(self.widths) != len(self.columns):
            raise ValueError(f"widths: {len(self.widths)} for {len(self.columns)} columns")
        if self.active is not None and self.active not in shown:
            raise ValueError(f"active: {self.active} is not in columns")
        if missing := [pane for pane in self.heights if pane not in shown]:
            raise ValueError(f"heights: {missing[0]} is not in columns")


class Namespaces(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which namespaces matter."""

    favourites: tuple[str, ...] = ()
    """On the digits 1 to 9, in this order, before all others."""


class Columns(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The columns of each table, in this order; none named is what fits."""

    nodes: tuple[str, ...] = ()
    pods: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()


class Pins(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the console always shows."""

    queries: tuple[str, ...] = ()
    """PromQL expressions, pinned as a strip of sparklines."""


class Settings(NamedTuple):
    """Everything that was configured. `origins` maps a dotted key to where its value came from."""

    ui: Ui
    sources: Mapping[str, tuple[str, Any]]
    """Instance name to (kind of source, its configuration)."""
    origins: Mapping[str, str]
    path: Path | None
    layouts: Mapping[str, Layout] = {}
    namespaces: Namespaces = Namespaces()
    columns: Mapping[str, tuple[str, ...]] = {}
    """Table ("pods") to the keys of its columns in their order; a table that is not in here shows what fits."""
    pins: Pins = Pins()


def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern on the name of a context, letter case aside."""
    return re.compile(pattern, re.IGNORECASE)
