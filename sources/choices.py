"""The names that one may choose from, in the configuration and on the command line. Imports nothing heavy."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

ThemeName: TypeAlias = Literal["auto", "terminal", "dark", "light", "colour-blind", "high-contrast"]
""""auto" is the terminal's own palette where it has 16 colours, else what suits its background."""
THEMES: tuple[str, ...] = get_args(ThemeName)

PaneName: TypeAlias = Literal["nodes", "pods", "events", "console", "alerts"]
PANES: tuple[str, ...] = get_args(PaneName)

ColourName: TypeAlias = Literal["red", "orange", "yellow", "green", "cyan", "blue", "magenta", "grey"]
"""What the header's band may be coloured with; a theme says what each looks like."""
COLOURS: tuple[str, ...] = get_args(ColourName)

ClockName: TypeAlias = Literal["utc", "local"]
