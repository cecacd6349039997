"""Text in the form Prometheus (a Go program) writes it: quoted strings and runes, numbers, label sets."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sources.promql.storage import Labels

_ESCAPES = {
    "\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v", "\\": "\\\\",
}  # fmt: skip


def _escaped(char: str, mark: str) -> str:
    if char == mark:
        return "\\" + mark
    if (known := _ESCAPES.get(char)) is not None:
        return known
    if char.isprintable():
        return char
    code = ord(char)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def quoted(text: str) -> str:
    """A string as Go's %q writes it."""
    if text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return '"' + "".join(_escaped(char, '"') for char in text) + '"'


def quoted_rune(char: str) -> str:
    """A character as Go's %q writes it; the empty string stands for the end of the input."""
    return "'" + (_escaped(char, "'") if char else "\ufffd") + "'"


def special(value: float) -> str | None:
    """NaN and the infinities, None for finite numbers."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return None


def plain(value: float) -> str:
    """A float in the fewest digits that give it back, never with an exponent (count_values, label values)."""
    if (text := special(value)) is not None:
        return text
    text = format(Decimal(repr(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def general(value: float, digits: int | None = None) -> str:
    """A float as Go's %g (or %.<digits>g) writes it."""
    if (text := special(value)) is not None:
        return text
    if value == 0:
        return "-0" if math.copysign(1.0, value) < 0 else "0"
    sign, numbers, exponent = Decimal(repr(value) if digits is None else f"{value:.{digits - 1}e}").as_tuple()
    assert isinstance(exponent, int)
    figures = "".join(map(str, numbers)).rstrip("0") or "0"
    power = len(numbers) + exponent - 1
    limit = 6 if digits is None else digits
    lead = "-" if sign else ""
    if power < -4 or power >= limit:
        mantissa = figures[0] + ("." + figures[1:] if len(figures) > 1 else "")
        return f"{lead}{mantissa}e{'-' if power < 0 else '+'}{abs(power):02d}"
    if power < 0:
        return f"{lead}0.{'0' * (-power - 1)}{figures}"
    whole = figures[: power + 1].ljust(power + 1, "0")
    rest = figures[power + 1 :]
    return lead + whole + ("." + rest if rest else "")


def label_set(labels: Labels) -> str:
    """A set of labels as Prometheus writes it in errors: `{a="b", c="d"}`, the name among them."""
    return "{" + ", ".join(f"{_label_name(name)}={quoted(value)}" for name, value in labels) + "}"


def series_name(labels: Labels) -> str:
    """A series as Prometheus writes it in answers: `up{job="node"}`; `{}` for one without labels."""
    name = next((value for key, value in labels if key == "__name__"), "")
    rest = tuple(pair for pair in labels if pair[0] != "__name__")
    return f"{name}{label_set(rest) if rest or not name else ''}"


def _label_name(name: str) -> str:
    legacy = name.isascii() and name.replace("_", "a").isalnum() and not name[:1].isdigit()
    return name if legacy else quoted(name)
