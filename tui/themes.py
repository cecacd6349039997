"""Style names to styles, for each theme. Widgets and cells know only the names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from rich.style import Style


class Theme(NamedTuple):
    """A palette, and the Textual theme under it (which gives the background)."""

    base: str
    palette: Mapping[str, Style]


def _palette(**styles: str) -> Mapping[str, Style]:
    return {name.replace("_", "."): Style.parse(text) for name, text in styles.items()}


def _with_series(palette: Mapping[str, Style], colours: str) -> Mapping[str, Style]:
    series = {f"series.{index}": Style.parse(colour) for index, colour in enumerate(colours.split())}
    return {**palette, **series}


# The terminal's own sixteen colours: the person who chose them can read them.
_TERMINAL = _with_series(
    _palette(
        header="bold",
        header_sort="bold cyan",
        cursor="black on cyan",
        cursor_blurred="bold",
        scrollbar="bright_black",
        placeholder_title="bold",
        placeholder="bright_black",
        title_rule="bright_black",
        title_rule_focused="cyan",
        title_name="bold",
        title_name_focused="bold cyan",
        title_count="",
        title_state="bright_black",
        title_filter="bold yellow",
        title_faults="bold yellow",
        dim="bright_black",
        name="",
        strong="bold",
        ok="green",
        wait="cyan",
        warn="yellow",
        bad="bold red",
        trend="cyan",
        bar="green",
        accent="bold cyan",
        band="bold reverse cyan",
        band_production="bold reverse red",
        held="bold reverse yellow",
        key="bold cyan",
        axis="bright_black",
        threshold="red",
        legend="",
        caret="bold red",
        prompt_sign="bold cyan",
        prompt_caret="reverse",
        prompt_hint="bright_black",
        prompt_text="",
    ),
    "cyan yellow green magenta blue bright_red bright_cyan white",
)

_DARK = _with_series(
    _palette(
        header="bold #8a97a8",
        header_sort="bold #5fd7ff",
        cursor="on #264f78",
        cursor_blurred="on #22303f",
        scrollbar="#4a5666",
        placeholder_title="bold #c6d0dc",
        placeholder="#8a97a8",
        title_rule="#3a4552",
        title_rule_focused="#5fb8d7",
        title_name="bold #c6d0dc",
        title_name_focused="bold #5fd7ff",
        title_count="",
        title_state="#8a97a8",
        title_filter="bold #ffd75f",
        title_faults="bold #ffd75f",
        dim="#77828f",
        name="#e4eaf0",
        strong="bold #ffffff",
        ok="#7ec07e",
        wait="#5fb8d7",
        warn="#ffc75f",
        bad="bold #ff6b6b",
        trend="#5fb8d7",
        bar="#5f9f7e",
        accent="bold #5fd7ff",
        band="bold #10161d on #5fb8d7",
        band_production="bold #ffffff on #b03030",
        held="bold #10161d on #ffc75f",
        key="bold #5fd7ff",
        axis="#77828f",
        threshold="#ff6b6b",
        legend="#c6d0dc",
        caret="bold #ff6b6b",
        prompt_sign="bold #5fd7ff",
        prompt_caret="reverse",
        prompt_hint="#77828f",
        prompt_text="#e4eaf0",
    ),
    "#5fb8d7 #ffc75f #7ec07e #d78fd7 #7f9fff #ff8f6b #5fd7af #c6d0dc",
)

_LIGHT = _with_series(
    _palette(
        header="bold #5a6472",
        header_sort="bold #005f87",
        cursor="on #b8d8f0",
        cursor_blurred="on #dde6ee",
        scrollbar="#a0aab4",
        placeholder_title="bold #202a36",
        placeholder="#5a6472",
        title_rule="#b8c2cc",
        title_rule_focused="#005f87",
        title_name="bold #202a36",
        title_name_focused="bold #005f87",
        title_count="",
        title_state="#5a6472",
        title_filter="bold #875f00",
        title_faults="bold #875f00",
        dim="#6a7480",
        name="#101820",
        strong="bold #000000",
        ok="#1f7a1f",
        wait="#005f87",
        warn="#9a6700",
        bad="bold #b00020",
        trend="#005f87",
        bar="#3f8f5f",
        accent="bold #005f87",
        band="bold #ffffff on #005f87",
        band_production="bold #ffffff on #b00020",
        held="bold #101820 on #ffd060",
        key="bold #005f87",
        axis="#6a7480",
        threshold="#b00020",
        legend="#202a36",
        caret="bold #b00020",
        prompt_sign="bold #005f87",
        prompt_caret="reverse",
        prompt_hint="#6a7480",
        prompt_text="#101820",
    ),
    "#005f87 #9a6700 #1f7a1f #87308f #3048b0 #b04a20 #00806a #404a56",
)

THEMES: Mapping[str, Theme] = {
    "terminal": Theme("ansi-dark", _TERMINAL),
    "dark": Theme("textual-dark", _DARK),
    "light": Theme("textual-light", _LIGHT),
    "colour-blind": Theme("textual-dark", _DARK),
    "high-contrast": Theme("textual-dark", _DARK),
}


# Without colours the place of the keyboard and what is wrong are told by reverse and bold.
_MONO = {
    **{name: style.without_color for name, style in _TERMINAL.items()},
    **_palette(cursor="reverse", cursor_blurred="underline", warn="bold", title_rule_focused="bold"),
}


def theme(name: str, no_color: bool = False) -> Theme:
    """The theme of a name; "auto" follows the terminal's own colours. `no_color` goes before any."""
    if no_color:
        return Theme("ansi-dark", _MONO)
    return THEMES["terminal" if name == "auto" else name]
