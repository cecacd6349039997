"""Style names to styles, for each theme. Widgets and cells know only the names.

A theme is two dozen colours (`Colours`); `palette` says once for all themes what wears which.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from rich.style import Style
from textual.theme import Theme as Base

from sources.choices import COLOURS


class Colours(NamedTuple):
    """What a theme chooses. Each is what Rich understands as a style: "#5fb8d7", "bold red", "black on cyan".

    SSH does not pass COLORTERM on, so most people see them in the palette of 256: there what is nearly grey is
    grey, and everything else goes to the next of six steps each of red, green and blue. The backgrounds are chosen
    so that they differ there too.
    """

    text: str
    strong: str
    dim: str
    rule: str
    accent: str
    ok: str
    wait: str
    warn: str
    bad: str
    bar: str
    tag: str
    """The title of the pane that has the keyboard."""
    cursor: str
    cursor_blurred: str
    surface: str
    """The lines that frame the screen: the header and the hints."""
    bands: Mapping[str, str]
    """Of contexts, by the names that the configuration uses."""
    production: str
    held: str
    series: tuple[str, ...]


class Theme(NamedTuple):
    """A palette, and the Textual theme under it (which gives the background)."""

    base: str
    palette: Mapping[str, Style]


def palette(colours: Colours) -> Mapping[str, Style]:
    """Every style name that widgets, sheets and panes use."""
    c = colours
    named = {
        "name": c.text,
        "strong": c.strong,
        "dim": c.dim,
        "ok": c.ok,
        "wait": c.wait,
        "warn": c.warn,
        "bad": f"bold {c.bad}",
        "accent": f"bold {c.accent}",
        "trend": c.accent,
        "bar": c.bar,
        "header": c.dim,
        "header.sort": f"bold {c.accent}",
        "cursor": c.cursor,
        "cursor.blurred": c.cursor_blurred,
        "mark": f"bold {c.accent}",
        "scrollbar": c.rule,
        "placeholder.title": c.strong,
        "placeholder": c.dim,
        "title.rule": c.rule,
        "title.name": c.strong,
        "title.name.focused": c.tag,
        "title.count": c.text,
        "title.state": c.dim,
        "title.said": c.text,
        "title.filter": f"bold {c.warn}",
        "title.faults": f"bold {c.warn}",
        "surface": c.surface,
        **{f"band.{colour}": band for colour, band in c.bands.items()},
        "band.production": c.production,
        "held": c.held,
        "key": f"bold {c.accent}",
        "axis": c.dim,
        "threshold": c.bad,
        "legend": c.text,
        "caret": f"bold {c.bad}",
        "prompt.sign": f"bold {c.accent}",
        "prompt.caret": "reverse",
        "prompt.hint": c.dim,
        "promql.metric": c.strong,
        "promql.function": c.accent,
        "promql.keyword": c.accent,
        "promql.label": c.ok,
        "promql.string": c.warn,
        "promql.number": c.series[3],
        "promql.operator": c.dim,
        "promql.error": f"underline {c.bad}",
        "prompt.text": c.text,
        **{f"series.{index}": colour for index, colour in enumerate(c.series)},
    }
    return {name: Style.parse(text) for name, text in named.items()}


def _on(style: str, colours: str) -> Mapping[str, str]:
    """A band in each of the colours that have a name."""
    return {name: style.format(colour) for name, colour in zip(COLOURS, colours.split(), strict=True)}


# The terminal's own sixteen colours: the person who chose them can read them.
TERMINAL = Colours(
    text="",
    strong="bold",
    dim="bright_black",
    rule="bright_black",
    accent="cyan",
    ok="green",
    wait="cyan",
    warn="yellow",
    bad="red",
    bar="green",
    tag="black on cyan",
    cursor="black on cyan",
    cursor_blurred="bold",
    surface="",
    bands=_on("reverse {}", "red yellow yellow green cyan blue magenta white"),
    production="bold white on red",
    held="bold black on yellow",
    series=("cyan", "yellow", "green", "magenta", "blue", "bright_red", "bright_cyan", "white"),
)

DARK = Colours(
    text="#d3dae3",
    strong="bold #f2f5f8",
    dim="#929dad",
    rule="#39434f",
    accent="#6cb6e0",
    ok="#83c092",
    wait="#7fb8d8",
    warn="#e8b860",
    bad="#ff8f85",
    bar="#6f9f8c",
    tag="bold #0e141b on #6cb6e0",
    cursor="on #1f2f78",
    cursor_blurred="on #23282e",
    surface="on #1e2228",
    bands=_on("bold #0e141b on {}", "#ff8f85 #e8a060 #d8c07a #83c092 #7cc5bf #6cb6e0 #b9a3e3 #a9b4c2"),
    production="bold #ffffff on #b3261e",
    held="bold #0e141b on #e8b860",
    series=("#6cb6e0", "#e8b860", "#83c092", "#c79be0", "#f2957a", "#7cc5bf", "#9aa8f0", "#d3dae3"),
)

LIGHT = Colours(
    text="#24292e",
    strong="bold #000000",
    dim="#5b6672",
    rule="#c3ccd5",
    accent="#00598a",
    ok="#1b6e2c",
    wait="#1f5f8f",
    warn="#855800",
    bad="#ad1a24",
    bar="#4f8a6a",
    tag="bold #ffffff on #00598a",
    cursor="on #bddcf5",
    cursor_blurred="on #e6e8ea",
    surface="on #f0f1f3",
    bands=_on("bold #ffffff on {}", "#b3261e #9a4a10 #7a5512 #1b6e2c #0b6b66 #00598a #6b4a9e #4a5663"),
    production="bold #ffffff on #b3261e",
    held="bold #24292e on #f0c050",
    series=("#00598a", "#9a6200", "#1b6e2c", "#87308f", "#b04a20", "#0b6b66", "#3048b0", "#404a56"),
)

# Blue to orange, told apart by every kind of colour vision (after Okabe and Ito); vermilion is darker than orange.
COLOUR_BLIND = DARK._replace(
    accent="#56b4e9",
    ok="#56b4e9",
    wait="#cfd8e3",
    warn="#f0c64a",
    bad="#ff8a4a",
    bar="#4f8fc0",
    tag="bold #0e141b on #56b4e9",
    production="bold #0e141b on #ff8a4a",
    held="bold #0e141b on #f0e442",
    bands=_on("bold #0e141b on {}", "#ff8a4a #e69f00 #f0e442 #4fc79f #8fd0e8 #56b4e9 #cc9fc0 #b8c4d0"),
    series=("#56b4e9", "#e69f00", "#f0e442", "#cc79a7", "#009e73", "#d55e00", "#8ab4ff", "#ffffff"),
)

HIGH_CONTRAST = Colours(
    text="#ffffff",
    strong="bold #ffffff",
    dim="#c8c8c8",
    rule="#8a8a8a",
    accent="#5fffff",
    ok="#5fff5f",
    wait="#87d7ff",
    warn="#ffff5f",
    bad="#ff8787",
    bar="#5fff5f",
    tag="bold #000000 on #5fffff",
    cursor="bold #000000 on #ffffff",
    cursor_blurred="underline",
    surface="on #262626",
    bands=_on("bold #000000 on {}", "#ff8787 #ffaf5f #ffff5f #5fff5f #5fffff #87afff #ff87ff #d0d0d0"),
    production="bold #ffffff on #af0000",
    held="bold #000000 on #ffff5f",
    series=("#5fffff", "#ffff5f", "#5fff5f", "#ff87ff", "#ffaf5f", "#87d7ff", "#ff8787", "#ffffff"),
)

BACKGROUNDS: Mapping[str, str] = {
    "dark": "#0e141b",
    "light": "#fbfcfd",
    "colour-blind": "#0e141b",
    "high-contrast": "#000000",
}
"""What the themes with colours of their own are drawn on; the terminal's theme keeps the terminal's."""


def _base(name: str) -> str:
    return f"topmast-{name}" if name in BACKGROUNDS else "ansi-dark"


THEMES: Mapping[str, Theme] = {
    name: Theme(_base(name), palette(colours))
    for name, colours in {
        "terminal": TERMINAL,
        "dark": DARK,
        "light": LIGHT,
        "colour-blind": COLOUR_BLIND,
        "high-contrast": HIGH_CONTRAST,
    }.items()
}

BASES = tuple(
    Base(
        name=_base(name),
        primary=background,
        background=background,
        surface=background,
        foreground="#24292e" if name == "light" else "#d3dae3",
        dark=name != "light",
    )
    for name, background in BACKGROUNDS.items()
)
"""The Textual themes to register with the application."""

# Without colours the place of the keyboard and what is wrong are told by reverse, bold and underline.
_MONO: Mapping[str, Style] = {
    **{name: style.without_color for name, style in palette(TERMINAL).items()},
    **{
        name: Style.parse(text)
        for name, text in {
            "cursor": "reverse",
            "cursor.blurred": "underline",
            "warn": "bold",
            "title.name.focused": "bold reverse",
            "band.production": "bold reverse",
            "held": "bold reverse",
        }.items()
    },
}


def theme(name: str, no_color: bool = False, auto: str = "terminal") -> Theme:
    """The theme of a name; "auto" is the one that suits the terminal. `no_color` goes before any."""
    if no_color:
        return Theme("ansi-dark", _MONO)
    return THEMES[auto if name == "auto" else name]
