"""Themes: every style can be read on its background, and what must be told apart differs by more than colour."""

from __future__ import annotations

import pytest
from rich.color import Color, ColorSystem
from rich.color_triplet import ColorTriplet
from rich.style import Style

from sources.config import Ui
from tui.bands import CALM, band, is_production
from tui.themes import BACKGROUNDS, BASES, THEMES, theme

DRAWN = ("rule", "scrollbar", "track", "bar", "axis", "series", "trend")
"""Parts of style names of what is drawn rather than read: shapes need less contrast than words (WCAG 1.4.11)."""
TEXT, SHAPE, QUIET = 4.5, 3.0, 1.3


def luminance(colour: ColorTriplet) -> float:
    """Relative luminance as WCAG 2 defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.normalized]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: ColorTriplet, other: ColorTriplet) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def triplet(text: str) -> ColorTriplet:
    return Color.parse(text).get_truecolor()


def needed(name: str) -> float:
    if name in ("title.rule", "scrollbar", "bar.track"):
        return QUIET
    return SHAPE if any(part in name for part in DRAWN) else TEXT


@pytest.mark.parametrize("name", BACKGROUNDS)
def test_every_style_can_be_read(name: str) -> None:
    ground = triplet(BACKGROUNDS[name])
    for style_name, style in THEMES[name].palette.items():
        back = style.bgcolor.get_truecolor() if style.bgcolor else ground
        if style.color is not None:
            assert contrast(style.color.get_truecolor(), back) >= needed(style_name), style_name


@pytest.mark.parametrize("name", BACKGROUNDS)
@pytest.mark.parametrize("bar", ["cursor", "cursor.blurred", "surface"])
def test_text_can_be_read_under_the_cursor_and_on_bars(name: str, bar: str) -> None:
    palette = THEMES[name].palette
    over = palette[bar]
    for style_name in ("name", "strong", "dim", "ok", "wait", "warn", "bad", "key", "placeholder"):
        drawn = palette[style_name] + over
        back = drawn.bgcolor.get_truecolor() if drawn.bgcolor else triplet(BACKGROUNDS[name])
        assert drawn.color is not None
        least = SHAPE if style_name in ("dim", "placeholder") else 4.0
        assert contrast(drawn.color.get_truecolor(), back) >= least, style_name


@pytest.mark.parametrize("name", BACKGROUNDS)
def test_words_stay_apart_and_readable_on_256_colours(name: str) -> None:
    """What most bastions offer: SSH does not pass COLORTERM on."""

    def less(colour: Color) -> ColorTriplet:
        return colour.downgrade(ColorSystem.EIGHT_BIT).get_truecolor()

    palette = THEMES[name].palette
    ground = less(Color.parse(BACKGROUNDS[name]))
    seen = {}
    for style_name in ("name", "dim", "ok", "warn", "bad"):
        colour = palette[style_name].color
        assert colour is not None
        seen[style_name] = less(colour)
        assert contrast(seen[style_name], ground) >= (SHAPE if style_name == "dim" else 4.0), style_name
    assert len(set(seen.values())) == len(seen)
    assert max(seen["name"]) - min(seen["name"]) <= 8, "plain text has no colour, so that colours mean something"


@pytest.mark.parametrize("name", BACKGROUNDS)
def test_cursors_and_bars_stay_apart_on_256_colours(name: str) -> None:
    """The row that keys act on is not mistaken for one of another pane, and text on it can be read."""
    palette = THEMES[name].palette
    ground = Color.parse(BACKGROUNDS[name]).downgrade(ColorSystem.EIGHT_BIT)
    bars = {"ground": ground}
    for bar in ("cursor", "cursor.blurred", "surface"):
        drawn = palette[bar].bgcolor
        if drawn is not None:
            bars[bar] = drawn.downgrade(ColorSystem.EIGHT_BIT)
    assert len({each.number for each in bars.values()}) == len(bars)
    for style_name in ("name", "ok", "warn", "bad"):
        colour = (palette[style_name] + palette["cursor"]).color
        assert colour is not None
        text = colour.downgrade(ColorSystem.EIGHT_BIT).get_truecolor()
        assert contrast(text, bars["cursor"].get_truecolor()) >= SHAPE, style_name


def test_sixteen_colours_tell_good_from_bad_and_from_the_accent() -> None:
    palette = THEMES["terminal"].palette
    colours = [palette[name].color for name in ("ok", "warn", "bad", "accent", "dim")]
    assert len({colour.name for colour in colours if colour}) == 5
    assert palette["name"].color is None, "the terminal's own text colour can be read on its own background"


def test_colour_blind_people_need_no_red_or_green() -> None:
    """Deuteranopes and protanopes tell blue from yellow: what is bad is far from what is sound on that axis."""
    palette = THEMES["colour-blind"].palette

    def blueness(name: str) -> float:
        colour = palette[name].color
        assert colour is not None
        red, green, blue = colour.get_truecolor().normalized
        return blue - (red + green) / 2

    assert blueness("ok") - blueness("bad") > 0.5
    assert blueness("ok") - blueness("warn") > 0.5


def test_all_themes_have_the_same_styles() -> None:
    names = {name: set(each.palette) for name, each in THEMES.items()}
    assert all(names["dark"] == styles for styles in names.values())


def test_every_base_theme_is_there() -> None:
    known = {base.name for base in BASES} | {"ansi-dark"}
    assert {each.base for each in THEMES.values()} <= known
    assert theme("auto", auto="light") is THEMES["light"]
    assert theme("light", no_color=True).palette["bad"].color is None
    assert theme("light", no_color=True).palette["cursor"] == Style(reverse=True)


@pytest.mark.parametrize(
    ("context", "production"),
    [
        ("prod", True),
        ("prod-eu", True),
        ("eks_PROD_1", True),
        ("arn:aws:eks:eu-west-1:123:cluster/shop-production", True),
        ("prod1", True),
        ("live.eu", True),
        ("reproduction", False),
        ("product-team", False),
        ("delivery", False),
        ("staging", False),
        ("nonprod", False),
    ],
)
def test_production_is_a_word(context: str, production: bool) -> None:
    assert is_production(context, Ui().production) is production


def test_a_context_keeps_its_band_and_contexts_differ() -> None:
    assert band("staging-eu", {}) == band("staging-eu", {})
    assert {band(f"context-{index}", {}) for index in range(80)} == {f"band.{colour}" for colour in CALM}
    assert band("staging-eu", {"eu$": "red", "staging": "blue"}) == "band.red"
    assert "band.red" in THEMES["dark"].palette
